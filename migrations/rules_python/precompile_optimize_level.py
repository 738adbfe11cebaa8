"""Optimisation levels that nothing reads, or that depend on the machine.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._precompile import PAGE, targets
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Levels outside 0 to 2."""
    for call, _ in targets(view):
        argument = call.argument("precompile_optimize_level")
        if argument is None:
            continue
        try:
            level = ast.literal_eval(argument.value)
        except ValueError:
            continue
        if level == -1:
            message = "optimize level -1 is that of the interpreter that compiles, whichever it is"
            advice = "Write 0, 1 or 2."
            yield Finding(argument.start, argument.end, message, advice=advice, level=Level.NOTE)
        elif not isinstance(level, int) or level not in (0, 1, 2):
            message = f"there is no optimize level {level!r}"
            yield Finding(argument.start, argument.end, message, advice="Write 0, 1 or 2.")


MIGRATION = Migration(
    id="precompile-optimize-level",
    summary="Point at optimisation levels outside 0 to 2.",
    page=Page(
        what="Looks at `precompile_optimize_level` of Python targets.",
        why="The value is passed on unchecked: the compiler fails on it, or takes that of its own interpreter.",
        safety="Nothing is edited.",
        references=(PAGE,),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"precompile_optimize_level",),
    find=find,
    cases=(
        Case(
            "too high, and that of the machine",
            'load("@rules_python//python:defs.bzl", "py_library")\n\n'
            'py_library(\n    name = "l",\n    precompile_optimize_level = 3,\n)\n\n'
            'py_library(\n    name = "m",\n    precompile_optimize_level = -1,\n)\n',
            person=("no optimize level 3",),
            notes=("of the interpreter that compiles",),
        ),
        Case(
            "a level that there is",
            'load("@rules_python//python:defs.bzl", "py_library")\n\n'
            'py_library(\n    name = "l",\n    precompile_optimize_level = 2,\n)\n',
        ),
    ),
)
