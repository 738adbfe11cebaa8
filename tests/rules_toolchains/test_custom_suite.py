"""A suite of one's own: runtimes, C toolchains and a prebuilt compiler, registered from a package of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.bazel import Workspace, copy_tree, flag, make_workspace, precompile
from tests.rules_toolchains.conftest import WORKSPACES, fill_rules

pytestmark = pytest.mark.xdist_group("bazel")

_MAC = "--platforms=//platforms:mac"


@pytest.fixture(scope="module")
def custom(bazel_bases: Path) -> Iterator[Workspace]:
    """The workspace in `workspaces/guide/custom_toolchains`."""
    root = bazel_bases / "custom"
    copy_tree(WORKSPACES / "guide" / "custom_toolchains", root)
    fill_rules(root)
    workspace = make_workspace(
        root,
        bazel_bases / "custom_base",
        {},
        'bazel_dep(name = "platforms", version = "0.0.9")\nregister_toolchains("//toolchains:all")\n',
    )
    try:
        yield workspace
    finally:
        workspace.shutdown()


@pytest.mark.parametrize(
    ("options", "runtime", "compiler"),
    [
        (["3.12"], "glibc_3.12", "3.12"),
        (["3.12", flag("py_linux_libc", "musl")], "musl_3.12", "3.12"),
        (["3.13"], "glibc_3.13", "3.13"),
        (["3.13", flag("py_freethreaded", "yes")], "glibc_3.13t", "3.13"),
        # Cross-building: the compiler is chosen by where it runs, all else by where the programs run.
        (["3.12", _MAC], "mac_3.12", "3.12"),
    ],
)
def test_what_is_picked(custom: Workspace, options: list[str], runtime: str, compiler: str) -> None:
    version, *others = options
    options = [flag("python_version", version), *others]
    custom.bazel("build", *options, "//:picked").check()
    assert json.loads((custom.bin(*options) / "picked.json").read_text()) == {
        "abi_flags": "t" if runtime.endswith("t") else "",
        "cc": runtime,
        "compiler": f"compiler_{compiler}",
        "exec_interpreter": False,
        "runtime": f"/opt/{runtime}/bin/python3",
    }


def test_the_prebuilt_compiler_compiles_for_another_platform(custom: Workspace) -> None:
    """No interpreter of that platform, nor any other, takes part."""
    options = [flag("python_version", "3.12"), precompile("enabled"), _MAC]
    custom.bazel("build", *options, "//:lib").check()
    pyc = custom.bin(*options) / "__pycache__" / "lib.cpython-312.pyc"
    assert pyc.read_text().strip().endswith("prebuilt/compiler_3.12")
