"""The bundled v1 workspace: migrated and given the rules, it passes its tests with nothing edited by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.goldens import TESTDATA
from tests.rules.bazel import Workspace

DEMO = TESTDATA / "demo_v1"
RULES = "third_party/trekbok_rules"


def _trekbok(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trekbok", *arguments]
    env = {**os.environ, "PYTHONPATH": str(DEMO.parent.parent)}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo(bazel_bases: Path) -> Iterator[Workspace]:
    """A copy of the demo, migrated and with the rules in it."""
    root = bazel_bases / "demo"
    shutil.copytree(DEMO, root)
    migrated = _trekbok(root, "migrate")
    assert migrated.returncode in (0, 1), migrated.stderr
    emitted = _trekbok(root, "emit", RULES, "--module-name", "aspect_rules_py")
    assert emitted.returncode == 0, emitted.stderr
    workspace = Workspace(root, bazel_bases / "demo_base", options=())
    yield workspace
    workspace.shutdown()


def test_the_demo_shows_what_there_is() -> None:
    """At least 25 packages, and each of the forms of v1 that the v2.0.0 plan has an answer to."""
    files = [path for path in DEMO.rglob("*") if path.is_file()]
    assert len([path for path in files if path.name == "BUILD.bazel"]) >= 25
    text = "\n".join(path.read_text() for path in files)
    for form in (
        "py/unstable:defs.bzl",
        "py/unstable:extension.bzl",
        "py/private/py_venv:defs.bzl",
        "uv/unstable:defs.bzl",
        "uv/unstable:extension.bzl",
        '_binary = "py_venv_binary"',
        "team_test = _py_venv_test",
        "venv_name =",
        "py_venv_link(",
        'venv = "default"',
        ":gateway.venv",
        "gazelle:map_kind py_binary py_venv_binary",
        "private/toolchain/venv/...",
        "VENV_TOOLCHAIN",
        "py_binary_rule",
        "pytest_main = True",
        "py_pytest_main(",
        "resolutions.from_requirements(",
        "virtual_deps",
        "py_pex_binary(",
        "py_unpacked_wheel(",
        "= py_image_layer(",
        "mode =",
        "package_collisions",
        "elide_sbuilds_with_anyarch",
        "to_label_keyed_dict()",
        "template =",
        "python_version =",
        "include_user_site_packages",
        "gazelle_python_manifest(",
        "script =",
        "compatible_with(",
        "requirement(",
        ":whl",
        ":lib",
        "compute_unused_inputs",
        ":pinned_default",
        ":pinned_manifests",
        "interpreters.local(",
        "unstable_annotate_packages(",
        "unpack_linux_amd64_exec_toolchain",
        "platform:platform_libc",
        "pyc:invalidation_mode",
        "markers:os_release",
        "interpreter:exclude_feature",
        "py_venv:debug_venv",
    ):
        assert form in text, form


def test_a_second_run_changes_nothing(demo: Workspace) -> None:
    """What is migrated stays as it is."""
    again = _trekbok(demo.root, "migrate", "--check")
    assert "would change" not in again.stdout, again.stdout
    assert _trekbok(demo.root, "emit", RULES, "--check").returncode == 0


def test_the_tests_of_the_demo_pass(demo: Workspace) -> None:
    """`bazel test //...`, nothing left out."""
    result = demo.bazel("test", "//...").check()
    tests = demo.bazel("query", "tests(//...)").check().out.split()
    assert len(tests) >= 15
    for label in tests:
        assert f"{label} " in result.out + result.err


def test_links_of_the_demo(demo: Workspace) -> None:
    """What was run for its link in v1 makes that link, under the same name."""
    for target, name in (("//tools/ide:ide", ".ide"), ("//tools/ide:link", ".tools+ide+link")):
        demo.bazel("run", target).check()
        assert (demo.root / name / "pyvenv.cfg").is_file()
    out = demo.bazel("run", "//tools/dev:dev", "--", "-c", "import greeter; print(greeter.greeting('dev'))").check().out
    assert out == "Hello, dev!\n"


def test_flags_of_the_demo(demo: Workspace) -> None:
    """Flags of v1 that a configuration sets are there."""
    demo.bazel("test", "--config=debug", "//services/pinned:all").check()


def test_a_package_without_a_target_says_so(demo: Workspace) -> None:
    """Nothing is downloaded: the message says how to give a package a target."""
    result = demo.bazel("build", "@pypi//left_out")
    assert result.code != 0
    assert 'uv.override_package(name = "left_out", target = "//…")' in result.err


def test_an_unknown_set_of_packages_says_so(demo: Workspace) -> None:
    """Targets for certain sets of packages name sets that there are."""
    text = 'load("@pypi//:defs.bzl", "compatible_with")\n\ncompatible_with(["default", "other"])\n'
    demo.write({"unknown_set/BUILD.bazel": text})
    try:
        result = demo.bazel("query", "//unknown_set:all")
    finally:
        shutil.rmtree(demo.root / "unknown_set")
    assert result.code != 0
    assert '@pypi has no set of packages "other", but default' in result.err
