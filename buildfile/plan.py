"""A plan: what is to be written, why, and what was left alone.

Everything that changes a repository fills a plan first; `writer` alone writes it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a file changes at some place.

    Attributes:
        id: what made the edit, for example a migration's id.
        line: the line in the old file, from 1.
        message: one sentence.
    """

    id: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """The change of one file.

    Attributes:
        path: repository-relative.
        old: the bytes it had when it was read; None for a new file.
        new: the bytes it is to have; None to delete it.
        causes: why.
    """

    path: str
    old: bytes | None
    new: bytes | None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Skip:
    """A file that was left alone though something in it might have changed.

    Attributes:
        path: repository-relative.
        line: where, from 1; 0 for the file as a whole.
        reason: one sentence.
    """

    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """A file that could not be dealt with: unreadable, or a result that a check refused."""

    path: str
    line: int
    reason: str


@dataclass(slots=True)
class Plan:
    """What a run wants to do to a repository."""

    changes: list[FileChange] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def sort(self) -> None:
        """Puts everything in the order of paths, so that output does not depend on timing."""
        self.changes.sort(key=lambda change: change.path)
        self.skips.sort()
        self.failures.sort()


def diff(changes: Iterable[FileChange]) -> bytes:
    """The changes as a patch that `git apply` takes, byte for byte."""
    parts: list[bytes] = []
    for change in changes:
        parts += _file_diff(change)
    return b"".join(parts)


def _file_diff(change: FileChange) -> list[bytes]:
    path = change.path
    old, new = change.old or b"", change.new or b""
    a, b = _quoted("a/" + path), _quoted("b/" + path)
    head = [b"diff --git %s %s\n" % (a, b)]
    if change.old is None:
        head.append(b"new file mode 100644\n")
    elif change.new is None:
        head.append(b"deleted file mode 100644\n")
    if old == new:
        return head
    end = b"\t\n" if " " in path else b"\n"
    head.append(b"--- " + (b"/dev/null\n" if change.old is None else a + end))
    head.append(b"+++ " + (b"/dev/null\n" if change.new is None else b + end))
    body: list[bytes] = []
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(old), _lines(new), b"", b"", n=3, lineterm=b"\n")
    for number, line in enumerate(lines):
        if number < 2:
            continue
        body.append(line)
        if not line.endswith(b"\n"):
            body.append(b"\n\\ No newline at end of file\n")
    return head + body


def _lines(data: bytes) -> list[bytes]:
    """Lines as git counts them: ended by a line feed and nothing else."""
    return [line + b"\n" for line in data.split(b"\n")[:-1]] + ([tail] if (tail := data.rpartition(b"\n")[2]) else [])


def _quoted(path: str) -> bytes:
    """A path as git writes it in a diff: in quotes where it has special bytes."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in raw):
        return raw
    special = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
    return (
        b'"'
        + b"".join(special.get(byte) or (bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte) for byte in raw)
        + b'"'
    )
