"""Calls that are laid out as buildifier does it, one argument to a line: read, and edited, without a parser.

A pattern finds the arguments, so that an edit of a call in this form costs a fraction of what a tree of it would. Any
other form is not read at all, see `rewrite` for those.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from buildfile.edits import Edit
from buildfile.statements import STRING, bracketed
from buildfile.style import attribute_key

_HEAD = re.compile(rb"([A-Za-z_]\w*)\(\n")
_ARGUMENT = re.compile(
    rb"((?:[ \t]*+#[^\n]*+\n)*+)    ([A-Za-z_]\w*+) = ((?>[^,\n\"'#()\[\]{}]++|"
    + STRING
    + b"|"
    + bracketed(4)
    + rb")*+),[ \t]*+(?:#[^\n]*+)?\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Line:
    """An argument with the lines it has to itself.

    Attributes:
        name: its name.
        value: its value as written.
        start, end: its lines, the comment lines right above left out.
        commented: whether there are such.
    """

    name: str
    value: bytes
    start: int
    end: int
    commented: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A call laid out one argument to a line.

    Attributes:
        callee: what is called.
        lines: its arguments, in order.
    """

    callee: str
    lines: tuple[Line, ...]

    def get(self, name: str) -> Line | None:
        """The argument of that name."""
        return next((line for line in self.lines if line.name == name), None)


def layout_of(data: bytes, start: int, end: int) -> Layout | None:
    """The layout of a statement; None if it is not a call in this form, or has a name twice."""
    head = _HEAD.match(data, start, end)
    if head is None:
        return None
    at, lines = head.end(), list[Line]()
    while found := _ARGUMENT.match(data, at, end):
        lines.append(Line(found[2].decode(), found[3], found.end(1), found.end(), bool(found[1])))
        at = found.end()
    if data[at : at + 1] != b")" or data[at + 1 : end].strip() or len({line.name for line in lines}) != len(lines):
        return None
    return Layout(head[1].decode(), tuple(lines))


def relaid(layout: Layout, put: Mapping[str, str], drop: Collection[str]) -> list[Edit] | None:
    """The edits that add arguments to a call and drop others; None where `rewrite` has to do it.

    Args:
        layout: the call.
        put: names that the call does not have, each with the source text of its value.
        drop: names that it has.
    """
    edits: list[Edit] = []
    for name in drop:
        line = layout.get(name)
        if line is None or line.commented:
            return None
        edits.append(Edit(line.start, line.end, b""))
    kept = [line for line in layout.lines if line.name not in drop]
    places: dict[int, bytes] = {}
    for name in sorted(put, key=attribute_key):
        before = [line.end for line in kept if attribute_key(line.name) < attribute_key(name)]
        if not before or layout.get(name) is not None:
            return None
        places[before[-1]] = places.get(before[-1], b"") + f"    {name} = {put[name]},\n".encode()
    return edits + [Edit(at, at, text) for at, text in places.items()]
