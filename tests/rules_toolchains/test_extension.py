"""The module extension `python`: interpreters from archives, and what the tags mean."""

from __future__ import annotations

import pytest

from tests.rules.bazel import precompile
from tests.rules_toolchains.conftest import Suite

pytestmark = pytest.mark.xdist_group("bazel")

ARCHIVES = """
python.single_version_override(
    python_version = "<OLD>", sha256 = {"<PLATFORM>": "<OLD_SHA>"}, urls = ["file://<OLD_PATH>"],
)
python.single_version_platform_override(
    platform = "<PLATFORM>", python_version = "<NEW>", sha256 = "<NEW_SHA>",
    urls = ["<NEW_DIR>/{python_version}.tar.gz"],
)
"""


def test_interpreters_from_archives(suite: Suite) -> None:
    """By URL and by path; chosen by version; the default serves builds that ask for none."""
    suite.module(
        """
python.toolchain(python_version = "<OLD_MINOR>")
python.toolchain(python_version = "<NEW_MINOR>", is_default = True)
"""
        + ARCHIVES
    )
    result = suite.workspace.bazel("test", precompile("enabled"), "--test_output=errors", "//versions/...").check()
    assert "Executed 4 out of 4 tests: 4 tests pass." in result.out
    version, root_path = (suite.workspace.bin() / "versions" / "make_variable.txt").read_text().splitlines()
    assert version.startswith(suite.new.version + " ")
    assert "external" in version
    assert root_path.startswith("../")
