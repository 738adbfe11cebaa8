"""The HTML report in a browser: it opens without a network, shows what it should, and runs nothing of what it shows."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.lint.browser import Tags, dumped
from tests.lint.repository import OLD, lay_out, run
from trekbok.cli import main

EVIL = "<img src=x onerror=document.title='owned'>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The report of the second of two runs on a repository full of markup."""
    files = {
        f"{EVIL.replace('/', '_')}/BUILD": OLD.replace('"x"', f'"{EVIL}"'),
        "team/app/BUILD": OLD,
        "team/app/sub/BUILD": 'load(":m.bzl", "</pre><script>document.title=\'owned\'</script>")\n',
        ".github/CODEOWNERS": "/team/ @builders\n",
    }
    root = lay_out(tmp_path / "r", files)
    run(root, "--output", f"html={tmp_path / 'first.html'}")
    (root / "team/app/BUILD").write_text("exports_files([])\n")
    assert run(root, "--output", f"html={tmp_path / 'second.html'}").code == 1
    return tmp_path / "second.html"


def test_it_opens_in_a_browser_and_runs_nothing_of_what_it_shows(page: Path, tmp_path: Path) -> None:
    document = dumped(page, tmp_path / "profile")
    assert "<title>trekbok lint</title>" in document and "owned</title>" not in document
    assert not [tag for tag, _ in Tags(document).tags if tag in ("img", "script", "iframe", "object", "link")]
    assert 'id="burndown"' in document or "id='burndown'" in document


def test_it_needs_nothing_but_itself(page: Path) -> None:
    text = page.read_text()
    for tag, attributes in Tags(text).tags:
        assert tag not in ("script", "img", "link", "iframe", "object"), tag
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "href", "action")]
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)


def test_it_has_a_burn_down_owners_directories_and_what_a_fix_does(page: Path) -> None:
    text = page.read_text()
    assert text.count("<circle") == 2, "two runs"
    assert "@builders" in text and "unowned" in text and "<code>team/app</code>" in text
    assert "<del>- py_venv_binary(</del>" in text and "<ins>+ py_binary(</ins>" in text
    assert "<ins>+ load(&quot;@aspect_rules_py//py:defs.bzl&quot;, &quot;py_binary&quot;)</ins>" in text


def test_a_run_over_a_part_is_not_put_on_record(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "r", {"BUILD": OLD, "trekbok.toml": '[lint]\nhistory = "history.jsonl"\n'})
    run(root, "--output", f"html={tmp_path / 'x.html'}")
    assert (root / "history.jsonl").read_text().count("\n") == 1
    run(root, "--output", f"html={tmp_path / 'x.html'}", "--select", "unused-load")
    run(root, "--output", f"html={tmp_path / 'x.html'}", "BUILD")
    run(root, "--output", f"html={tmp_path / 'x.html'}")
    assert (root / "history.jsonl").read_text().count("\n") == 1, "nor is one that says the same"


def test_migrate_has_one_too(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "r", {"BUILD": OLD, "a/BUILD": "x(\n"})
    arguments = ["migrate", "--root", os.fspath(root), "--check", "--output", f"html={tmp_path / 'm.html'}"]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    text = (tmp_path / "m.html").read_text()
    assert "<title>trekbok migrate</title>" in text and "<del>- py_venv_binary(</del>" in text
    assert "<ins>+     expose_venv = True,</ins>" in text
    assert CliRunner().invoke(main, [*arguments[:-1], "json=x"]).exit_code == 2
