"""The sections of the guide to toolchains, each as a workspace of that name that `bazel test //...` passes in.

https://rules-python.readthedocs.io/en/latest/toolchains.html

| section | workspace in `workspaces/guide` |
|---|---|
| Library modules, with and without version constraints | library_modules |
| Root modules | root_modules |
| Pinning to a Python version; version-aware rules | pinning_to_a_python_version |
| Toolchain usage in other rules; `current_py_toolchain` | toolchain_usage_in_other_rules |
| Overriding toolchain defaults and adding more versions | overriding_toolchain_defaults_and_adding_more_versions |
| Using defined toolchains from WORKSPACE | using_defined_toolchains_from_workspace |
| Workspace configuration, toolchain registration | workspace_configuration |
| Autodetecting toolchain | autodetecting_toolchain |
| Runtime environment toolchain | runtime_environment_toolchain |
| Local toolchain | local_toolchain |
| Accessing the underlying interpreter | accessing_the_underlying_interpreter |
| Custom toolchains | custom_toolchains, in test_custom_suite.py |
"""

from __future__ import annotations

import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rules.bazel import MODULE_NAME, Workspace, copy_tree
from tests.rules_toolchains.conftest import WORKSPACES, Suite

pytestmark = pytest.mark.xdist_group("bazel")

_GUIDE = WORKSPACES / "guide"
_SECTIONS = sorted(path.name for path in _GUIDE.iterdir() if path.name != "custom_toolchains")


@pytest.fixture(scope="module")
def guide(bazel_bases: Path, suite: Suite) -> Iterator[Suite]:
    """A workspace for one section after the other, so that there is one server for them all."""
    root = bazel_bases / "guide"
    root.mkdir()
    workspace = Workspace(root, bazel_bases / "guide_base")
    try:
        yield replace(suite, workspace=workspace)
    finally:
        workspace.shutdown()


@pytest.mark.parametrize("section", _SECTIONS)
def test_section(guide: Suite, section: str) -> None:
    root = guide.workspace.root
    for path in list(root.iterdir()):
        # Links that Bazel makes are no part of the section before.
        if not path.is_symlink():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    copy_tree(_GUIDE / section, root)
    for path in list(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            text = path.read_text().replace("<MODULE>", MODULE_NAME).replace("<ARCH>", platform.machine())
            path.write_text(guide.fill(text))
    workspace = guide.workspace
    modules = (root / "MODULE.bazel").exists()
    if modules:
        guide.module((root / "MODULE.bazel").read_text())
    if (root / "WORKSPACE").exists():
        workspace = guide.in_workspace_mode((root / "WORKSPACE").read_text(), bzlmod=modules)

    result = workspace.bazel("test", "--nocache_test_results", "--test_output=errors", "//...").check()

    wanted = sum(
        len(re.findall(r"^py_test(?:_old)?\(", path.read_text(), re.MULTILINE)) for path in root.rglob("BUILD.bazel")
    )
    assert wanted and f"Executed {wanted} out of {wanted} test" in result.out
