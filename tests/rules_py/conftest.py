"""The workspace that the tests of the v2 rules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.bazel import MODULE_NAME, REPO_NAME, Workspace, copy_tree, make_workspace
from tests.rules.conftest import bazel_bases  # noqa: F401
from tests.rules_py.wheels import pack_installed, unpacked_wheel
from tests.wheels import make_wheel

WORKSPACES = Path(__file__).parent / "workspaces"

# The tests in there are run by Bazel.
collect_ignore = ["workspaces"]

_INSTALLED = {
    "pluggy": [],
    "iniconfig": [],
    "packaging": [],
    "pygments": [],
    "execnet": [],
    "coverage": [],
    "pytest": [":iniconfig", ":packaging", ":pluggy", ":pygments"],
    "pytest_xdist": [":execnet", ":pytest"],
}

_MODULE = """
bazel_dep(name = "other", version = "1")
local_path_override(module_name = "other", path = "../v2_other")
bazel_dep(name = "platforms", version = "0.0.9")
interpreter_repo = use_repo_rule("//interpreter:repo.bzl", "interpreter_repo")
interpreter_repo(name = "in_build_python")
interpreters = use_extension("@py_rules//py:extensions.bzl", "python_interpreters")
interpreters.configure(releases = ["20240415"])
interpreters.toolchain(python_version = "3.11", target_compatible_with = ["@platforms//os:linux"])
use_repo(interpreters, "python_interpreters")
uv = use_extension("@py_rules//uv:extensions.bzl", "uv")
uv.declare_hub(hub_name = "hub")
uv.override_package(name = "patched", post_install_patches = ["//app:data.txt"])
use_repo(uv, "hub")
register_toolchains("//failures:tool")
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put all of these tests on one worker: they share a server."""
    for item in items:
        if Path(__file__).parent in item.path.parents and "bazel_bases" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("bazel_py"))


@pytest.fixture(scope="session")
def workspace(bazel_bases: Path) -> Iterator[Workspace]:  # noqa: F811
    """The workspace in `workspaces/main`, with wheels of many kinds, and pytest as it is installed here."""
    root = bazel_bases / "v2"
    copy_tree(WORKSPACES / "main", root)
    copy_tree(WORKSPACES / "other", bazel_bases / "v2_other")
    (bazel_bases / "v2_other" / "MODULE.bazel").write_text(
        f'module(name = "other")\nbazel_dep(name = "{MODULE_NAME}", version = "0.1.0", repo_name = "{REPO_NAME}")\n'
    )
    make_wheels(root / "wheels")
    make_wheel(bazel_bases / "v2_other" / "wheels", "foreign", {"foreign/__init__.py": "NAME = 'foreign'\n"})
    workspace = make_workspace(root, bazel_bases / "v2_base", {}, _MODULE)
    try:
        yield workspace
    finally:
        workspace.shutdown()


def make_wheels(directory: Path) -> None:
    """The wheels that `wheels/BUILD.bazel` unpacks, and a package with pytest and its like."""
    make_wheel(
        directory,
        "several",
        {
            "several/__init__.py": "def main():\n    import sys\n    print('several', *sys.argv[1:])\n",
            "several/data.txt": "packaged data",
            "several/tests/test_several.py": "raise ImportError('a test of the wheel')\n",
            "several_extra.py": "EXTRA = 1\n",
            "several-1.0.data/data/share/several/conf.txt": "conf",
            "several-1.0.data/scripts/several-old": "#!python\nimport several_extra\nprint(several_extra.EXTRA)\n",
        },
        console_scripts={"several-cmd": "several:main"},
    )
    make_wheel(directory, "ns_one", {"shared_ns/one/__init__.py": "ONE = 1\n"})
    make_wheel(directory, "ns_two", {"shared_ns/two.py": "TWO = 2\n", "shared_ns/deep/er/__init__.py": "ER = 3\n"})
    make_wheel(directory, "ns_blind", {"shared_ns/blind.py": "BLIND = 4\n"})
    make_wheel(directory, "blind", {"blind.py": "NAME = 'blind'\n", "blind_hook.pth": "import blind\n"})
    make_wheel(
        directory,
        "trespasser",
        {
            "several/__init__.py": "raise ImportError('the wrong one')\n",
            "several_extra.py": "raise ImportError('the wrong one')\n",
            "trespasser.py": "NAME = 'trespasser'\n",
            "shared_ns/two.py": "raise ImportError('the wrong one')\n",
            "trespasser-1.0.data/data/share/several/conf.txt": "wrong",
        },
        console_scripts={"several-cmd": "trespasser:wrong"},
    )
    make_wheel(directory, "escapes", {"../outside.py": ""})
    text = f'load("@{REPO_NAME}//py:defs.bzl", "py_library", "py_unpacked_wheel")\n\n'
    text += 'package(default_visibility = ["//visibility:public"])\n\n'
    for name, deps in _INSTALLED.items():
        whl, top_levels = pack_installed(directory.parent / "installed", name)
        text += unpacked_wheel(name, whl, top_levels, deps)
    (directory.parent / "installed" / "BUILD.bazel").write_text(text)
