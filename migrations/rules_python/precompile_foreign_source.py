"""Sources of other packages, which are not compiled.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._precompile import PAGE, said, targets
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Labels among the sources of a target that asks to be compiled."""
    for call, _ in targets(view):
        sources = call.argument("srcs")
        if call.string("precompile") != "enabled" or sources is None:
            continue
        here = view.label(":x")
        for one in said(call, sources):
            label = view.label(one.value)
            if label is not None and here is not None and (label.repo or label.package != here.package):
                message = f"{one.value} is of another package, and is not compiled"
                advice = "Make it a library in its own package, and depend on that."
                yield Finding(one.start, one.end, message, advice=advice, level=Level.NOTE)


MIGRATION = Migration(
    id="precompile-foreign-source",
    summary="List sources of other packages among those that are to be compiled.",
    page=Page(
        what='Lists labels of other packages in the `srcs` of a target with `precompile = "enabled"`.',
        why="The compiled file would have to be written into the other package, so it is skipped without a word.",
        safety="Nothing is edited.",
        references=(PAGE,),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD,),
    needles=(b"precompile",),
    find=find,
    cases=(
        Case(
            "a source of another package",
            'load("@rules_python//python:defs.bzl", "py_library")\n\npy_library(\n    name = "l",\n'
            '    srcs = [\n        "l.py",\n        ":gen.py",\n        "//m:n.py",\n    ],\n'
            '    precompile = "enabled",\n)\n',
            notes=("//m:n.py is of another",),
        ),
        Case(
            "nothing asks to compile it",
            'load("@rules_python//python:defs.bzl", "py_library")\n\n'
            'py_library(\n    name = "l",\n    srcs = ["//m:n.py"],\n    precompile = "inherit",\n)\n',
        ),
    ),
)
