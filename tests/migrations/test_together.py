"""All migrations of a recipe at once, on the cases of each: no failures, and a second run plans nothing and finds again
what needs a person.

Each case is a workspace of its own in one repository, so that they are also tried nested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from buildfile.source import STARLARK, kind_of
from buildfile.writer import write
from migrations import recipes, registry
from migrations.engine import Outcome, run
from migrations.finding import Level
from migrations.run import Request
from tests.migrations.cases import lay_out

RECIPE = recipes.members(recipes.find("aspect-rules-py-v2"), registry.load())


def _lay_out(root: Path) -> None:
    (root / "MODULE.bazel").write_text("")
    for migration in RECIPE:
        for number, case in enumerate(migration.cases):
            where = root / migration.id / str(number)
            where.mkdir(parents=True)
            lay_out(where, case)


def _run(root: Path, to: str, semantics: str) -> Outcome:
    return run(Request(root, RECIPE, to, {"semantics": semantics}, jobs=1))


@pytest.mark.parametrize("semantics", ["preserve", "plain"])
@pytest.mark.parametrize("to", ["v2-plan", "2.0.0-alpha.0", "2.0.0-alpha.2", "2.0.0-alpha.6", "main"])
def test_every_case_with_every_migration(to: str, semantics: str, tmp_path: Path) -> None:
    _lay_out(tmp_path)
    outcome = _run(tmp_path, to, semantics)
    assert not outcome.plan.failures
    clean = _clean(tmp_path, [change.path for change in outcome.plan.changes])
    _, failures = write(tmp_path, outcome.plan.changes)
    assert not failures
    assert clean <= _clean(tmp_path, sorted(clean))
    again = _run(tmp_path, to, semantics)
    assert not again.plan.failures
    assert [change.path for change in again.plan.changes] == []
    first, second = _left(outcome, Level.PERSON), _left(again, Level.PERSON)
    assert second <= first
    assert first - second - _left(again, Level.NOTE) <= _untellable()


def _left(outcome: Outcome, level: Level) -> set[tuple[str, str]]:
    return {(item.id, item.path) for item in outcome.findings if item.level is level}


def _untellable() -> set[tuple[str, str]]:
    """What a person has to look at once, since nothing tells afterwards what it was before."""
    names = {"venv-rules": "resolutions that are a struct again, and some that cannot be turned"}
    return {
        (migration.id, f"{migration.id}/{number}/BUILD.bazel")
        for migration in RECIPE
        for number, case in enumerate(migration.cases)
        if names.get(migration.id) == case.title
    }


def _clean(root: Path, paths: list[str]) -> set[str]:
    """Those files that are as buildifier would have them."""
    buildifier = shutil.which("buildifier")
    if buildifier is None:
        assert "CI" not in os.environ, ".ci/install-buildtools brings buildifier"
        return set()
    mine = [path for path in paths if kind_of(path.rpartition("/")[2]) in STARLARK and (root / path).is_file()]
    if not mine:
        return set()
    done = subprocess.run([buildifier, "-mode=check", *mine], cwd=root, capture_output=True, text=True, check=False)
    unclean = {line.partition(" # ")[0] for line in (done.stdout + done.stderr).splitlines()}
    return {path for path in mine if path not in unclean}
