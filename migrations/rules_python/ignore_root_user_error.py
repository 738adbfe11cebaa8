"""`ignore_root_user_error`, which does nothing any more.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.extensions import tags
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._extensions import PYTHON
from migrations.rules_python._surface import CHANGES, path_of
from migrations.view import View

_NAME = "ignore_root_user_error"
_MACROS = ("python_register_toolchains", "python_register_multi_toolchains")
_HOME = "//python:repositories.bzl"


def find(view: View) -> Iterator[Finding]:
    """Tags of the extension, and calls of the macros, that still say it."""
    calls = list(tags(view, PYTHON, "toolchain", "override"))
    loaded = {symbol.local for load in view.loads if path_of(view, load.label) == _HOME for symbol in load.symbols}
    calls += [call for call in view.calls_named(*loaded) if call.callee in loaded] if loaded else []
    for call in calls:
        argument = call.argument(_NAME)
        if argument is not None:
            message = f"{_NAME} does nothing: a toolchain no longer minds who unpacks it"
            yield Finding(argument.start, argument.end, message, Fix.of(rewrite(call, drop=(_NAME,))))


_HEAD = 'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'

MIGRATION = Migration(
    id="ignore-root-user-error",
    summary="Drop ignore_root_user_error.",
    page=Page(
        what="Drops the attribute from `python.toolchain`, `python.override` and `python_register_toolchains`.",
        why="It has been without effect since 1.8.0.",
        safety="Safe.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="1.8.0"),
    kinds=(FileKind.MODULE, FileKind.WORKSPACE, FileKind.BZL),
    needles=(_NAME.encode(),),
    find=find,
    cases=(
        Case(
            "in MODULE.bazel",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.8.0")\n\n'
                + _HEAD
                + 'python.toolchain(\n    ignore_root_user_error = True,\n    python_version = "3.12",\n)\n'
            },
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.8.0")\n\n'
                + _HEAD
                + 'python.toolchain(\n    python_version = "3.12",\n)\n'
            },
        ),
        Case(
            "in a WORKSPACE",
            {
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", reg = "python_register_toolchains")\n\n'
                'reg(\n    name = "python_3_12",\n    ignore_root_user_error = True,\n    python_version = "3.12",\n)\n'
            },
            {
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", reg = "python_register_toolchains")\n\n'
                'reg(\n    name = "python_3_12",\n    python_version = "3.12",\n)\n'
            },
        ),
        Case(
            "a release that still reads it",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.7.0")\n\n'
                + _HEAD
                + 'python.toolchain(\n    ignore_root_user_error = True,\n    python_version = "3.12",\n)\n'
            },
        ),
        Case(
            "a macro of one's own with such a parameter",
            {"m.bzl": "def m(name):\n    other(name = name, ignore_root_user_error = True)\n"},
        ),
    ),
)
