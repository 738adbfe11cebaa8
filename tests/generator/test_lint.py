"""What the generator knows of dependencies as findings of `trekbok lint`, through the real command line.

Golden trees as in `test_goldens`: `expected` is what is said before anything is fixed, `BUILD.out` what all fixes make.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.generator.test_goldens import ACCEPT, build_files
from tests.lint.repository import Ran, commit, run

TREES = Path(__file__).parent.parent.parent / "testdata" / "generator_lint"
MODULE = 'module(name = "example")\n'
SELECT = ("--select", "generator", "--no-cache")
LOAD = 'load("@rules_python//python:defs.bzl", "py_library")\n\n'


def library(name: str, *deps: str, above: str = "") -> str:
    listed = "".join(f'\n        "{dep}",' for dep in deps)
    written = f"    deps = [{listed}\n    ],\n" if deps else ""
    return f'{LOAD}{above}py_library(\n    name = "{name}",\n    srcs = ["m.py"],\n{written})\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """`//a` has one dependency it does not import, and imports one that it does not have."""
    files = {
        "MODULE.bazel": MODULE,
        "BUILD": "# gazelle:python_extension enabled\n",
        "a/BUILD": library("a", "//c"),
        "a/m.py": "import b.m\n",
        "b/BUILD": library("b"),
        "b/m.py": "",
        "c/BUILD": library("c"),
        "c/m.py": "",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def found(ran: Ran) -> list[str]:
    items = json.loads(ran.out)["findings"]
    return [f"{item['path']}:{item['line']} {item['id']}" for item in items]


BOTH = ["a/BUILD:3 undeclared-dependency", "a/BUILD:7 unused-dependency"]


@pytest.mark.parametrize("name", sorted(path.name for path in TREES.iterdir()))
def test_tree(name: str, tmp_path: Path) -> None:
    source, root = TREES / name, tmp_path / "tree"
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("BUILD.out", "expected"))
    for path in root.rglob("BUILD.in"):
        path.rename(path.with_name("BUILD"))
    (root / "MODULE.bazel").write_text(MODULE)
    told = run(root, "--verbose", *SELECT)
    text = re.sub(r"; \d+ files checked", "", f"exit {told.code}\n{told.out}{told.err}")
    fixed = run(root, "--fix", "--unsafe-fixes", *SELECT)
    if ACCEPT:
        for where, content in build_files(root).items():
            (source / where / "BUILD.out").write_text(content)
        (source / "expected").write_text(text)
    assert text == (source / "expected").read_text()
    assert build_files(root) == build_files(source)
    assert fixed.code in (0, 1)
    assert (
        run(root, "--fix", "--unsafe-fixes", "--diff", *SELECT).out.splitlines()[-1].startswith(("Clean", "1 f", "2 f"))
    )


def test_they_run_in_whole_runs_of_repositories_that_use_the_generator(root: Path) -> None:
    json_ = ("--format", "json", "--ignore", "rules_python")
    assert found(run(root, *json_)) == BOTH
    (root / "BUILD").write_text("# gazelle:prefix x\n")
    assert found(run(root, *json_)) == []
    assert found(run(root, *json_, "--select", "ALL")) == []
    assert found(run(root, "--format", "json", "--select", "undeclared")) == BOTH[:1]
    (root / "trekbok.toml").write_text('[lint]\nselect = ["unused-dependency"]\n')
    assert found(run(root, *json_)) == BOTH[1:]
    (root / "trekbok.toml").write_text('[lint]\nselect = ["generator"]\n[lint.per-path-ignores]\n"a/" = ["unused"]\n')
    assert found(run(root, *json_)) == BOTH[:1]


def test_since_asks_for_them_by_name_and_reports_packages_whose_sources_changed(root: Path) -> None:
    commit(root)
    (root / "b/m.py").write_text("import os\n")
    since = ("--since", "HEAD", "--format", "json")
    assert found(run(root, *since)) == []
    assert found(run(root, *since, *SELECT)) == []
    (root / "a/m.py").write_text("import b.m, os\n")
    assert found(run(root, *since)) == []
    for _ in range(2):  # without a cache, and with one
        assert found(run(root, *since, "--select", "generator,ALL")) == BOTH
    run(root, "--select", "generator,ALL", "--since", "HEAD", "--fix", "--unsafe-fixes")
    assert found(run(root, *since, "--select", "generator,ALL", "--ignore", "rules_python")) == []
    text = (root / "a/BUILD").read_text()
    assert '"//b"' in text and "//c" not in text


def test_comments_suppress_them_and_are_stale_only_where_they_ran(root: Path) -> None:
    comment = "# trekbok: disable=unused-dependency, undeclared-dependency (by hand)\n"
    (root / "a/BUILD").write_text(library("a", "//c", above=comment))
    json_ = ("--format", "json", "--ignore", "rules_python")
    ran = run(root, *json_)
    assert (found(ran), sum(json.loads(ran.out)["suppressed"].values())) == ([], 2)
    (root / "a/m.py").write_text("import c.m\n")
    assert found(run(root, *json_)) == ["a/BUILD:3 stale-suppression"]
    (root / "BUILD").write_text("")
    assert found(run(root, *json_)) == []


def test_a_baseline_holds_them_and_keeps_them_where_they_do_not_run(root: Path) -> None:
    baseline = ("--baseline", str(root / "baseline.json"))
    run(root, *baseline, "--write-baseline", "--ignore", "rules_python")
    json_ = ("--format", "json", "--ignore", "rules_python", *baseline)
    assert found(run(root, *json_)) == []
    (root / "a/m.py").write_text("import c.m\n")
    assert [line.partition(" ")[2] for line in found(run(root, *json_))] == ["stale-baseline"] * 2
    (root / "BUILD").write_text("")
    assert found(run(root, *json_)) == []
    run(root, *baseline, "--prune-baseline")
    assert len(json.loads((root / "baseline.json").read_text())["entries"]) == 2


def test_what_they_find_is_never_from_the_cache(root: Path) -> None:
    json_ = ("--format", "json", "--select", "generator")
    for text, wanted in (("import b.m\n", BOTH), ("import c.m\n", []), ("import b.m, c.m\n", BOTH[:1])):
        (root / "a/m.py").write_text(text)
        for _ in range(2):
            assert found(run(root, *json_)) == wanted


def test_a_repository_the_generator_cannot_make_out_is_a_failure(root: Path) -> None:
    (root / "BUILD").write_text("# gazelle:python_generation_mode nonsense\n")
    ran = run(root, "--format", "json", "--select", "generator")
    assert (ran.code, [line.partition(" ")[2] for line in found(ran)]) == (3, ["failed-check"])


def test_reports_of_every_format_have_them(root: Path) -> None:
    for name in ("sarif", "github", "gitlab", "junit", "html"):
        assert "undeclared-dependency" in run(root, "--output", name, *SELECT).out
