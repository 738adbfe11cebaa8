"""Calls read and edited by their layout come out as the parser's way has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildfile.calls import calls_in
from buildfile.edits import apply
from buildfile.layout import layout_of, relaid
from buildfile.rewrite import rewrite
from buildfile.source import FileKind, SourceFile
from buildfile.style import attribute_key

_VALUES = ('"a.py"', "True", "[]", '["a", "b"]', '[\n        "a",  # why, [\n        "b",\n    ]', "A + B")
_VALUES += (
    'select({\n        "//:x": ["y"],\n        "//conditions:default": [],\n    })',
    "'''t = 1,\n    u = 2,\n'''",
)
_NAMES = ("size", "srcs", "data", "deps", "main", "tags", "visibility")


@st.composite
def calls(draw: st.DrawFn) -> str:
    names = sorted(draw(st.sets(st.sampled_from(_NAMES), min_size=1)), key=attribute_key)
    lines = ['    name = "x",\n']
    for name in names:
        comment = draw(st.sampled_from(("", "    # above\n")))
        behind = draw(st.sampled_from(("", "  # behind, )")))
        lines.append(f"{comment}    {name} = {draw(st.sampled_from(_VALUES))},{behind}\n")
    return "py_test(\n" + "".join(lines) + ")\n"


@given(calls(), st.sets(st.sampled_from(("args", "pyc_collection", "precompile", "zzz")), min_size=1))
def test_it_adds_and_drops_as_rewrite_does(text: str, names: set[str]) -> None:
    file = SourceFile("BUILD.bazel", FileKind.BUILD, text.encode())
    (statement,) = file.statements
    call = next(iter(calls_in(file, statement)))
    put = dict.fromkeys(names, '"v"')
    layout = layout_of(file.data, statement.start, statement.end)
    assert layout is not None
    edits = relaid(layout, put, ())
    assert edits is not None
    new = apply(file.data, edits)
    assert new == apply(file.data, rewrite(call, put=put).edits)
    again = layout_of(new, 0, len(new))
    assert again is not None
    back = relaid(again, {}, list(names))
    assert back is not None and apply(new, back) == file.data


@pytest.mark.parametrize(
    "text",
    [
        'f(name = "x")\n',
        'f(\n    name = "x"\n)\n',
        'f(\n    name = "x", a = 1,\n)\n',
        'f(\n  name = "x",\n)\n',
        'f(\n    name = "x",\n    name = "y",\n)\n',
        'f(\n    name = "x",\n    **kwargs,\n)\n',
        'f(\n    name = "x",\n).g()\n',
        'a = f(\n    name = "x",\n)\n',
        '[f(\n    name = "x",\n)]\n',
        'f(\r\n    name = "x",\r\n)\r\n',
    ],
)
def test_any_other_form_is_not_read(text: str) -> None:
    assert layout_of(text.encode(), 0, len(text)) is None
