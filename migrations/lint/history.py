"""How many findings there were in earlier runs, for the burn-down.

A file of JSON, one run a line. A run is put into it if it is about the whole repository and differs from the last one.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from buildfile.writer import STATE, state_directory

NAME = "lint-history.jsonl"
_MOST = 1000


class Point(msgspec.Struct, frozen=True):
    """A run: when it was (ISO 8601), and how many findings there were by id, those in the baseline included."""

    time: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All findings together."""
        return sum(self.counts.values())


def read(path: Path) -> list[Point]:
    """The runs on record, oldest first; lines that are none are left out."""
    points = []
    with contextlib.suppress(OSError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(msgspec.DecodeError):
                points.append(msgspec.json.decode(line, type=Point))
    return points


def record(path: Path, counts: Mapping[str, int], now: datetime.datetime) -> list[Point]:
    """Puts a run on record; a place that cannot be written to goes without.

    Returns:
        The runs on record, this one included.
    """
    points = read(path)
    point = Point(now.isoformat(timespec="seconds"), dict(sorted(counts.items())))
    if points and points[-1].counts == point.counts:
        return points
    points = [*points, point][-_MOST:]
    with contextlib.suppress(OSError):
        if path.parent.name == STATE:
            state_directory(path.parent.parent)
        path.write_bytes(b"".join(_lines(points)))
    return points


def default(root: Path) -> Path:
    """Where the history of a repository is kept unless its configuration says otherwise."""
    return root / STATE / NAME


def _lines(points: Iterable[Point]) -> Iterable[bytes]:
    return (msgspec.json.encode(point) + b"\n" for point in points)
