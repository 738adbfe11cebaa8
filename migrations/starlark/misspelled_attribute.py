"""Attributes that no rule has and that are nearly one that the rule has.

https://rules-python.readthedocs.io/en/latest/api/, https://github.com/aspect-build/rules_py/tree/main/docs
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping

from buildfile.bindings import Symbol
from buildfile.calls import Argument, Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.emitted import EMITTED
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.starlark._attributes import ASPECT, KNOWN, NATIVE, PYTHON
from migrations.starlark._checks import ALWAYS
from migrations.view import View

_TABLES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "@rules_python": PYTHON,
    f"@{EMITTED}": {**ASPECT, **PYTHON},
    "@aspect_rules_py": ASPECT,
    "native": NATIVE,
}
_KEYWORD = re.compile(rb"(?:^|[(,])[ \t]*([A-Za-z_]\w*)[ \t]*=(?!=)", re.MULTILINE)
_KNOWN = frozenset(name.encode() for name in KNOWN)
_NEAR = 0.8


def find(view: View) -> Iterator[Finding]:
    """Calls of known rules with attributes that are not known."""
    odd = {name for name in set(_KEYWORD.findall(view.file.data)) - _KNOWN if _suspicious(name.decode())}
    if not odd:
        return
    loaded = {name for name, symbol in view.bindings.loaded.items() if _table(symbol).get(symbol.name)}
    names = (*loaded, *view.bindings.aliases, *view.bindings.builtins(NATIVE))
    for statement in view.statements(*names) if names else ():
        if not any(name in odd for name in _KEYWORD.findall(statement.text)):
            continue
        for call in view.all_calls(statement):
            symbol = view.bindings.symbol(call.callee, call.scope)
            attributes = _table(symbol).get(symbol.name) if symbol else None
            for argument in call.arguments if attributes else ():
                near = _meant(argument.name, attributes or frozenset())
                if near:
                    yield _finding(call, argument, near)


def _table(symbol: Symbol) -> Mapping[str, frozenset[str]]:
    """The rules of the ruleset that a symbol is from."""
    return _TABLES.get(symbol.label.partition("//")[0], {})


@functools.cache
def _suspicious(name: str) -> bool:
    """Whether a name is near to any attribute at all."""
    return _meant(name, KNOWN) != ""


def _meant(name: str | None, names: frozenset[str]) -> str:
    """The attribute that is meant; `""` if the name is one, or near to none."""
    if name is None or name in KNOWN or len(name) < 4:
        return ""
    return next(iter(difflib.get_close_matches(name, sorted(names), 1, _NEAR)), "")


def _finding(call: Call, argument: Argument, near: str) -> Finding:
    message = f"{call.callee} has no attribute {argument.name}; {near} is meant"
    end = argument.start + len(argument.name or "")
    if call.argument(near) is not None:
        advice = f"There is a {near} already: remove one of them."
        return Finding(argument.start, end, message, advice=advice)
    return Finding(argument.start, end, message, Fix.of(rewrite(call, rename={str(argument.name): near})))


MIGRATION = Migration(
    id="misspelled-attribute",
    summary="Spell attributes of Python rules right.",
    page=Page(
        what=(
            "Reports attributes, in calls of the rules of rules_python and aspect_rules_py, that no rule of theirs has "
            "and that are nearly an attribute of the rule that is called, such as `pyc_colection`; renames them."
        ),
        why="Bazel says so only when it loads the package, and a macro that passes on what it gets may swallow it.",
        safety="Safe: the target cannot be loaded as it is. Attributes that are near to none are left to Bazel.",
        references=("https://rules-python.readthedocs.io/en/latest/api/",),
    ),
    gate=ALWAYS,
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_", b"toolchain(", b"python"),
    find=find,
    cases=(
        Case(
            "letters that changed places, and one that is missing",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n    srcs = ["b.py"],\n'
            '    exec_comaptible_with = ["//:linux"],\n    pyc_colection = "include_pyc",\n)\n',
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n    srcs = ["b.py"],\n'
            '    exec_compatible_with = ["//:linux"],\n    pyc_collection = "include_pyc",\n)\n',
        ),
        Case(
            "a rule of aspect_rules_py under another name",
            'load("@aspect_rules_py//py:defs.bzl", t = "py_test")\n\nt(\n    name = "t",\n    srcs = ["t.py"],\n'
            '    pakcage_collisions = "ignore",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", t = "py_test")\n\nt(\n    name = "t",\n    srcs = ["t.py"],\n'
            '    package_collisions = "ignore",\n)\n',
        ),
        Case(
            "the right one is there too",
            'load("@rules_python//python:defs.bzl", "py_library")\n\npy_library(\n    name = "l",\n'
            '    imports = ["."],\n    import_s = [".."],\n)\n',
            person=("imports is meant",),
        ),
        Case(
            "a toolchain",
            'toolchain(\n    name = "t",\n    toolchain = ":x",\n    toolchain_typ = "//:t",\n)\n',
            'toolchain(\n    name = "t",\n    toolchain = ":x",\n    toolchain_type = "//:t",\n)\n',
        ),
        Case(
            "a rule of another ruleset",
            'load("@rules_x//:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n    pyc_colection = "x",\n)\n',
        ),
        Case(
            "an attribute of another rule",
            'load("@rules_python//python:defs.bzl", "py_runtime")\n\npy_runtime(\n    name = "r",\n'
            '    data = ["x"],\n)\n',
        ),
        Case(
            "an attribute that is near to nothing",
            'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            "    frobnicate = 1,\n)\n",
        ),
    ),
)
