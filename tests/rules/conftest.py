"""Workspaces that are shared by the tests, since a Bazel server is dear to start."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interpreters import candidates
from tests.rules.bazel import MODULE_NAME, REPO_NAME, Workspace, copy_tree, make_workspace

WORKSPACES = Path(__file__).parent / "workspaces"


@pytest.fixture(scope="session")
def bazel_bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for workspaces and output bases. Without Bazel the test is skipped, but never in CI."""
    if not shutil.which("bazel"):
        if "CI" in os.environ:
            pytest.fail("there is no bazel on PATH")
        pytest.skip("there is no bazel on PATH")
    return tmp_path_factory.mktemp("bazel")


_LOCAL_RUNTIMES = """
local_runtime_repo = use_repo_rule("@{repo}//python/local_toolchains:repos.bzl", "local_runtime_repo")
local_runtime_toolchains_repo = use_repo_rule(
    "@{repo}//python/local_toolchains:repos.bzl", "local_runtime_toolchains_repo"
)
{runtimes}
local_runtime_toolchains_repo(name = "local_pythons", runtimes = {names})
register_toolchains("@local_pythons//:all")
new_local_repository = use_repo_rule("@bazel_tools//tools/build_defs/repo:local.bzl", "new_local_repository")
new_local_repository(name = "in_build", build_file = "//:in_build.BUILD", path = "{prefix}")
bazel_dep(name = "other", version = "1")
local_path_override(module_name = "other", path = "../other")
"""

# The newest Python as part of the build. What programs here do not need is left out, and so is what has a space in
# its name, which Bazel 7 does not take.
_IN_BUILD = """
load("@{repo}//python:defs.bzl", "py_runtime", "py_runtime_pair")

py_runtime(
    name = "runtime",
    files = glob(
        ["lib/python{version}/**", "lib/libpython*"],
        exclude = ["**/" + name + "/**" for name in ["test", "site-packages", "dist-packages", "__pycache__"]] +
                  ["**/* *"],
    ),
    interpreter = "bin/python{version}",
    interpreter_version_info = {{"major": "{major}", "minor": "{minor}"}},
)

py_runtime_pair(
    name = "runtime_pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    target_settings = ["@{repo}//python/config_settings:is_python_{version}"],
    toolchain = ":runtime_pair",
    toolchain_type = "@{repo}//python:toolchain_type",
    visibility = ["//visibility:public"],
)
"""


@pytest.fixture(scope="session")
def main_workspace(bazel_bases: Path) -> Iterator[Workspace]:
    """The workspace in `workspaces/main`, with a toolchain for each Python that Bazel can run."""
    root = bazel_bases / "main"
    copy_tree(WORKSPACES / "main", root)
    copy_tree(WORKSPACES / "other", bazel_bases / "other")
    (bazel_bases / "other" / "MODULE.bazel").write_text(
        f'module(name = "other")\nbazel_dep(name = "{MODULE_NAME}", version = "0.1.0", repo_name = "{REPO_NAME}")\n'
    )
    workspace = make_workspace(root, bazel_bases / "main_base", {})
    try:
        _add_runtimes(workspace)
        yield workspace
    finally:
        workspace.shutdown()


def _add_runtimes(workspace: Workspace) -> None:
    probe = "import sys; print('{}.{}'.format(*sys.version_info), sys.executable)"
    commands = "".join(f'{path} -I -c "{probe}" 2>/dev/null\n' for path in candidates())
    workspace.write({"probe/BUILD.bazel": "", "probe/probe.sh": commands + "true\n"})
    workspace.write(
        {
            "probe/BUILD.bazel": (
                'genrule(name = "probe", srcs = ["probe.sh"], outs = ["found.txt"], cmd = "sh $< > $@", '
                'tags = ["local"])\n'
            )
        }
    )
    workspace.bazel("build", "//probe").check()
    found = {}
    for line in (workspace.bin() / "probe" / "found.txt").read_text().splitlines():
        version, _, path = line.partition(" ")
        if int(version.partition(".")[2]) >= 8 and not path.startswith("/usr/local/lib"):
            found.setdefault(version, path)
    if len(found) < 2:
        message = f"the tests need Pythons of two versions that Bazel can run, and there is {list(found.values())}"
        pytest.fail(message) if "CI" in os.environ else pytest.skip(message)
    newest = max(found, key=lambda version: int(version.partition(".")[2]))
    major, _, minor = newest.partition(".")
    workspace.write({"in_build.BUILD": _IN_BUILD.format(repo=REPO_NAME, version=newest, major=major, minor=minor)})
    names = {version: "python_" + version.replace(".", "_") for version in found}
    module = workspace.root / "MODULE.bazel"
    module.write_text(
        module.read_text()
        + _LOCAL_RUNTIMES.format(
            repo=REPO_NAME,
            prefix=str(Path(found[newest]).parent.parent),
            names=sorted(names.values()),
            runtimes="\n".join(
                f'local_runtime_repo(name = "{names[version]}", interpreter_path = "{path}", on_failure = "fail")'
                for version, path in found.items()
            ),
        )
    )
    workspace.write({"versions.bzl": f"VERSIONS = {sorted(found)}\n".replace("'", '"')})
