"""Changes as patches that are reviewed and landed one by one: by owner, and none too large."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from buildfile.plan import FileChange, diff
from migrations.rollout.manifest import NAME


def split(changes: Iterable[FileChange], owner: Callable[[str], str], most: int) -> Iterator[tuple[str, bytes]]:
    """The patches, each with the name of its file; no file is in two, so that each applies by itself.

    Args:
        changes: the changes.
        owner: takes a path, gives its owner.
        most: how many bytes a patch has at the most; a file whose own patch is larger has one for itself.
    """
    by_owner: dict[str, list[bytes]] = {}
    first = b""
    for change in changes:
        if change.path == NAME:
            first = diff([change])
        else:
            by_owner.setdefault(owner(change.path), []).append(diff([change]))
    if first:
        yield "000-manifest.patch", first
    number = 0
    for who in sorted(by_owner):
        for part in _packed(by_owner[who], most):
            number += 1
            yield f"{number:03d}-{_slug(who)}.patch", part


def _packed(patches: list[bytes], most: int) -> Iterator[bytes]:
    part = b""
    for patch in patches:
        if part and len(part) + len(patch) > most:
            yield part
            part = b""
        part += patch
    yield part


def _slug(owner: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", owner).strip("-").lower() or "unowned"
