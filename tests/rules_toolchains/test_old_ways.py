"""A repository in the old ways, moved by the command line: it passes before, and after with bzlmod alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator.emit import emit
from tests.rules.bazel import Workspace, copy_tree
from tests.rules_toolchains.conftest import WORKSPACES, Suite
from tests.rules_toolchains.wheels import make_lock

pytestmark = pytest.mark.xdist_group("bazel")

_RULES = "third_party/rules_python"


@pytest.fixture(scope="module")
def old_ways(bazel_bases: Path, suite: Suite) -> Iterator[Workspace]:
    """The workspace in `workspaces/old_ways`, with the rules and wheels vendored."""
    root = bazel_bases / "old_ways"
    copy_tree(WORKSPACES / "old_ways", root)
    for path in root.rglob("*"):
        if path.is_file():
            path.write_text(suite.fill(path.read_text()))
    (root / "requirements.txt").write_text(make_lock(root))
    emit(root / _RULES, module_name="rules_python")
    workspace = Workspace(root, bazel_bases / "old_ways_base", options=())
    try:
        yield workspace
    finally:
        workspace.shutdown()


def _trekbok(root: Path, *arguments: str) -> str:
    """Run the command in the workspace; what it says."""
    result = subprocess.run(
        [sys.executable, "-m", "trekbok", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def _test_all(workspace: Workspace) -> list[str]:
    """Run `bazel test //...`; the tests that passed."""
    out = workspace.bazel("test", "//...").check().out
    return sorted(line.split()[0] for line in out.splitlines() if " PASSED in " in line)


def test_a_repository_in_the_old_ways(old_ways: Workspace) -> None:
    """Nothing is edited by hand, and the same tests pass."""
    before = _test_all(old_ways)
    assert len(before) >= 8

    assert "Needs a person" not in _trekbok(old_ways.root, "migrate", "rules-python-toolchains", "--allow-dirty")
    assert "Nothing to do" in _trekbok(old_ways.root, "migrate", "workspace-to-bzlmod", "--allow-dirty")
    _trekbok(old_ways.root, "emit", _RULES)

    # A Bazel with a rules_python built in prefers that to the override in MODULE.bazel.
    override = f"--override_module=rules_python={old_ways.root / _RULES}"
    migrated = replace(old_ways, options=("--enable_bzlmod", "--noenable_workspace", override))
    assert _test_all(migrated) == before
    assert migrated.bazel("query", "//py_toolchains:all").check()
