"""Laws of the model of a file: cutting loses nothing, disjoint edits commute, offsets agree with libcst."""

from __future__ import annotations

import ast

import libcst
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from buildfile.calls import calls_in, walk
from buildfile.edits import Edit, Overlap, apply, disjoint
from buildfile.source import FileKind, SourceFile
from buildfile.statements import cut
from buildfile.syntax import Unparsable, parse, plainly_valid

_NAME = st.sampled_from(["py_binary", "a", "b_1", "native.x", "select"])
_STRING = st.text(st.sampled_from("abc/:.{}()[]#\"'\\ é\n"), max_size=8).map(repr)
_SPACE = st.sampled_from(["", " ", "\n    ", "  # note (\n    "])


@st.composite
def _value(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.integers(0, 7 if depth else 2))
    space = draw(_SPACE)
    if kind == 0:
        return draw(_STRING)
    if kind == 1:
        return draw(st.sampled_from(["a", "True", "None", "12", "-1"]))
    if kind == 2:
        return "[]"
    inner = [draw(_value(depth - 1)) for _ in range(draw(st.integers(0, 3)))]
    if kind == 3:
        return "[" + space + ", ".join(inner) + space + "]"
    if kind == 4:
        return "{" + ", ".join(f"{item}: {item}" for item in inner) + "}"
    if kind == 5:
        return "(" + space + " + ".join(inner or ["a"]) + space + ")"
    if kind == 6:
        return f"[x for x in {inner[0] if inner else '[]'}]"
    return draw(_call(depth - 1))


@st.composite
def _call(draw: st.DrawFn, depth: int = 2) -> str:
    space = draw(_SPACE)
    positional = [draw(_value(depth)) for _ in range(draw(st.integers(0, 1)))]
    keywords = draw(st.lists(st.sampled_from(["name", "srcs", "deps", "tags"]), unique=True, max_size=4))
    arguments = [*positional, *(f"{key} = {draw(_value(depth))}" for key in keywords)]
    tail = draw(st.sampled_from(["", ",", ""])) if arguments else ""
    return f"{draw(_NAME)}({space}{f',{space} '.join(arguments)}{tail}{space})"


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A Starlark file of calls, assignments, functions, comments and blank lines."""
    parts = []
    for _ in range(draw(st.integers(0, 5))):
        call = draw(_call())
        parts.append(
            draw(
                st.sampled_from(
                    [
                        call,
                        f"x = {call}",
                        f"def f(a):\n    # in\n    {call}\n\n    return a",
                        f"[{call} for a in b]",
                        "# c",
                    ]
                )
            )
        )
        parts.append(draw(st.sampled_from(["", "", "# above", "   "])))
    text = "\n".join(parts) + draw(st.sampled_from(["\n", ""]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode()


@given(files())
def test_statements_are_the_statements_of_the_file(data: bytes) -> None:
    expected = [ast.dump(node) for node in ast.parse(data).body]
    statements = cut(data)
    assert [ast.dump(node) for item in statements for node in item.tree.body] == expected
    at = 0
    for item in statements:
        assert item.error is None
        assert at <= item.lead <= item.start < item.end
        assert all(line.strip() == b"" or line.lstrip().startswith(b"#") for line in data[at : item.start].split(b"\n"))
        at = item.end


@given(st.binary(max_size=200).map(lambda data: data.replace(b"\0", b"(")))
def test_cutting_covers_any_bytes(data: bytes) -> None:
    at = 0
    for item in cut(data):
        assert at <= item.lead <= item.start < item.end <= len(data)
        at = item.end
        try:
            _ = item.tree
        except Unparsable as error:
            assert 0 <= error.offset <= len(data) + 1


@settings(max_examples=40)
@given(files().filter(lambda data: b"\r" not in data))
def test_ranges_of_calls_agree_with_libcst(data: bytes) -> None:
    wrapper = MetadataWrapper(libcst.parse_module(data), unsafe_skip_copy=True)
    spans = wrapper.resolve(ByteSpanPositionProvider)
    theirs = sorted(
        (span.start, span.start + span.length) for node, span in spans.items() if isinstance(node, libcst.Call)
    )
    file = SourceFile("BUILD", FileKind.BUILD, data)
    ours = sorted((call.start, call.end) for item in file.statements for call in calls_in(file, item))
    assert ours == theirs


@given(files())
def test_a_walk_meets_every_call_once(data: bytes) -> None:
    for item in cut(data):
        tree = item.tree
        walked = [id(node) for node, _ in walk(tree) if isinstance(node, ast.Call)]
        every = [id(node) for top in tree.body for node in ast.walk(top) if isinstance(node, ast.Call)]
        assert sorted(walked) == sorted(every)


@given(files())
def test_arguments_give_back_their_text(data: bytes) -> None:
    file = SourceFile("BUILD", FileKind.BUILD, data)
    for item in file.statements:
        for call in calls_in(file, item):
            for argument in call.arguments:
                text = call.text(argument)
                assert ast.dump(ast.parse(b"(" + text + b"\n)").body[0].value) == ast.dump(argument.value)  # type: ignore[attr-defined]


@given(st.text(st.sampled_from("abf=(),[]{}\"' 1.+#\n:rif"), max_size=30).map(str.encode))
def test_what_is_plainly_valid_parses(data: bytes) -> None:
    if plainly_valid(data, 0, len(data)):
        parse(data, 0, len(data))


@given(files())
def test_plainly_valid_agrees_on_whole_files(data: bytes) -> None:
    for item in cut(data):
        if plainly_valid(data, item.start, item.end):
            parse(data, item.start, item.end)


@given(
    st.binary(max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), st.binary(max_size=3)), max_size=6),
)
def test_disjoint_edits_commute(data: bytes, raw: list[tuple[int, int, bytes]]) -> None:
    edits = [Edit(min(start, len(data)), min(start + length, len(data)), text) for start, length, text in raw]
    if not disjoint(edits):
        return
    whole = apply(data, edits)
    assert whole == apply(data, reversed(edits))
    one_by_one = data
    for edit in sorted(edits, reverse=True):
        one_by_one = apply(one_by_one, [edit])
    assert whole == one_by_one


def test_overlapping_edits_are_refused() -> None:
    edits = [Edit(0, 3, b"x"), Edit(2, 4, b"y")]
    assert not disjoint(edits)
    try:
        apply(b"abcdef", edits)
    except Overlap:
        return
    raise AssertionError("overlap went through")
