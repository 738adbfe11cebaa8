"""Values of the precompile attributes and flags that there are not.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Safety
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import ours, told
from migrations.rules_python._precompile import FLAG_VALUES, PAGE, VALUES, changed, said, targets
from migrations.view import View

_ELSEWHERE = ("if_generated_source", "omit_if_generated_source", "all", "only", "none", "always")
"""Values that other migrations know."""


def find(view: View) -> Iterator[Finding]:
    """Attributes and flags with such a value."""
    if view.file.kind is FileKind.BAZELRC:
        for name, flag in ours(view):
            known = FLAG_VALUES.get(name)
            if known and flag.value is not None and flag.value not in known and flag.value not in _ELSEWHERE:
                advice = f"There are {', '.join(known)}."
                yield told(flag, f"the flag {name} has no value '{flag.value}'", advice=advice)
        return
    for call, _ in targets(view):
        for name, known in VALUES.items():
            argument = call.argument(name)
            for one in said(call, argument) if argument is not None else ():
                if one.value in known or one.value in _ELSEWHERE or argument is None:
                    continue
                near = difflib.get_close_matches(one.value.lower(), known, 1, 0.75)
                message = f"{name} has no value '{one.value}'"
                fix = changed(call, argument, one, near[0], Safety.UNSAFE) if near else None
                advice = "" if near else f"There are {', '.join(known)}."
                yield Finding(one.start, one.end, f"{message}; {near[0]} is near" if near else message, fix, advice)


MIGRATION = Migration(
    id="precompile-unknown-values",
    summary="Point at values of precompile attributes and flags that there are not.",
    page=Page(
        what=(
            "Looks at `precompile`, `precompile_invalidation_mode`, `precompile_source_retention` and "
            "`pyc_collection` of Python targets, and at the flags. A value that is nearly one of them is corrected."
        ),
        why="The target fails when it is analysed, which for one that is seldom built may be late.",
        safety="The correction is a guess at what was meant.",
        references=(PAGE,),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.BAZELRC),
    needles=(b"precompile", b"pyc_collection"),
    find=find,
    cases=(
        Case(
            "a value that is nearly right, and one that is not",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    precompile = "yes",\n    pyc_collection = "include_pycs",\n)\n',
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    precompile = "yes",\n    pyc_collection = "include_pyc",\n)\n',
            person=("has no value 'yes'",),
        ),
        Case(
            "a flag",
            {".bazelrc": "build --@rules_python//python/config_settings:precompile=on\n"},
            person=("the flag precompile has no value 'on'",),
        ),
        Case(
            "all that there are",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    precompile = "inherit",\n    precompile_invalidation_mode = "checked_hash",\n'
            '    pyc_collection = select({":a": "disabled"}),\n)\n',
        ),
    ),
)
