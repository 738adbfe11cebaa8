"""What names mean in a file."""

from __future__ import annotations

import pytest

from buildfile.bindings import Bindings, Symbol
from buildfile.repository import Workspace
from buildfile.source import FileKind, SourceFile


def bindings(text: str) -> Bindings:
    return Bindings(SourceFile("BUILD.bazel", FileKind.BUILD, text.encode()), Workspace())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 1\n", {"a"}),
        ("(a, b) = c\n", {"a", "b"}),
        ("a, b = c\n", {"a", "b"}),
        ("a += [1]\n", {"a"}),
        ('rule(name = "x")\n', set()),
        ('[rule(name = n) for n in ["a"]]\n', set()),
        ("rule(\n    name = n,\n)\n", set()),
        ("a == b\n", set()),
        ("def f(x = 1):\n    pass\n", {"f"}),
    ],
)
def test_names_that_a_file_binds(text: str, names: set[str]) -> None:
    assert bindings(text).defined == names


def test_a_rule_called_on_one_line_is_bazels_own() -> None:
    assert bindings('py_library(name = "l")\n').symbol("py_library") == Symbol("native", "py_library")


def test_a_name_that_stands_for_bazels_own_rule_is_not_free() -> None:
    ours, own = Symbol("@r//:d.bzl", "py_binary"), Symbol("native", "py_binary")
    used = bindings('py_binary(name = "b")\n')
    assert used.free_name("py_binary", ours) == ("aspect_py_binary", True)
    assert used.free_name("py_binary", ours, own) == ("py_binary", True)
    assert bindings('x(name = "py_binary")  # py_binary\n').free_name("py_binary", ours) == ("py_binary", True)
