"""The report of a run as JSON; its schema is `run.schema.json` beside this file."""

from __future__ import annotations

import msgspec

from migrations.engine import Outcome
from migrations.settle import Reported
from trekbok import __version__


class Finding(msgspec.Struct, frozen=True, rename="camel"):
    """A finding: whether its fix was made, and what is left to do (`person`, `note`, `done`)."""

    id: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    advice: str
    fixed: bool
    status: str


class Edit(msgspec.Struct, frozen=True, rename="camel"):
    """The cause of an edit: the migration, and the line of the old file it is about."""

    id: str
    line: int
    message: str


class Change(msgspec.Struct, frozen=True, rename="camel"):
    """A changed file and the provenance of each of its edits."""

    path: str
    edits: list[Edit]


class Problem(msgspec.Struct, frozen=True, rename="camel"):
    """A file that was skipped or failed; line 0 is the file as a whole."""

    path: str
    line: int
    reason: str


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """A run of migrate."""

    version: str
    profiles: dict[str, str]
    written: bool
    exit_code: int
    searched: int
    changed: list[Change]
    findings: list[Finding]
    skipped: list[Problem]
    failed: list[Problem]
    not_run: dict[str, str]
    ignored_workspaces: list[str]


def report_of(outcome: Outcome, *, written: bool, exit_code: int) -> Report:
    """The report of a run."""
    plan = outcome.plan
    return Report(
        version=__version__,
        profiles=dict(sorted(outcome.profiles.items())),
        written=written,
        exit_code=exit_code,
        searched=outcome.searched,
        changed=[
            Change(change.path, [Edit(cause.id, cause.line, cause.message) for cause in change.causes])
            for change in plan.changes
        ],
        findings=[_finding(item) for item in outcome.findings],
        skipped=[Problem(skip.path, skip.line, skip.reason) for skip in plan.skips],
        failed=[Problem(failure.path, failure.line, failure.reason) for failure in plan.failures],
        not_run=dict(sorted(outcome.not_run.items())),
        ignored_workspaces=list(outcome.ignored_roots),
    )


def _finding(item: Reported) -> Finding:
    status = "done" if item.level is None else item.level.value
    return Finding(
        item.id,
        item.path,
        item.line,
        item.column,
        item.end_line,
        item.end_column,
        item.message,
        item.advice,
        item.fixed,
        status,
    )


def encode(report: Report) -> bytes:
    """The report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def schema() -> bytes:
    """The JSON schema of the report."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Report)), indent=2) + b"\n"
