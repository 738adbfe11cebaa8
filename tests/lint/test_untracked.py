"""Untracked files are those that git names, whether it walked for them or directories told by their times."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildfile.repository import walk
from migrations.lint import untracked
from migrations.lint.changed import Snapshot
from tests.lint.repository import commit, git, lay_out, lint

DIRECTORIES = ("", "a", "a/b", "new", "new/deep", "empty", "closed", "ignored", "a/ignored", "odd\nname")
NAMES = ("BUILD", "x.bzl", ".gitignore", "x.log", "[*]", "é")
STEPS = st.lists(
    st.tuples(st.sampled_from(("write", "write", "remove", "add", "commit")), st.sampled_from(DIRECTORIES),
              st.sampled_from(NAMES)),
    max_size=6,
)  # fmt: skip


def _repository(root: Path) -> None:
    lay_out(root, {".gitignore": "*.log\nignored/\n", "BUILD": "", "a/BUILD": "", "a/b/BUILD": "", "closed/BUILD": ""})
    (root / "empty").mkdir()
    commit(root)


def _kept(root: Path) -> None:
    """Looks at the repository as it is, as a run over all of it does, some time after anything changed."""
    old = time.time() - 60
    for directory, names, files in os.walk(root):
        for name in (*names, *files, "."):
            os.utime(Path(directory, name), (old, old), follow_symlinks=False)
    (root / ".trekbok").mkdir(exist_ok=True)
    (root / ".trekbok/.gitignore").write_text("*\n")
    os.utime(root, (old, old))
    walked = walk(root, exclude=["closed"])
    known = Snapshot(root).finish()
    assert known is not None
    ask = (*walked.closed, *known[2])
    untracked.keep(os.fspath(root), time.time_ns(), walked.directories, walked.ignoring, ask)


def _walked(root: Path) -> set[str]:
    return {path for path in git(root, *untracked.ALL).split("\0") if path}


def _told(root: Path) -> set[str]:
    process = untracked.begin(os.fspath(root))
    assert process is not None and os.fspath(untracked.__file__) in process.args  # type: ignore[operator]
    output = process.communicate()[0]
    assert process.returncode == 0
    return {os.fsdecode(path) for path in output.split(b"\0") if path}


def _asked(root: Path) -> set[bytes] | None:
    before = Path.cwd()
    try:
        asked = untracked.asked(os.fsencode(root))
    finally:
        os.chdir(before)
    return None if asked is None else set(asked)


def _step(root: Path, what: str, path: str) -> None:
    file = root / path
    if what == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x.bzl\n" if path.endswith(".gitignore") else "")
    elif what == "remove":
        file.unlink(missing_ok=True)
    elif what == "add":
        subprocess.run(["git", "--literal-pathspecs", "add", "-f", path], cwd=root, check=False, capture_output=True)
    else:
        commit(root)


@settings(max_examples=40, deadline=None)
@given(STEPS, STEPS)
def test_times_tell_what_a_walk_finds(
    tmp_path_factory: pytest.TempPathFactory, before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    _repository(root)
    for what, directory, name in before:
        _step(root, what, f"{directory}/{name}".lstrip("/"))
    _kept(root)
    assert _asked(root) is not None
    assert _told(root) == _walked(root)
    for what, directory, name in after:
        _step(root, what, f"{directory}/{name}".lstrip("/"))
    assert _told(root) == _walked(root)


def test_only_what_may_be_new_is_asked_for(tmp_path: Path) -> None:
    _repository(tmp_path)
    _kept(tmp_path)
    (tmp_path / "a/b/new.bzl").write_text("")
    assert _asked(tmp_path) == {b"closed", b"a/b/BUILD", b"a/b/new.bzl"}


def test_a_table_that_was_cut_off_is_not_believed(tmp_path: Path) -> None:
    _repository(tmp_path)
    _kept(tmp_path)
    table = tmp_path / untracked.FILE
    data = table.read_bytes()
    (tmp_path / "new").mkdir()
    (tmp_path / "new/BUILD").write_text("")
    for end in range(0, len(data), len(data) // 20):
        table.write_bytes(data[:end])
        assert "new/BUILD" in _told(tmp_path)


def test_a_file_in_a_directory_that_was_empty_is_linted(tmp_path: Path) -> None:
    _repository(tmp_path)
    assert lint(tmp_path).code == 0
    old = 1_000_000_000
    for directory, _, _ in os.walk(tmp_path):
        os.utime(directory, (old, old))
    assert lint(tmp_path, "--no-cache").code == 0
    (tmp_path / "BUILD").write_text("exports_files([])\n")
    lint(tmp_path)
    (tmp_path / "empty/BUILD").write_text("x = (")
    found = lint(tmp_path, "--since", "HEAD")
    assert [(item["id"], item["path"]) for item in found.json["findings"]] == [("syntax-error", "empty/BUILD")]
