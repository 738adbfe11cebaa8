"""The rollout of a repository that Bazel builds with the emitted rules: every wave is green, and ships what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.emit import emit
from migrations.rollout.manifest import NAME, read
from tests.interpreters import candidates
from tests.rollout.conftest import contents, trekbok
from tests.rollout.repository import LIMITS, Planted, make
from tests.rules.bazel import Workspace

_MODULE = """module(name = "planted")

bazel_dep(name = "platforms", version = "0.0.9")
bazel_dep(name = "trekbok_rules", version = "0.1.0", repo_name = "rules_python")
local_path_override(
    module_name = "trekbok_rules",
    path = "../rules",
)

local_runtime_repo = use_repo_rule("@rules_python//python/local_toolchains:repos.bzl", "local_runtime_repo")

local_runtime_repo(
    name = "python_old",
    interpreter_path = "{path}",
    on_failure = "fail",
)

local_runtime_toolchains_repo = use_repo_rule(
    "@rules_python//python/local_toolchains:repos.bzl",
    "local_runtime_toolchains_repo",
)

local_runtime_toolchains_repo(
    name = "old_pythons",
    runtimes = ["python_old"],
)

register_toolchains(
    "@old_pythons//:all",
)
"""


def _old_python() -> tuple[str, str] | None:
    """A Python before 3.11 on this machine: its version and path."""
    for path in candidates():
        probe = [path, "-Ic", "import sys; print('%d.%d' % sys.version_info[:2])"]
        version = subprocess.run(probe, capture_output=True, text=True, check=False).stdout.strip()
        if version in ("3.8", "3.9", "3.10"):
            return version, path
    return None


@pytest.fixture
def built(tmp_path: Path) -> Iterator[tuple[Workspace, Planted]]:
    found = _old_python()
    if not shutil.which("bazel") or found is None:
        message = "the test needs bazel and a Python before 3.11"
        pytest.fail(message) if "CI" in os.environ else pytest.skip(message)
    version, path = found
    emit(tmp_path / "rules", module_name="trekbok_rules")
    root = tmp_path / "repository"
    planted = make(root, "rules_python", _MODULE.format(path=path), version)
    workspace = Workspace(root, tmp_path / "base")
    try:
        yield workspace, planted
    finally:
        workspace.shutdown()


def test_every_wave_is_green_and_ships_what_the_manifest_says(built: tuple[Workspace, Planted]) -> None:
    workspace, planted = built
    root = workspace.root
    before = contents(root)
    done = trekbok(root, "plan", *LIMITS)
    assert done.returncode == 1, done.stderr
    manifest = read(root / NAME)
    assert manifest is not None
    assert {(label, id) for label, ids in manifest.held.items() for id in ids} == planted.hazards
    for _ in manifest.waves:
        assert trekbok(root, "apply", "--next").returncode == 0
        workspace.bazel("test", "//...", "--build_tests_only=false").check()
        now = read(root / NAME)
        assert now is not None
        inside = {label for wave in now.waves.values() if wave.applied for label in wave.targets}
        compiled = _compiled(workspace)
        for label in planted.plain:
            wanted = planted.closures[label] if label in inside or label == "//decided:yes" else set()
            for target in _targets(label):
                assert compiled.pop(target) == wanted, target
        for label in {label for label, _ in planted.hazards} | planted.kept:
            for target in _targets(label):
                assert compiled.pop(target) == set(), target
        assert not compiled, "targets that nobody planted"
    assert trekbok(root, "revert", "--all").returncode == 0
    after = contents(root)
    assert {path: after[path] for path in before} == before


def _targets(label: str) -> list[str]:
    """The targets that a call makes; the names that are computed are known here."""
    if "t_%s" in label:
        return ["//many:t_a", "//many:t_b"]
    return ["//many:g_one"] if "replace" in label else [label]


def _compiled(workspace: Workspace) -> dict[str, set[str]]:
    """For each binary and test the sources whose pyc is in its runfiles."""
    expression = "str(target.label) + ' ' + providers(target)['FilesToRunProvider'].runfiles_manifest.path"
    query = ("--output=starlark", f"--starlark:expr={expression}", 'kind("py_(binary|test)", //...)')
    lines = workspace.bazel("cquery", *query).check().out.splitlines()
    root = workspace.execution_root()
    found: dict[str, set[str]] = {}
    for label, _, path in (line.partition(" ") for line in lines):
        compiled = found.setdefault(label.lstrip("@"), set())
        for line in (root / path).read_text().splitlines():
            name = line.partition(" ")[0]
            if name.startswith("_main/") and name.endswith(".pyc"):
                where, _, file = name.removeprefix("_main/").rpartition("/__pycache__/")
                compiled.add(f"{where}/{file.partition('.')[0]}.py")
    return found
