"""Attributes, values and flags of precompiling, and the calls and strings that have them.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.bindings import Symbol
from buildfile.calls import Argument, Call, string_value
from buildfile.edits import Edit
from buildfile.rewrite import rewrite
from buildfile.style import quote
from buildfile.targets import Change
from migrations.finding import Fix, Safety
from migrations.rules_python._surface import calls_of, exported, rules
from migrations.view import View

PAGE = "https://rules-python.readthedocs.io/en/latest/precompiling.html"

VALUES = {
    "precompile": ("inherit", "enabled", "disabled"),
    "precompile_invalidation_mode": ("auto", "checked_hash", "unchecked_hash"),
    "precompile_source_retention": ("inherit", "keep_source", "omit_source"),
    "pyc_collection": ("inherit", "include_pyc", "disabled"),
}
"""The attributes whose values are names, each with its default first."""

FLAG_VALUES = {
    "precompile": ("auto", "enabled", "disabled", "force_enabled", "force_disabled"),
    "precompile_source_retention": ("auto", "keep_source", "omit_source"),
}

CONSOLE_SCRIPT = exported(("//python/entry_points:py_console_script_binary.bzl",), ("py_console_script_binary",))
EXECUTABLES: frozenset[Symbol] = rules("py_binary", "py_test") | CONSOLE_SCRIPT
TARGETS: frozenset[Symbol] = EXECUTABLES | rules("py_library")


def targets(view: View, symbols: frozenset[Symbol] = TARGETS) -> Iterator[tuple[Call, Symbol]]:
    """The calls that make Python targets, also those that hand the rule to a helper."""
    yield from calls_of(view, symbols)


@dataclass(frozen=True, slots=True)
class Said:
    """A string in the value of an attribute: the whole value, or a branch of a `select`."""

    value: str
    start: int
    end: int
    whole: bool


def said(call: Call, argument: Argument) -> Iterator[Said]:
    """The values that an attribute may have, as far as they are written here; keys of dicts are none."""
    keys = {id(key) for node in ast.walk(argument.value) if isinstance(node, ast.Dict) for key in node.keys if key}
    for node in ast.walk(argument.value):
        value = string_value(node)
        if value is not None and isinstance(node, ast.expr) and id(node) not in keys:
            yield Said(value, call.tree.start(node), call.tree.end(node), node is argument.value)


def changed(call: Call, argument: Argument, one: Said, value: str, safety: Safety = Safety.SAFE) -> Fix:
    """The fix that gives a value another name, or drops the attribute if that is its default."""
    name = argument.name or ""
    if one.whole and value == VALUES[name][0]:
        return Fix.of(rewrite(call, drop=(name,)), safety=safety)
    return Fix((Edit(one.start, one.end, quote(value)),), (Change(call.key, name),), safety=safety)
