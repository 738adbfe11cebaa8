"""What the tags mean: whose counts, what is a mistake, and which release serves a version."""

from __future__ import annotations

import pytest

from tests.rules.bazel import MODULE_NAME, REPO_NAME
from tests.rules_toolchains.conftest import Suite
from tests.rules_toolchains.test_extension import ARCHIVES

pytestmark = pytest.mark.xdist_group("bazel")

_LIBRARY = """
bazel_dep(name = "library", version = "1")
local_path_override(module_name = "library", path = "../library")
"""


def _served(suite: Suite) -> dict[str, list[str]]:
    """From a repository in the hub to the values of the version flag it serves, in the order of registration."""
    suite.workspace.bazel("query", "@pythons_hub//:all").check()
    out = suite.workspace.bazel("query", "--output=build", "kind(version_match, @pythons_hub//:all)").check().out
    return {
        line.split('"')[1].removesuffix("_matches_value"): following.split('"')[1::2]
        for line, following in zip(_lines(out, "  name = "), _lines(out, "  versions = "), strict=True)
    }


def _lines(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def _library(suite: Suite, text: str) -> None:
    root = suite.workspace.root.parent / "library"
    root.mkdir(exist_ok=True)
    (root / "BUILD.bazel").write_text("")
    (root / "MODULE.bazel").write_text(
        suite.fill(
            f'module(name = "library", version = "1")\n'
            f'bazel_dep(name = "{MODULE_NAME}", version = "0.1.0", repo_name = "{REPO_NAME}")\n'
            f'python = use_extension("@{REPO_NAME}//python/extensions:python.bzl", "python")\n' + text
        )
    )


def test_only_the_root_says_what_is_the_default(suite: Suite) -> None:
    """A library adds its version and no more; what it wants for its own development is not seen at all."""
    _library(
        suite,
        """
python.toolchain(python_version = "<OLD_MINOR>", is_default = True)
python.toolchain(python_version = "<NEW_MINOR>")
python.override(minor_mapping = {"<OLD_MINOR>": "<OLD_MINOR>.999"})
python.defaults(python_version = "<OLD_MINOR>")
dev = use_extension("@"""
        + REPO_NAME
        + """//python/extensions:python.bzl", "python", dev_dependency = True)
dev.toolchain(python_version = "3.8")
""",
    )
    suite.module(
        'python.toolchain(python_version = "<NEW_MINOR>")\nuse_repo(python, "pythons_hub")\n' + ARCHIVES + _LIBRARY
    )
    assert _served(suite) == {
        suite.fill("python_<NEW_NAME>_<PLATFORM>"): [suite.new.version, suite.new.minor, ""],
        suite.fill("python_<OLD_NAME>_<PLATFORM>"): [suite.old.version, suite.old.minor],
    }


def test_which_release_serves_a_minor_version(suite: Suite) -> None:
    """The newest that is known, unless `minor_mapping` names another; all of them are registered if asked for."""
    manifest = "".join(
        f"{'0' * 64}  cpython-{version}+20260101-{platform}.tar.gz\n"
        for version, platform in [
            ("3.9.9", "x86_64-unknown-linux-gnu-install_only"),
            ("3.9.10", "x86_64-unknown-linux-gnu-install_only"),
            ("3.9.10", "x86_64_v3-unknown-linux-gnu-install_only"),
            ("3.9.10", "x86_64-unknown-linux-gnu-debug-full"),
            ("3.10.1", "aarch64-apple-darwin-install_only"),
        ]
    )
    suite.workspace.write({"SHA256SUMS": manifest})
    head = 'use_repo(python, "pythons_hub")\n'
    override = 'python.override(add_runtime_manifest_files = ["//:SHA256SUMS"], {})\n'
    tags = 'python.toolchain(python_version = "3.9")\npython.toolchain(python_version = "3.9.9")\n'
    suite.module(head + override.format("") + tags)
    old, new = "python_3_9_9_x86_64-unknown-linux-gnu", "python_3_9_x86_64-unknown-linux-gnu"
    assert _served(suite) == {old: ["3.9.9"], new: ["3.9.10", "3.9"]}

    suite.module(
        head + override.format('minor_mapping = {"3.9": "3.9.9"}') + 'python.toolchain(python_version = "3.9")'
    )
    assert _served(suite) == {new: ["3.9.9", "3.9", ""]}

    suite.module(
        head
        + override.format('register_all_versions = True, available_python_versions = ["3.9.9", "3.10.1"]')
        + 'python.toolchain(python_version = "3.10")\npython.defaults(python_version = "3.10.1")\n'
    )
    assert _served(suite) == {
        old: ["3.9.9", "3.9"],
        "python_3_10_aarch64-apple-darwin": ["3.10.1", "3.10", ""],
    }


def test_sources_of_the_default(suite: Suite) -> None:
    tags = (
        'use_repo(python, "pythons_hub")\n'
        'python.toolchain(python_version = "<OLD_MINOR>")\npython.toolchain(python_version = "<NEW_MINOR>")\n'
        + ARCHIVES
    )
    suite.workspace.write(
        {
            ".python-version": suite.fill("# of pyenv\n<OLD>\n"),
            "pyproject.toml": suite.fill('[project]\nname = "x"\nrequires-python = "==<OLD_MINOR>.*"\n'),
        }
    )
    for source in ('python_version_file = "//:.python-version"', 'pyproject_toml = "//:pyproject.toml"'):
        suite.module(tags + f'python.defaults({source}, python_version_env = "OUR_PYTHON")\n')
        assert "" in _served(suite)[suite.fill("python_<OLD_NAME>_<PLATFORM>")], source
    suite.workspace.env["OUR_PYTHON"] = suite.new.minor
    try:
        assert "" in _served(suite)[suite.fill("python_<NEW_NAME>_<PLATFORM>")]
    finally:
        del suite.workspace.env["OUR_PYTHON"]


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ('python.toolchain(python_version = "3")', "'3' is no version of Python".replace("'", '"')),
        ('[python.toolchain(python_version = "3.9") for _ in range(2)]', "has two python.toolchain for Python 3.9"),
        (
            '[python.toolchain(python_version = "3." + x, is_default = True) for x in ["9", "10"]]',
            "is_default is set for more than one version: 3.9, 3.10",
        ),
        ('python.defaults(python_version = "3.9")', 'add python.toolchain(python_version = "3.9")'),
        (
            'python.toolchain(python_version = "3.9")\npython.override(available_python_versions = ["3.10.1"])',
            "Python 3.9 is not among available_python_versions: 3.10.1",
        ),
        (
            'python.single_version_override(python_version = "3.9.1", urls = ["/x"])',
            "urls is set, and sha256 is not",
        ),
        (
            'python.single_version_override(python_version = "3.9", sha256 = {"x": "1"}, urls = ["/x"])',
            '"3.9" has to be a release',
        ),
        (
            'python.single_version_override(python_version = "3.9.1", sha256 = {"mine": "1"}, urls = ["/x"])',
            'the platform "mine" says neither system nor processor',
        ),
        (
            'python.override(minor_mapping = {"3.9": "3.10.1"})',
            "minor_mapping: 3.10.1 is no release of 3.9",
        ),
    ],
)
def test_mistakes_are_explained(suite: Suite, tags: str, message: str) -> None:
    suite.module('use_repo(python, "pythons_hub")\n' + tags + "\n")
    result = suite.workspace.bazel("query", "@pythons_hub//:all")
    assert result.code != 0
    assert message in result.err
