"""The comments among items in brackets, each given to the item it belongs to.

A comment at the end of a line belongs to the item that ends there, comments on lines of their own to the item
that follows. That is how Buildifier sees them, https://github.com/bazelbuild/buildtools/tree/main/build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(rb"#[^\n\r]*|\n")
_KEEP = re.compile(rb"#\s*keep(?::.*)?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Slot:
    """The comments of one item: those on the lines above it, and that behind it on its line."""

    above: tuple[bytes, ...] = ()
    behind: bytes | None = None

    @property
    def keep(self) -> bool:
        """Whether one of them is `# keep`."""
        return keeps(self.above) or (self.behind is not None and keeps((self.behind,)))


@dataclass(frozen=True, slots=True)
class Slots:
    """The comments of all items: behind the opening bracket, of each item, and above the closing bracket."""

    opening: bytes | None
    items: tuple[Slot, ...]
    closing: tuple[bytes, ...]


def keeps(comments: Iterable[bytes]) -> bool:
    """Whether one of some comments is `# keep` or `# keep: reason`."""
    return any(_KEEP.fullmatch(comment) for comment in comments)


def slots(data: bytes, start: int, end: int, ranges: Sequence[tuple[int, int]]) -> Slots:
    """The comments between the brackets of which one ends at `start` and one begins at `end`.

    `ranges` are those of the items, in order.
    """
    if data.find(b"#", start, end) < 0:
        return Slots(None, (Slot(),) * len(ranges), ())
    gaps = zip((start, *(item[1] for item in ranges)), (*(item[0] for item in ranges), end), strict=True)
    behind: list[bytes | None] = []
    above: list[tuple[bytes, ...]] = []
    for gap_start, gap_end in gaps:
        first, rest = _gap(data, gap_start, gap_end)
        behind.append(first)
        above.append(rest)
    items = tuple(Slot(above[index], behind[index + 1]) for index in range(len(ranges)))
    return Slots(behind[0], items, above[-1])


def _gap(data: bytes, start: int, end: int) -> tuple[bytes | None, tuple[bytes, ...]]:
    """The comment on the first line of a gap between items, and those on the lines after it."""
    first: bytes | None = None
    rest: list[bytes] = []
    fresh = False
    for token in _TOKEN.finditer(data, start, end):
        text = token.group()
        if text == b"\n":
            fresh = True
        elif fresh:
            rest.append(text.rstrip())
        else:
            first = text.rstrip()
    return first, tuple(rest)
