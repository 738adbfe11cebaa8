"""Precompiling by remote execution, against a real server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rules.bazel import REPO_NAME, Workspace, flag, precompile
from tests.rules.remote import remote_executor
from tests.rules.test_precompile import UNPINNED, pycs, runfiles, versions

pytestmark = pytest.mark.xdist_group("bazel")


@pytest.mark.parametrize("actions", ["per_source", "per_target"])
def test_it_compiles_remotely_to_the_same_bytes(main_workspace: Workspace, tmp_path: Path, actions: str) -> None:
    version = versions(main_workspace)[-1]
    target = f"//:kept_{version}"
    on = precompile("enabled")
    local = (on, "--strategy=PyCompile=sandboxed")
    main_workspace.bazel("build", *local, target).check()
    expected = pycs(runfiles(main_workspace, target, *local))

    with remote_executor(tmp_path / "cache", UNPINNED) as address:
        remote = (
            on,
            flag("precompile_actions", actions),
            f"--remote_executor={address}",
            "--strategy=PyCompile=remote",
            "--remote_download_outputs=all",
            # Nothing is to come from an earlier build.
            f"--action_env=FRESH={actions}",
            "--nouse_action_cache",
        )
        result = main_workspace.bazel("build", *remote, target).check()
    count = re.search(r"(\d+) remote", result.err)
    assert count, result.err
    # Two more than the runfiles have: of a source that is compiled for three machines, one pyc is taken. And one
    # target has two sources.
    assert int(count[1]) == len(expected) + 2 - (actions == "per_target"), result.err
    assert pycs(runfiles(main_workspace, target, *remote)) == expected
    assert expected


def test_an_interpreter_of_the_build_runs_remotely(main_workspace: Workspace, tmp_path: Path) -> None:
    """It is not installed there: its files are sent along, and it finds them, for the compiler and for the test."""
    version = versions(main_workspace)[-1]
    target = f"//:module_keep_source_{version}"
    on = precompile("enabled")
    with remote_executor(tmp_path / "cache") as address:
        result = main_workspace.bazel(
            "test",
            on,
            "--extra_toolchains=@in_build//:toolchain",
            # The one of this machine compiles with another interpreter, at a path that is not sent along.
            f"--extra_toolchains=@{REPO_NAME}//python/runtime_env_toolchains:exec_tools_toolchain",
            "--platform_suffix=in_build",
            f"--remote_executor={address}",
            "--strategy=PyCompile=remote",
            "--strategy=TestRunner=remote",
            "--test_arg=in_build=remote",
            "--test_output=errors",
            target,
        ).check()
    assert "1 test passes" in result.out
    assert re.search(r"\d+ remote", result.err), result.err
