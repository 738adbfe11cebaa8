"""The recipes of rules_python as a whole: on all cases at once, and on a repository in the old ways."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from buildfile.writer import write
from migrations import recipes, registry
from migrations.engine import Outcome, run
from migrations.rules_python import entry_point, native_python_flags, python_cc_targets, version_aware_loads
from migrations.rules_python._surface import HOMES, PIP_EXTENSION, PYTHON_EXTENSION
from migrations.run import Request
from tests.migrations.cases import lay_out

RECIPES = ("rules-python-precompile", "rules-python-toolchains", "workspace-to-bzlmod")


def _run(root: Path, recipe: str) -> Outcome:
    members = recipes.members(recipes.find(recipe), registry.load())
    return run(Request(root, members, jobs=1))


@pytest.mark.parametrize("name", RECIPES)
def test_every_id_of_a_recipe_is_a_migration(name: str) -> None:
    known = registry.load()
    recipe = recipes.find(name)
    assert {item.id for item in recipes.members(recipe, known)} == set(recipe.ids)


@pytest.mark.parametrize("name", RECIPES)
def test_every_case_with_every_migration(name: str, tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    for migration in registry.load():
        for number, case in enumerate(migration.cases if registry.load().homes[migration.id] == "rules_python" else ()):
            where = tmp_path / migration.id / str(number)
            where.mkdir(parents=True)
            lay_out(where, case)
    outcome = _run(tmp_path, name)
    assert not outcome.plan.failures
    _, failures = write(tmp_path, outcome.plan.changes)
    assert not failures
    again = _run(tmp_path, name)
    assert not again.plan.failures
    assert [change.path for change in again.plan.changes] == []


def test_lint_finds_what_each_of_them_finds(tmp_path: Path) -> None:
    """One example of each planted in a repository; the ids that the real command reports there."""
    (tmp_path / "MODULE.bazel").write_text("")
    wanted = set().union(*(recipes.find(name).ids for name in RECIPES))
    for migration in registry.load():
        case = next((case for case in migration.cases if case.after or case.person or case.notes), None)
        if migration.id in wanted and case is not None:
            (tmp_path / migration.id).mkdir()
            lay_out(tmp_path / migration.id, case)
    command = [sys.executable, "-m", "trekbok", "lint", "--root", str(tmp_path), "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1, result.stderr
    assert wanted - {item["id"] for item in json.loads(result.stdout)["findings"]} == set()


def test_what_the_migrations_write_is_in_the_emitted_rules() -> None:
    """Files that are loaded, and targets that are named, by whatever the migrations put in place of the old."""
    rules = Path(__file__).parents[2] / "rules"
    loaded = {*HOMES.values(), PYTHON_EXTENSION, PIP_EXTENSION, *version_aware_loads._NEW.values(), entry_point._NEW}
    for label in loaded:
        assert (rules / label.removeprefix("//").replace(":", "/")).is_file(), label
    declared = {
        "python/config_settings": native_python_flags._MOVED,
        "python/cc": python_cc_targets._NEW.values(),
        "python": ["current_py_toolchain", "toolchain_type"],
    }
    for package, names in declared.items():
        text = (rules / package / "BUILD.bazel").read_text()
        assert [name for name in names if f'name = "{name}"' not in text] == []


def test_nothing_of_it_is_in_the_default_recipe() -> None:
    known = registry.load()
    default = recipes.members(recipes.find(recipes.DEFAULT), known)
    assert all(known.homes[item.id] == "aspect_rules_py" for item in default)


OLD = {
    "WORKSPACE": """workspace(name = "old")

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

# The rules.
http_archive(
    name = "rules_python",
    sha256 = "c68bdc4fbec25de5b5493b8819cfc877c4ea299c0dcb15c244c5a00208cde311",
    strip_prefix = "rules_python-1.4.0",
    url = "https://github.com/bazelbuild/rules_python/releases/download/1.4.0/rules_python-1.4.0.tar.gz",
)

load("@rules_python//python:repositories.bzl", "py_repositories", "python_register_multi_toolchains")

py_repositories()

python_register_multi_toolchains(
    name = "python",
    default_version = "3.11",
    python_versions = [
        "3.11",
        "3.12",
    ],
)

load("@python//3.11:defs.bzl", "interpreter")
load("@rules_python//python:pip.bzl", "pip_parse")

pip_parse(
    name = "pip",
    python_interpreter_target = interpreter,
    requirements_lock = "//:requirements.txt",
)

load("@pip//:requirements.bzl", "install_deps")

install_deps()

register_toolchains("@bazel_tools//tools/python:autodetecting_toolchain")
""",
    ".bazelrc": "common --noenable_bzlmod\nbuild --incompatible_use_python_toolchains --python_version=PY3\n",
    "app/BUILD.bazel": """load("@pip//:requirements.bzl", "requirement")
load("@python//3.12:defs.bzl", py_test_312 = "py_test")

py_library(
    name = "lib",
    srcs = ["lib.py"],
    srcs_version = "PY3",
    deps = [
        "@pip_attrs//:pkg",
        requirement("six"),
    ],
)

py_test_312(
    name = "lib_test",
    srcs = ["lib_test.py"],
    python_version = "PY3",
    deps = [":lib"],
)
""",
}
NEW = {
    "WORKSPACE": 'workspace(name = "old")\n',
    "MODULE.bazel": """module(name = "old")

bazel_dep(name = "rules_python", version = "1.4.0")

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.defaults(python_version = "3.11")
python.toolchain(python_version = "3.11")
python.toolchain(python_version = "3.12")
use_repo(python, "python_3_11", "python_3_12", "pythons_hub", python = "python_versions")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "pip",
    python_version = "3.11",
    requirements_lock = "//:requirements.txt",
)
use_repo(pip, "pip")

register_toolchains(
    "@pythons_hub//:all",
    "@rules_python//python/runtime_env_toolchains:all",
)
""",
    ".bazelrc": "common --enable_bzlmod\n",
    "app/BUILD.bazel": """load("@pip//:requirements.bzl", "requirement")
load("@rules_python//python:py_library.bzl", "py_library")
load("@rules_python//python:py_test.bzl", "py_test")

py_library(
    name = "lib",
    srcs = ["lib.py"],
    deps = [
        "@pip//attrs",
        requirement("six"),
    ],
)

py_test(
    name = "lib_test",
    srcs = ["lib_test.py"],
    python_version = "3.12",
    deps = [":lib"],
)
""",
}


def test_a_repository_in_the_old_ways(tmp_path: Path) -> None:
    for path, text in OLD.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    outcome = _run(tmp_path, "rules-python-toolchains")
    assert not outcome.plan.failures and not outcome.plan.skips
    _, failures = write(tmp_path, outcome.plan.changes)
    assert not failures
    assert {path: (tmp_path / path).read_text() for path in NEW} == NEW
    assert not _run(tmp_path, "rules-python-toolchains").plan.changes
