"""Interpreters run with `-O`, which do not look at the pycs that were compiled for them.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.calls import Call, string_value
from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._precompile import EXECUTABLES, PAGE, said, targets
from migrations.view import View

_OPTIMIZED = re.compile(r"-[A-NP-Za-z]*O+[A-Za-z]*")
_ARGUMENTS = ("interpreter_args", "interpreter_options")


def find(view: View) -> Iterator[Finding]:
    """Binaries and tests that collect pycs and run optimised."""
    for call, _ in targets(view, EXECUTABLES):
        collection = call.argument("pyc_collection")
        if collection is None or not any(one.value == "include_pyc" for one in said(call, collection)):
            continue
        for start, end, text in _optimised(call):
            advice = 'Drop it, or set pyc_collection = "disabled": the interpreter compiles again at each start.'
            message = f"with {text} Python looks for pycs of another name, and these are not read"
            yield Finding(start, end, message, advice=advice)


def _optimised(call: Call) -> Iterator[tuple[int, int, str]]:
    """The places where a call asks for an optimising interpreter."""
    for name in _ARGUMENTS:
        argument = call.argument(name)
        for node in ast.walk(argument.value) if argument is not None else ():
            value = string_value(node)
            if value is not None and isinstance(node, ast.expr) and _OPTIMIZED.fullmatch(value):
                yield call.tree.start(node), call.tree.end(node), value
    env = call.argument("env")
    if env is not None and isinstance(env.value, ast.Dict):
        for key, set_to in zip(env.value.keys, env.value.values, strict=True):
            if key is not None and string_value(key) == "PYTHONOPTIMIZE" and string_value(set_to) not in ("", "0"):
                yield call.tree.start(key), call.tree.end(set_to), "PYTHONOPTIMIZE"


MIGRATION = Migration(
    id="precompile-interpreter-flags",
    summary="Point at binaries that collect pycs and run with -O.",
    page=Page(
        what=(
            'Lists binaries and tests with `pyc_collection = "include_pyc"` whose `interpreter_args` have `-O` or '
            "`-OO`, or whose `env` sets `PYTHONOPTIMIZE`."
        ),
        why=(
            "An optimising interpreter reads `x.cpython-312.opt-1.pyc`, and the rules never put the level in the "
            "name: the pycs are shipped and not used."
        ),
        safety="Nothing is edited.",
        references=(PAGE, "https://peps.python.org/pep-0488/"),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"include_pyc",),
    find=find,
    cases=(
        Case(
            "in the arguments and in the environment",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    env = {"PYTHONOPTIMIZE": "1"},\n    interpreter_args = [\n        "-Xdev",\n        "-OO",\n    ],\n'
            '    pyc_collection = "include_pyc",\n)\n',
            person=("PYTHONOPTIMIZE", "-OO"),
        ),
        Case(
            "no pycs",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    interpreter_args = ["-O"],\n    tags = ["include_pyc"],\n)\n',
        ),
    ),
)
