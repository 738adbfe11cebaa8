"""Loads from `defs.bzl` and `python.bzl`, which the file of each rule takes the place of.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/index.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.loads import Load
from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import BUNDLES, CHANGES, DOCS, HOMES, path_of, written
from migrations.view import View

_GONE = "find_requirements"


def find(view: View) -> Iterator[Finding]:
    """Each load of one of the two files."""
    for load in view.loads:
        if path_of(view, load.label) in BUNDLES:
            yield from _moved(view, load)


def _moved(view: View, load: Load) -> Iterator[Finding]:
    moving = {
        symbol.local: (written(view, HOMES[symbol.name], load.label), symbol.name)
        for symbol in load.symbols
        if symbol.name in HOMES
    }
    if moving:
        files = ", ".join(sorted({label.rpartition(":")[2] for label, _ in moving.values()}))
        message = f"what {load.label} exports has files of its own: {files}"
        yield Finding(load.label_start, load.label_end, message, Fix(bind=moving))
    for symbol in load.symbols:
        if symbol.name in HOMES or symbol.name == _GONE:
            continue
        yield Finding(
            symbol.start,
            symbol.end,
            f"{load.label} is not known to export '{symbol.name}'",
            advice="See whether this release still has it; it stays in this load.",
            level=Level.NOTE,
        )


MIGRATION = Migration(
    id="defs-loads",
    summary="Load each Python rule and provider from its own file instead of defs.bzl.",
    page=Page(
        what=(
            "Splits loads of `@rules_python//python:defs.bzl` and `python.bzl` into loads of `py_binary.bzl`, "
            "`py_library.bzl`, `py_info.bzl` and so on. Aliases are kept."
        ),
        why=(
            "A BUILD file that loads one rule then loads no more than that, and a change in one rule's file does not "
            "reload the packages that use another."
        ),
        safety="Safe: the file of a rule exports the same symbol.",
        references=(DOCS + "/api/rules_python/python/index.html", CHANGES),
    ),
    gate=Gate(module="rules_python", since="0.31.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"python:defs.bzl", b"python:python.bzl"),
    find=find,
    cases=(
        Case(
            "a load of three rules",
            """load("@rules_python//python:defs.bzl", "py_binary", "py_library", _test = "py_test")

py_library(name = "l")

py_binary(name = "b")

_test(name = "t")
""",
            """load("@rules_python//python:py_binary.bzl", "py_binary")
load("@rules_python//python:py_library.bzl", "py_library")
load("@rules_python//python:py_test.bzl", _test = "py_test")

py_library(name = "l")

py_binary(name = "b")

_test(name = "t")
""",
        ),
        Case(
            "a provider in a .bzl, under the workspace's name for the module",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0", repo_name = "py")\n',
                "r.bzl": 'load("@py//python:defs.bzl", "PyInfo")\n\ndef has(target):\n    return PyInfo in target\n',
            },
            {"r.bzl": 'load("@py//python:py_info.bzl", "PyInfo")\n\ndef has(target):\n    return PyInfo in target\n'},
        ),
        Case(
            "a symbol that is not known stays",
            """load("@rules_python//python:defs.bzl", "py_import", "py_library")

py_library(name = "l")

py_import(name = "i")
""",
            """load("@rules_python//python:defs.bzl", "py_import")
load("@rules_python//python:py_library.bzl", "py_library")

py_library(name = "l")

py_import(name = "i")
""",
            notes=("is not known to export 'py_import'",),
        ),
        Case(
            "a release without the files",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.25.0")\n',
                "BUILD.bazel": 'load("@rules_python//python:defs.bzl", "py_library")\n\npy_library(name = "l")\n',
            },
        ),
        Case(
            "a file of that name elsewhere",
            'load("@my_rules//python:defs.bzl", "py_library")\n\npy_library(name = "l")\n',
        ),
    ),
)
