"""Python versions in WORKSPACE, and those of MODULE.bazel used there."""

from __future__ import annotations

import pytest

from tests.rules.bazel import precompile
from tests.rules_toolchains.conftest import Suite
from tests.rules_toolchains.test_extension import ARCHIVES

pytestmark = pytest.mark.xdist_group("bazel")

_RULES = """
local_repository(name = "py_rules", path = "../toolchains_rules")
load(
    "<RULES>//python:repositories.bzl",
    "py_repositories",
    "python_register_multi_toolchains",
    "python_register_toolchains",
)
py_repositories()
"""

_TOOL_VERSIONS = """
tool_versions = {
    "<OLD>": {"url": "<OLD_DIR>/{python_version}.tar.gz", "sha256": {"<PLATFORM>": "<OLD_SHA>"}},
    "<NEW>": {
        "url": ["file://<NEW_PATH>"],
        "sha256": {"<PLATFORM>": "<NEW_SHA>"},
        "strip_prefix": "python",
    },
},
"""


def test_register_multi_toolchains(suite: Suite) -> None:
    workspace = suite.in_workspace_mode(
        _RULES
        + """
python_register_multi_toolchains(
    name = "python", python_versions = ["<OLD_MINOR>", "<NEW_MINOR>"], default_version = "<NEW_MINOR>",
"""
        + _TOOL_VERSIONS
        + ")\n"
    )
    suite.workspace.write(
        {
            "by_version/BUILD.bazel": suite.fill(
                'load("@python//<OLD_MINOR>:defs.bzl", "py_test")\n'
                'py_test(name = "test", srcs = ["test.py"])\n'
                'genrule(name = "parts", srcs = ["@python_<OLD_NAME>//:files"], outs = ["parts.txt"],\n'
                '    cmd = "$(execpath @python_<OLD_NAME>//:python3) -V > $@",\n'
                '    tools = ["@python_<OLD_NAME>//:python3"])\n'
            ),
            "by_version/test.py": suite.fill('import sys\nassert sys.version.split()[0] == "<OLD>", sys.version\n'),
        }
    )
    result = workspace.bazel(
        "test", precompile("enabled"), "--test_output=errors", "//versions/...", "//by_version/..."
    ).check()
    assert "Executed 5 out of 5 tests: 5 tests pass." in result.out
    assert (workspace.bin() / "by_version" / "parts.txt").read_text() == f"Python {suite.old.version}\n"


def test_register_toolchains(suite: Suite) -> None:
    """The first without a constraint serves builds that ask for no version."""
    workspace = suite.in_workspace_mode(
        _RULES
        + """
python_register_toolchains(
    name = "py_old", python_version = "<OLD_MINOR>", set_python_version_constraint = True,
    register_coverage_tool = True,
"""
        + _TOOL_VERSIONS
        + """)
python_register_toolchains(name = "py_new", python_version = "<NEW>",
"""
        + _TOOL_VERSIONS
        + ")\n"
    )
    result = workspace.bazel(
        "test", "--test_output=errors", "//versions:default", "//versions:old", "//versions:old_release"
    ).check()
    assert "register_coverage_tool of py_old has no effect" in result.err


def test_toolchains_of_modules_used_in_workspace(suite: Suite) -> None:
    """A repository rule in WORKSPACE runs the interpreter that MODULE.bazel asked for."""
    suite.module(
        'python.toolchain(python_version = "<NEW_MINOR>")\n'
        + ARCHIVES
        + 'use_repo(python, "python_<NEW_NAME>", "python_<NEW_NAME>_host")\n'
    )
    workspace = suite.in_workspace_mode(
        """
load("//:run_python.bzl", "run_python")
run_python(name = "said", interpreter = "@python_<NEW_NAME>_host//:python")
""",
        bzlmod=True,
    )
    suite.workspace.write(
        {
            "run_python.bzl": (
                "def _impl(rctx):\n"
                '    result = rctx.execute([rctx.path(rctx.attr.interpreter), "-c", "import sys, json; '
                'print(sys.version.split()[0])"])\n'
                "    if result.return_code:\n        fail(result.stderr)\n"
                '    rctx.file("BUILD.bazel", "exports_files([\\"version.txt\\"])")\n'
                '    rctx.file("version.txt", result.stdout)\n'
                'run_python = repository_rule(_impl, attrs = {"interpreter": attr.label()})\n'
            ),
            "mixed/BUILD.bazel": 'genrule(name = "said", srcs = ["@said//:version.txt"], outs = ["said.txt"], '
            'cmd = "cp $< $@")\n',
        }
    )
    workspace.bazel("build", "//mixed:said").check()
    assert (workspace.bin() / "mixed" / "said.txt").read_text() == suite.new.version + "\n"
