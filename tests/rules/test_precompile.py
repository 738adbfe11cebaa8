"""Precompiling end to end, in a workspace that uses the emitted rules."""

from __future__ import annotations

from tests.rules.bazel import Workspace, precompile


def test_everything_that_is_checked_from_inside(main_workspace: Workspace) -> None:
    """Each version of Python, each way to ship modules; see `workspaces/main/checks.py`."""
    result = main_workspace.bazel("test", precompile("enabled"), "--test_output=errors", "//...").check()
    assert "PASSED" in result.out + result.err
