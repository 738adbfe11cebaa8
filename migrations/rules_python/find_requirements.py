"""`find_requirements`, which is gone.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import BUNDLES, CHANGES, exported
from migrations.view import View

_OLD = exported(BUNDLES, ("find_requirements",))


def find(view: View) -> Iterator[Finding]:
    """Its uses; a load that nothing uses goes."""
    for load in view.loads:
        for symbol in load.symbols:
            known = view.bindings.loaded.get(symbol.local)
            if known not in _OLD:
                continue
            used = any(view.calls(_OLD)) or any(view.uses(_OLD))
            advice = "Walk the dependencies with an aspect of your own." if used else ""
            fix = None if used else Fix(release=frozenset({symbol.local}))
            yield Finding(symbol.start, symbol.end, "find_requirements is gone", fix, advice)


MIGRATION = Migration(
    id="find-requirements",
    summary="Drop loads of find_requirements.",
    page=Page(
        what="Drops a load of `find_requirements` that nothing uses, and points at one that something uses.",
        why="The aspect was removed in 1.1.0, and a load of what is not there fails the package.",
        safety="Safe.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="1.1.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"find_requirements",),
    find=find,
    cases=(
        Case(
            "an idle load",
            'load("@rules_python//python:defs.bzl", "find_requirements", "py_library")\n\npy_library(name = "l")\n',
            'load("@rules_python//python:defs.bzl", "py_library")\n\npy_library(name = "l")\n',
        ),
        Case(
            "an aspect in use",
            {
                "r.bzl": 'load("@rules_python//python:defs.bzl", "find_requirements")\n\n'
                "r = rule(\n    implementation = lambda ctx: [],\n"
                '    attrs = {"d": attr.label_list(aspects = [find_requirements])},\n)\n'
            },
            person=("find_requirements is gone",),
        ),
        Case("one's own", {"r.bzl": "def find_requirements():\n    pass\n"}),
    ),
)
