"""Macros and re-exports that lead to a rule: what a repository calls its own `py_test`.

A migration scans .bzl files with `wrappers_in`, gathers with `gather_wrappers`, and asks `reaching` in each file which
of the symbols loaded there pass an attribute on to one of its rules.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from buildfile.bindings import Symbol
from buildfile.calls import dotted
from migrations.view import View

NEEDLES = (b"kwargs", b"py_")

Key = tuple[str, str]
"""A symbol by the path of its file, `@module//directory/file.bzl`, since its package may not be known; and its name."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A function that passes on whatever it is given, or another name of one.

    Attributes:
        key: itself.
        parameters: what it takes by name and so does not pass on.
        targets: what it calls with the rest.
    """

    key: Key
    parameters: frozenset[str]
    targets: tuple[Key, ...]


Wrappers = Mapping[Key, Wrapper]


def key_of(symbol: Symbol) -> Key:
    """The key of a symbol."""
    directory, _, name = symbol.label.rpartition(":")
    return f"{directory}{'' if directory.endswith('//') else '/'}{name}", symbol.name


def wrappers_in(view: View) -> list[Wrapper] | None:
    """The wrappers of a .bzl file; a `scan`."""
    module, inner = view.workspace.module, view.file.path[len(view.workspace.path) :].lstrip("/")
    own = f"{'@' + module if module else ''}//{inner}"
    found = [
        Wrapper((own, name), frozenset(), (key_of(symbol),))
        for name in view.bindings.aliases
        if (symbol := view.bindings.loaded.get(view.bindings.root(name))) is not None
    ]
    for statement in view.statements():
        text = statement.text
        tree = view.tree(statement) if text.startswith(b"def") and b"**" in text else None
        function = tree.body[0] if tree is not None else None
        if not isinstance(function, ast.FunctionDef) or function.args.kwarg is None:
            continue
        targets = []
        for call in view.all_calls(statement):
            if any(dotted(item.value) == function.args.kwarg.arg for item in call.splats if item.name == "**"):
                symbol = view.bindings.symbol(call.callee, call.scope)
                if symbol is not None:
                    targets.append(key_of(symbol))
                elif call.callee is not None and call.callee in view.bindings.defined:
                    targets.append((own, call.callee))
        parameters = (*function.args.args, *function.args.kwonlyargs)
        if targets:
            names = frozenset(item.arg for item in parameters)
            found.append(Wrapper((own, function.name), names, tuple(dict.fromkeys(targets))))
    return found or None


def gather_wrappers(facts: list[tuple[str, list[Wrapper]]]) -> dict[Key, Wrapper]:
    """All wrappers of the repository by key."""
    return {wrapper.key: wrapper for _, fact in facts for wrapper in fact}


def reaching(view: View, wrappers: Wrappers, rules: frozenset[Symbol], attribute: str) -> frozenset[Symbol]:
    """The symbols loaded in a file that are wrappers and pass an attribute on to one of some rules."""
    if not wrappers:
        return frozenset()
    wanted = {key_of(rule) for rule in rules}
    return frozenset(
        symbol
        for symbol in view.bindings.loaded.values()
        if symbol not in rules and _reaches(key_of(symbol), wrappers, wanted, attribute, set())
    )


def _reaches(key: Key, wrappers: Wrappers, wanted: set[Key], attribute: str, seen: set[Key]) -> bool:
    if key in wanted:
        return True
    wrapper = wrappers.get(key)
    if wrapper is None or key in seen or attribute in wrapper.parameters:
        return False
    seen.add(key)
    return any(_reaches(target, wrappers, wanted, attribute, seen) for target in wrapper.targets)
