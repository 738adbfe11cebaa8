"""Which wave a target is in: a named group, its owner, or a share of all targets.

What decides is the label alone, so that a target stays in its wave whatever else comes and goes: a share is cut by a
hash of the label, not by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from migrations.rollout.patterns import Patterns

DEFAULT_SHARES = (1.0, 5.0, 25.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True)
class Group:
    """A wave that somebody put together by name."""

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """How the targets are split.

    Attributes:
        groups: named groups, which come first and in this order.
        by: `share` or `owner`, for the targets of no group.
        shares: for `share` the percentages at which a wave ends, rising, the last of them 100.
    """

    groups: tuple[Group, ...] = ()
    by: str = "share"
    shares: tuple[float, ...] = DEFAULT_SHARES


def place(label: str) -> float:
    """Where a label stands among all that there could be, from 0 to 100; the same in every repository and version."""
    return int.from_bytes(blake2b(label.encode(), digest_size=8).digest()) / 2**64 * 100


def share_name(share: float) -> str:
    """The name of the wave that ends at a percentage; names sort as the waves do."""
    whole = f"{share:06.2f}".rstrip("0").rstrip(".") if share != int(share) else f"{int(share):03d}"
    return f"share-{whole}"


def splitter(cut: Cut, owner: Callable[[str], str]) -> Callable[[str, str], str]:
    """A function from a label and the path of its BUILD file to the name of its wave."""
    groups = [(group.name, Patterns(group.patterns)) for group in cut.groups]

    def wave(label: str, path: str) -> str:
        for name, patterns in groups:
            if patterns.match(label):
                return name
        if cut.by == "owner":
            return owner(path)
        where = place(label)
        return share_name(next((share for share in cut.shares if where < share), cut.shares[-1]))

    return wave


def order(cut: Cut, names: Sequence[str]) -> list[str]:
    """The waves in the order in which they are to be applied: groups, then shares rising or owners by name."""
    first = [group.name for group in cut.groups if group.name in names]
    return first + sorted(name for name in set(names) if name not in first)
