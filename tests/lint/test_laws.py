"""What holds for every file and every finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildfile.writer import write
from migrations import registry
from migrations.lint.job import Job
from migrations.lint.linter import Linter
from migrations.lint.selection import select
from migrations.migration import Case
from migrations.run import Request
from tests.lint.repository import lay_out
from tests.migrations.cases import files_of
from tests.migrations.cases import lay_out as lay_out_case

REGISTRY = registry.load()
FIXED = [
    pytest.param(case, id=f"{migration.id}: {case.title}")
    for migration in REGISTRY
    for case in migration.cases
    if case.after is not None
]


def _job(root: Path, to: str = "auto", **given: object) -> Job:
    request = Request(root, REGISTRY, to, {"semantics": "preserve", "bump": "no"}, jobs=1, unsafe=False)
    return Job(request, select(REGISTRY), cache=False, **given)  # type: ignore[arg-type]


PIECES = st.sampled_from(
    (
        b'load("@rules_python//python:defs.bzl", "py_binary")\n', b"py_binary(", b'name = "x"', b",", b")", b"[", b"]",
        b"{", b"}", b"\n", b"    ", b'"', b"'", b'"""', b"#", b"# trekbok: disable=", b"unused-load", b"def f():\n",
        b"\\", b"\r\n", b"\xff", b"\x00", b"=", b"**", b"for x in y", b"if ", b"else", b"lambda: ", b"select({",
        b"@r/p:x", b"//a//b", b"load(", b"use_extension(", b"\xef\xbb\xbf", b";", b"0x", b"\t",
    )
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.one_of(st.lists(PIECES, max_size=25).map(b"".join), st.binary(max_size=200)),
    st.sampled_from(("BUILD", "a/m.bzl", "MODULE.bazel", "WORKSPACE", "REPO.bazel", ".bazelrc", "README.md")),
)
def test_whatever_a_file_holds_the_run_comes_to_its_end(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, path: str
) -> None:
    root = tmp_path_factory.getbasetemp() / "law"
    root.mkdir(exist_ok=True)
    lay_out(root, {})
    for found in Linter(_job(root, texts={path: content}, fix=True, unsafe=True)).lint().diagnostics:
        assert found.id != "failed-check", found.message
        assert 1 <= found.line <= content.count(b"\n") + 1
        assert found.column >= 1 and (found.line, found.column) <= (found.end_line, found.end_column)
        assert 0 <= found.start <= found.end <= len(content)


@pytest.mark.parametrize("case", FIXED)
def test_fixing_and_then_linting_is_clean(case: Case, tmp_path: Path) -> None:
    """No fix is left, none brings on a finding that was not there, and all files can still be read.

    So says the run that fixes, and one that comes later and knows only the files.
    """
    lay_out_case(tmp_path, case)
    known = {item.id for item in Linter(_job(tmp_path, case.to)).lint().diagnostics}
    fixing = Linter(_job(tmp_path, case.to, fix=True, unsafe=True)).lint()
    assert files_of(case.before) == {path: (tmp_path / path).read_text() for path in files_of(case.before)}
    _, failures = write(tmp_path, fixing.changes)
    assert not failures
    for after in (fixing, Linter(_job(tmp_path, case.to)).lint()):
        left = [item for item in after.diagnostics if item.safety is not None]
        assert not left, [(item.id, item.path, item.message) for item in left]
        new = [item for item in after.diagnostics if item.blocks and item.id not in known]
        assert not new, [(item.id, item.path, item.message) for item in new]
