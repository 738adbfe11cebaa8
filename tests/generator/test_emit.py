"""Emitting the rules: what is written, what is refused, what is reported."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from generator import emit as emit_module
from generator.emit import MANIFEST, EmitError, emit


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small module in place of the real one, so that a test can change it."""
    rules = tmp_path / "rules"
    for path, content in {
        "MODULE.bazel": 'module(\n    name = "trekbok_rules",\n    version = "1.0",\n)\n',
        "WORKSPACE": 'workspace(name = "trekbok_rules")\n',
        "BUILD.bazel": "",
        "python/run.sh": "#!/bin/sh\n",
        "python/defs.bzl": 'NAME = "trekbok_rules"\n',
        "tests/BUILD.bazel": "",
        "python/__pycache__/x.pyc": "",
        "bazel-bin/x": "",
        ".bazelrc": "",
        "MODULE.bazel.lock": "",
    }.items():
        (rules / path).parent.mkdir(parents=True, exist_ok=True)
        (rules / path).write_text(content)
    monkeypatch.setattr(emit_module, "RULES", rules)
    return rules


def tree(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_the_real_module_is_written_whole(tmp_path: Path) -> None:
    result = emit(tmp_path / "out", module_name="my_rules")
    assert result.written
    found = tree(tmp_path / "out")
    assert 'name = "my_rules"' in found["MODULE.bazel"]
    assert "python/py_library.bzl" in found
    assert "tools/precompiler/precompiler.py" in found
    assert not [path for path in found if path.startswith("tests/")]
    # Nothing in it depends on what the module is called.
    assert not [path for path, text in found.items() if "trekbok_rules" in text]


def test_first_emit(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = emit(out)
    assert result.written
    assert (result.module_name, result.version) == ("trekbok_rules", "1.0")
    assert {change.state for change in result.changes} == {"missing"}
    files = {"MODULE.bazel", "WORKSPACE", "BUILD.bazel", "python/run.sh", "python/defs.bzl"}
    assert tree(out).keys() == files | {MANIFEST}
    manifest = json.loads((out / MANIFEST).read_text())
    assert (manifest["module_name"], manifest["version"]) == ("trekbok_rules", "1.0")
    assert manifest["files"].keys() == files
    assert os.access(out / "python" / "run.sh", os.X_OK)
    assert not os.access(out / "BUILD.bazel", os.X_OK)


def test_a_second_emit_changes_nothing(rules: Path, tmp_path: Path) -> None:
    emit(tmp_path / "out")
    before = tree(tmp_path / "out")
    result = emit(tmp_path / "out")
    assert result.changes == ()
    assert not result.written
    assert not result.refused
    assert tree(tmp_path / "out") == before


def test_the_name_is_kept_until_another_is_given(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    emit(out, module_name="ours")
    assert emit(out).changes == ()
    assert 'name = "ours"' in (out / "MODULE.bazel").read_text()
    assert 'name = "ours"' in (out / "WORKSPACE").read_text()
    result = emit(out, module_name="others")
    assert {change.path for change in result.changes} == {"MODULE.bazel", "WORKSPACE", MANIFEST}
    assert 'name = "others"' in (out / "MODULE.bazel").read_text()


def test_check_writes_nothing(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = emit(out, check=True)
    assert result.changes
    assert not result.written
    assert not result.refused
    assert not out.exists()
    emit(out)
    assert emit(out, check=True).changes == ()


def test_an_update_writes_removes_and_leaves_the_rest(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    emit(out)
    (out / "python" / "notes.txt").write_text("ours")
    (rules / "BUILD.bazel").write_text("# new\n")
    (rules / "python" / "defs.bzl").unlink()
    (rules / "python" / "run.sh").unlink()
    (rules / "cc").mkdir()
    (rules / "cc" / "BUILD.bazel").write_text("")
    result = emit(out)
    assert result.written
    assert {change.path: change.state for change in result.changes} == {
        "BUILD.bazel": "outdated",
        "cc/BUILD.bazel": "missing",
        "python/defs.bzl": "stale",
        "python/run.sh": "stale",
        MANIFEST: "outdated",
    }
    assert tree(out).keys() == {
        "MODULE.bazel",
        "WORKSPACE",
        "BUILD.bazel",
        "cc/BUILD.bazel",
        "python/notes.txt",
        MANIFEST,
    }


def test_an_empty_directory_goes_with_its_last_file(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    emit(out)
    (rules / "python" / "defs.bzl").unlink()
    (rules / "python" / "run.sh").unlink()
    emit(out)
    assert not (out / "python").exists()


@pytest.mark.parametrize("edited", ["BUILD.bazel", "python/defs.bzl"])
def test_local_edits_are_not_overwritten(rules: Path, tmp_path: Path, edited: str) -> None:
    out = tmp_path / "out"
    emit(out)
    (out / edited).write_text("# mine\n")
    (rules / "WORKSPACE").write_text("# new\n")
    before = tree(out)
    result = emit(out)
    assert result.refused
    assert not result.written
    assert [change.path for change in result.edited] == [edited]
    assert tree(out) == before
    assert "-# mine" in result.edited[0].diff()

    assert emit(out, force=True).written
    assert tree(out)[edited] == (rules / edited).read_text()
    assert emit(out, check=True).changes == ()


def test_an_edited_file_that_is_no_longer_part_is_not_deleted(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    emit(out)
    (out / "python" / "defs.bzl").write_text("# mine\n")
    (rules / "python" / "defs.bzl").unlink()
    assert emit(out).refused
    assert (out / "python" / "defs.bzl").exists()
    assert emit(out, force=True).written
    assert not (out / "python" / "defs.bzl").exists()


def test_files_that_were_there_before_are_not_overwritten(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "BUILD.bazel").write_text("# mine\n")
    assert emit(out).refused
    assert tree(out) == {"BUILD.bazel": "# mine\n"}


def test_a_deleted_file_comes_back(rules: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    emit(out)
    (out / "WORKSPACE").unlink()
    [change] = emit(out).changes
    assert (change.path, change.state) == ("WORKSPACE", "missing")
    assert (out / "WORKSPACE").exists()


@pytest.mark.parametrize("name", ["", "Upper", "1digit", "ends-", "with space", "a//b", "a\nb"])
def test_names_that_bazel_would_refuse(rules: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(EmitError, match="module name"):
        emit(tmp_path / "out", module_name=name)
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    for path in ("out", "out/below", "out/far/below"):
        with pytest.raises(EmitError, match=r"out is not a directory"):
            emit(tmp_path / path)


def test_a_repository_is_no_place_for_it(rules: Path, tmp_path: Path) -> None:
    """What is in its root, such as MODULE.bazel, is the repository's own, whatever is forced."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "MODULE.bazel").write_text('module(name = "own")\n')
    with pytest.raises(EmitError, match="give a directory in it"):
        emit(tmp_path / "repository", force=True)
    emit(tmp_path / "repository" / "rules")
    assert (tmp_path / "repository" / "MODULE.bazel").read_text() == 'module(name = "own")\n'


def test_git_keeps_the_line_ends(tmp_path: Path) -> None:
    """A checkout that turns line ends into those of Windows would be drift, and would break the scripts."""
    root = tmp_path / "repository"
    emit(root / "rules")
    (root / "other.txt").write_text("a\n")
    git = ["git", "-C", str(root), "-c", "core.autocrlf=true", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in ("init -q", "add .", "commit -qm x", "rm -qr .", "reset -q --hard"):
        subprocess.run([*git, *command.split()], check=True, capture_output=True)
    assert (root / "other.txt").read_bytes() == b"a\r\n"
    assert not emit(root / "rules", check=True).changes


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"files": []}', '{"files": {"../x": "1"}, "module_name": "a", "version": "1"}']
)
def test_a_manifest_that_is_none(rules: Path, tmp_path: Path, text: str) -> None:
    out = tmp_path / "out"
    emit(out)
    (out / MANIFEST).write_text(text)
    with pytest.raises(EmitError, match=MANIFEST):
        emit(out)


def test_the_rules_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emit_module, "RULES", tmp_path / "nowhere")
    with pytest.raises(EmitError, match="missing from this installation"):
        emit(tmp_path / "out")
