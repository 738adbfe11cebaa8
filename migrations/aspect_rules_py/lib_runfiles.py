"""`py_library`, which puts its sources in nobody's runfiles any more.

https://github.com/aspect-build/rules_py/commits/main/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import DEFS, MODULE, UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_LIBRARY = frozenset({Symbol(DEFS, "py_library")})
_ATTRIBUTES = ("data", "tools", "srcs", "runfiles", "files")
_PYTHON = ("rules_python", MODULE)
_NATIVE = ("sh_", "genrule", "filegroup", "cc_", "java_")
_FOREIGN = (*_NATIVE, "build_test", "container_", "docker_", "go_", "js_", "oci_", "pkg_", "rust_", "write_file")
"""What the kinds of rules that do not know Python begin with: a file without any is not looked at."""
_CALLED = re.compile(rb"(?<![\w.])([A-Za-z_][\w.]*)\(")


def find(view: View) -> Iterator[Finding]:
    """Libraries of the package in what is not Python's."""
    heads = {head.decode() for head in _CALLED.findall(view.file.data)}
    if not any(_is_foreign(view.bindings.symbol(head)) for head in heads):
        return  # the usual file has rules for Python only, and is not parsed
    libraries = {name for call, _ in view.calls(_LIBRARY) if (name := call.string("name")) is not None}
    if not libraries:
        return
    for string in view.strings(*libraries):
        label = view.label(string.value) if string.value.startswith((":", "//")) else None
        if (
            label is None
            or label.name not in libraries
            or view.canonical(string.value) != view.canonical(f":{label.name}")
        ):
            continue
        for call in view.all_calls(string.statement):
            for argument in call.arguments:
                inside = argument.start <= string.start and string.end <= argument.end
                if (
                    inside
                    and argument.name in _ATTRIBUTES
                    and _is_foreign(view.bindings.symbol(call.callee, call.scope))
                ):
                    yield Finding(
                        string.start,
                        string.end,
                        f"the sources of {string.value} are not in the runfiles of {call.callee} any more",
                        advice="Name the files, or a filegroup of them, instead of the py_library.",
                    )


def _is_foreign(symbol: Symbol | None) -> bool:
    """Whether a rule is known not to be Python's: Bazel's own, or that of another module."""
    if symbol is None:
        return False
    if symbol.label == "native":
        return symbol.name.startswith(_NATIVE)
    module = symbol.label.partition("//")[0].lstrip("@")
    return bool(module) and module not in _PYTHON and "py" not in symbol.name


MIGRATION = Migration(
    id="lib-runfiles",
    summary="Find py_library targets among the files of targets that are not Python's.",
    page=Page(
        what=(
            'Lists `data = [":lib"]` and the like of shell tests, genrules and other rules that do not know Python, '
            "where `lib` is a `py_library` of the same package."
        ),
        why="On the branch a `py_library` hands its sources to Python targets only; others find no files at run time.",
        safety="Nothing is edited. Libraries of other packages are not looked up.",
        references=(UPSTREAM + "/commits/main/",),
    ),
    gate=Gate(since="main", plan=False),
    kinds=(FileKind.BUILD,),
    needles=tuple(kind.encode() for kind in _FOREIGN),
    find=find,
    cases=(
        Case(
            "a shell test",
            'load("@aspect_rules_py//py:defs.bzl", "py_library", "py_test")\n\npy_library(name = "l")\n\n'
            'sh_test(\n    name = "t",\n    data = [":l"],\n)\n\npy_test(\n    name = "u",\n    data = [":l"],\n)\n',
            person=("the sources of :l",),
            to="main",
        ),
        Case(
            "a rule of another module",
            'load("@aspect_rules_py//py:defs.bzl", "py_library")\n'
            'load("@rules_shell//shell:sh_test.bzl", "sh_test")\n\n'
            'py_library(name = "l")\n\nsh_test(\n    name = "t",\n    data = [":l"],\n)\n',
            person=("the sources of :l",),
            to="main",
        ),
        Case(
            "the alphas put them there",
            'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\npy_library(name = "l")\n\n'
            'sh_test(\n    name = "t",\n    data = [":l"],\n)\n',
        ),
        Case(
            "a library of another ruleset, and a macro that may be Python's",
            'load("@aspect_rules_py//py:defs.bzl", p = "py_library")\n'
            'load("@rules_python//python:defs.bzl", "py_library")\n'
            'load("//:m.bzl", "m")\n\np(name = "a")\n\npy_library(name = "l")\n\n'
            'sh_test(\n    name = "t",\n    data = [":l"],\n)\n\nm(\n    name = "n",\n    data = [":a"],\n)\n',
            to="main",
        ),
    ),
)
