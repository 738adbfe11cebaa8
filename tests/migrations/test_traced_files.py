"""A migration looks only at files with its needles and at those it asks for; facts may lead to more facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.engine import Outcome, run
from migrations.finding import Finding, Fix, Level
from migrations.migration import Migration, Page
from migrations.profiles import Gate
from migrations.registry import Registry
from migrations.run import Request
from migrations.view import View


def _migration(id: str, **more: Any) -> Migration:
    defaults: dict[str, Any] = {"summary": "S.", "page": Page("a.", "b.", "c."), "gate": Gate(module="m")}
    return Migration(id=id, **{**defaults, **more})


def _run(root: Path, *migrations: Migration) -> Outcome:
    return run(Request(root, Registry(migrations, {item.id: "user" for item in migrations}), jobs=1))


def _everything(view: View) -> Iterator[Finding]:
    yield Finding(0, 0, f"{view.file.path}", level=Level.NOTE)


def test_a_file_without_the_needles_of_a_migration_is_not_shown_to_it(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    (tmp_path / "BUILD").write_text("one(name = 'x')\n")
    one = _migration("one", find=_everything, needles=(b"one",))
    two = _migration("two", find=_everything, needles=(b"two",))
    assert [(item.id, item.path) for item in _run(tmp_path, one, two).findings] == [("one", "BUILD")]


def test_facts_lead_to_files_and_these_to_more_facts(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    for name, text in (("a", "needle = '//b'\n"), ("b", "x = 1\n"), ("c", "x = 2\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "BUILD").write_text(text)

    def find(view: View) -> Iterator[Finding]:
        if view.file.path == "b/BUILD":
            yield Finding(0, 0, view.facts["follow"], level=Level.NOTE)

    follow = _migration(
        "follow",
        find=find,
        needles=(b"needle",),
        scan=lambda view: "b/BUILD",
        scan_needles=(b"needle",),
        gather=lambda facts: {path: by for by, path in facts},
        visit=lambda wanted: [*wanted, "is/not/there/BUILD"],
        trace=lambda view: f"{view.facts['follow'][view.file.path]} -> {view.file.path}: {view.file.data.decode()}",
        conclude=lambda wanted, traced: "; ".join(fact for _, fact in traced),
    )
    assert [item.message for item in _run(tmp_path, follow).findings] == ["a/BUILD -> b/BUILD: x = 1\n"]


def test_text_is_searched_where_the_module_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("needle\n")
    text = _migration("text", find=_everything, needles=(b"needle",), kinds=(FileKind.TEXT,))
    (tmp_path / "MODULE.bazel").write_text("")
    assert not _run(tmp_path, text).findings
    (tmp_path / "MODULE.bazel").write_text('bazel_dep(name = "m", version = "1")\n')
    assert [item.path for item in _run(tmp_path, text).findings] == ["README.md"]


def test_two_migrations_do_not_write_into_one_statement_at_once(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    (tmp_path / "BUILD").write_text('a(\n    name = "x",\n    venv = "g",\n)\n')

    def rename(view: View) -> Iterator[Finding]:
        for call in view.calls_named("a"):
            if call.argument("venv"):
                yield Finding(call.start, call.end, "m", Fix.of(rewrite(call, rename={"venv": "dep_group"})))

    def add(view: View) -> Iterator[Finding]:
        for call in view.calls_named("a"):
            if not call.argument("main"):
                yield Finding(call.start, call.end, "m", Fix.of(rewrite(call, put={"main": '"m.py"'})))

    one = _migration("one", find=rename, needles=(b"venv",))
    two = _migration("two", find=add, needles=(b"a(",))
    (change,) = _run(tmp_path, one, two).plan.changes
    assert change.new == b'a(\n    name = "x",\n    dep_group = "g",\n    main = "m.py",\n)\n'
