"""`py_proto_library`, which protobuf has now.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, path_of
from migrations.view import View

_OLD = "//python:proto.bzl"
_NEW = "//bazel:py_proto_library.bzl"
_MODULES = ("protobuf", "com_google_protobuf")


def find(view: View) -> Iterator[Finding]:
    """Loads of the rule."""
    module = next((name for name in _MODULES if name in view.workspace.dependencies), "")
    for load in view.loads:
        if path_of(view, load.label) != _OLD:
            continue
        new = view.workspace.spell(f"@{module or _MODULES[0]}{_NEW}")
        bind = {symbol.local: (new, symbol.name) for symbol in load.symbols if symbol.name == "py_proto_library"}
        if not bind:
            continue
        message = f"py_proto_library is protobuf's now, in {new}"
        fix = Fix(bind=bind) if module else None
        advice = "" if module else "Make protobuf a dependency of this module first, then run again."
        yield Finding(load.label_start, load.label_end, message, fix, advice)


MIGRATION = Migration(
    id="py-proto-library",
    summary="Load py_proto_library from protobuf.",
    page=Page(
        what="Moves loads of `py_proto_library` from `@rules_python//python:proto.bzl` to protobuf.",
        why="rules_python has handed the rule over; its file only passes it on.",
        safety="Safe where protobuf is a dependency under its own name; else it is left to a person.",
        references=(CHANGES, "https://github.com/protocolbuffers/protobuf"),
    ),
    gate=Gate(module="rules_python", since="1.2.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"python:proto.bzl",),
    find=find,
    cases=(
        Case(
            "protobuf under another name",
            {
                "MODULE.bazel": 'bazel_dep(name = "protobuf", version = "29.0", repo_name = "pb")\n'
                'bazel_dep(name = "rules_python", version = "1.2.0")\n',
                "BUILD.bazel": 'load("@rules_python//python:proto.bzl", "py_proto_library")\n\n'
                'py_proto_library(name = "p")\n',
            },
            {
                "BUILD.bazel": 'load("@pb//bazel:py_proto_library.bzl", "py_proto_library")\n\n'
                'py_proto_library(name = "p")\n'
            },
        ),
        Case(
            "without protobuf",
            'load("@rules_python//python:proto.bzl", "py_proto_library")\n\npy_proto_library(name = "p")\n',
            person=("is protobuf's now",),
        ),
        Case(
            "the rule of protobuf",
            'load("@protobuf//bazel:py_proto_library.bzl", "py_proto_library")\n\npy_proto_library(name = "p")\n',
        ),
    ),
)
