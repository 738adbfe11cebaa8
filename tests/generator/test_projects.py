"""Excerpts in the shape of real projects: what is generated for them builds, and their tests pass, under Bazel."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.rules.bazel import REPO_NAME, Workspace, make_workspace
from trekbok.cli import main

PROJECTS = Path(__file__).parent.parent.parent / "testdata" / "generator_projects"
KINDS = "".join(
    f"# gazelle:python_{what}_kind py_{what} @{REPO_NAME}//python:defs.bzl\n" for what in ("library", "binary", "test")
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    if not shutil.which("bazel"):
        if "CI" in os.environ:
            pytest.fail("there is no bazel on PATH")
        pytest.skip("there is no bazel on PATH")
    base = tmp_path_factory.mktemp("projects")
    workspace = make_workspace(base / "main", base / "output", {"BUILD.bazel": KINDS})
    for project in PROJECTS.iterdir():
        shutil.copytree(project, workspace.root / project.name.replace(" ", "_"))
    yield workspace
    workspace.shutdown()


def generate(workspace: Workspace, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["generate", "--root", str(workspace.root), *arguments], catch_exceptions=False)
    return done.exit_code, done.stderr


def test_projects_build_and_their_tests_pass(workspace: Workspace) -> None:
    assert generate(workspace) == (0, "")
    assert generate(workspace, "--check") == (0, "")
    listed = workspace.bazel("query", "kind('py_test rule', //...)").check().out.split()
    assert len(listed) == len(list(PROJECTS.iterdir()))
    workspace.bazel("build", "//...").check()
    workspace.bazel("test", "//...", "--test_output=errors").check()
    done = workspace.bazel("run", "//terminal_toolkit_with_a_main_module/shiny:shiny_bin")
    assert done.check().out == "   a|   b\n"
