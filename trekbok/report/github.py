"""The report as annotations of a GitHub workflow.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from trekbok.report.model import Report, whole_message


def render(report: Report) -> str:
    """The workflow commands, one a line."""
    lines = []
    for item in report.diagnostics:
        properties = {
            "file": item.path,
            "line": str(item.line),
            "endLine": str(item.end_line),
            "col": str(item.column),
            "endColumn": str(item.end_column),
            "title": item.id,
        }
        if item.end_line != item.line:  # columns are understood within one line only
            del properties["col"], properties["endColumn"]
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        lines.append(f"::{'error' if item.blocks else 'notice'} {given}::{_message(whole_message(item))}\n")
    return "".join(lines)


def _message(text: str) -> str:
    text = "".join(c if c.isprintable() or c in "\r\n\t" else f"\\x{ord(c):02x}" for c in text)
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
