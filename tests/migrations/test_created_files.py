"""A migration may ask for a file that is not there; what Workspace knows of versions decides gates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from buildfile.edits import Edit
from buildfile.repository import walk, workspaces
from buildfile.source import FileKind
from buildfile.targets import Change
from buildfile.writer import undo, write
from migrations.engine import run
from migrations.finding import Finding, Fix
from migrations.migration import Migration, Page
from migrations.profiles import Gate, target_of
from migrations.registry import Registry
from migrations.run import Request
from migrations.view import View


def _find(view: View) -> Iterator[Finding]:
    if view.file.kind is FileKind.MODULE and b"module(" not in view.file.data:
        yield Finding(0, 0, "no module", Fix((Edit(0, 0, b'module(name = "m")\n'),), (Change("m", "added"),)))


def _registry(wanted: bool) -> Registry:
    migration = Migration(
        id="make-module",
        summary="Make a module.",
        page=Page("a.", "b.", "c."),
        find=_find,
        needles=(b"bazel_dep",),
        gate=Gate(module="none"),
        gather=lambda facts: wanted,
        create=lambda fact: ["MODULE.bazel"] if fact else [],
    )
    return Registry((migration,), {migration.id: "user"})


def test_a_file_that_is_not_there_is_made_and_unmade(tmp_path: Path) -> None:
    (tmp_path / "WORKSPACE").write_text("")
    outcome = run(Request(tmp_path, _registry(True), jobs=1))
    assert [(change.path, change.old) for change in outcome.plan.changes] == [("MODULE.bazel", None)]
    _, failures = write(tmp_path, outcome.plan.changes)
    assert not failures
    assert (tmp_path / "MODULE.bazel").read_text() == 'module(name = "m")\n'
    assert not run(Request(tmp_path, _registry(True), jobs=1)).plan.changes
    undo(tmp_path)
    assert not (tmp_path / "MODULE.bazel").exists()


def test_a_file_that_nothing_is_put_into_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "WORKSPACE").write_text("")
    assert not run(Request(tmp_path, _registry(False), jobs=1)).plan.changes


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.40.0")\n'}, "0.40.0"),
        (
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.40.0")\n'
                'single_version_override(module_name = "rules_python", version = "1.2.0")\n'
            },
            "1.2.0",
        ),
        (
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.1.0")\n'
                'local_path_override(module_name = "rules_python", path = "third_party/rules")\n'
            },
            "",
        ),
        (
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n    strip_prefix = "rules_python-0.25.0",\n'
                '    url = "https://github.com/bazelbuild/rules_python/releases/download/0.25.0/x.tar.gz",\n)\n'
            },
            "0.25.0",
        ),
        (
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n    urls = ["https://github.com/bazelbuild/'
                'rules_python/releases/download/0.31.0/rules_python-0.31.0.tar.gz"],\n)\n'
            },
            "0.31.0",
        ),
        (
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n'
                '    strip_prefix = "rules_python-4b84ad270387a7c439ebdccfd530e2339601ef27",\n)\n'
            },
            "",
        ),
    ],
)
def test_the_version_that_a_workspace_pins(files: dict[str, str], version: str, tmp_path: Path) -> None:
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    workspace = workspaces(tmp_path, walk(tmp_path))[""]
    assert target_of(workspace, "auto", {}).versions["rules_python"] == version


def test_the_version_of_bazel(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("")
    assert workspaces(tmp_path, walk(tmp_path))[""].bazel == ""
    (tmp_path / ".bazelversion").write_text("6.4.0\n# pinned\n")
    assert workspaces(tmp_path, walk(tmp_path))[""].bazel == "6.4.0"
