"""The status of a rollout as text, JSON and HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from migrations.rollout.hazards import bytes_text

if TYPE_CHECKING:
    from rich.console import Console

    from migrations.rollout.status import Part, Status

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


_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .95em; }
progress { width: 12rem; }
"""


def as_html(status: Status) -> bytes:
    """The status as one page that needs nothing else."""
    total = status.total
    body = [
        f"<h1>Rollout of {html.escape(status.rollout)}</h1>",
        f"<p>{total.inside:,} of {total.targets:,} targets are in ({total.percent:.0f}%), {html.escape(status.mode)}"
        f"{', finished' if status.finished else ''}. They add {_added(total.added_files, total.added_bytes)}; "
        f"all of them {_added(total.files, total.bytes)}, an estimate.</p>",
    ]
    body += _table("Waves", status.waves) + _table("Owners", status.owners) + _table("Directories", status.directories)
    if status.drift:
        rows = [
            f"<tr><td>{html.escape(item.what)}</td><td><code>{html.escape(item.label)}</code></td>"
            f"<td>{html.escape(f'{item.path}:{item.line}' if item.path else '')}</td>"
            f"<td>{html.escape(item.message)}</td></tr>"
            for item in status.drift
        ]
        body += ["<h2>Drifted</h2><table>", *rows, "</table>"]
    if status.held:
        rows = [
            f"<tr><td><code>{html.escape(label)}</code></td><td>{html.escape(', '.join(ids))}</td></tr>"
            for label, ids in status.held.items()
        ]
        body += ["<h2>Held back</h2><table>", *rows, "</table>"]
    head = f"<meta charset=utf-8><title>Rollout of {html.escape(status.rollout)}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(body)}</body></html>\n".encode()


def _table(title: str, parts: tuple[Part, ...]) -> list[str]:
    if not parts:
        return []
    rows = [
        f"<tr><td>{html.escape(part.name)}</td><td><progress value={part.inside} max={max(part.targets, 1)}></progress>"
        f"</td><td class=number>{part.inside:,} of {part.targets:,}</td>"
        f"<td>{_added(part.added_files, part.added_bytes)} of {_added(part.files, part.bytes)}</td></tr>"
        for part in parts
    ]
    return [f"<h2>{title}</h2><table>", *rows, "</table>"]
