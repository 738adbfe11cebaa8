"""libcst on one statement: what changes, what is refused."""

from __future__ import annotations

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildfile.codemod import MAX_DEPTH, Refused, codemod
from buildfile.edits import apply
from buildfile.source import FileKind, SourceFile
from buildfile.targets import Change


class Doubled(cst.CSTTransformer):
    """`old(x)` becomes `x + x`."""

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if isinstance(updated_node.func, cst.Name) and updated_node.func.value == "old":
            value = updated_node.args[0].value
            return cst.BinaryOperation(value, cst.Add(), value)
        return updated_node


def changed(data: bytes, index: int = 0) -> tuple[bytes, tuple[Change, ...], int]:
    file = SourceFile("BUILD", FileKind.BUILD, data)
    rewritten = codemod(file, file.statements[index], Doubled())
    return apply(data, rewritten.edits), rewritten.changes, len(rewritten.edits)


def test_only_what_differs_is_edited() -> None:
    data = b'# a\n\nx(\n    name = "n",  # keep  me\n    a = old(1),\n\n    b  = [1,2],\n    c = old("s"),\n)\n'
    text, changes, edits = changed(data)
    assert text == data.replace(b"old(1)", b"1 + 1").replace(b'old("s")', b'"s" + "s"')
    assert changes == (Change("n", "a"), Change("n", "c"))
    assert edits == 2


@pytest.mark.parametrize("text", ["é = old('ü')\r\n".encode(), b"x = old('\xff')\n", b"x = 1 # old(2)\n"])
def test_bytes_around_stay(text: bytes) -> None:
    got, _, _ = changed(text)
    value = text[text.index(b"(") + 1 : text.rindex(b")")]
    expected = text if b"#" in text else text.replace(b"old(" + value + b")", value + b" + " + value)
    assert got == expected


def test_nothing_to_do_is_no_edit() -> None:
    assert changed(b'x(name = "n", a = new(1))\n') == (b'x(name = "n", a = new(1))\n', (), 0)


@pytest.mark.parametrize(
    "text",
    [
        b"x = " + b"[" * 3000 + b"]" * 3000 + b"\n",
        b"x = " + b"(" * 3000 + b"1" + b")" * 3000 + b"\n",
        b"x = " + b"1 + " * 3000 + b"1\n",
        b"x = " + b"a or " * 3000 + b"a\n",
        b"x = a" + b".b()" * 3000 + b"\n",
        b"x = " + b'"a" ' * 3000 + b"\n",
        b"x = (\n" + b'    "a"  # b\n' * 3000 + b")\n",
        b"x = " + b"not " * 3000 + b"1\n",
        b"x = " + b"1 if 1 else " * 3000 + b"1\n",
        b"x = [" + b'"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ' * 10_000 + b"]\n",
        b"x = (\n",
        b'load(":x.bzl", _a = "a", "b")\n',
        b"{% if x %}\n",
    ],
)
def test_what_libcst_cannot_take_is_refused(text: bytes) -> None:
    file = SourceFile("x.bzl", FileKind.BZL, text)
    with pytest.raises(Refused) as refusal:
        codemod(file, file.statements[0], Doubled)
    assert str(refusal.value)


@given(
    st.integers(0, 40),
    st.sampled_from([b"[%s]", b"(%s)", b"{1: %s}", b"f(%s)", b"1 + %s", b"%s or 1", b"'a' 'b' + %s"]),
)
def test_what_is_not_refused_comes_back(depth: int, form: bytes) -> None:
    text = b"1"
    for _ in range(depth):
        text = form.replace(b"%s", text)
    data = b"x = " + text + b"\n"
    file = SourceFile("x.bzl", FileKind.BZL, data)
    try:
        assert codemod(file, file.statements[0], Doubled).edits == ()
    except Refused:
        assert depth * 2 + 4 > MAX_DEPTH
