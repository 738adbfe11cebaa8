"""What a walk lists, and as what."""

from __future__ import annotations

from pathlib import Path

from buildfile.repository import walk, workspaces
from buildfile.source import FileKind


def test_a_walk_sees_what_is_imported(tmp_path: Path) -> None:
    for path, text in {
        "MODULE.bazel": "",
        ".bazelrc": "import %workspace%/tools/ci\ntry-import %workspace%/mine.txt\ntry-import %workspace%/user.rc\n",
        ".gitignore": "user.rc\n",
        "user.rc": "",
        "tools/ci": "import %workspace%/tools/more.cfg\n",
        "tools/more.cfg": "",
        "tools/other.cfg": "",
        "mine.txt": "",
        "nested/MODULE.bazel": "",
        "nested/.bazelrc": "import %workspace%/rc\n",
        "nested/rc": "",
        "rc": "",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    found = {entry.path for entry in walk(tmp_path, text=True).entries if entry.kind is FileKind.BAZELRC}
    assert found == {".bazelrc", "tools/ci", "tools/more.cfg", "mine.txt", "nested/.bazelrc", "nested/rc"}


def test_a_registry_in_the_repository_holds_no_module_of_ours(tmp_path: Path) -> None:
    entry = tmp_path / "registry/modules/aspect_rules_py/1.11.7"
    entry.mkdir(parents=True)
    (tmp_path / "MODULE.bazel").write_text("")
    (entry / "MODULE.bazel").write_text('module(name = "aspect_rules_py")')
    (entry / "source.json").write_text("{}")
    walked = walk(tmp_path, text=True)
    assert walked.roots == ("",)
    path = "registry/modules/aspect_rules_py/1.11.7/MODULE.bazel"
    assert next(entry.kind for entry in walked.entries if entry.path == path) is FileKind.TEXT
    assert path not in {entry.path for entry in walk(tmp_path).entries}


def test_an_include_that_is_no_label_is_a_problem_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text('include("//:a//:b.MODULE.bazel")\nbazel_dep(name = "x", version = "1")\n')
    workspace = workspaces(tmp_path, walk(tmp_path))[""]
    assert list(workspace.dependencies) == ["x"]
    assert workspace.problems == (("MODULE.bazel", 0, "'//:a//:b.MODULE.bazel' is not a label"),)


def test_links_in_a_circle_and_to_nowhere_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    (tmp_path / "BUILD").symlink_to("BUILD")
    (tmp_path / "a.bzl").symlink_to("b.bzl")
    (tmp_path / "b.bzl").symlink_to("a.bzl")
    (tmp_path / "c.bzl").symlink_to("nowhere")
    (tmp_path / "d.bzl").symlink_to(".")
    assert [entry.path for entry in walk(tmp_path).entries] == ["MODULE.bazel"]


def test_a_ruleset_that_a_macro_of_the_workspace_brings_has_its_version(tmp_path: Path) -> None:
    files = {
        "WORKSPACE": 'workspace(name = "w")\n\nload("@w//b:a.bzl", "a")\n\na()\n',
        "b/a.bzl": 'load(":b.bzl", "b")\nload("@other//:x.bzl", "x")\nload(":gone.bzl", "y")\n\ndef a():\n    b()\n',
        "b/b.bzl": 'load(":a.bzl", "a")\n\ndef b():\n    if not native.existing_rule("rules_python"):\n'
        '        http_archive(name = "rules_python", strip_prefix = "rules_python-0.8.0")\n'
        '    native.bind(name = "python", actual = "@x//:y")\n',
        "c.bzl": 'http_archive(name = "aspect_rules_py", strip_prefix = "rules_py-1.0.0")\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    found = workspaces(tmp_path, walk(tmp_path))[""]
    assert {name: (item.version, item.path) for name, item in found.dependencies.items()} == {
        "rules_python": ("0.8.0", "b/b.bzl")
    }
