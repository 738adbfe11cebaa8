"""Cuts a Starlark file into top-level statements, as byte ranges, without parsing it.

One compiled pattern matches a whole logical line, with the strings, comments, continuation lines and brackets in
it; brackets nested deeper than the pattern goes, and files that are broken, are left to a slower loop over tokens.
A file of independent calls is thus cut at the speed of the regular expression engine, and only what is of
interest is ever parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from buildfile.edits import Edit

if TYPE_CHECKING:
    from buildfile.syntax import Tree

STRING = (
    rb'(?>"""(?>[^"\\]+|\\.|"(?!""))*+"""|\'\'\'(?>[^\'\\]+|\\.|\'(?!\'\'))*+\'\'\''
    rb'|"(?>[^"\\\r\n]+|\\\r\n|\\.)*+"|\'(?>[^\'\\\r\n]+|\\\r\n|\\.)*+\')'
)
_INSIDE = rb"[^\"'#()\[\]{}]+|#[^\n]*+|" + STRING
_DEPTH = 6


def bracketed(depth: int) -> bytes:
    """The pattern of a bracketed expression that nests at most `depth` levels."""
    inner = _INSIDE if depth == 1 else _INSIDE + b"|" + bracketed(depth - 1)
    return rb"[(\[{](?>" + inner + rb")*+[)\]}]"


_BLANK, _COMMENT, _CODE = 1, 2, 3  # the groups of _LINE
_LINE = re.compile(
    rb"([ \t\f\r]*+(?:\n|\Z))|([ \t\f]*+#[^\n]*+(?:\n|\Z))"
    rb"|((?>[^\n\"'#\\()\[\]{}]+|\\\r?\n|\\.|#[^\n]*+|" + STRING + b"|" + bracketed(_DEPTH) + rb")*+(?:\n|\Z))",
    re.DOTALL,
)
_TOKEN = re.compile(rb"[^\n\"'#\\()\[\]{}]+|\\\r?\n|\\.|#[^\n]*+|" + STRING + rb"|[(\[{]|[)\]}]|\n|[\"'\\]", re.DOTALL)
_CLOSES = {b")": b"(", b"]": b"[", b"}": b"{"}
_CONTINUES = re.compile(rb"(?:else|elif)\b")
_RESTART = re.compile(rb"^[A-Za-z_]\w*[ \t]*[(=]", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """A top-level statement.

    Attributes:
        data: the bytes of the whole file.
        lead: where the comment lines directly above it begin, else `start`.
        start: where its code begins.
        end: behind its last line, line end included.
        error: why it could not be cut off cleanly (an open bracket or string), with the offset; None if it could.
    """

    data: bytes
    lead: int
    start: int
    end: int
    error: tuple[str, int] | None = None

    @property
    def text(self) -> bytes:
        """The code, from `start` to `end`, comments above left out."""
        return self.data[self.start : self.end]

    @cached_property
    def heads(self) -> bool:
        """Whether the comments above it are the first lines of the file, so that they may be the file's: a licence."""
        return self.lead < self.start and not self.data[: self.lead].removeprefix(b"\xef\xbb\xbf").strip()

    @cached_property
    def own(self) -> int:
        """Where what goes with it begins: at `lead`, but below comments for programs and those above all code."""
        if self.lead < self.start and _NO_CODE.fullmatch(self.data, 0, self.lead):
            return self.start
        return max(
            (found.end() for found in _FOR_PROGRAMS.finditer(self.data, self.lead, self.start)), default=self.lead
        )

    @cached_property
    def is_load(self) -> bool:
        """Whether this is a load statement."""
        return self.data.startswith(b"load", self.start) and _LOAD.match(self.data, self.start) is not None

    @cached_property
    def tree(self) -> Tree:
        """The parsed statement.

        Raises:
            buildfile.syntax.Unparsable: it is no expression or statement that the parser knows.
        """
        from buildfile.syntax import Unparsable, parse

        if self.error is not None:
            raise Unparsable(*self.error)
        return parse(self.data, self.start, self.end)


_LOAD = re.compile(rb"load\s*\(")
_NO_CODE = re.compile(rb"(?:\xef\xbb\xbf)?(?>[ \t\r]*+(?:#[^\n]*+)?\n)*+")
_FOR_PROGRAMS = re.compile(rb"(?m)^[ \t]*+#+[ \t]*+(?>[\w.-]++:\w|\[?(?i:begin|end)\b)[^\n]*+\n")
"""Such as `# gazelle:exclude x`, `# begin:internal` and `# [END example]`; not `# buildifier: disable=load`."""


def cut(data: bytes) -> tuple[Statement, ...]:
    """The top-level statements of a file, in order.

    What Python or Starlark would reject (stray indentation, unbalanced brackets) still ends up in some statement,
    so nothing is passed over; see `Statement.error`.
    """
    found: list[Statement] = []
    match_line = _LINE.match
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    size = len(data)
    lead, lead_indented = -1, False
    open_at: tuple[int, int] | None = None  # lead and start of the statement that lines are still added to
    open_end = 0
    open_error: tuple[str, int] | None = None
    while at < size:
        matched = match_line(data, at)
        if matched is None:
            end, error = _slow_line(data, at)
            group: int | None = _CODE
        else:
            end, error, group = matched.end(), None, matched.lastindex
        if group == _BLANK:
            lead = -1
        elif group == _COMMENT:
            if lead < 0:
                lead, lead_indented = at, data[at] in b" \t\f"
        else:
            first = data[at]
            inside = first in b" \t" or (first == 0x65 and _CONTINUES.match(data, at) is not None)
            if inside and open_at is not None:
                open_end, open_error = end, open_error or error
            else:
                if open_at is not None:
                    found.append(Statement(data, *open_at, open_end, open_error))
                start = at
                while data[start] in b" \t\f":
                    start += 1
                open_at = start if lead < 0 or lead_indented else lead, start
                open_end, open_error = end, error
            lead = -1
        at = end
    if open_at is not None:
        found.append(Statement(data, *open_at, open_end, open_error))
    return tuple(found)


_BLANK_LINES = re.compile(rb"(?:[ \t]*\r?\n)+")


def removals(data: bytes, statements: Iterable[Statement]) -> list[Edit]:
    """The edits that drop statements; those with nothing but blank lines between them go as one."""
    runs: list[tuple[int, int]] = []
    for start, end in sorted((statement.own, statement.end) for statement in statements):
        if runs and not data[runs[-1][1] : start].strip():
            runs[-1] = runs[-1][0], end
        else:
            runs.append((start, end))
    return [removal(data, start, end) for start, end in runs]


def removal(data: bytes, start: int, end: int) -> Edit:
    """The edit that drops statements, `start` being the `own` of the first, and one of two blanks that would meet."""
    if start == 0 or data[:start].endswith((b"\n\n", b"\n\r\n")) or data[:start] == b"\xef\xbb\xbf":
        blank = _BLANK_LINES.match(data, end)
        if blank:
            end = blank.end()
    if end == len(data):
        kept = data[:start].rstrip(b" \t\r\n")
        start = min(start, len(kept) + len(b"\r\n" if data.startswith(b"\r\n", len(kept)) else b"\n")) if kept else 0
    return Edit(start, end, b"")


def _slow_line(data: bytes, at: int) -> tuple[int, tuple[str, int] | None]:
    """The end of the logical line at `at` by a loop over tokens, and what is wrong with it."""
    stack: list[tuple[bytes, int]] = []
    error: tuple[str, int] | None = None
    position, size = at, len(data)
    while position < size:
        token = _TOKEN.match(data, position)
        if token is None:  # a lone backslash at the end of the file
            error = error or ("unexpected character", position)
            position += 1
            continue
        text = token.group()
        if text in (b"(", b"[", b"{"):
            stack.append((text, position))
        elif text in _CLOSES:
            if not stack or stack[-1][0] != _CLOSES[text]:
                error = error or (f"unmatched '{text.decode()}'", position)
                return _restart(data, position), error
            stack.pop()
        elif text in (b'"', b"'"):
            return _restart(data, position), error or ("unterminated string literal", position)
        elif text == b"\n" and not stack:
            return token.end(), error
        position = token.end()
    if stack:
        bracket, opened = stack[-1]
        return _restart(data, at), (f"'{bracket.decode()}' was never closed", opened)
    return size, error


def _restart(data: bytes, after: int) -> int:
    """Where a file goes on behind something broken: the next line that looks like a call or an assignment."""
    line_end = data.find(b"\n", after)
    if line_end < 0:
        return len(data)
    found = _RESTART.search(data, line_end + 1)
    return found.start() if found else len(data)
