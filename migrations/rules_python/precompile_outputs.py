"""Targets that take the files of a Python library without being Python targets.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.calls import Call
from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._precompile import PAGE, TARGETS, targets
from migrations.rules_python._surface import CHANGES, rules
from migrations.view import View

_LIBRARY = rules("py_library")


def find(view: View) -> Iterator[Finding]:
    """Attributes of other rules that name a library of the same file."""
    libraries = {call.string("name"): call for call, _ in targets(view, _LIBRARY)}
    python = {call.start for call, _ in targets(view, TARGETS)}
    if not libraries:
        return
    for statement in view.statements("data", "srcs"):
        for call in view.all_calls(statement):
            if call.start not in python and call.argument("name") is not None:
                yield from _takes(view, call, libraries)


def _takes(view: View, call: Call, libraries: dict[str | None, Call]) -> Iterator[Finding]:
    for name in ("data", "srcs"):
        argument = call.argument(name)
        for label in call.strings(name) or ():
            library = libraries.get(label.removeprefix(":")) if label.startswith(":") else None
            if library is None or argument is None or library.string("precompile") == "enabled":
                continue
            if name == "data" and library.argument("deps") is None:
                continue
            what = "the sources of what it depends on" if name == "data" else "compiled files"
            message = f"{label} has not brought {what} here since 0.37.0"
            advice = (
                "Put a py_binary or py_test in between, which gathers the files."
                if name == "data"
                else f'Set precompile = "enabled" on {label} if the compiled files are wanted here.'
            )
            yield Finding(argument.start, argument.end, message, advice=advice, level=Level.NOTE)


MIGRATION = Migration(
    id="precompile-outputs",
    summary="List targets that took sources or compiled files from a library by itself.",
    page=Page(
        what=(
            "Lists `data` and `srcs` of rules that are not Python rules where they name a `py_library` of the same "
            "BUILD file."
        ),
        why=(
            "Since 0.37.0 the runfiles of a library do not hold the files of its dependencies, which the binary "
            "gathers, and its outputs hold compiled files only if it says so itself."
        ),
        safety="Nothing is edited. A library of another package is not seen.",
        references=(PAGE, CHANGES),
    ),
    gate=Gate(module="rules_python", since="0.37.0"),
    kinds=(FileKind.BUILD,),
    needles=(b"py_library",),
    find=find,
    cases=(
        Case(
            "a shell test and an archive",
            'load("@rules_python//python:defs.bzl", "py_library")\n\n'
            'py_library(\n    name = "l",\n    srcs = ["l.py"],\n    deps = ["//m"],\n)\n\n'
            'sh_test(\n    name = "t",\n    srcs = ["t.sh"],\n    data = [":l"],\n)\n\n'
            'pkg_files(\n    name = "p",\n    srcs = [":l"],\n)\n',
            notes=("the sources of what", "compiled files"),
        ),
        Case(
            "a Python test",
            'load("@rules_python//python:defs.bzl", "py_library", "py_test")\n\n'
            'py_library(\n    name = "l",\n    deps = ["//m"],\n)\n\n'
            'py_test(\n    name = "t",\n    data = [":l"],\n)\n',
        ),
        Case(
            "a library without dependencies",
            'load("@rules_python//python:defs.bzl", "py_library")\n\npy_library(name = "l")\n\n'
            'sh_test(\n    name = "t",\n    data = [":l"],\n)\n',
        ),
    ),
)
