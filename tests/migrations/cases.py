"""Runs the cases of migrations: what each declares of itself, in a repository on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrations.engine import Outcome, run
from migrations.migration import Case, Migration
from migrations.registry import Registry
from migrations.run import Request

MODULE = 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\nbazel_dep(name = "rules_python")\n'


def files_of(text: str | Mapping[str, str] | None) -> dict[str, str]:
    """The files that a side of a case stands for."""
    return {"BUILD.bazel": text} if isinstance(text, str) else dict(text or {})


def lay_out(root: Path, case: Case) -> dict[str, str]:
    """Writes the repository of a case; gives its files."""
    files = files_of(case.before)
    if not any(path in ("MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel") for path in files):
        files["MODULE.bazel"] = MODULE
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return files


def run_case(root: Path, migrations: Registry, case: Case) -> Outcome:
    """Runs some migrations over the repository of a case; writes nothing."""
    return run(Request(root, migrations, case.to, case.options, jobs=1))


def alone(migration: Migration) -> Registry:
    """A registry of one."""
    return Registry((migration,), {migration.id: "aspect_rules_py"})
