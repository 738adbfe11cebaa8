"""Interpreters named by their path on the machine, which v2 refuses.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bazelrc import lines_of
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import MODULE, UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_AUTODETECTING = ("runtime_env_toolchains", "tools/python:autodetecting")
_MODULES = ("rules_python", "bazel_tools")
_ADVICE = (
    "Use an interpreter that is part of the build: python_interpreters.toolchain(python_version = …) of "
    "//py:extensions.bzl, or py_runtime(interpreter = …)."
)


def find(view: View) -> Iterator[Finding]:
    """`py_runtime(interpreter_path = …)` and registrations of the autodetecting toolchain."""
    if MODULE not in (*view.workspace.dependencies, view.workspace.module):
        return
    if view.file.kind is FileKind.BAZELRC:
        yield from _in_bazelrc(view)
        return
    for call in view.calls_named("py_runtime"):
        argument = call.argument("interpreter_path")
        if argument is not None:
            message = "aspect_rules_py refuses a py_runtime whose interpreter is a path on the machine"
            yield Finding(argument.start, argument.end, message, advice=_ADVICE)
    for string in view.strings(*_AUTODETECTING):
        if _is_autodetecting(view, string.value):
            yield Finding(string.start, string.end, _message(string.value), advice=_ADVICE)


def _in_bazelrc(view: View) -> Iterator[Finding]:
    for line in lines_of(view.file.data):
        for word in line.words:
            for label in word.text.removeprefix("--extra_toolchains=").split(","):
                if _is_autodetecting(view, label):
                    yield Finding(word.start, word.end, _message(label), advice=_ADVICE)


def _is_autodetecting(view: View, label: str) -> bool:
    if not any(part in label for part in _AUTODETECTING):
        return False
    return view.workspace.module_of(label.partition("//")[0]) in _MODULES


def _message(label: str) -> str:
    return f"aspect_rules_py refuses the interpreter of {label}, which is the machine's"


MIGRATION = Migration(
    id="system-python",
    summary="Find interpreters named by their path on the machine.",
    page=Page(
        what=(
            "Reports `py_runtime(interpreter_path = …)`, and the toolchains that find an interpreter on the machine: "
            "`@rules_python//python/runtime_env_toolchains` and `@bazel_tools//tools/python:autodetecting_toolchain`, "
            "in Starlark and in .bazelrc."
        ),
        why="From 2.0.0-alpha.5 on a virtualenv needs an interpreter that is part of the build.",
        safety="Nothing is edited: which interpreter stands in for that of the machine is for a person to say.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.5",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.MODULE, FileKind.WORKSPACE, FileKind.BAZELRC),
    needles=(b"interpreter_path", *(part.encode() for part in _AUTODETECTING)),
    find=find,
    cases=(
        Case(
            "a runtime of one's own",
            'load("@rules_python//python:defs.bzl", "py_runtime")\n\npy_runtime(\n    name = "rt",\n'
            '    interpreter_path = "/usr/bin/python3",\n)\n',
            person=("path on the machine",),
        ),
        Case(
            "the autodetecting toolchain",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n\n'
                'register_toolchains("@rules_python//python/runtime_env_toolchains:all")\n',
                ".bazelrc": "build --extra_toolchains=@bazel_tools//tools/python:autodetecting_toolchain\n",
            },
            person=("the machine's", "the machine's"),
        ),
        Case(
            "an interpreter of the build",
            'load("@rules_python//python:defs.bzl", "py_runtime")\n\npy_runtime(\n    name = "rt",\n'
            '    interpreter = ":python",\n)\n\n# interpreter_path\n',
        ),
        Case(
            "a repository without aspect_rules_py",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.5.0")\n\n'
                'register_toolchains("@rules_python//python/runtime_env_toolchains:all")\n',
            },
        ),
        Case(
            "before 2.0.0-alpha.5",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n\n'
                'register_toolchains("@rules_python//python/runtime_env_toolchains:all")\n',
            },
            to="2.0.0-alpha.4",
        ),
    ),
)
