"""What the command says and how it ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lint.repository import OLD, lay_out, lint, run


def test_a_clean_repository_ends_with_0(tmp_path: Path) -> None:
    ran = run(lay_out(tmp_path, {"BUILD": 'exports_files(["a"])\n'}))
    assert (ran.code, ran.out) == (0, "Clean; 2 files checked\n")


def test_findings_end_with_1_and_stand_where_they_are_in_the_file_as_it_is(tmp_path: Path) -> None:
    ran = lint(lay_out(tmp_path, {"BUILD": OLD}))
    assert ran.code == 1
    places = {(item["id"], item["line"], item["column"]) for item in ran.json["findings"]}
    assert ("venv-rules", 3, 1) in places
    assert (tmp_path / "BUILD").read_text() == OLD


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("BUILD", b'py_binary(\n    name = "x",\n', 1),
        ("BUILD.bazel", b"a = 1\nimport os\n", 2),
        ("a.bzl", b"def f():\n    while True:\n        pass\n", 2),
        ("MODULE.bazel", b'module(name = "x"\n', 1),
        ("WORKSPACE", b'x = "\n', 1),
        ("b.bzl", b"x = f(a = 1, a = 2)\n", 1),
        ("c.bzl", b"\0", 1),
        ("d.bzl", b"x = {1}\n", 1),
        ("e.bzl", b"load(a)\n", 1),
        ("f.bzl", b"(" * 500 + b")" * 500 + b"\n", 1),
    ],
)
def test_what_bazel_cannot_read_is_a_finding_with_its_place_and_ends_with_3(
    tmp_path: Path, name: str, content: bytes, line: int
) -> None:
    ran = lint(lay_out(tmp_path, {name: content}))
    assert ran.code == 3
    found = [item for item in ran.json["findings"] if item["id"] == "syntax-error"]
    assert [(item["path"], item["line"], item["failure"]) for item in found] == [(name, line, True)]


def test_what_starlark_has_and_python_has_not_is_no_error(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.bzl": 'load(":b.bzl", x = "y", "z")\n\nasync = 1\nawait = [async, x, z]\n',
        "b.bzl": b'y = "\xff"\nz = None\n',
        "BUILD": b'\xef\xbb\xbfexports_files(["\xc3\xa9"])\r\n',
    }
    assert lint(lay_out(tmp_path, files)).ids == []


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_count_all_the_same(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": OLD, "a/BUILD": "exports_files([])\n"})
    (tmp_path / "a" / "BUILD").unlink()
    (tmp_path / "a" / "target").write_text("")
    os.symlink("/proc/1/mem", tmp_path / "a" / "BUILD")
    ran = lint(tmp_path)
    assert "unreadable-file" in ran.ids and "venv-rules" in ran.ids


def test_paths_narrow_what_is_reported(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/BUILD": OLD, "b/BUILD": OLD})
    assert {item["path"] for item in lint(tmp_path, "a").json["findings"]} == {"a/BUILD"}
    assert run(tmp_path, "nowhere").code == 2


def test_fixing_leaves_nothing_to_report_and_touches_nothing_else(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": OLD, "a/BUILD": 'load(":m.bzl", "a", "b")\n\na(name = "x")\n', "c/BUILD": "x( )\n"})
    ran = lint(tmp_path, "--fix")
    assert (ran.code, ran.ids) == (0, [])
    assert ran.json["changed"] == ["BUILD", "a/BUILD"]
    assert "py_venv_binary" not in (tmp_path / "BUILD").read_text()
    assert (tmp_path / "a/BUILD").read_text() == 'load(":m.bzl", "a")\n\na(name = "x")\n'
    assert (tmp_path / "c/BUILD").read_text() == "x( )\n"
    assert lint(tmp_path).ids == []


def test_fixing_a_file_with_a_syntax_error_leaves_it_as_it_is(tmp_path: Path) -> None:
    broken = OLD + "\nx(\n"
    ran = lint(lay_out(tmp_path, {"BUILD": broken}), "--fix")
    assert ran.code == 3
    assert {"syntax-error", "venv-rules"} <= set(ran.ids)
    assert (tmp_path / "BUILD").read_text() == broken


def test_no_fix_is_offered_in_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    found = lint(lay_out(tmp_path, {"BUILD": OLD + "x(\n"})).json["findings"]
    assert {(item["id"], item["fix"]) for item in found} == {("venv-rules", None), ("syntax-error", None)}


def test_fix_with_diff_writes_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": 'load(":m.bzl", "a")\n'})
    ran = run(tmp_path, "--fix", "--diff", "--quiet")
    assert ran.out.startswith("diff --git a/BUILD b/BUILD\n")
    assert (tmp_path / "BUILD").read_text() == 'load(":m.bzl", "a")\n'
    assert run(tmp_path, "--diff").code == 2


def test_standard_input_stands_for_a_file(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/BUILD": "exports_files([])\n"})
    ran = run(tmp_path, "-", "--stdin-path", "a/BUILD", "--format", "json", stdin=OLD.encode())
    assert ran.code == 1 and {item["path"] for item in ran.json["findings"]} == {"a/BUILD"}
    fixed = run(tmp_path, "-", "--stdin-path", "b/BUILD", "--fix", stdin=OLD.encode())
    assert "py_venv_binary" not in fixed.out and 'name = "x"' in fixed.out
    assert (tmp_path / "a/BUILD").read_text() == "exports_files([])\n" and not (tmp_path / "b").exists()
    assert run(tmp_path, "-", stdin=b"").code == 2
    assert run(tmp_path, "-", "--stdin-path", "/elsewhere/BUILD", stdin=b"").code == 2


def test_selectors_are_ids_beginnings_and_packages(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": OLD + 'load(":m.bzl", "a")\n'})
    assert lint(tmp_path, "--select", "unused-load").ids == ["unused-load"]
    assert lint(tmp_path, "--select", "starlark").ids == ["unused-load"]
    assert lint(tmp_path, "--select", "unused").ids == ["unused-load"]
    assert "unused-load" not in lint(tmp_path, "--ignore", "unused-load").ids
    assert lint(tmp_path, "--select", "aspect_rules_py", "--ignore", "unstable,venv").ids == []
    wrong = run(tmp_path, "--select", "unused-laod")
    assert wrong.code == 2 and "did you mean unused-load" in wrong.err


def test_the_configuration_selects_by_path(tmp_path: Path) -> None:
    config = (
        '[lint]\nignore = ["venv"]\n[lint.per-path-ignores]\n"third_party/**" = ["ALL"]\n"*.bzl" = ["unused-load"]\n'
    )
    unused = 'load(":m.bzl", "a")\n'
    files = {"trekbok.toml": config, "third_party/a/BUILD": OLD, "BUILD": OLD + unused, "m.bzl": unused}
    ran = lint(lay_out(tmp_path, files))
    assert {(item["path"], item["id"]) for item in ran.json["findings"]} == {
        ("BUILD", "unstable-load"),
        ("BUILD", "unused-load"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lint]\nselct = []\n", ":2:1: unknown key 'selct' in lint; did you mean 'select'?"),
        ("lint.selct = []\n", ":1:1: unknown key 'selct' in lint"),
        ("[[policy]]\nkind = 'a'\n  attribut = 'b'\n", ":3:3: unknown key 'attribut' in policy[0]; did you mean"),
        ("[lint]\n\nselect = [\n  1,\n]\n", ":3:1: lint.select[0]: expected `str`"),
        ("[lint.per-path-ignores]\n'a' = ['ALL']\n'b=c' = 'ALL'\n", ":3:1: lint.per-path-ignores.b=c: expected"),
        ("# x = 1\nto = 1\n", ":2:1: to: expected `str`"),
        ("to = '3.0'\n", ":1:1: no profile is called '3.0'"),
        ("skip = ['venv-ruls']\n", ":1:1: no migration is called 'venv-ruls'; did you mean venv-rules"),
        ("[lint]\nselect = ['nothing-such']\n", ":2:1: no finding is called 'nothing-such'"),
        ("[lint]\n[lint.per-path-ignores]\n'*' = ['x']\n'a' = ['venv-ruls']\n", ":3:1: no finding is called 'x'"),
        ("[[policy]]\nkind = 'a'\nattribute = 'b'\n", ":1:3: the policy on b of a demands nothing"),
        ("policy = []\n[[deprecated]]\nmessage = 'm'\n", ":2:3: a deprecation has one of symbol, file, label and flag"),
        ("[[deprecated]]\nmessage = 'm'\nsymbol = 'py_binary'\n", "no LABEL%NAME"),
        ("[lint\n", ":1:6: is not TOML"),
        ("to = 'a", ":1:8: is not TOML"),
    ],
)
def test_a_wrong_configuration_ends_with_2_and_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    ran = run(lay_out(tmp_path, {"trekbok.toml": text}))
    assert ran.code == 2 and said in ran.err
    if said.startswith(":"):
        assert ran.err.startswith(f"Error: trekbok.toml{said}"), ran.err


def test_a_wrong_configuration_in_pyproject_is_placed_too(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\nselect = """\n[tool.trekbok]\nto = 3\n"""\n\n[tool.trekbok]\nsemantics = "plane"\n'
    ran = run(lay_out(tmp_path, {"pyproject.toml": text}))
    assert (ran.code, ran.err) == (2, "Error: pyproject.toml:9:1: semantics is 'preserve' or 'plain', not 'plane'\n")


def test_exit_zero_bends_findings_but_not_failures(tmp_path: Path) -> None:
    assert run(lay_out(tmp_path, {"BUILD": OLD}), "--exit-zero").code == 0
    assert run(lay_out(tmp_path, {"BUILD": "x(\n"}), "--exit-zero").code == 3


def test_a_version_decides_what_is_deprecated(tmp_path: Path) -> None:
    text = 'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\npy_test(\n    name = "t",\n    pytest_main = True,\n)\n'
    lay_out(tmp_path, {"BUILD": text})
    assert "pytest-main" not in lint(tmp_path, "--to", "2.0.0-alpha.4").ids
    assert "pytest-main" in lint(tmp_path, "--to", "2.0.0-alpha.5").ids
    assert run(tmp_path, "--to", "2.0").code == 2


def test_a_check_that_breaks_is_reported_and_the_others_run(tmp_path: Path) -> None:
    own = (
        "from migrations.migration import Migration, Page\n"
        'def find(view):\n    raise ValueError("boom")\n'
        'MIGRATION = Migration(id="mine", summary="S.", page=Page("a.", "b.", "c."), find=find, needles=(b"x",))\n'
    )
    lay_out(tmp_path, {"trekbok.toml": 'migrations = ["mine.py"]\n', "mine.py": own, "BUILD": OLD})
    ran = lint(tmp_path)
    assert ran.code == 3 and "venv-rules" in ran.ids
    (broken,) = [item for item in ran.json["findings"] if item["id"] == "failed-check"]
    assert "mine broke on this file" in broken["message"] and "boom" in broken["message"]


def test_two_checks_that_would_make_the_same_edit_are_one_finding(tmp_path: Path) -> None:
    text = 'toolchain(\n    name = "t",\n    exec_comaptible_with = ["@platforms//os:linux"],\n)\n'
    lay_out(tmp_path, {"BUILD": text})
    assert len(lint(tmp_path).ids) == 1
    for id in ("misspelled-attribute", "toolchain-misspellings"):
        assert lint(tmp_path, "--select", id).ids == [id]


def test_one_cause_is_one_finding(tmp_path: Path) -> None:
    removed = 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary", "py_venv_test")\n'
    lay_out(tmp_path, {"BUILD": removed + 'py_venv_binary(name = "x")\n', "a/BUILD": removed})
    assert lint(tmp_path).ids == ["venv-rules"] * 4
    others = lint(tmp_path, "--ignore", "venv-rules").ids
    assert sorted(others) == ["unstable-load"] * 4 + ["unused-load"] * 3


def test_emitted_rules_are_known_under_the_name_that_the_module_has(tmp_path: Path) -> None:
    call = 'load("@{0}//python:py_test.bzl", "py_test")\n\npy_test(\n    name = "t",\n    srcs = ["t.py"],\n'
    call += '    precompile = "if_generated_source",\n    pyc_colection = "include_pyc",\n)\n'
    files = {
        "MODULE.bazel": 'bazel_dep(name = "house_rules", repo_name = "house")\nbazel_dep(name = "others")\n'
        'local_path_override(\n    module_name = "house_rules",\n    path = "third_party/rules",\n)\n'
        'local_path_override(\n    module_name = "others",\n    path = "third_party/others",\n)\n',
        "third_party/rules/trekbok-emit.json": "{}",
        ".bazelrc": "common --@house//python/config_settings:precompile=enabeld\n",
        "a/BUILD": call.format("house"),
        "b/BUILD": call.format("others").replace("if_generated_source", "x"),
    }
    lay_out(tmp_path, files)
    found = lint(tmp_path).json["findings"]
    assert sorted((item["path"], item["id"]) for item in found) == [
        (".bazelrc", "precompile-unknown-values"),
        ("a/BUILD", "misspelled-attribute"),
        ("a/BUILD", "precompile-removed-values"),
    ]
    run(tmp_path, "--fix", "--unsafe-fixes")
    assert "@house//python:py_test.bzl" in (tmp_path / "a/BUILD").read_text()
