"""`PY2` and `PY3` as versions, `srcs_version` and `py2_runtime`, which are of the time of Python 2.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Argument, Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, calls_of, rules
from migrations.view import View

_RULES = rules("py_binary", "py_library", "py_test")
_PAIR = rules("py_runtime_pair", native=False) | {Symbol("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")}
_RUNTIME = rules("py_runtime", native=False)
_DROPPED = {
    "python_version": ("PY3",),
    "default_python_version": ("PY3",),
    "srcs_version": ("PY2AND3", "PY3", "PY3ONLY"),
}
_ERRORS = {"python_version": ("PY2",), "default_python_version": ("PY2",), "srcs_version": ("PY2", "PY2ONLY")}


def find(view: View) -> Iterator[Finding]:
    """Calls of the rules with such an attribute or value."""
    for call, _ in calls_of(view, _RULES | _RUNTIME):
        for name in _DROPPED:
            argument = call.argument(name)
            if argument is not None:
                yield from _versioned(call, name, argument)
    for call, _ in calls_of(view, _PAIR):
        argument = call.argument("py2_runtime")
        if argument is None:
            continue
        if call.text(argument) == b"None":
            fix = Fix.of(rewrite(call, drop=("py2_runtime",)))
            yield Finding(argument.start, argument.end, "py2_runtime is gone; None says nothing", fix)
        else:
            advice = "Drop it, and what only it needs: nothing runs Python 2."
            yield Finding(argument.start, argument.end, "py2_runtime is an error", advice=advice)


def _versioned(call: Call, name: str, argument: Argument) -> Iterator[Finding]:
    value = call.string(name)
    if value in _DROPPED[name]:
        message = f'{name} = "{value}" says what holds anyway'
        yield Finding(argument.start, argument.end, message, Fix.of(rewrite(call, drop=(name,))))
    elif value in _ERRORS[name]:
        advice = "Port the sources to Python 3, or drop the target."
        yield Finding(
            argument.start, argument.end, f'{name} = "{value}" is an error: there is no Python 2', advice=advice
        )
    elif value is None and any(f'"{old}"'.encode() in call.text(argument) for old in (*_DROPPED[name], *_ERRORS[name])):
        advice = f"Drop the branches for Python 2, and {name} with the last of them."
        yield Finding(argument.start, argument.end, f"{name} chooses between Python 2 and 3", advice=advice)
    elif name == "srcs_version" and value is None:
        advice = "Drop it; every value it could have is the default or an error."
        yield Finding(argument.start, argument.end, "srcs_version has no effect", advice=advice)


MIGRATION = Migration(
    id="python2-attributes",
    summary='Drop srcs_version, python_version = "PY3" and py2_runtime.',
    page=Page(
        what=(
            'Drops `python_version = "PY3"`, `srcs_version` with any value that allows Python 3, and '
            "`py2_runtime = None` from the rules of rules_python and of Bazel."
        ),
        why="Python 2 is gone from the rules: what asks for it fails, what asks for 3 asks for the default.",
        safety="Safe. What still says `PY2` is left to a person.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"srcs_version", b'"PY3"', b'"PY2"', b"'PY3'", b"'PY2'", b"py2_runtime"),
    find=find,
    cases=(
        Case(
            "a rule with both attributes",
            """load("@rules_python//python:py_binary.bzl", "py_binary")

py_binary(
    name = "b",
    srcs = ["b.py"],
    python_version = "PY3",
    srcs_version = "PY2AND3",
)
""",
            """load("@rules_python//python:py_binary.bzl", "py_binary")

py_binary(
    name = "b",
    srcs = ["b.py"],
)
""",
        ),
        Case(
            "a native rule, in a macro too",
            {
                "BUILD.bazel": 'py_library(\n    name = "l",\n    srcs_version = "PY3",\n)\n',
                "m.bzl": "def m(name):\n    native.py_test(name = name, python_version = 'PY3')\n",
            },
            {
                "BUILD.bazel": 'py_library(\n    name = "l",\n)\n',
                "m.bzl": "def m(name):\n    native.py_test(name = name)\n",
            },
        ),
        Case(
            "a pair",
            'load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")\n\n'
            'py_runtime_pair(\n    name = "p",\n    py2_runtime = None,\n    py3_runtime = ":r",\n)\n',
            'load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")\n\n'
            'py_runtime_pair(\n    name = "p",\n    py3_runtime = ":r",\n)\n',
        ),
        Case(
            "Python 2 is left to a person",
            'py_binary(\n    name = "b",\n    python_version = "PY2",\n)\n\n'
            'py_binary(\n    name = "c",\n    python_version = select({\n        "//:two": "PY2",\n'
            '        "//conditions:default": "PY3",\n    }),\n)\n',
            person=("is an error", "chooses between"),
        ),
        Case(
            "a version with a number",
            'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
            'py_test(\n    name = "t",\n    python_version = "3.12",\n)\n\nexports_files(["srcs_version"])\n',
        ),
        Case(
            "a rule of another ruleset",
            'load("@other//:r.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n    srcs_version = "PY3",\n)\n',
        ),
    ),
)
