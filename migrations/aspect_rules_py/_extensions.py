"""The module extensions of aspect_rules_py: their proxies and tags in MODULE.bazel files, and the repositories of them.

https://bazel.build/external/extension
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.calls import Call, dotted, string_value
from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.view import View

PY_EXTENSIONS = "@aspect_rules_py//py:extensions.bzl"
PY_UNSTABLE_EXTENSION = "@aspect_rules_py//py/unstable:extension.bzl"
UV_EXTENSIONS = "@aspect_rules_py//uv:extensions.bzl"
UV_UNSTABLE_EXTENSION = "@aspect_rules_py//uv/unstable:extension.bzl"

NEEDLES = (b"use_extension",)
"""What every file with a proxy has in it; only MODULE.bazel files are of interest."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A module extension, under the labels it has had.

    Attributes:
        name: the symbol.
        labels: the canonical labels of the files that export it, old and new.
    """

    name: str
    labels: frozenset[str]


UV = Extension("uv", frozenset({UV_UNSTABLE_EXTENSION, UV_EXTENSIONS}))
UV_BIN = Extension("uv_bin", frozenset({UV_UNSTABLE_EXTENSION, UV_EXTENSIONS}))
INTERPRETERS = Extension("python_interpreters", frozenset({PY_UNSTABLE_EXTENSION, PY_EXTENSIONS}))
TOOLS = Extension("py_tools", frozenset({PY_EXTENSIONS}))


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


def proxies(view: View, extension: Extension) -> set[str]:
    """The names that stand for an extension in a MODULE.bazel file."""
    found: set[str] = set()
    for call in uses_of(view, extension):
        assigned = call.tree.body[0]
        if isinstance(assigned, ast.Assign) and assigned.value is call.node:
            found.update(target.id for target in assigned.targets if isinstance(target, ast.Name))
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


def renamed_tag(call: Call, name: str) -> Edit:
    """The edit that gives a tag another name."""
    start, end = call.callee_range
    old = call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""
    return Edit(end - len(old), end, name.encode()) if old else Edit(start, end, name.encode())


def repositories(view: View, extension: Extension | None = None) -> dict[str, str]:
    """What `use_repo` brings in of an extension, or with None of any: apparent name to name in the extension."""
    found: dict[str, str] = {}
    if view.file.kind is not FileKind.MODULE:
        return found
    known = proxies(view, extension) if extension is not None else set()
    for call in view.calls_named("use_repo"):
        proxy = next((argument for argument in call.arguments if argument.name is None), None)
        if proxy is None or (extension is not None and dotted(proxy.value) not in known):
            continue
        for argument in call.arguments:
            name = string_value(argument.value)
            if name is not None and argument is not proxy:
                found[argument.name or name] = name
    return found


@dataclass(frozen=True, slots=True)
class Repos:
    """The repositories of an extension in one workspace, or what one file says of them.

    Attributes:
        workspace: its directory.
        declared: names that tags declare.
        apparent: the names that a label can have for them, to the declared ones.
        others: apparent names of what other extensions bring.
    """

    workspace: str
    declared: frozenset[str] = frozenset()
    apparent: frozenset[tuple[str, str]] = frozenset()
    others: frozenset[str] = frozenset()


def repos_of(view: View, extension: Extension, attributes: dict[str, str]) -> Repos | None:
    """What a MODULE.bazel file says of an extension's repositories.

    Args:
        view: the file.
        extension: the extension.
        attributes: tag to the attribute of it that names a repository.
    """
    declared = {
        name
        for tag, attribute in attributes.items()
        for call in tags(view, extension, tag)
        if (name := call.string(attribute)) is not None
    }
    apparent = repositories(view, extension)
    others = repositories(view).keys() - apparent.keys()
    if not (declared or apparent or others):
        return None
    return Repos(view.workspace.path, frozenset(declared), frozenset(apparent.items()), frozenset(others))


def gather_repos(facts: list[tuple[str, Repos]]) -> dict[str, Repos]:
    """What the files of each workspace say together, by its directory."""
    found: dict[str, Repos] = {}
    for _, fact in facts:
        old = found.get(fact.workspace, Repos(fact.workspace))
        found[fact.workspace] = Repos(
            fact.workspace,
            old.declared | fact.declared,
            old.apparent | fact.apparent,
            old.others | fact.others,
        )
    return found


_UV_REPO = re.compile(r"@@[\w.-]*[+~]{1,2}uv[+~]([\w.-]+)")


def hubs_of(view: View) -> Repos | None:
    """What a MODULE.bazel file says of the hubs of `uv`; the `scan` of those who need them."""
    return repos_of(view, UV, {"declare_hub": "hub_name", "project": "hub_name"})


def is_hub(repos: Repos | None, repo: str) -> bool:
    """Whether the repository part of a label (`@pypi`, `@@aspect_rules_py++uv+pypi`) is a hub of `uv`."""
    if repos is None or not repo.startswith("@"):
        return False
    canonical = _UV_REPO.fullmatch(repo)
    if canonical:
        return canonical[1] in repos.declared
    name = repo[1:]
    return any(name == apparent and real in repos.declared for apparent, real in repos.apparent) or (
        name in repos.declared and not any(real == name for _, real in repos.apparent)
    )
