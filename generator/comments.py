"""The comments among items in brackets, each given to the item it belongs to.

A comment at the end of a line belongs to the item that ends there, comments on lines of their own, and one right
behind the opening bracket, to the item that follows. That is how Buildifier sees them,
https://github.com/bazelbuild/buildtools/tree/main/build.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from buildfile.calls import Call

_TOKEN = re.compile(rb"#[^\n\r]*|\n")
_KEEP = re.compile(rb"#\s*keep(?::.*)?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Slot:
    """The comments of one item: those on the lines above it, and that behind it on its line.

    An empty line before a comment is told by an empty one in `above`.
    """

    above: tuple[bytes, ...] = ()
    behind: bytes | None = None

    @property
    def keep(self) -> bool:
        """Whether one of them is `# keep`."""
        return keeps(self.above) or (self.behind is not None and keeps((self.behind,)))


@dataclass(frozen=True, slots=True)
class Slots:
    """The comments of all items, and those above the closing bracket."""

    items: tuple[Slot, ...]
    closing: tuple[bytes, ...]


def keeps(comments: Iterable[bytes]) -> bool:
    """Whether one of some comments is `# keep` or `# keep: reason`."""
    return any(_KEEP.fullmatch(comment) for comment in comments)


def call_slots(call: Call) -> Slots:
    """The comments of a call's arguments."""
    start = call.file.data.index(b"(", call.callee_range[1]) + 1
    return _slots(call.file.data, start, call.end - 1, [(item.start, item.end) for item in call.arguments])


def list_slots(call: Call, node: ast.List) -> Slots:
    """The comments of the elements of a list in a call."""
    tree = call.tree
    ranges = [(tree.start(item), tree.end(item)) for item in node.elts]
    return _slots(call.file.data, tree.start(node) + 1, tree.end(node) - 1, ranges)


def _slots(data: bytes, start: int, end: int, ranges: Sequence[tuple[int, int]]) -> Slots:
    """The comments between the brackets of which one ends at `start` and one begins at `end`."""
    if data.find(b"#", start, end) < 0:
        return Slots((Slot(),) * len(ranges), ())
    gaps = zip((start, *(item[1] for item in ranges)), (*(item[0] for item in ranges), end), strict=True)
    behind: list[bytes | None] = []
    above: list[tuple[bytes, ...]] = []
    for gap_start, gap_end in gaps:
        first, rest = _gap(data, gap_start, gap_end)
        if not behind:  # right behind the opening bracket
            rest = (first, *rest) if first is not None else rest
            first = None
        behind.append(first)
        above.append(rest)
    items = tuple(Slot(above[index], behind[index + 1]) for index in range(len(ranges)))
    return Slots(items, above[-1])


def _gap(data: bytes, start: int, end: int) -> tuple[bytes | None, tuple[bytes, ...]]:
    """The comment on the first line of a gap between items, and those on the lines after it."""
    first: bytes | None = None
    rest: list[bytes] = []
    lines = 0
    for token in _TOKEN.finditer(data, start, end):
        text = token.group()
        if text == b"\n":
            lines += 1
        elif not lines and not rest:
            first = text.rstrip()
        else:
            if lines > 1:
                rest.append(b"")
            rest.append(text.rstrip())
            lines = 0
    return first, tuple(rest)
