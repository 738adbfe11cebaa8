"""The HTML report of a rollout in a browser."""

from __future__ import annotations

import json
from pathlib import Path

from tests.lint.browser import Tags, dumped
from tests.lint.repository import lay_out
from tests.rollout.conftest import trekbok

EVIL = "<img src=x onerror=document.title='owned'>"
TEST = 'load("@rules_python//python:py_test.bzl", "py_test")\n\npy_test(\n    name = "{}",\n    srcs = ["t.py"],\n)\n'
HELD = TEST.replace("    srcs", '    main_module = "m",\n    srcs')


def _repository(root: Path) -> Path:
    files = {f"team/p{number}/BUILD": TEST.format(f"t{number}") for number in range(8)}
    files[f"{EVIL.replace('/', '_')}/BUILD"] = TEST.format("t")
    files["held/BUILD"] = HELD.format("t")
    files[".github/CODEOWNERS"] = "/team/ @builders\n"
    lay_out(root, files)
    assert trekbok(root, "plan", "--shares", "50,100").returncode == 1
    return root


def test_it_opens_in_a_browser_and_shows_how_far_everything_is(tmp_path: Path) -> None:
    root = _repository(tmp_path / "r")
    page = tmp_path / "status.html"
    report = tmp_path / "status.json"
    both = ("--output", f"html={page}", "--output", f"json={report}")
    assert trekbok(root, "status", *both).returncode == 0
    assert trekbok(root, "apply", "--next").returncode == 0
    (root / "team/new").mkdir()
    (root / "team/new/BUILD").write_text(TEST.format("new"))
    done = trekbok(root, "status", *both, "--output", "text")
    assert done.returncode == 1 and "Drifted: 1" in done.stdout

    document = dumped(page, tmp_path / "profile")
    assert "<title>Rollout of precompile</title>" in document and "owned</title>" not in document
    tags = Tags(document).tags
    assert not [tag for tag, _ in tags if tag in ("img", "script", "iframe", "object", "link")]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "src"]
    assert {attributes["id"] for tag, attributes in tags if tag == "table"} >= {"waves", "owners", "directories"}
    assert document.count("<circle") == 2, "two runs"
    assert "@builders" in document and "//team/new:new is new" in document
    assert "//held:t: main_module with collected pycs fails in analysis" in document
    total = json.loads(report.read_bytes())["total"]
    assert 0 < total["inside"] < total["targets"] == 9
    assert f"{total['inside']} of {total['targets']} ({total['percent']:.0f}%)" in document


def test_a_report_has_to_have_a_format_that_there_is(tmp_path: Path) -> None:
    root = _repository(tmp_path / "r")
    wrong = trekbok(root, "status", "--output", "htm=x")
    assert wrong.returncode == 2 and "did you mean html?" in wrong.stderr
    assert trekbok(root, "status", "--format", "json", "--output", "html").returncode == 2
