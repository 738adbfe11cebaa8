"""The example of docs/own_migration.md is run as a reader would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.goldens import trekbok

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "own_migration.md"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The repository that the document speaks of."""
    toml, code, test = re.findall(r"```(?:toml|python)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    files = {
        "trekbok.toml": toml,
        "tools/trekbok/service_binary.py": code,
        "test_service_binary.py": test,
        "MODULE.bazel": 'module(name = "shop")\n\n'
        'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n',
        "a/BUILD.bazel": 'load("//tools:service.bzl", "service_binary")\n\n'
        'service_binary(\n    name = "a",\n    srcs = ["a.py"],\n)\n\n'
        'service_binary(\n    name = "b",\n    tags = TAGS,\n)\n',
        "b/BUILD.bazel": 'load("@other//tools:service.bzl", "service_binary")\n\nservice_binary(name = "a")\n',
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_it_is_listed_and_explained(repository: Path) -> None:
    assert "service-binary" in trekbok(repository, "list").stdout
    page = trekbok(repository, "explain", "service-binary").stdout
    assert "The macro is gone." in page and "Use instead" in page


def test_it_runs_like_ours(repository: Path) -> None:
    done = trekbok(repository, "migrate", "--only", "service-binary")
    assert done.exit == 1, done.stdout + done.stderr
    assert "a/BUILD.bazel:10:1: service_binary is gone" in done.stdout
    assert (repository / "a/BUILD.bazel").read_text() == (
        'load("@rpy//py:defs.bzl", "py_binary")\nload("//tools:service.bzl", "service_binary")\n\n'
        'py_binary(\n    name = "a",\n    srcs = ["a.py"],\n    tags = ["service"],\n)\n\n'
        'service_binary(\n    name = "b",\n    tags = TAGS,\n)\n'
    )
    assert "@other" in (repository / "b/BUILD.bazel").read_text()


def test_its_test_passes(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_service_binary.py"],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(DOCUMENT.parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_migration_that_cannot_be_loaded_is_named(repository: Path) -> None:
    (repository / "tools/trekbok/service_binary.py").write_text("import nothing_of_that_name\n")
    done = trekbok(repository, "list")
    assert done.exit == 2 and "service_binary.py: cannot be imported" in done.stderr
    (repository / "trekbok.toml").write_text('migrations = ["tools/none.py"]\n')
    done = trekbok(repository, "list")
    assert done.exit == 2 and "there is no such Python file" in done.stderr
