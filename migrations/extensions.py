"""Module extensions in MODULE.bazel files: the names that stand for them, their tags, and the repositories of them.

https://bazel.build/external/extension
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.calls import Call, dotted, string_value
from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.view import View


@dataclass(frozen=True, slots=True)
class Extension:
    """A module extension, under the labels it has had.

    Attributes:
        name: the symbol.
        labels: the canonical labels of the files that export it, old and new.
    """

    name: str
    labels: frozenset[str]


def uses_of(view: View, extension: Extension) -> Iterator[Call]:
    """The `use_extension` calls of an extension."""
    if view.file.kind is FileKind.MODULE:
        for call in view.calls_named("use_extension"):
            if _is_use_of(view, call, extension):
                yield call


def _is_use_of(view: View, call: Call, extension: Extension) -> bool:
    values = [
        string_value(argument.value)
        for argument in call.arguments
        if argument.name in (None, "extension_bzl_file", "extension_name")
    ]
    return len(values) == 2 and values[1] == extension.name and view.canonical(values[0] or "") in extension.labels


def proxies(view: View, extension: Extension) -> dict[str, Call]:
    """The names that stand for an extension in a MODULE.bazel file, each with its `use_extension`."""
    found: dict[str, Call] = {}
    for call in uses_of(view, extension):
        assigned = call.tree.body[0]
        if isinstance(assigned, ast.Assign) and assigned.value is call.node:
            found.update((target.id, call) for target in assigned.targets if isinstance(target, ast.Name))
    return found


def tags(view: View, extension: Extension, *names: str) -> Iterator[Call]:
    """The tags of some names that a file adds to an extension, `x.project(…)` under whatever `x`."""
    if view.file.kind is not FileKind.MODULE:
        return
    known = proxies(view, extension)
    for statement in view.statements(*names):
        for call in view.all_calls(statement):
            function = call.node.func
            if not isinstance(function, ast.Attribute) or function.attr not in names:
                continue
            if isinstance(function.value, ast.Name):
                mine = function.value.id in known
            else:
                inner = next((item for item in view.all_calls(statement) if item.node is function.value), None)
                mine = inner is not None and inner.callee == "use_extension" and _is_use_of(view, inner, extension)
            if mine:
                yield call


def tag_name(call: Call) -> str:
    """What a tag is called, `project` of `x.project(…)`."""
    return call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""


def renamed_tag(call: Call, name: str) -> Edit:
    """The edit that gives a tag another name."""
    start, end = call.callee_range
    old = tag_name(call)
    return Edit(end - len(old), end, name.encode()) if old else Edit(start, end, name.encode())


def repositories(view: View, extension: Extension | None = None) -> dict[str, str]:
    """What `use_repo` brings in of an extension, or with None of any: apparent name to name in the extension."""
    found: dict[str, str] = {}
    if view.file.kind is not FileKind.MODULE:
        return found
    known = proxies(view, extension) if extension is not None else {}
    for call in view.calls_named("use_repo"):
        proxy = next((argument for argument in call.arguments if argument.name is None), None)
        if proxy is None or (extension is not None and dotted(proxy.value) not in known):
            continue
        for argument in call.arguments:
            name = string_value(argument.value)
            if name is not None and argument is not proxy:
                found[argument.name or name] = name
    return found
