"""The workspaces that the tests of the toolchain suite share."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rules.bazel import MODULE_NAME, REPO_NAME, Workspace, copy_tree, make_workspace
from tests.rules.conftest import bazel_bases  # noqa: F401
from tests.rules.test_emit import STUBS
from tests.rules_toolchains.archives import Archive, pack_archives

WORKSPACES = Path(__file__).parent / "workspaces"
PLATFORM = f"{platform.machine()}-unknown-linux-gnu"

# What runs in there is run by Bazel.
collect_ignore = ["workspaces"]


@dataclass(frozen=True, slots=True)
class Suite:
    """A workspace with interpreters from archives; `old` and `new` are of different minor versions."""

    workspace: Workspace
    old: Archive
    new: Archive

    def module(self, text: str) -> None:
        """Write MODULE.bazel: the rules, and `text` with OLD, NEW, OLD_MINOR… and the checksums filled in."""
        (self.workspace.root / "MODULE.bazel").write_text(HEAD + self.fill(text))

    def in_workspace_mode(self, text: str, *, bzlmod: bool = False) -> Workspace:
        """Write WORKSPACE with `text` filled in; the same workspace, to be built with it."""
        stubs = "".join(f'local_repository(name = "{name}", path = "stubs/{name}")\n' for name in STUBS)
        self.workspace.write(
            {
                "WORKSPACE": 'workspace(name = "app")\n' + self.fill(text) + stubs,
                ".bazelignore": "stubs\n",
                **{f"stubs/{name}/{path}": content for name, stub in STUBS.items() for path, content in stub.items()},
            }
        )
        options = ("--enable_workspace", "--enable_bzlmod" if bzlmod else "--noenable_bzlmod")
        return Workspace(self.workspace.root, self.workspace.output_base, options=options)

    def fill(self, text: str) -> str:
        """Fill in what depends on the interpreters there are."""
        for name, archive in {"OLD": self.old, "NEW": self.new}.items():
            for suffix, value in {
                "_MINOR": archive.minor,
                "_NAME": archive.minor.replace(".", "_"),
                "_PATH": str(archive.path),
                "_SHA": archive.sha256,
                "_DIR": str(archive.path.parent),
                "": archive.version,
            }.items():
                text = text.replace(f"<{name}{suffix}>", value)
        return text.replace("<PLATFORM>", PLATFORM).replace("<RULES>", f"@{REPO_NAME}")


def fill_rules(root: Path) -> None:
    """Put the name of the rules into the BUILD and bzl files below a directory."""
    for path in (*root.rglob("BUILD.bazel"), *root.rglob("*.bzl")):
        path.write_text(path.read_text().replace("<RULES>", f"@{REPO_NAME}"))


HEAD = f"""module(name = "app")
bazel_dep(name = "{MODULE_NAME}", version = "0.1.0", repo_name = "{REPO_NAME}")
local_path_override(module_name = "{MODULE_NAME}", path = "../toolchains_rules")
python = use_extension("@{REPO_NAME}//python/extensions:python.bzl", "python")
"""


@pytest.fixture(scope="session")
def suite(bazel_bases: Path) -> Iterator[Suite]:  # noqa: F811
    """The workspace in `workspaces/main`; each test writes the MODULE.bazel it is about."""
    root = bazel_bases / "toolchains"
    copy_tree(WORKSPACES / "main", root)
    workspace = make_workspace(root, bazel_bases / "toolchains_base", {})
    try:
        archives = pack_archives(workspace, bazel_bases / "archives")
        if len(archives) < 2:
            message = f"the tests need Pythons of two versions that Bazel can run, and there is {archives}"
            pytest.fail(message) if "CI" in os.environ else pytest.skip(message)
        suite = Suite(workspace, *archives[:2])
        for pattern in ("versions/BUILD.bazel", "*.bzl"):
            for path in root.glob(pattern):
                path.write_text(suite.fill(path.read_text()))
        yield suite
    finally:
        workspace.shutdown()
