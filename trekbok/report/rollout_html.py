"""The HTML report of `rollout status`: how far each wave, owner and directory is, what drifted, what is held back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrations.finding import Level
from migrations.lint.diagnostic import Diagnostic
from migrations.lint.history import Point
from migrations.rollout.hazards import bytes_text
from migrations.rollout.manifest import NAME
from migrations.rollout.pages import HAZARDS
from migrations.rollout.plan import Planned
from migrations.rollout.status import Part, Status
from trekbok.report import html


def render(status: Status, planned: Planned, history: Sequence[Point]) -> str:
    """The page.

    Args:
        status: the status.
        planned: the plan that it was made from.
        history: earlier runs and this one: how many targets were not in, by wave.
    """
    total = status.total
    facts = html.facts_of(
        (
            ("mode", status.mode + (", finished" if status.finished else "")),
            ("targets that are in", f"{total.inside:,} of {total.targets:,} ({total.percent:.0f}%)"),
            ("what they add", _added(total.added_files, total.added_bytes)),
            ("what all of them add, an estimate", _added(total.files, total.bytes)),
            ("held back", len(status.held)),
            ("opted out by hand", len(status.kept)),
            ("taken back one by one", len(status.reverted)),
            ("drifted", len(status.drift)),
        )
    )
    parts = (("Waves", status.waves), ("Owners", status.owners), ("Directories", status.directories))
    tables = tuple(html.Table(title, title.lower(), tuple(map(_row, items))) for title, items in parts if items)
    found = [*_drifted(status), *_held(planned)]
    rules = {item.id: item for item in HAZARDS}
    title = f"Rollout of {status.rollout}"
    content = html.Content(title, facts, found, rules, {}, history, planned.owners, tables=tables)
    return html.render(content)


def _row(part: Part) -> html.Row:
    count = f"{part.inside:,} of {part.targets:,}"
    size = f"{_added(part.added_files, part.added_bytes)} of {_added(part.files, part.bytes)}"
    return html.Row(part.name, count, part.percent / 100, size + (", applied" if part.applied else ""))


def _drifted(status: Status) -> Iterator[Diagnostic]:
    for item in status.drift:
        path, line = item.path or NAME, item.line or 1
        yield Diagnostic("drift", path, 0, 0, line, 1, line, 1, f"{item.label} {item.message}", level=Level.PERSON)


def _held(planned: Planned) -> Iterator[Diagnostic]:
    for hold in planned.holds:
        rule = planned.inventory.rules[hold.label]
        message = f"{hold.label}: {hold.message}"
        yield Diagnostic(hold.id, rule.path, 0, 0, rule.line, 1, rule.line, 1, message, hold.advice)


def _added(files: int, size: int) -> str:
    return f"+{files:,} files, +{bytes_text(size)}"
