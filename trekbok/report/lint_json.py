"""The report as JSON; `schema` gives its schema."""

from __future__ import annotations

import msgspec

from trekbok.report.model import Report, severity


class Finding(msgspec.Struct, frozen=True, rename="camel"):
    """A finding. Columns count characters, from 1; `fix` is `safe`, `unsafe` or null; `failure` says that the file
    could not be dealt with because of it."""

    id: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: str
    message: str
    advice: str
    fix: str | None
    failure: bool
    target: str
    text: str
    fingerprint: str
    expired: str


class Lint(msgspec.Struct, frozen=True, rename="camel"):
    """A run of lint."""

    version: str
    exit_code: int
    checked: int
    findings: list[Finding]
    suppressed: dict[str, int]
    baselined: dict[str, int]
    fixed: dict[str, int]
    changed: list[str]


def render(report: Report) -> str:
    """The text."""
    content = Lint(
        report.version,
        report.exit_code,
        report.checked,
        [
            Finding(
                item.id,
                item.path,
                item.line,
                item.column,
                item.end_line,
                item.end_column,
                severity(item),
                item.message,
                item.advice,
                item.safety.value if item.safety else None,
                item.failure,
                item.target,
                item.text,
                item.fingerprint,
                item.expired,
            )
            for item in report.diagnostics
        ],
        dict(sorted(report.suppressed.items())),
        dict(sorted(report.baselined.items())),
        dict(sorted(report.fixed.items())),
        list(report.changed),
    )
    return msgspec.json.format(_encoder.encode(content), indent=2).decode() + "\n"


def schema() -> bytes:
    """The JSON schema of the report."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Lint)), indent=2) + b"\n"


_encoder = msgspec.json.Encoder()
