"""A file of a repository: its path, what kind of file it is, and its bytes.

The kinds follow Bazel's own names: https://bazel.build/concepts/build-files and
https://bazel.build/external/overview.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from buildfile.calls import Call
    from buildfile.loads import Load
    from buildfile.statements import Statement

BOM = b"\xef\xbb\xbf"


class FileKind(enum.Enum):
    """What Bazel, or a person, reads a file as."""

    BUILD = "BUILD"
    BZL = ".bzl"
    MODULE = "MODULE.bazel"
    WORKSPACE = "WORKSPACE"
    REPO = "REPO.bazel"
    BAZELRC = ".bazelrc"
    TEXT = "text"


STARLARK = frozenset({FileKind.BUILD, FileKind.BZL, FileKind.MODULE, FileKind.WORKSPACE, FileKind.REPO})
"""The kinds that are Starlark and so have statements."""

_NAMES = {
    "BUILD": FileKind.BUILD,
    "BUILD.bazel": FileKind.BUILD,
    "MODULE.bazel": FileKind.MODULE,
    "WORKSPACE": FileKind.WORKSPACE,
    "WORKSPACE.bazel": FileKind.WORKSPACE,
    "WORKSPACE.bzlmod": FileKind.WORKSPACE,
    "REPO.bazel": FileKind.REPO,
    ".bazelrc": FileKind.BAZELRC,
    "prelude_bazel": FileKind.BZL,
}


def kind_of(name: str) -> FileKind | None:
    """The kind of a file by its base name; None for a name that says nothing (see `repository` for text)."""
    kind = _NAMES.get(name)
    if kind is not None:
        return kind
    if name.endswith((".bzl", ".scl")):
        return FileKind.BZL
    if name.endswith(".MODULE.bazel"):
        return FileKind.MODULE
    if name.endswith((".bazelrc", "bazelrc")):
        return FileKind.BAZELRC
    if name.startswith("BUILD.") and name.endswith(".bazel"):
        return FileKind.BUILD
    if name.endswith((".BUILD", ".BUILD.bazel")):
        return FileKind.BUILD
    return None


@dataclass(frozen=True)
class SourceFile:
    """One file as it was read.

    Attributes:
        path: repository-relative, `/` between its parts.
        kind: what it is read as.
        data: its bytes, byte order mark included.
    """

    path: str
    kind: FileKind
    data: bytes

    @property
    def package(self) -> str:
        """The directory of the file, `""` at the root. It is the package of a BUILD file."""
        return self.path.rpartition("/")[0]

    @cached_property
    def newline(self) -> bytes:
        """The line end that new lines of this file take: the one its first line has."""
        at = self.data.find(b"\n")
        return b"\r\n" if at > 0 and self.data[at - 1] == 0x0D else b"\n"

    @cached_property
    def calls(self) -> dict[int, list[Call]]:
        """The calls of statements that were asked for, by the statement's start; `calls.calls_in` fills it."""
        return {}

    @cached_property
    def loads(self) -> tuple[list[Load], list[tuple[Statement, str]]]:
        """The load statements, and those that cannot be read, with the reason; not to be changed."""
        from buildfile.loads import loads_of

        return loads_of(self)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The top-level statements in order; empty for files that are not Starlark."""
        from buildfile.statements import cut

        return cut(self.data) if self.kind in STARLARK else ()

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte offset, both from 1; the column counts characters of UTF-8 text."""
        line = self.data.count(b"\n", 0, offset) + 1
        start = self.data.rfind(b"\n", 0, offset) + 1
        before = self.data[start:offset].decode("utf-8", "replace").removeprefix("\ufeff")
        return line, len(before) + 1
