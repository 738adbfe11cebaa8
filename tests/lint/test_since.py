"""What changed since a commit, as git knows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lint.repository import MODULE, OLD, commit, git, lay_out, lint, run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    lay_out(tmp_path, {"a/BUILD": OLD, "b/BUILD": OLD, "c/BUILD": "exports_files([])\n"})
    commit(tmp_path)
    return tmp_path


def _paths(root: Path, *arguments: str) -> set[str]:
    return {item["path"] for item in lint(root, *arguments).json["findings"]}


@pytest.mark.parametrize("cached", [False, True])
def test_changed_staged_and_untracked_files_are_reported_and_no_others(repository: Path, cached: bool) -> None:
    if cached:
        lint(repository)
    assert lint(repository, "--since", "HEAD").json["checked"] in (0, 4)
    assert _paths(repository, "--since", "HEAD") == set()
    lay_out(repository, {"a/BUILD": OLD + "\n", "d/BUILD": OLD, "e/BUILD": OLD})
    git(repository, "add", "e/BUILD")
    assert _paths(repository, "--since", "HEAD") == {"a/BUILD", "d/BUILD", "e/BUILD"}


def test_the_merge_base_counts_and_not_the_tip(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "topic")
    lay_out(repository, {"c/BUILD": OLD})
    commit(repository)
    git(repository, "checkout", "-q", "main")
    lay_out(repository, {"b/BUILD": "exports_files([])\n"})
    commit(repository)
    git(repository, "checkout", "-q", "topic")
    assert _paths(repository, "--since", "main") == {"c/BUILD"}


def test_a_renamed_file_is_reported_and_a_deleted_one_is_not(repository: Path) -> None:
    git(repository, "mv", "a", "renamed")
    git(repository, "rm", "-q", "b/BUILD")
    assert _paths(repository, "--since", "HEAD") == {"renamed/BUILD"}


@pytest.mark.parametrize("cached", [False, True])
def test_what_git_was_told_to_forget_is_an_untracked_file(repository: Path, cached: bool) -> None:
    lay_out(repository, {"[c]/BUILD": OLD})
    commit(repository)
    if cached:
        for path in (repository, *repository.rglob("*")):  # old enough for their times to tell
            os.utime(path, (1e9, 1e9))
        lint(repository)
    git(repository, "rm", "-q", "--cached", "a/BUILD", "--", ":(literal)[c]/BUILD")
    git(repository, "mv", "b/BUILD", "c/BUILD.bazel")
    lay_out(repository, {"b/BUILD": OLD})
    found = {"a/BUILD", "[c]/BUILD", "b/BUILD", "c/BUILD.bazel"}
    assert _paths(repository, "--since", "HEAD") == found
    lay_out(repository, {".gitignore": "/a/\n"})
    assert _paths(repository, "--since", "HEAD") == found - {"a/BUILD"}


def test_a_repository_below_the_top_of_the_work_tree(tmp_path: Path) -> None:
    root = tmp_path / "below"
    root.mkdir()
    lay_out(root, {"a/BUILD": OLD})
    commit(tmp_path)
    lay_out(root, {"a/BUILD": OLD + "\n"})
    (tmp_path / "BUILD").write_text(OLD)
    assert _paths(root, "--since", "HEAD") == {"a/BUILD"}


def test_paths_narrow_it(repository: Path) -> None:
    lay_out(repository, {"a/BUILD": OLD + "\n", "b/BUILD": OLD + "\n"})
    assert _paths(repository, "--since", "HEAD", "b") == {"b/BUILD"}


def test_facts_of_files_that_did_not_change_count(tmp_path: Path) -> None:
    """The hub is declared in a file that did not change; with and without what an earlier run kept."""
    module = (
        MODULE + 'uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")\nuv.declare_hub(hub_name = "pypi")\n'
    )
    module += 'use_repo(uv, "pypi")\n'
    lay_out(tmp_path, {"MODULE.bazel": module, ".bazelrc": "\n", "BUILD": "exports_files([])\n"})
    commit(tmp_path)
    text = 'config_setting(\n    name = "c",\n    flag_values = {"@pypi//venv": "a"},\n)\n'
    lay_out(tmp_path, {"BUILD": text})
    to = ("--to", "2.0.0-alpha.6", "--since", "HEAD")
    cold = lint(tmp_path, *to, "--no-cache")
    assert "dep-group-flag" in cold.ids
    lint(tmp_path, "--to", "2.0.0-alpha.6")
    (tmp_path / "BUILD").write_text(text + "\n")
    warm = lint(tmp_path, *to)
    assert warm.ids == cold.ids and warm.json["checked"] < cold.json["checked"]


def test_a_change_of_the_module_file_is_seen_though_a_cache_knows_another(repository: Path) -> None:
    lint(repository)
    lay_out(
        repository, {"MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n'}
    )
    lay_out(repository, {"a/BUILD": OLD.replace("@aspect_rules_py", "@rpy")})
    found = lint(repository, "--since", "HEAD").json["findings"]
    assert "venv-rules" in {item["id"] for item in found if item["path"] == "a/BUILD"}


def test_fix_touches_changed_files_only(repository: Path) -> None:
    lay_out(repository, {"a/BUILD": OLD + "\n"})
    assert lint(repository, "--since", "HEAD", "--fix").code == 0
    assert "py_venv_binary" not in (repository / "a/BUILD").read_text()
    assert (repository / "b/BUILD").read_text() == OLD


@pytest.mark.parametrize("reference", ["nowhere", "--output=x", "HEAD~5"])
def test_a_commit_that_git_does_not_know_ends_with_2(repository: Path, reference: str) -> None:
    ran = run(repository, f"--since={reference}")
    assert ran.code == 2 and "commit" in ran.err


def test_no_repository_ends_with_2(tmp_path: Path) -> None:
    ran = run(lay_out(tmp_path, {}), "--since", "HEAD")
    assert ran.code == 2 and "not a git repository" in ran.err


def test_a_repository_of_another_user_is_called_that(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    ran = run(repository, "--since", "HEAD")
    assert ran.code == 2 and "dubious ownership" in ran.err


def test_histories_without_a_common_commit_end_with_2(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "other")
    git(repository, "commit", "-q", "--allow-empty", "-m", "another")
    ran = run(repository, "--since", "main")
    assert ran.code == 2 and "no commit in common" in ran.err


@pytest.mark.parametrize("cached", [False, True])
def test_links_and_names_that_are_no_text_are_told_as_in_a_whole_run(repository: Path, cached: bool) -> None:
    if cached:
        lint(repository)
    odd = os.fsencode(repository) + b"/odd\xff"
    os.mkdir(odd)
    with open(odd + b"/BUILD", "wb") as file:
        file.write(OLD.encode())
    (repository.parent / "outside").write_text(OLD)
    for name, target in (("twin", "../a/BUILD"), ("away", "../../outside")):
        (repository / name).mkdir()
        (repository / name / "BUILD").symlink_to(target)
    found = lint(repository, "--since", "HEAD").json["findings"]
    assert [(item["path"], item["id"], item["severity"]) for item in found] == [
        ("away/BUILD", "unreadable-file", "note"),
        ("odd\\xff/BUILD", "unreadable-file", "note"),
    ]
    (repository.parent / "outside").unlink()
