"""Every case of every migration: the findings, the fix, the fix of the fix, and buildifier's opinion."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from buildfile.source import STARLARK, kind_of
from buildfile.writer import write
from migrations import registry
from migrations.finding import Level
from migrations.migration import Case, Migration
from tests.migrations.cases import alone, files_of, lay_out, run_case

CASES = [
    pytest.param(migration, case, id=f"{migration.id}: {case.title}")
    for migration in registry.load()
    for case in migration.cases
]


@pytest.mark.parametrize(("migration", "case"), CASES)
def test_case(migration: Migration, case: Case, tmp_path: Path) -> None:
    files = lay_out(tmp_path, case)
    expected = files_of(case.after)
    outcome = run_case(tmp_path, alone(migration), case)

    assert not outcome.plan.failures, outcome.plan.failures
    changed = {change.path: (change.new or b"").decode() for change in outcome.plan.changes}
    for path, text in expected.items():
        assert changed.get(path, files.get(path)) == text
    assert changed.keys() <= expected.keys()
    made = {change.path for change in outcome.plan.changes if change.old is None}
    assert made == changed.keys() - files.keys()
    for level, parts in ((Level.PERSON, case.person), (Level.NOTE, case.notes)):
        messages = [item.message for item in outcome.findings if item.level is level]
        assert len(messages) == len(parts), messages
        for part, message in zip(parts, messages, strict=True):
            assert part in message
    on_disk = {path: (tmp_path / path).read_bytes().decode() for path in files}
    assert on_disk == files, "a run that writes nothing wrote something"

    _, failures = write(tmp_path, outcome.plan.changes)
    assert not failures
    again = run_case(tmp_path, alone(migration), case)
    assert not again.plan.changes, "a second run plans something"
    _stays_clean(files, changed)


def _stays_clean(files: dict[str, str], changed: dict[str, str]) -> None:
    buildifier = shutil.which("buildifier")
    if buildifier is None:
        assert "CI" not in os.environ, ".ci/install-buildtools brings buildifier"
        return
    for path, text in changed.items():
        old = files.get(path, "")
        if kind_of(path.rpartition("/")[2]) in STARLARK and _formatted(buildifier, path, old) == old:
            assert text == _formatted(buildifier, path, text)


def _formatted(buildifier: str, path: str, text: str) -> str:
    done = subprocess.run([buildifier, f"-path={path}"], input=text, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.parametrize("migration", list(registry.load()), ids=lambda item: item.id)
def test_declares_itself_well(migration: Migration) -> None:
    assert migration.summary.endswith(".") and migration.summary[0].isupper()
    assert migration.cases, "no cases"
    titles = [case.title for case in migration.cases]
    assert len(set(titles)) == len(titles)
    for text in (migration.page.what, migration.page.why, migration.page.safety):
        assert text.strip().endswith((".", "```"))
    assert all(address.startswith("https://") for address in migration.page.references)
    assert any(case.after is None for case in migration.cases), "no case that leaves a file alone"
