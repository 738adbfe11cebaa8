"""`exec_interpreter` of the exec tools toolchain, where `exec_runtime` is meant.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/py_exec_tools_info.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.calls import dotted, walk
from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, UPSTREAM
from migrations.view import View

_INFO = ("platform_common.ToolchainInfo", "ToolchainInfo")


def find(view: View) -> Iterator[Finding]:
    """Reads of the field."""
    for statement in view.statements("exec_interpreter"):
        tree = view.tree(statement)
        if tree is None:
            continue
        runtimes: set[int] = set()
        for node, _ in walk(tree):
            field = _interpreter_of(node)
            if field is not None and isinstance(node, ast.Attribute):
                runtimes.add(id(field))
                start, end = tree.end(field) - len("exec_interpreter"), tree.end(node)
                message = "exec_interpreter[ToolchainInfo].py3_runtime is exec_runtime now"
                yield Finding(start, end, message, Fix((Edit(start, end, b"exec_runtime"),)))
            elif isinstance(node, ast.Attribute) and node.attr == "exec_interpreter" and id(node) not in runtimes:
                start, end = tree.end(node) - len("exec_interpreter"), tree.end(node)
                advice = "Run exec_runtime.interpreter, or interpreter_path, with exec_runtime.files as tools."
                message = "exec_interpreter does not work with remote execution"
                yield Finding(start, end, message, advice=advice, level=Level.NOTE)


def _interpreter_of(node: ast.AST) -> ast.Attribute | None:
    """The `….exec_interpreter` of a `….exec_interpreter[ToolchainInfo].py3_runtime`; None for any other node."""
    if not isinstance(node, ast.Attribute) or node.attr != "py3_runtime" or not isinstance(node.value, ast.Subscript):
        return None
    field = node.value.value
    named = isinstance(field, ast.Attribute) and field.attr == "exec_interpreter"
    return field if named and isinstance(field, ast.Attribute) and dotted(node.value.slice) in _INFO else None


MIGRATION = Migration(
    id="exec-interpreter",
    summary="Read exec_runtime of the exec tools toolchain.",
    page=Page(
        what="Turns `exec_interpreter[platform_common.ToolchainInfo].py3_runtime` into `exec_runtime`.",
        why="The interpreter as a target is broken under remote execution; its runtime has been a field since 1.9.0.",
        safety="Safe: it is the same runtime. Other reads of `exec_interpreter` are listed.",
        references=(CHANGES, UPSTREAM + "/issues/2703"),
    ),
    gate=Gate(module="rules_python", since="1.9.0"),
    kinds=(FileKind.BZL,),
    needles=(b".exec_interpreter",),
    find=find,
    cases=(
        Case(
            "a rule that runs the interpreter",
            {
                "r.bzl": "def _impl(ctx):\n"
                '    tools = ctx.toolchains["@rules_python//python:exec_tools_toolchain_type"].exec_tools\n'
                "    return tools.exec_interpreter[platform_common.ToolchainInfo].py3_runtime\n"
            },
            {
                "r.bzl": "def _impl(ctx):\n"
                '    tools = ctx.toolchains["@rules_python//python:exec_tools_toolchain_type"].exec_tools\n'
                "    return tools.exec_runtime\n"
            },
        ),
        Case(
            "the files of the interpreter",
            {"r.bzl": "def f(tools):\n    return tools.exec_interpreter[DefaultInfo].files_to_run\n"},
            notes=("does not work with remote",),
        ),
        Case("an attribute of a target", 'x(name = "a", exec_interpreter = ":b")\n'),
    ),
)
