"""The `bzl_library` targets of rules_python, which lost their `_bzl`.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, path_of, relabelled
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Labels that end in `_bzl`; in rules_python itself they are its own to name."""
    for string in view.strings("_bzl"):
        if (
            string.value.startswith("@")
            and string.value.endswith("_bzl")
            and path_of(view, string.value).startswith("//python")
        ):
            yield relabelled(view, string, string.value.removesuffix("_bzl"))


MIGRATION = Migration(
    id="bzl-library-names",
    summary="Name the bzl_library targets of rules_python without _bzl.",
    page=Page(
        what="Turns labels such as `@rules_python//python:defs_bzl` into `@rules_python//python:defs`.",
        why="The targets were renamed in 2.2.0.",
        safety="Safe.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="2.2.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"_bzl",),
    find=find,
    cases=(
        Case(
            "among the deps of a library of one's own",
            'load("@bazel_skylib//:bzl_library.bzl", "bzl_library")\n\nbzl_library(\n    name = "a_bzl",\n'
            '    srcs = ["a.bzl"],\n    deps = [\n        ":b_bzl",\n'
            '        "@rules_python//python:py_binary_bzl",\n    ],\n)\n',
            'load("@bazel_skylib//:bzl_library.bzl", "bzl_library")\n\nbzl_library(\n    name = "a_bzl",\n'
            '    srcs = ["a.bzl"],\n    deps = [\n        ":b_bzl",\n'
            '        "@rules_python//python:py_binary",\n    ],\n)\n',
        ),
        Case(
            "a release with the old names",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "2.1.0")\n',
                "BUILD.bazel": 'x(\n    name = "a",\n    deps = ["@rules_python//python:defs_bzl"],\n)\n',
            },
        ),
        Case(
            "rules_python itself",
            {
                "MODULE.bazel": 'module(name = "rules_python")\n',
                "python/BUILD.bazel": 'x(\n    name = "a_bzl",\n    deps = [":b_bzl"],\n)\n\nx(name = "b_bzl")\n',
            },
        ),
        Case("a target of another ruleset", 'x(\n    name = "a",\n    deps = ["@other//python:defs_bzl"],\n)\n'),
    ),
)
