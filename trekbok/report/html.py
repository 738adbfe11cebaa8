"""The report as one page of HTML that needs nothing else: no network, no script.

Whatever comes from the repository is text in it and nothing more; the page forbids everything but its own style.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from migrations.lint.diagnostic import Diagnostic
from migrations.lint.history import Point
from migrations.lint.preview import Preview
from migrations.migration import Migration

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #777; --bad: #c33; --good: #2a7; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: .2rem .6rem; text-align: left; vertical-align: top; }
tr + tr td { border-top: 1px solid var(--line); } .n { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #8881; margin: .3rem 0; overflow-x: auto; padding: .5rem; tab-size: 4; }
del, ins { display: block; text-decoration: none; } del { background: #c332; } ins { background: #2a73; }
summary { cursor: pointer; } details details { margin-left: 1.2rem; } .dim { color: var(--dim); }
.bar { background: var(--bad); display: inline-block; height: .6rem; } .done { background: var(--good); }
svg { max-width: 100%; }
code, pre { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_WIDTH, _HEIGHT, _EDGE = 900, 220, 40


@dataclass(frozen=True, slots=True)
class Row:
    """How far a part of something is: its name, how many of how many, the share, and what else there is to say."""

    name: str
    count: str
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; `id` is that of the element."""

    title: str
    id: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Content:
    """What is on the page.

    Attributes:
        title: what was done.
        facts: name to value, for the head of the page.
        diagnostics: what was found.
        rules: id to migration.
        previews: what fixes do, by diagnostic.
        history: earlier runs and this one.
        owner: path to owner.
        problems: `(path, reason)` of what was skipped or failed.
        tables: how far things are.
    """

    title: str
    facts: Mapping[str, str]
    diagnostics: Sequence[Diagnostic]
    rules: Mapping[str, Migration]
    previews: Mapping[Diagnostic, Preview] = field(default_factory=dict)
    history: Sequence[Point] = ()
    owner: Callable[[str], str] = lambda path: ""
    problems: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()


def render(content: Content) -> str:
    """The page."""
    return "".join(_page(content))


def _page(content: Content) -> Iterator[str]:
    yield "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    yield "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
    yield f"<title>{_text(content.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    yield f"<h1>{_text(content.title)}</h1>\n<table id='facts'>\n"
    for name, value in content.facts.items():
        yield f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>\n"
    yield "</table>\n"
    if content.history:
        yield from _burn_down(content.history)
    for table in content.tables:
        yield from _progress(table)
    found = content.diagnostics
    yield from _counts("By finding", "findings", Counter(item.id for item in found))
    yield from _counts("By directory", "directories", Counter(_directory(item.path) for item in found))
    yield from _counts("By owner", "owners", Counter(content.owner(item.path) or "unowned" for item in found))
    if content.problems:
        yield "<h2>Skipped and failed</h2>\n<table id='problems'>\n"
        for path, reason in content.problems:
            yield f"<tr><td><code>{_text(path)}</code></td><td>{_text(reason)}</td></tr>\n"
        yield "</table>\n"
    yield "<h2>Findings</h2>\n<section id='list'>\n"
    for id in sorted({item.id for item in found}):
        yield from _group(content, id, [item for item in found if item.id == id])
    yield "</section>\n</body>\n</html>\n"


def _counts(title: str, id: str, counts: Counter[str]) -> Iterator[str]:
    most = max(counts.values(), default=1)
    yield f"<h2>{title}</h2>\n<table id='{id}'>\n"
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        width = 100 * count / most
        yield f"<tr><td><code>{_text(name)}</code></td><td class='n'>{count:,}</td>"
        yield f"<td style='width:40%'><span class='bar' style='width:{width:.1f}%'></span></td></tr>\n"
    yield "</table>\n"


def _progress(table: Table) -> Iterator[str]:
    yield f"<h2>{_text(table.title)}</h2>\n<table id='{_text(table.id)}'>\n"
    for row in table.rows:
        width = 100 * min(max(row.share, 0), 1)
        yield f"<tr><td><code>{_text(row.name)}</code></td><td class='n'>{_text(row.count)}</td>"
        yield f"<td style='width:30%'><span class='bar done' style='width:{width:.1f}%'></span></td>"
        yield f"<td class='dim'>{_text(row.note)}</td></tr>\n"
    yield "</table>\n"


def _group(content: Content, id: str, items: Sequence[Diagnostic]) -> Iterator[str]:
    rule = content.rules.get(id)
    summary = f" <span class='dim'>{_text(rule.summary)}</span>" if rule else ""
    yield f"<details><summary><b>{_text(id)}</b> {len(items):,}{summary}</summary>\n"
    if rule:
        yield f"<p>{_text(rule.page.why)}</p>\n"
    for item in items:
        place = f"{item.path}:{item.line}:{item.column}"
        yield f"<details class='finding'><summary><code>{_text(place)}</code> {_text(item.message)}</summary>\n"
        if item.expired:
            yield f"<p class='dim'>{_text(item.expired)}</p>\n"
        if item.advice:
            yield f"<p>{_text(item.advice)}</p>\n"
        yield from _change(content.previews.get(item), item)
        yield "</details>\n"
    yield "</details>\n"


def _change(preview: Preview | None, item: Diagnostic) -> Iterator[str]:
    if preview is None:
        if item.text.strip():
            yield f"<pre>{_text(item.text)}</pre>\n"
        return
    yield "<pre>"
    yield from (f"<del>- {_text(line.rstrip())}</del>" for line in preview.before)
    yield from (f"<ins>+ {_text(line.rstrip())}</ins>" for line in preview.after)
    yield "</pre>\n"


def _burn_down(history: Sequence[Point]) -> Iterator[str]:
    """The curve of all findings over the runs, oldest first."""
    totals = [point.total for point in history]
    top = max(*totals, 1)
    step = (_WIDTH - 2 * _EDGE) / max(len(totals) - 1, 1)
    spots = [
        (_EDGE + number * step, _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * total / top)
        for number, total in enumerate(totals)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    yield f"<h2>Burn-down</h2>\n<svg id='burndown' viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img'"
    yield f" aria-label='what was left over {len(totals)} runs'>\n"
    base = _HEIGHT - _EDGE
    yield f"<line x1='{_EDGE}' y1='{base}' x2='{_WIDTH - _EDGE}' y2='{base}' stroke='#888'/>\n"
    yield f"<polyline points='{line}' fill='none' stroke='#c33' stroke-width='2'/>\n"
    for (x, y), point in zip(spots, history, strict=True):
        yield f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='#c33'><title>{_text(point.time)}: {point.total:,}</title>"
        yield "</circle>\n"
    ends = ((0, "start"), (len(totals) - 1, "end")) if len(totals) > 1 else ((0, "start"),)
    for index, anchor in ends:
        x, y = spots[index]
        yield f"<text x='{x:.1f}' y='{y - 8:.1f}' text-anchor='{anchor}' fill='currentColor'>{totals[index]:,}</text>\n"
        yield f"<text x='{x:.1f}' y='{base + 18}' text-anchor='{anchor}' fill='currentColor' font-size='12'>"
        yield f"{_text(history[index].time[:10])}</text>\n"
    yield "</svg>\n"


def _directory(path: str) -> str:
    """The first two parts of a path's directory."""
    return "/".join(path.split("/")[:-1][:2]) or "."


def _text(text: str) -> str:
    """Text as it can stand anywhere in the page."""
    clean = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
    return escape(clean, quote=True)


def facts_of(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """The head of the page: names and values, numbers with their thousands set apart."""
    return {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in pairs}
