"""An edit is a byte range and the text that takes its place; a set of edits is applied at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces `data[start:end]` of a file by `text`; `start == end` inserts.

    The offsets are those of the file as it was when the edit was made.
    """

    start: int
    end: int
    text: bytes


class Overlap(ValueError):
    """Two edits that want the same bytes."""


def disjoint(edits: Iterable[Edit]) -> bool:
    """Whether no two edits share a byte or insert at the same place."""
    last_end, last_start = -1, -1
    for edit in sorted(edits):
        if edit.start < last_end or (edit.start == last_start and edit.end == last_end == edit.start):
            return False
        last_start, last_end = edit.start, edit.end
    return True


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with all edits made; what lies outside them is copied as it is.

    Raises:
        Overlap: two edits share a byte.
    """
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits):
        if edit.start < at:
            raise Overlap(f"edits overlap at byte {edit.start}")
        parts.append(data[at : edit.start])
        parts.append(edit.text)
        at = edit.end
    parts.append(data[at:])
    return b"".join(parts)
