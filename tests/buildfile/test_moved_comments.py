"""An argument that moves takes its comments along; none is lost."""

from __future__ import annotations

import pytest

from buildfile.calls import calls_in
from buildfile.edits import apply
from buildfile.rewrite import rewrite
from buildfile.source import FileKind, SourceFile


def renamed(text: str) -> str:
    """The file with `venv` called `dep_group` and `testonly` added."""
    file = SourceFile("BUILD", FileKind.BUILD, text.encode())
    call = next(call for statement in file.statements for call in calls_in(file, statement))
    edits = rewrite(call, rename={"venv": "dep_group"}, put={"testonly": "True"}).edits
    return apply(file.data, sorted(edits)).decode()


@pytest.mark.parametrize("nl", ["\n", "\r\n"])
def test_comments_above_and_behind_go_along(nl: str) -> None:
    before = """\
x(
    name = "a",
    main = "a.py",  # m
    # one
    # two
    venv = "g",  # three, four
    # the end
)
"""
    after = """\
x(
    name = "a",
    testonly = True,
    # one
    # two
    dep_group = "g",  # three, four
    main = "a.py",  # m
    # the end
)
"""
    assert renamed(before.replace("\n", nl)) == after.replace("\n", nl)


def test_the_first_place_and_no_last_comma() -> None:
    before = 'x(\n    main = "a.py",\n    venv = "g"  # g\n)\n'
    assert renamed(before) == 'x(\n    testonly = True,\n    dep_group = "g",  # g\n    main = "a.py",\n)\n'


def test_where_lines_are_shared_an_argument_with_a_comment_stays() -> None:
    before = 'x(name = "a", main = "a.py",  # m\n  venv = "g")  # g\n'
    assert renamed(before) == 'x(name = "a", testonly = True, main = "a.py",  # m\n  dep_group = "g")  # g\n'


def test_one_argument_with_a_comment_keeps_it() -> None:
    assert "# a" in renamed('x(name = "a"  # a\n)\n')
    assert "# a" in renamed("x(  # a\n)\n")
