"""The HTML report of `migrate`: what it found, and what became of the lines."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from buildfile.plan import FileChange
from migrations.engine import Outcome
from migrations.finding import Level
from migrations.lint.diagnostic import Diagnostic
from migrations.lint.preview import Preview
from migrations.registry import Registry
from migrations.settle import Reported
from trekbok.report import html


def render(outcome: Outcome, registry: Registry, owner: Callable[[str], str], *, written: bool) -> str:
    """The page.

    Args:
        outcome: the run.
        registry: the migrations.
        owner: path to owner.
        written: whether the plan was written.
    """
    blocks = {change.path: _blocks(change) for change in outcome.plan.changes}
    diagnostics = [_diagnostic(item) for item in outcome.findings]
    previews = {}
    for item, diagnostic in zip(outcome.findings, diagnostics, strict=True):
        block = _at(blocks.get(item.path, ()), item.line) if item.fixed else None
        if block is not None:
            previews[diagnostic] = block
    plan = outcome.plan
    facts = html.facts_of(
        (
            ("moved to", ", ".join(sorted(set(outcome.profiles.values())))),
            ("files changed" if written else "files that would change", len(plan.changes)),
            ("findings", len(diagnostics)),
            ("left to a person", sum(1 for item in outcome.findings if item.level is Level.PERSON)),
            ("files skipped", len(plan.skips)),
            ("files failed", len(plan.failures)),
            ("files searched", outcome.searched),
        )
    )
    problems = [(f"{item.path}:{item.line}" if item.line else item.path, item.reason) for item in plan.skips]
    problems += [(f"{item.path}:{item.line}" if item.line else item.path, item.reason) for item in plan.failures]
    rules = {item.id: item for item in registry}
    return html.render(html.Content("trekbok migrate", facts, diagnostics, rules, previews, (), owner, problems))


def _diagnostic(item: Reported) -> Diagnostic:
    return Diagnostic(
        item.id,
        item.path,
        0,
        0,
        item.line,
        item.column,
        item.end_line,
        item.end_column,
        item.message,
        item.advice,
        item.level or Level.NOTE,
        item.safety,
        text=item.text,
    )


def _blocks(change: FileChange) -> list[Preview]:
    """The runs of lines that a change replaces, in order; what is near to one another is one."""
    old = (change.old or b"").decode("utf-8", "replace").splitlines(keepends=True)
    new = (change.new or b"").decode("utf-8", "replace").splitlines(keepends=True)
    blocks = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(3):
        edits = [item for item in group if item[0] != "equal"]
        (_, i1, _, j1, _), (_, _, i2, _, j2) = edits[0], edits[-1]
        blocks.append(Preview(i1 + 1, tuple(old[i1:i2]), tuple(new[j1:j2])))
    return blocks


def _at(blocks: list[Preview] | tuple[()], line: int) -> Preview | None:
    """The block that a line is in, else the next one."""
    return next((block for block in blocks if line < block.line + max(len(block.before), 1)), None)
