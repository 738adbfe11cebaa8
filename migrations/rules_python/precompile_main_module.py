"""`main_module` together with collected pycs, on which analysis fails.

https://github.com/bazel-contrib/rules_python/issues/2881
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._precompile import EXECUTABLES, PAGE, said, targets
from migrations.rules_python._surface import UPSTREAM
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Binaries and tests with both."""
    for call, _ in targets(view, EXECUTABLES):
        argument, main = call.argument("pyc_collection"), call.argument("main_module")
        if argument is None or main is None or call.text(main) in (b"None", b'""'):
            continue
        if any(one.value == "include_pyc" for one in said(call, argument)):
            advice = 'Use main in place of main_module, or pyc_collection = "disabled".'
            yield Finding(argument.start, argument.end, "include_pyc with main_module fails in analysis", advice=advice)


MIGRATION = Migration(
    id="precompile-main-module",
    summary="Point at binaries with main_module and include_pyc.",
    page=Page(
        what='Lists binaries and tests that have `main_module` and `pyc_collection = "include_pyc"`.',
        why="The rule looks for the compiled main file, of which there is none, and analysis fails.",
        safety="Nothing is edited.",
        references=(UPSTREAM + "/issues/2881", PAGE),
    ),
    gate=Gate(module="rules_python", since="0.37.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"main_module",),
    find=find,
    cases=(
        Case(
            "both",
            'load("@rules_python//python:defs.bzl", "py_test")\n\npy_test(\n    name = "t",\n'
            '    main_module = "pytest",\n    pyc_collection = "include_pyc",\n)\n',
            person=("fails in analysis",),
        ),
        Case(
            "main_module alone",
            'load("@rules_python//python:defs.bzl", "py_test")\n\n'
            'py_test(\n    name = "t",\n    main_module = "pytest",\n    pyc_collection = "disabled",\n)\n',
        ),
    ),
)
