"""What a run keeps for the next one never changes what is said."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import pytest

from migrations import registry
from migrations.lint import cache, catalogue
from migrations.lint.check import Examiner
from tests.lint.repository import MODULE, OLD, commit, lay_out, lint


def _age(root: Path) -> None:
    """Makes files old enough to be believed by their time."""
    for path in root.rglob("*"):
        if path.is_file() and ".trekbok" not in path.parts:
            os.utime(path, (1_600_000_000, 1_600_000_000))


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are really looked at, in order."""
    paths: list[str] = []
    examine = Examiner.examine

    def noting(self: Examiner, file):  # type: ignore[no-untyped-def]
        paths.append(file.path)
        return examine(self, file)

    monkeypatch.setattr(Examiner, "examine", noting)
    return paths


def test_what_did_not_change_is_not_looked_at_again(tmp_path: Path, examined: list[str]) -> None:
    lay_out(tmp_path, {"a/BUILD": OLD, "b/BUILD": OLD})
    _age(tmp_path)
    first = lint(tmp_path)
    assert len(examined) == 3
    examined.clear()
    assert lint(tmp_path) == first
    assert examined == []


def test_a_touched_file_is_read_but_not_looked_at(tmp_path: Path, examined: list[str]) -> None:
    lay_out(tmp_path, {"BUILD": OLD})
    first = lint(tmp_path)
    examined.clear()
    os.utime(tmp_path / "BUILD", (1_700_000_000, 1_700_000_000))
    assert lint(tmp_path) == first
    assert examined == []


