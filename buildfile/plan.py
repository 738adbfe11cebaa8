"""A plan: what is to be written, why, and what was left alone.

Everything that changes a repository fills a plan first; `writer` alone writes it.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

_LONG = 2000
"""Lines from which on a file is not compared as a whole: that takes the square of its length."""


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
    for line in _hunks(_lines(old), _lines(new)):
        body.append(line)
        if not line.endswith(b"\n"):
            body.append(b"\n\\ No newline at end of file\n")
    return head + body


Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]
"""What happens to a range of old lines, and which new lines are in its place; see `difflib`."""


class _Grouped(difflib.SequenceMatcher[bytes]):
    """A matcher that is told what the differences are."""

    def __init__(self, codes: list[Opcode]) -> None:
        super().__init__(None, [], [])
        self._codes = codes

    def get_opcodes(self) -> list[Opcode]:
        return self._codes


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    """The lines of a unified diff, below its head."""
    for group in _Grouped(_opcodes(old, new)).get_grouped_opcodes(3):
        yield b"@@ -%s +%s @@\n" % (_range(group[0][1], group[-1][2]), _range(group[0][3], group[-1][4]))
        for tag, start, end, new_start, new_end in group:
            if tag == "equal":
                yield from (b" " + line for line in old[start:end])
            else:
                yield from (b"-" + line for line in old[start:end])
                yield from (b"+" + line for line in new[new_start:new_end])


def _range(start: int, end: int) -> bytes:
    """A range of lines as a unified diff writes it."""
    if end - start == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + (end > start), end - start)


def _opcodes(old: list[bytes], new: list[bytes]) -> list[Opcode]:
    """How lines become others. Long files are compared between the lines that each of them has once."""
    anchors = _anchors(old, new) if len(old) > _LONG else []
    codes: list[Opcode] = []
    at, new_at = 0, 0
    for place, new_place in (*anchors, (len(old), len(new))):
        between = difflib.SequenceMatcher(None, old[at:place], new[new_at:new_place])
        for tag, start, end, new_start, new_end in between.get_opcodes():
            codes.append((tag, at + start, at + end, new_at + new_start, new_at + new_end))
        if place < len(old):
            codes.append(("equal", place, place + 1, new_place, new_place + 1))
        at, new_at = place + 1, new_place + 1
    return _merged(codes)


def _anchors(old: list[bytes], new: list[bytes]) -> list[tuple[int, int]]:
    """The lines that both have just once, as far as they come in the same order: the longest such row."""
    counts, new_counts = Counter(old), Counter(new)
    places = {line: index for index, line in enumerate(new) if new_counts[line] == 1}
    pairs = [(index, places[line]) for index, line in enumerate(old) if counts[line] == 1 and line in places]
    ends: list[int] = []  # of the rows of each length, the least last place
    tops: list[int] = []  # and which pair it is
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(tops[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        tops[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    number = tops[-1] if tops else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _merged(codes: list[Opcode]) -> list[Opcode]:
    """The same with neighbours of one kind made one."""
    merged: list[Opcode] = []
    for code in codes:
        if merged and merged[-1][0] == code[0]:
            code = (code[0], merged[-1][1], code[2], merged[-1][3], code[4])
            merged.pop()
        merged.append(code)
    return merged


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
