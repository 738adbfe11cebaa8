"""`if_generated_source` and `omit_if_generated_source`, which rules_python 0.37.0 removed.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level, Safety
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import ours, told, valued
from migrations.rules_python._precompile import PAGE, changed, said, targets
from migrations.rules_python._surface import CHANGES
from migrations.view import View

_REMOVED = {
    "precompile": ("if_generated_source", "inherit", "disabled"),
    "precompile_source_retention": ("omit_if_generated_source", "inherit", "keep_source"),
}
"""Attribute and flag to the removed value, what the attribute gets in its place, and what the flag gets."""

_ADVICE = {
    "precompile": 'Set precompile = "enabled" on the targets that are to ship compiled generated sources.',
    "precompile_source_retention": 'Set precompile_source_retention = "omit_source" on the targets whose sources '
    "are generated and are not to be shipped.",
}


def find(view: View) -> Iterator[Finding]:
    """The values as attributes and as values of the flags."""
    if view.file.kind is FileKind.BAZELRC:
        for name, flag in ours(view):
            if name in _REMOVED and flag.value == _REMOVED[name][0]:
                message = f"{name}={flag.value} was removed in 0.37.0"
                yield told(flag, message, valued(flag, _REMOVED[name][2]), _ADVICE[name], Level.NOTE)
        return
    handled: set[int] = set()
    for call, _ in targets(view):
        for name, (old, new, _flag) in _REMOVED.items():
            argument = call.argument(name)
            for one in said(call, argument) if argument is not None else ():
                if argument is not None and one.value == old:
                    handled.add(one.start)
                    fix = changed(call, argument, one, new, Safety.UNSAFE)
                    message = f'{name} = "{old}" was removed in 0.37.0'
                    yield Finding(one.start, one.end, message, fix, _ADVICE[name], Level.NOTE)
    for string in view.strings("if_generated_source"):
        if string.value in ("if_generated_source", "omit_if_generated_source") and string.start not in handled:
            advice = "Take it out of what is passed to the rules; see `trekbok explain precompile-removed-values`."
            yield Finding(string.start, string.end, f"'{string.value}' was removed in 0.37.0", advice=advice)


MIGRATION = Migration(
    id="precompile-removed-values",
    summary="Replace if_generated_source and omit_if_generated_source.",
    page=Page(
        what=(
            'Drops `precompile = "if_generated_source"` and `precompile_source_retention = '
            '"omit_if_generated_source"`, so that the targets do what the binary and the flags say; the flags get '
            "`disabled` and `keep_source`."
        ),
        why="rules_python 0.37.0 does not know the values: the target fails when it is analysed.",
        safety=(
            "Generated sources that were compiled, or left out, without a word from the binary are so no longer. "
            "Nothing breaks by that, but what is shipped changes, so each place is listed. Values passed through a "
            "macro are left to a person."
        ),
        references=(PAGE, CHANGES),
    ),
    gate=Gate(module="rules_python", since="0.37.0"),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.BAZELRC),
    needles=(b"if_generated_source",),
    find=find,
    cases=(
        Case(
            "both attributes, one in a select",
            """load("@rules_python//python:py_library.bzl", "py_library")

py_library(
    name = "l",
    srcs = ["l.py"],
    precompile = "if_generated_source",
    precompile_source_retention = select({
        ":opt": "omit_if_generated_source",
        "//conditions:default": "keep_source",
    }),
)
""",
            """load("@rules_python//python:py_library.bzl", "py_library")

py_library(
    name = "l",
    srcs = ["l.py"],
    precompile_source_retention = select({
        ":opt": "inherit",
        "//conditions:default": "keep_source",
    }),
)
""",
            notes=("precompile =", "precompile_source_retention ="),
        ),
        Case(
            "a rule handed to a helper",
            {
                "t.bzl": 'load("@rules_python//python:py_binary.bzl", "py_binary")\nload(":u.bzl", "helper")\n\n'
                "def t(name):\n"
                '    helper(py_binary, name = name, precompile = "if_generated_source")\n'
            },
            {
                "t.bzl": 'load("@rules_python//python:py_binary.bzl", "py_binary")\nload(":u.bzl", "helper")\n\n'
                "def t(name):\n    helper(py_binary, name = name)\n"
            },
            notes=("precompile =",),
        ),
        Case(
            "the flags",
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=if_generated_source\n"
                "build:x --@rules_python//python/config_settings:precompile_source_retention=omit_if_generated_source\n"
            },
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=disabled\n"
                "build:x --@rules_python//python/config_settings:precompile_source_retention=keep_source\n"
            },
            notes=("precompile=", "precompile_source_retention="),
        ),
        Case(
            "a macro of one's own",
            'load("//:m.bzl", "my_binary")\n\n'
            'my_binary(\n    name = "b",\n    precompile = "if_generated_source",\n)\n',
            person=("'if_generated_source' was removed",),
        ),
        Case(
            "a release that knows the values",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.36.0")\n',
                "BUILD.bazel": 'load("@rules_python//python:defs.bzl", "py_library")\n\n'
                'py_library(\n    name = "l",\n    precompile = "if_generated_source",\n)\n',
            },
        ),
        Case("a file of that name", 'exports_files(["if_generated_source.py"])\n'),
    ),
)
