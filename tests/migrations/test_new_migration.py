"""What `./dev new-migration` writes is a migration that loads, runs and declares itself well."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from migrations.engine import run
from migrations.migration import Migration
from migrations.run import Request
from tests import new_migration
from tests.migrations.cases import alone


@pytest.mark.parametrize("package", ["aspect_rules_py", "rules_python", "starlark"])
def test_it_runs(package: str, tmp_path: Path) -> None:
    module, *_ = new_migration.write(tmp_path, "some-old-thing", package)
    assert module.name == "some_old_thing.py"
    spec = importlib.util.spec_from_file_location("some_old_thing", module)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    migration = loaded.MIGRATION
    assert isinstance(migration, Migration) and migration.id == "some-old-thing"
    outcome = run(Request(tmp_path / "testdata/migrate/some old thing/in", alone(migration), "2.0.0-alpha.6"))
    assert not outcome.plan.changes and not outcome.findings


@pytest.mark.parametrize("args", [[], ["Not-Kebab"], ["venv-rules"], ["a-new-one", "no_such_package"]])
def test_wrong_usage(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert new_migration.main(args) == 2
    assert capsys.readouterr().err
