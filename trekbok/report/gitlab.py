"""The report for GitLab's code quality widget.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import msgspec

from migrations.lint.diagnostic import Diagnostic
from trekbok.report.model import Report, whole_message


def render(report: Report) -> str:
    """The text."""
    items = [
        {
            "description": whole_message(item),
            "check_name": item.id,
            "fingerprint": item.fingerprint,
            "severity": _severity(item),
            "location": {"path": item.path, "lines": {"begin": item.line, "end": item.end_line}},
        }
        for item in report.diagnostics
    ]
    return msgspec.json.format(msgspec.json.encode(items), indent=2).decode() + "\n"


def _severity(item: Diagnostic) -> str:
    if item.failure:
        return "critical"
    return "major" if item.blocks else "info"
