"""A Bazel to test with: workspaces of files, one output base each, servers that end with the tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.emit import emit

# The module is emitted under another name than its own, and seen under a third one, so that a label inside it
# that depends on a name does not go unnoticed.
MODULE_NAME = "renamed_rules"
REPO_NAME = "py_rules"

_OPTIONS = ("--color=no", "--curses=no", "--noshow_progress", "--lockfile_mode=off")


@dataclass(frozen=True, slots=True)
class Result:
    """How a Bazel command ended: exit code, standard output, and messages."""

    code: int
    out: str
    err: str

    def check(self) -> Result:
        """Fail with all that was said unless the command succeeded."""
        assert self.code == 0, f"exit code {self.code}\n{self.out}\n{self.err}"
        return self

    def json(self) -> list[dict[str, object]]:
        """The lines of output that are JSON objects."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@dataclass(slots=True)
class Workspace:
    """A Bazel workspace on disk with an output base of its own."""

    root: Path
    output_base: Path
    startup: tuple[str, ...] = ()
    options: tuple[str, ...] = ("--noenable_workspace",)
    env: dict[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, by path relative to the workspace."""
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")

    def bazel(self, command: str, *args: str, env: Mapping[str, str] | None = None) -> Result:
        """Run one Bazel command here; the environment is this process's with `env` added."""
        after = list(args)
        # `info` and the like take the options too, but nothing may follow the -- of `run`.
        result = subprocess.run(
            [
                "bazel",
                f"--output_base={self.output_base}",
                "--max_idle_secs=60",
                "--host_jvm_args=-Xmx1g",
                *self.startup,
                command,
                *_OPTIONS,
                *self.options,
                *after,
            ],
            cwd=self.root,
            env={**os.environ, **self.env, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(result.returncode, result.stdout, result.stderr)

    def bin(self, *options: str) -> Path:
        """The directory of built files in a configuration."""
        return Path(self.bazel("info", *options, "bazel-bin").check().out.strip())

    def cquery_files(self, target: str, *options: str) -> list[Path]:
        """The default outputs of a target."""
        out = self.bazel("cquery", *options, "--output=files", target).check().out
        return [self.execution_root() / line for line in out.splitlines()]

    def execution_root(self) -> Path:
        """The directory that the paths in actions are relative to."""
        return Path(self.bazel("info", "execution_root").check().out.strip())

    def shutdown(self) -> None:
        """End this workspace's server."""
        self.bazel("shutdown")


def precompile(value: str) -> str:
    """The flag that switches precompiling on, as users write it."""
    return flag("precompile", value)


def flag(name: str, value: str) -> str:
    """A flag of the module under test."""
    return f"--@{REPO_NAME}//python/config_settings:{name}={value}"


def make_workspace(root: Path, output_base: Path, files: Mapping[str, str], module_lines: str = "") -> Workspace:
    """A workspace in bzlmod mode that uses an emitted copy of the rules."""
    rules = root.parent / (root.name + "_rules")
    emit(rules, module_name=MODULE_NAME)
    workspace = Workspace(root, output_base)
    workspace.write(
        {
            "MODULE.bazel": (
                'module(name = "app")\n'
                f'bazel_dep(name = "{MODULE_NAME}", version = "0.1.0", repo_name = "{REPO_NAME}")\n'
                f'local_path_override(module_name = "{MODULE_NAME}", path = "../{rules.name}")\n'
            )
            + module_lines,
            **files,
        }
    )
    return workspace


def copy_tree(source: Path, root: Path) -> None:
    """Copy a directory of this repository into a workspace."""
    shutil.copytree(source, root, dirs_exist_ok=True)


def versions(found: Sequence[tuple[str, str]]) -> list[str]:
    """The minor versions among (version, path) pairs, each once, oldest first."""
    minors = {re.match(r"\d+\.\d+", version)[0] for version, _ in found}  # type: ignore[index]
    return sorted(minors, key=lambda text: tuple(map(int, text.split("."))))
