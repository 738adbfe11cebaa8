"""Which of many needles are in a file: those that few files have are searched together, by one pattern."""

from __future__ import annotations

import re
from collections.abc import Collection

_SAMPLE = 64


class Needles:
    """Looks for some needles in one file after the other; the first files show which needles are to be expected."""

    def __init__(self, needles: Collection[bytes]) -> None:
        self._expected: Collection[bytes] = needles
        self._others: Collection[bytes] = ()
        self._any_other: re.Pattern[bytes] | None = None
        self._seen: set[bytes] = set()
        self._files = 0

    def among(self, data: bytes) -> set[bytes]:
        """The needles that some bytes have."""
        found = {needle for needle in self._expected if needle in data}
        if self._any_other is not None and self._any_other.search(data) is not None:
            found.update(needle for needle in self._others if needle in data)
        if self._files < _SAMPLE:
            self._seen |= found
            self._files += 1
            if self._files == _SAMPLE:
                self._others = [needle for needle in self._expected if needle not in self._seen]
                self._expected = self._seen
                self._any_other = pattern_of(self._others) if self._others else None
        return found


def pattern_of(needles: Collection[bytes]) -> re.Pattern[bytes]:
    """A pattern found in whatever has any of the needles: a tree of their beginnings, quicker than a list of them."""
    wanted: list[bytes] = []
    for needle in sorted(set(needles), key=len):
        if not any(shorter in needle for shorter in wanted):
            wanted.append(needle)
    return re.compile(_branches(sorted(wanted)) if wanted != [b""] else b"")  # the empty needle is in everything


def _branches(needles: list[bytes]) -> bytes:
    """The pattern of some needles in order, none of them the beginning of another."""
    branches: list[bytes] = []
    at = 0
    while at < len(needles):
        behind = at
        while behind < len(needles) and needles[behind][0] == needles[at][0]:
            behind += 1
        group, at = needles[at:behind], behind
        shared = 1
        while group[0][: shared + 1] == group[-1][: shared + 1] and shared < len(group[0]):
            shared += 1
        rest = [needle[shared:] for needle in group]
        branches.append(re.escape(group[0][:shared]) + (_branches(rest) if len(rest) > 1 else re.escape(rest[0])))
    return b"(?:" + b"|".join(branches) + b")"
