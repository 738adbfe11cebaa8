"""The report as SARIF 2.1.0, within the limits that GitHub sets.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html,
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from migrations.finding import Safety
from migrations.lint.diagnostic import Diagnostic
from migrations.lint.preview import Preview
from migrations.migration import Migration
from trekbok.report.model import Report, whole_message

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more."""

_MOST_TEXT = 1024
_MARKDOWN = re.compile(r"[`*]")


def render(report: Report) -> str:
    """The text."""
    kept = sorted(report.diagnostics, key=lambda item: not item.blocks)[:MOST_RESULTS]
    dropped = len(report.diagnostics) - len(kept)
    kept.sort(key=lambda item: (item.path, item.start, item.end, item.id))
    ids = sorted({*report.rules, *report.ids})
    index = {id: number for number, id in enumerate(ids)}
    run = {
        "tool": {
            "driver": {
                "name": "trekbok",
                "semanticVersion": report.version,
                "rules": [_rule(id, report.rules.get(id)) for id in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report, dropped)],
        "results": [_result(item, index, report.previews.get(item)) for item in kept],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _invocation(report: Report, dropped: int) -> dict[str, Any]:
    failures = [item for item in report.diagnostics if item.failure]
    notes = [
        {
            "level": "error",
            "descriptor": {"id": item.id},
            "message": {"text": _cut(item.message)},
            "locations": [_location(item)],
        }
        for item in failures[:1000]
    ]
    if dropped:
        text = f"{dropped:,} more findings are left out, since no more than {MOST_RESULTS:,} can be uploaded"
        notes.append({"level": "warning", "message": {"text": text}})
    return {
        "executionSuccessful": not failures,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": notes,
    }


def _rule(id: str, migration: Migration | None) -> dict[str, Any]:
    if migration is None:
        return {"id": id}
    page = migration.page
    help_text = f"{page.what}\n\n{page.why}\n\n{page.safety}"
    return {
        "id": id,
        **({"helpUri": page.references[0]} if page.references else {}),
        "name": "".join(word.capitalize() for word in id.split("-"))[:255],
        "shortDescription": {"text": _cut(_MARKDOWN.sub("", migration.summary))},
        "fullDescription": {"text": _cut(_MARKDOWN.sub("", page.what))},
        "help": {"text": _MARKDOWN.sub("", help_text), "markdown": help_text},
        "defaultConfiguration": {"level": "error"},
        "properties": {"precision": "very-high", "tags": ["bazel", "maintainability"]},
    }


def _result(item: Diagnostic, index: Mapping[str, int], preview: Preview | None) -> dict[str, Any]:
    fix = _fix(item, preview) if preview is not None and item.safety is Safety.SAFE else None
    return {
        "ruleId": item.id,
        "ruleIndex": index[item.id],
        "level": "error" if item.blocks else "note",
        "message": {"text": whole_message(item)},
        "locations": [_location(item)],
        "partialFingerprints": {"trekbok/v1": item.fingerprint},
        **({"fixes": [fix]} if fix is not None else {}),
    }


def _fix(item: Diagnostic, preview: Preview) -> dict[str, Any] | None:
    """The fix as a replacement of whole lines; None where it cannot be said in text."""
    before, after = preview.before, "".join(preview.after)
    if "\ufffd" in after or "\ufffd" in "".join(before):
        return None  # bytes that are no UTF-8
    region = {"startLine": preview.line, "startColumn": 1, "endLine": preview.line + len(before), "endColumn": 1}
    if before and not before[-1].endswith("\n"):  # the end of the file
        region |= {"endLine": preview.line + len(before) - 1, "endColumn": len(before[-1].removeprefix("\ufeff")) + 1}
    return {
        "description": {"text": whole_message(item)},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(item.path), "uriBaseId": "ROOT"},
                "replacements": [{"deletedRegion": region, "insertedContent": {"text": after.removeprefix("\ufeff")}}],
            }
        ],
    }


def _location(item: Diagnostic) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": item.line,
        "startColumn": item.column,
        "endLine": item.end_line,
        "endColumn": item.end_column,
    }
    if item.text:
        region["snippet"] = {"text": item.text}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(item.path), "uriBaseId": "ROOT"},
            "region": region,
        }
    }


def _uri(path: str) -> str:
    """A path as a relative URI; a colon in its first part would read as a scheme."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/@+,=!$&'()*;~")


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 1] + "…"
