"""The rules of `config_settings/transition.bzl`, which the ordinary ones can stand in for.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, HOMES, TRANSITION, path_of, written
from migrations.view import View

_RULES = ("py_binary", "py_test")


def find(view: View) -> Iterator[Finding]:
    """Each load of the file."""
    for load in view.loads:
        if path_of(view, load.label) != TRANSITION:
            continue
        bind = {
            symbol.local: (written(view, HOMES[symbol.name], load.label), symbol.name)
            for symbol in load.symbols
            if symbol.name in _RULES
        }
        if bind:
            message = "the ordinary rules take python_version by themselves"
            yield Finding(load.label_start, load.label_end, message, Fix(bind=bind))


MIGRATION = Migration(
    id="transition-rules",
    summary="Load the rules with a python_version of their own from the files of the ordinary rules.",
    page=Page(
        what="Moves loads of `//python/config_settings:transition.bzl` to `py_binary.bzl` and `py_test.bzl`.",
        why="The transitioning rules are deprecated: since 1.1.0 the ordinary ones have the attribute.",
        safety="Safe: `python_version` stays where it is and means the same.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="1.1.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"config_settings:transition.bzl",),
    find=find,
    cases=(
        Case(
            "beside the ordinary rule, under another name",
            """load("@rules_python//python:py_binary.bzl", "py_binary")
load("@rules_python//python/config_settings:transition.bzl", py_versioned_binary = "py_binary")

py_binary(name = "a")

py_versioned_binary(
    name = "b",
    python_version = "3.12",
)
""",
            """load("@rules_python//python:py_binary.bzl", "py_binary", py_versioned_binary = "py_binary")

py_binary(name = "a")

py_versioned_binary(
    name = "b",
    python_version = "3.12",
)
""",
        ),
        Case(
            "a release whose rules lack the attribute",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0")\n',
                "BUILD.bazel": 'load("@rules_python//python/config_settings:transition.bzl", "py_test")\n\n'
                'py_test(name = "t")\n',
            },
        ),
        Case(
            "a file of that name elsewhere",
            'load("//python/config_settings:transition.bzl", "py_test")\n\npy_test(name = "t")\n',
        ),
    ),
)
