"""The report as JUnit XML: a suite for the run, a case for each finding, and one that passes if there is none.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from trekbok.report.model import Report, whole_message


def render(report: Report) -> str:
    """The text."""
    failures = sum(1 for item in report.errors if not item.failure)
    errors = sum(1 for item in report.errors if item.failure)
    cases = []
    for item in report.diagnostics:
        name = _attribute(f"{item.id} {item.line}:{item.column}")
        head = f"    <testcase classname={_attribute(item.path)} name={name} file={_attribute(item.path)}"
        head += f' line="{item.line}" time="0">'
        message, kind = _attribute(whole_message(item)), _attribute(item.id)
        body = escape(_clean(f"{item.path}:{item.line}:{item.column}\n{item.text}"))
        tag = "error" if item.failure else "failure"
        if item.blocks:
            cases.append(f"{head}\n      <{tag} message={message} type={kind}>{body}</{tag}>\n    </testcase>\n")
        else:
            note = escape(_clean(whole_message(item)))
            cases.append(f"{head}\n      <system-out>{note}</system-out>\n    </testcase>\n")
    if not cases:
        cases.append('    <testcase classname="trekbok" name="lint" time="0"/>\n')
    counts = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" time="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="trekbok" {counts}>\n  <testsuite name="trekbok.lint" {counts}>\n'
        f"{''.join(cases)}  </testsuite>\n</testsuites>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;", "\t": "&#9;"})


def _clean(text: str) -> str:
    """Text without what XML cannot hold."""
    return "".join(
        c if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "\ufffd"
        for c in text
    )
