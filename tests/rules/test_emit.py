"""The emitted module as a user meets it: an empty directory, a few lines, `bazel test //...`."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.emit import emit
from tests.rules.bazel import Workspace

pytestmark = pytest.mark.xdist_group("bazel-2")

_BUILD = """
load("@RULES//python:py_library.bzl", "py_library")
load("@RULES//python:py_test.bzl", "py_test")

py_library(
    name = "lib",
    srcs = ["lib.py"],
)

py_test(
    name = "lib_test",
    srcs = ["lib_test.py"],
    deps = [":lib"],
)
"""

_FILES = {
    "lib.py": "ANSWER = 42\n",
    # Python writes pycs too, but with a timestamp instead of a hash.
    "lib_test.py": (
        "import importlib.util, os\n"
        "import lib\n"
        "assert lib.ANSWER == 42\n"
        "pyc = importlib.util.cache_from_source(lib.__file__)\n"
        "compiled = os.path.exists(pyc) and open(pyc, 'rb').read(5)[4] != 0\n"
        "assert compiled == (os.environ['PYC'] == 'yes'), pyc\n"
    ),
}

_FLAG = "//python/config_settings:precompile="


def _test(workspace: Workspace, repo: str, value: str, pyc: str) -> None:
    result = workspace.bazel(
        "test", f"--@{repo}{_FLAG}{value}", f"--test_env=PYC={pyc}", "--test_output=errors", "//..."
    )
    assert "1 test passes" in result.check().out


def test_four_lines_of_module_and_one_build_file(bazel_bases: Path) -> None:
    root = bazel_bases / "minimal"
    emit(root / "third_party" / "rules")
    workspace = Workspace(root, bazel_bases / "minimal_base")
    workspace.write(
        {
            "MODULE.bazel": (
                'module(name = "app")\n'
                "\n"
                'bazel_dep(name = "trekbok_rules", version = "0.1.0")\n'
                'local_path_override(module_name = "trekbok_rules", path = "third_party/rules")\n'
            ),
            # The module inside the repository is no part of it.
            ".bazelignore": "third_party/rules\n",
            "BUILD.bazel": _BUILD.replace("RULES", "trekbok_rules"),
            **_FILES,
        }
    )
    try:
        _test(workspace, "trekbok_rules", "enabled", "yes")
        _test(workspace, "trekbok_rules", "disabled", "no")
    finally:
        workspace.shutdown()


def test_without_any_toolchain_but_the_last(bazel_bases: Path) -> None:
    """No python3 where the repository rule looks: the one on PATH at run time serves, and nothing is compiled."""
    root = bazel_bases / "last"
    emit(root / "rules")
    workspace = Workspace(root, bazel_bases / "last_base")
    workspace.write(
        {
            "MODULE.bazel": (
                'module(name = "app")\n'
                'bazel_dep(name = "trekbok_rules", version = "0.1.0")\n'
                'local_path_override(module_name = "trekbok_rules", path = "rules")\n'
                'register_toolchains("@trekbok_rules//python/runtime_env_toolchains:all")\n'
            ),
            ".bazelignore": "rules\n",
            "BUILD.bazel": _BUILD.replace("RULES", "trekbok_rules"),
            **_FILES,
        }
    )
    try:
        _test(workspace, "trekbok_rules", "enabled", "no")
    finally:
        workspace.shutdown()


# Bazel's own WORKSPACE would download these, for the toolchains of other languages.
STUBS = {
    "bazel_skylib": {
        "WORKSPACE": "",
        "BUILD": "",
        "bzl_library.bzl": "def bzl_library(**_kwargs):\n    pass\n",
    },
    "rules_cc": {
        "WORKSPACE": "",
        "cc/BUILD": "",
        "cc/defs.bzl": "cc_library = native.cc_library\n",
    },
    "rules_python": {
        "WORKSPACE": "",
        "python/BUILD": "",
        "python/defs.bzl": "py_binary = native.py_binary\npy_library = native.py_library\npy_test = native.py_test\n",
    },
}


def test_workspace_mode(bazel_bases: Path) -> None:
    """Without modules: a repository under a name of its own, and `py_repositories`."""
    root = bazel_bases / "workspace_mode"
    emit(root / "rules", module_name="our_rules")
    workspace = Workspace(root, bazel_bases / "workspace_base", options=("--noenable_bzlmod", "--enable_workspace"))
    workspace.write(
        {
            "WORKSPACE": (
                'workspace(name = "app")\n'
                'local_repository(name = "our_rules", path = "rules")\n'
                'load("@our_rules//python:repositories.bzl", "py_repositories")\n'
                "py_repositories()\n"
                + "".join(f'local_repository(name = "{name}", path = "stubs/{name}")\n' for name in STUBS)
            ),
            **{f"stubs/{name}/{path}": content for name, stub in STUBS.items() for path, content in stub.items()},
            ".bazelignore": "rules\nstubs\n",
            "BUILD.bazel": _BUILD.replace("RULES", "our_rules"),
            **_FILES,
        }
    )
    try:
        _test(workspace, "our_rules", "enabled", "yes")
    finally:
        workspace.shutdown()
