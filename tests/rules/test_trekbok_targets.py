"""`bazel run //:trekbok` and the tests that fail when the workspace is stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.emit import emit
from tests.rules.bazel import Workspace

pytestmark = pytest.mark.xdist_group("bazel-2")

_BUILD = """
load("@trekbok_rules//trekbok:defs.bzl", "trekbok", "trekbok_lint_test", "trekbok_test")

exports_files(["MODULE.bazel"])

trekbok(name = "trekbok")

trekbok(
    name = "lint_fix",
    args = ["--fix", "it's"],
    command = "lint",
)

trekbok_test(
    name = "build_files_test",
    workspace = "//:MODULE.bazel",
)

trekbok_lint_test(
    name = "lint_test",
    workspace = "//:MODULE.bazel",
)
"""

# Stands in for trekbok, which need not be visible where Bazel runs: it says how it was called, and fails on request.
_PROGRAM = """#!/bin/sh
echo "called in $(pwd):" "$@"
[ ! -e stale ]
"""


@pytest.fixture(scope="module")
def workspace(bazel_bases: Path):  # type: ignore[no-untyped-def]
    root = bazel_bases / "targets"
    emit(root / "third_party" / "rules")
    made = Workspace(root, bazel_bases / "targets_base")
    made.write(
        {
            "MODULE.bazel": (
                'module(name = "app")\n\nbazel_dep(name = "trekbok_rules", version = "0.1.0")\n'
                'local_path_override(module_name = "trekbok_rules", path = "third_party/rules")\n'
            ),
            ".bazelignore": "third_party/rules\n",
            "BUILD.bazel": _BUILD,
            "program.sh": _PROGRAM,
        }
    )
    (root / "program.sh").chmod(0o755)
    yield made
    made.shutdown()


def _test(workspace: Workspace):  # type: ignore[no-untyped-def]
    program = f"--test_env=TREKBOK={workspace.root}/program.sh"
    return workspace.bazel("test", program, "--test_output=all", "//...")


def test_the_tests_run_in_the_workspace_and_say_when_it_is_stale(workspace: Workspace) -> None:
    result = _test(workspace).check()
    assert f"called in {workspace.root}: generate --check" in result.out + result.err
    assert f"called in {workspace.root}: lint" in result.out + result.err
    (workspace.root / "stale").touch()
    try:
        result = _test(workspace)
        assert result.code == 3, "a stale workspace passed, or an old result was taken"
    finally:
        (workspace.root / "stale").unlink()


def test_run(workspace: Workspace) -> None:
    program = f"--run_under=env TREKBOK={workspace.root}/program.sh"
    result = workspace.bazel("run", program, "//:trekbok", "--", "a", "b c").check()
    assert f"called in {workspace.root}: generate a b c" in result.out
    result = workspace.bazel("run", program, "//:lint_fix").check()
    assert f"called in {workspace.root}: lint --fix it's" in result.out


def test_without_trekbok(workspace: Workspace) -> None:
    result = workspace.bazel("run", "--run_under=env TREKBOK=/no/such", "//:trekbok")
    assert result.code != 0 and "install it" in result.out + result.err
