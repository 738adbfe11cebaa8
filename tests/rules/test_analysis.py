"""The analysis tests in `rules/tests`, run by Bazel in the module itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rules.bazel import Workspace

pytestmark = pytest.mark.xdist_group("bazel-2")

RULES = Path(__file__).parents[2] / "rules"


def test_analysis_tests_pass(bazel_bases: Path) -> None:
    workspace = Workspace(RULES, bazel_bases / "rules_base", options=())
    try:
        result = workspace.bazel("test", "--spawn_strategy=local", "//tests/...").check()
    finally:
        workspace.shutdown()
    count = re.search(r"Executed (\d+) out of (\d+) tests: (\d+) tests pass", result.out)
    assert count, result.out
    # The truth table alone: five flags and no toolchain, times three, two and three values of the attributes.
    assert int(count[3]) > 6 * 3 * 2 * 3
