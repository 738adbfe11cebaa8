"""Small repositories for the tests of the linter, and the real command line run on them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from trekbok.cli import main

MODULE = (
    'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\nbazel_dep(name = "rules_python", version = "1.5.0")\n'
)
OLD = """load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")

py_venv_binary(
    name = "x",
    srcs = ["x.py"],
    main = "x.py",
)
"""


@dataclass(frozen=True)
class Ran:
    """What a run of the command line said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)

    @property
    def ids(self) -> list[str]:
        """The ids of the findings, in order; the output has to be JSON."""
        return [item["id"] for item in self.json["findings"]]


def lay_out(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files; a MODULE.bazel is added if there is none."""
    module = {} if (root / "MODULE.bazel").exists() else {"MODULE.bazel": MODULE}
    for path, text in {**module, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def run(root: Path, *arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
    """Runs `trekbok lint` in a repository."""
    before = Path.cwd()
    os.chdir(cwd or root)
    try:
        result = CliRunner().invoke(main, ["lint", "--root", os.fspath(root), *arguments], input=stdin)
    finally:
        os.chdir(before)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


def lint(root: Path, *arguments: str) -> Ran:
    """Runs it with JSON as its output."""
    return run(root, "--format", "json", *arguments)


def git(root: Path, *command: str) -> str:
    """Runs git in a repository, with a name and without the settings of whoever runs the tests."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *command], cwd=root, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def commit(root: Path, message: str = "x") -> None:
    """Commits everything; the first commit makes the repository."""
    if not (root / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)
