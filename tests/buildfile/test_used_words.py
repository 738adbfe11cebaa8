"""Which names a file uses, and so which loads may go."""

from __future__ import annotations

import pytest

from buildfile.loads import used_words
from buildfile.source import FileKind, SourceFile


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('load(":a.bzl", "a")\na(name = "x")\n', {"a"}),
        ("x(a = 1)\n", {"x"}),
        ("x(a=b)\n", {"x", "b"}),
        ("x = a == b\n", {"a", "b"}),
        ("x = a <= b\n", {"a", "b"}),
        ("x += a\n", {"x", "a"}),
        ("x = {a: 'b'}  # c\n", {"a"}),
        ("resolutions2 = resolutions\n", {"resolutions"}),
        ("def f(x = a):\n    return x\n", {"def", "f", "a", "return", "x"}),
    ],
)
def test_used_words(text: str, expected: set[str]) -> None:
    assert used_words(SourceFile("BUILD", FileKind.BUILD, text.encode())) == expected