def test_a_change_right_behind_a_run_is_seen_though_size_and_time_stay(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": 'load(":m.bzl", "a")\n'})
    status = (tmp_path / "BUILD").stat()
    assert lint(tmp_path).ids == ["unused-load"]
    (tmp_path / "BUILD").write_text('load(":m.bzl", "a")\n'.replace('load(":m.bzl", "a")', "exports_files(['a'])"))
    os.utime(tmp_path / "BUILD", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert lint(tmp_path).ids == []


@pytest.mark.parametrize(
    "change",
    [
        {"a/BUILD": "exports_files([])\n"},
        {"new/BUILD": OLD},
        {"MODULE.bazel": MODULE.replace("aspect_rules_py", "other")},
        {"trekbok.toml": "to = '2.0.0-alpha.6'\n"},
        {"b/MODULE.bazel": ""},
        {".bazelignore": "a\n"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_after_a_change_all_is_as_without_a_cache(tmp_path: Path, change: dict[str, str]) -> None:
    lay_out(tmp_path, {"a/BUILD": OLD, "b/BUILD": OLD, "b/m.bzl": OLD})
    _age(tmp_path)
    lint(tmp_path)
    lay_out(tmp_path, change)
    assert lint(tmp_path) == lint(tmp_path, "--no-cache")


def test_a_removed_file_is_forgotten(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/BUILD": OLD, "b/BUILD": OLD})
    lint(tmp_path)
    (tmp_path / "a/BUILD").unlink()
    ran = lint(tmp_path)
    assert {item["path"] for item in ran.json["findings"]} == {"b/BUILD"} and ran.json["checked"] == 2


@pytest.mark.parametrize("content", [b"", b"garbage", pickle.dumps([1])])
def test_a_cache_that_is_none_does_no_harm(tmp_path: Path, content: bytes) -> None:
    lay_out(tmp_path, {"BUILD": OLD})
    first = lint(tmp_path)
    for name in ("lint-files", "lint-facts"):
        (tmp_path / ".trekbok" / name).write_bytes(content)
    assert lint(tmp_path) == first


class _Harmful:
    def __reduce__(self):  # type: ignore[no-untyped-def]
        return os.mkdir, ("harm-was-done",)


@pytest.mark.parametrize("name", ["lint-files", "lint-facts"])
def test_a_cache_from_a_stranger_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    lay_out(tmp_path, {"BUILD": OLD})
    lint(tmp_path)
    (tmp_path / ".trekbok" / name).write_bytes(pickle.dumps(_Harmful()))
    monkeypatch.chdir(tmp_path)
    cache.load_files(tmp_path, "")
    cache.load_facts(tmp_path, "")
    lint(tmp_path)
    assert not (tmp_path / "harm-was-done").exists()


def test_a_repository_that_cannot_be_written_to_goes_without(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": OLD, ".trekbok": "a file where the directory would be\n"})
    assert "venv-rules" in lint(tmp_path).ids


def test_a_migration_that_is_written_down_is_what_it_was(tmp_path: Path) -> None:
    whole = registry.load()
    catalogue.write(tmp_path, whole)
    known = catalogue.read(tmp_path)
    assert known is not None
    again = registry.load(ours=known)
    assert [item.id for item in again] == [item.id for item in whole] and again.homes == whole.homes
    for one, other in zip(again, whole, strict=True):
        for part in fields(other):
            mine, theirs = getattr(one, part.name), getattr(other, part.name)
            if part.name in ("kinds", "scan_kinds"):
                mine, theirs = set(mine), set(theirs)
            assert mine == theirs, (other.id, part.name)


def test_migrations_without_a_needle_in_sight_are_not_imported(tmp_path: Path) -> None:
    lay_out(tmp_path, {"BUILD": "exports_files([])\n"})
    commit(tmp_path)
    script = (
        "import sys\nfrom trekbok.cli import main\n"
        "try:\n    main(['lint', *sys.argv[1:]])\nfinally:\n"
        "    print(sum(name.startswith('migrations.aspect_rules_py.') for name in sys.modules), file=sys.stderr)\n"
    )

    def imported() -> int:
        command = [sys.executable, "-c", script, "--root", os.fspath(tmp_path), "--since", "HEAD"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert "Traceback" not in done.stderr, done.stderr
        return int(done.stderr)

    first = imported()
    assert lint(tmp_path).code == 0
    assert imported() < first / 2


@pytest.mark.parametrize("row", [{"home": "rules_python.._x"}, {"home": "/etc"}, {"id": "a..b"}, {"id": "__init__"}])
def test_nothing_but_migrations_is_imported_whatever_is_written_down(tmp_path: Path, row: dict[str, str]) -> None:
    catalogue.write(tmp_path, registry.load())
    found = cache.load(tmp_path, "lint-migrations")
    assert isinstance(found, catalogue.Catalogue)
    cache.save(tmp_path, "lint-migrations", replace(found, rows=(*found.rows, found.rows[0]._replace(**row))))
    assert catalogue.read(tmp_path) is None


def test_an_installation_is_known_by_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of two installations of one version have other times; those of a checkout tell by them."""

    def key(record: str | None) -> str:
        site = tmp_path / str(record).partition(",")[2][:6]
        (site / "migrations/lint").mkdir(parents=True, exist_ok=True)
        (site / "migrations/lint/cache.py").write_text("")
        os.utime(site / "migrations/lint/cache.py", ns=(len(site.name), time.time_ns()))
        if record is not None:
            (site / "trekbok-1.dist-info").mkdir(exist_ok=True)
            (site / "trekbok-1.dist-info/RECORD").write_text(record)
        monkeypatch.setattr(cache, "__file__", os.fspath(site / "migrations/lint/cache.py"))
        cache._program.cache_clear()
        return cache.key_of((), ())

    compiled = "migrations/__pycache__/x.pyc,,\n../../../bin/trekbok,sha256=venv,9\n"
    try:
        one = key("migrations/x.py,sha256=a,1\n")
        assert one == key("migrations/x.py,sha256=a,1\n") == key(compiled + "migrations/x.py,sha256=a,1\n")
        assert one != key("migrations/x.py,sha256=b,1\n")
        assert key(None) != key(None), "a checkout tells by times"
    finally:
        cache._program.cache_clear()
