"""The files of rules_python and what they export, and what names in a file have to do with them.

A repository may have the rules as the module that trekbok emits; its files are the same.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call, dotted, walk
from buildfile.source import FileKind
from migrations.emitted import EMITTED
from migrations.finding import Finding, Fix, Level, Safety
from migrations.view import String, Use, View

UPSTREAM = "https://github.com/bazel-contrib/rules_python"
DOCS = "https://rules-python.readthedocs.io/en/latest"
CHANGES = DOCS + "/changelog.html"
MODULES = ("rules_python", EMITTED)

RULES = ("py_binary", "py_library", "py_test")
HOMES = {
    "PyInfo": "//python:py_info.bzl",
    "PyRuntimeInfo": "//python:py_runtime_info.bzl",
    "current_py_toolchain": "//python:current_py_toolchain.bzl",
    "py_binary": "//python:py_binary.bzl",
    "py_library": "//python:py_library.bzl",
    "py_runtime": "//python:py_runtime.bzl",
    "py_runtime_pair": "//python:py_runtime_pair.bzl",
    "py_test": "//python:py_test.bzl",
}
"""Name to the file of its own that exports it."""

BUNDLES = ("//python:defs.bzl", "//python:python.bzl")
TRANSITION = "//python/config_settings:transition.bzl"
FLAGS = "//python/config_settings:"
PYTHON_EXTENSION = "//python/extensions:python.bzl"
PIP_EXTENSION = "//python/extensions:pip.bzl"


def files(*paths: str) -> frozenset[str]:
    """Some files, `//package:name`, as canonical labels under each module name."""
    return frozenset(f"@{module}{path}" for module in MODULES for path in paths)


def exported(paths: Collection[str], names: Collection[str]) -> frozenset[Symbol]:
    """Some names of some files, `//package:name`."""
    return frozenset(Symbol(label, name) for label in files(*paths) for name in names)


def rules(*names: str, native: bool = True) -> frozenset[Symbol]:
    """Some rules under every path from which they can be loaded, and as Bazel's own."""
    found = {symbol for name in names for symbol in exported((*BUNDLES, TRANSITION, HOMES[name]), (name,))}
    return frozenset(found | {Symbol("native", name) for name in names if native})


def path_of(view: View, label: str) -> str:
    """`//package:name` of a label of rules_python as it is written in a file; `""` for any other label."""
    module, slashes, rest = view.canonical(label).partition("//")
    return slashes + rest if module.lstrip("@") in MODULES and module else ""


def module_here(view: View) -> str:
    """The module under which a workspace has the rules; `""` if nothing shows that it has them."""
    known = (view.workspace.module, *view.workspace.dependencies)
    found = next((module for module in MODULES if module in known), "")
    if not found and not view.workspace.module_files:
        loaded = {view.canonical(load.label).partition("//")[0].lstrip("@") for load in view.loads}
        found = next((module for module in MODULES if module in loaded), "")
    return found


def of_the_rules(view: View) -> bool:
    """Whether a file is one of those that make up rules_python: what it takes from Bazel it cannot load from itself."""
    workspace = view.workspace
    inside = view.file.path.removeprefix(workspace.path).lstrip("/")
    return workspace.module in MODULES and inside.startswith("python/")


def written(view: View, path: str, like: str = "") -> str:
    """`//package:name` of rules_python as a file writes it; `like` as for `View.spell`."""
    return view.spell(f"@{module_here(view) or MODULES[0]}{path}", like if path_of(view, like) else "")


def missing(view: View) -> str:
    """What to do first where nothing shows that a workspace has rules_python; `""` where it has."""
    if module_here(view):
        return ""
    where = "MODULE.bazel" if view.workspace.module_files else "the WORKSPACE"
    return f"Make rules_python a dependency in {where} first, then run again."


def calls_of(view: View, symbols: frozenset[Symbol]) -> Iterator[tuple[Call, Symbol]]:
    """Calls of some rules, and calls that are handed such a rule as their first argument (`helper(py_binary, …)`)."""
    names = {name for name, _ in view.bindings.local_names(symbols).items()}
    native = view.bindings.builtins(symbol.name for symbol in symbols if symbol.label == "native")
    words = (*names, *native)
    for statement in view.statements(*words) if words else ():
        for call in view.all_calls(statement):
            symbol = _real(view, call.callee, call.scope.local)
            if symbol in symbols and symbol is not None:
                yield call, symbol
            elif call.node.args:
                first = _real(view, dotted(call.node.args[0]), call.scope.local)
                if first in symbols and first is not None:
                    yield call, first


def _real(view: View, name: str | None, local: frozenset[str]) -> Symbol | None:
    """What a name stands for; in a .bzl a bare name is not one of Bazel's rules."""
    if name is None or name in local:
        return None
    symbol = view.bindings.symbol(name)
    bare = "." not in name
    if symbol is not None and symbol.label == "native" and bare and view.file.kind is not FileKind.BUILD:
        return None
    return symbol


def builtins(view: View, names: Collection[str], *, bare: bool) -> Iterator[Use]:
    """Every mention of some names that Bazel itself brings: calls, values, conditions.

    Args:
        view: the file.
        names: the names.
        bare: whether they go without `native.` in a .bzl, as providers do and rules do not.
    """
    here = view.bindings.builtins(names)
    for statement in view.statements(*here) if here else ():
        tree = view.tree(statement)
        if tree is None:
            continue
        for node, scope in walk(tree):
            if not isinstance(node, ast.Name | ast.Attribute):
                continue
            if isinstance(node, ast.Name) and not (bare or view.file.kind is FileKind.BUILD):
                continue
            symbol = view.bindings.symbol(dotted(node), scope)
            if symbol is not None and symbol.label == "native" and symbol.name in names:
                yield Use(dotted(node) or "", symbol, tree.start(node), tree.end(node), statement, scope)


def relabelled(
    view: View,
    string: String,
    new: str,
    message: str = "",
    *,
    advice: str = "",
    level: Level = Level.NOTE,
    safety: Safety = Safety.SAFE,
) -> Finding:
    """A finding that puts another label into a string."""
    fix = Fix(view.replacing(string, new), tuple(view.changes_at(string)), safety=safety)
    return Finding(string.start, string.end, message or f"{string.value} is {new} now", fix, advice, level)
