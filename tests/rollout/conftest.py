"""Repositories for the tests of the rollout, and the command line run on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rollout.repository import Planted, make

MODULE = """module(name = "planted")

bazel_dep(name = "trekbok_rules", version = "0.1.0", repo_name = "rules_python")
"""

Trekbok = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Path, Planted]:
    """The repository with the hazards, and what is planted in it."""
    root = tmp_path / "repository"
    return root, make(root, "rules_python", MODULE, "3.9")


def trekbok(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `trekbok rollout precompile` on a repository."""
    return subprocess.run(
        [sys.executable, "-m", "trekbok", "rollout", "precompile", arguments[0], "--root", str(root), *arguments[1:]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
        cwd=Path(__file__).parents[2],
    )


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of all files but trekbok's own."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".trekbok" not in path.parts and path.name != "trekbok-rollout.toml"
    }
