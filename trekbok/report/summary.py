"""The summary of a run of `migrate` that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from migrations.engine import Outcome
from migrations.finding import Level
from migrations.settle import Reported


def print_summary(console: Console, outcome: Outcome, *, written: bool, verb: str, verbose: bool, quiet: bool) -> None:
    """Prints what changed by migration, what needs a person, what was skipped and what failed.

    Args:
        console: where to.
        outcome: the run.
        written: whether the plan was written.
        verb: how the change is spoken of: `changed`, `would change`.
        verbose: also list notes and every changed file.
        quiet: only what needs a person, and failures.
    """
    plan = outcome.plan
    if not quiet:
        _changes(console, outcome, verb, verbose)
    person = [item for item in outcome.findings if item.level is Level.PERSON]
    if person:
        console.print(f"\n[bold yellow]Needs a person[/] ({_count(len(person), 'place')})")
        _places(console, person)
    notes = [item for item in outcome.findings if item.level is Level.NOTE]
    if notes and verbose:
        console.print(f"\n[bold]Worth knowing[/] ({_count(len(notes), 'place')})")
        _places(console, notes)
    elif notes and not quiet:
        console.print(f"\n{_count(len(notes), 'note')} on behaviour that changes without a text; -v lists them")
    if plan.skips and not quiet:
        console.print(f"\n[bold]Skipped[/] ({_count(len(plan.skips), 'place')})")
        for skip in plan.skips:
            console.print(f"  {escape(_place(skip.path, skip.line))}: {escape(skip.reason)}")
    if plan.failures:
        console.print(f"\n[bold red]Failed[/] ({_count(len(plan.failures), 'file')})")
        for failure in plan.failures:
            console.print(f"  {escape(_place(failure.path, failure.line))}: {escape(failure.reason)}")
    if outcome.ignored_roots and not quiet:
        console.print("\nNot looked at, since Bazel ignores them; run trekbok with --root for each:")
        for path in outcome.ignored_roots:
            console.print(f"  {escape(path)}")
    if not (plan.changes or person or plan.failures or plan.skips) and not quiet:
        console.print(f"Nothing to do: {_count(outcome.searched, 'file')} searched")
    elif written and plan.changes and not quiet:
        console.print("\n`trekbok undo` takes this run back")


def _changes(console: Console, outcome: Outcome, verb: str, verbose: bool) -> None:
    changes = outcome.plan.changes
    if not changes:
        return
    profiles = sorted(set(outcome.profiles.values()))
    console.print(f"[bold green]{_count(len(changes), 'file')} {verb}[/] (to {', '.join(profiles)})")
    counts: Counter[str] = Counter()
    files: dict[str, set[str]] = {}
    for item in outcome.findings:
        if item.fixed:
            counts[item.id] += 1
            files.setdefault(item.id, set()).add(item.path)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("  migration")
    table.add_column("places", justify="right")
    table.add_column("files", justify="right")
    for id, count in sorted(counts.items()):
        table.add_row(f"  {id}", f"{count:,}", f"{len(files[id]):,}")
    console.print(table)
    if verbose:
        for change in changes:
            console.print(f"  {escape(change.path)}: {', '.join(sorted({cause.id for cause in change.causes}))}")


def _places(console: Console, findings: Iterable[Reported]) -> None:
    for item in findings:
        place = escape(f"{item.path}:{item.line}:{item.column}")
        console.print(f"  {place}: {escape(item.message)} [dim]\\[{item.id}][/]")
        if item.advice:
            console.print(f"      {escape(item.advice)}")


def _place(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
