"""The status of a rollout as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from migrations.rollout.hazards import bytes_text

if TYPE_CHECKING:
    from rich.console import Console

    from migrations.rollout.status import Status

_SHOWN = 20


def as_json(status: Status) -> bytes:
    """The status as JSON; the fields are those of `migrations.rollout.status.Status`, `percent` added to the parts."""
    data = msgspec.to_builtins(status)
    parts = [(data["total"], status.total)]
    for name in ("waves", "owners", "directories"):
        parts += zip(data[name], getattr(status, name), strict=True)
    for item, part in parts:
        item["percent"] = round(part.percent, 2)
    return msgspec.json.format(msgspec.json.encode({"version": 1, **data}), indent=2) + b"\n"


def as_text(status: Status) -> bytes:
    """The status as text without colours."""
    return ("\n".join(_lines(status, verbose=True)) + "\n").encode()


def print_text(status: Status, console: Console, verbose: bool) -> None:
    """Prints the status."""
    for line in _lines(status, verbose):
        console.print(line, markup=False)


def _lines(status: Status, verbose: bool) -> Iterator[str]:
    total = status.total
    state = "finished" if status.finished else f"{total.inside:,} of {total.targets:,} targets are in"
    yield f"{status.rollout}, {status.mode}: {state} ({total.percent:.0f}%)"
    yield f"  in them {_added(total.added_files, total.added_bytes)}; in the end {_added(total.files, total.bytes)}"
    for title, parts in (("Waves", status.waves), ("Owners", status.owners), ("Directories", status.directories)):
        if not parts:
            continue
        yield ""
        yield title
        shown = parts if verbose or title == "Waves" else parts[:_SHOWN]
        for part in shown:
            mark = "applied" if part.applied else ""
            share = f"{part.percent:>4.0f}%"
            yield f"  {part.name:<32} {share}  {part.inside:>7,} of {part.targets:>7,}  {mark}".rstrip()
        if len(shown) < len(parts):
            yield f"  and {len(parts) - len(shown):,} more; -v shows them"
    if status.held:
        yield ""
        yield f"Held back: {len(status.held):,} targets"
        for id, count in status.hazards.items():
            yield f"  {id:<32} {count:>6,}"
    if status.kept:
        yield f"Opted out by hand: {len(status.kept):,}"
    if status.reverted:
        yield f"Taken back one by one: {len(status.reverted):,}"
    if status.drift:
        yield ""
        yield f"Drifted: {len(status.drift):,}"
        for item in status.drift if verbose else status.drift[:_SHOWN]:
            place = f"{item.path}:{item.line}: " if item.path else ""
            yield f"  {place}{item.label} {item.message}"
        if len(status.drift) > _SHOWN and not verbose:
            yield f"  and {len(status.drift) - _SHOWN:,} more; -v shows them"


def _added(files: int, size: int) -> str:
    return f"+{files:,} files, +{bytes_text(size)}"
