"""Which calls make Python binaries, tests and libraries: the rules, macros around them, kinds a repository maps.

A macro counts as the rule that it hands its `**kwargs` to, so that an attribute given to the macro reaches the rule.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from buildfile.bindings import Bindings, Symbol
from buildfile.calls import dotted
from buildfile.repository import Workspace
from buildfile.source import FileKind, SourceFile
from buildfile.syntax import Unparsable, parse
from migrations.rules_python._precompile import CONSOLE_SCRIPT
from migrations.rules_python._surface import rules

EXECUTABLES = ("py_binary", "py_test")
KINDS = (*EXECUTABLES, "py_library")
_MAP_KIND = re.compile(rb"^[ \t]*#[ \t]*gazelle:map_kind[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Made:
    """What a symbol makes when it is called.

    Attributes:
        kind: `py_binary`, `py_test` or `py_library`.
        macro: the name of the macro; `""` for the rule.
        closed: why an attribute given to the macro does not reach the rule, or reaches more than it; `""` if it does.
        sets: attributes that the macro gives the rule itself.
    """

    kind: str
    macro: str = ""
    closed: str = ""
    sets: frozenset[str] = frozenset()


def rule_kinds() -> dict[Symbol, Made]:
    """The rules themselves."""
    found = {symbol: Made(name) for name in KINDS for symbol in rules(name)}
    return found | {symbol: Made("py_binary") for symbol in CONSOLE_SCRIPT}


@dataclass(frozen=True, slots=True)
class BzlFacts:
    """What a .bzl file says about kinds.

    Attributes:
        macros: name of a function to the symbols that it calls, each with whether it hands its `**kwargs` on and the
            attributes that it gives by itself.
        aliases: exported name to the symbol that it is another name of.
        providers: names of rules whose file makes a `PyInfo` that is Bazel's own.
    """

    label: str
    macros: Mapping[str, tuple[tuple[Symbol, bool, frozenset[str]], ...]] = field(default_factory=dict)
    aliases: Mapping[str, Symbol] = field(default_factory=dict)
    providers: frozenset[str] = frozenset()


def read_bzl(file: SourceFile, workspace: Workspace) -> BzlFacts:
    """What a .bzl file says about kinds; nothing if it cannot be parsed."""
    label = workspace.canonical(f":{file.path.rpartition('/')[2]}", file.package)
    try:
        tree = parse(file.data, 0, len(file.data))
    except Unparsable:
        return BzlFacts(label)
    bindings = Bindings(file, workspace)
    macros: dict[str, tuple[tuple[Symbol, bool, frozenset[str]], ...]] = {}
    aliases: dict[str, Symbol] = {}
    made: set[str] = set()
    own_provider = False
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            macros[node.name] = tuple(_called(node, bindings, label))
            own_provider = own_provider or _makes_builtin(node, bindings)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if isinstance(node.value, ast.Name) and node.value.id in bindings.loaded:
                aliases[name] = bindings.loaded[node.value.id]
            elif isinstance(node.value, ast.Attribute) and (dotted(node.value) or "").startswith("native."):
                aliases[name] = Symbol("native", node.value.attr)
            elif isinstance(node.value, ast.Call) and dotted(node.value.func) == "rule":
                made.add(name)
    return BzlFacts(label, macros, aliases, frozenset(made) if own_provider else frozenset())


def _called(function: ast.FunctionDef, bindings: Bindings, label: str) -> Iterable[tuple[Symbol, bool, frozenset[str]]]:
    kwargs = function.args.kwarg.arg if function.args.kwarg else None
    parameters = {item.arg for item in (*function.args.args, *function.args.kwonlyargs)}
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        if name is None or name in parameters:
            continue
        if name.startswith("native."):
            symbol = Symbol("native", name.removeprefix("native."))
        else:
            symbol = bindings.loaded.get(name) or Symbol(label, name)
        passes = any(
            keyword.arg is None and isinstance(keyword.value, ast.Name) and keyword.value.id == kwargs
            for keyword in node.keywords
        )
        yield symbol, passes, frozenset(keyword.arg for keyword in node.keywords if keyword.arg is not None)


def _makes_builtin(function: ast.FunctionDef, bindings: Bindings) -> bool:
    """Whether a function makes a `PyInfo` that nothing loads."""
    return any(
        isinstance(node, ast.Call) and bindings.symbol(dotted(node.func)) == Symbol("native", "PyInfo")
        for node in ast.walk(function)
    )


def macros_in(facts: Iterable[BzlFacts]) -> dict[Symbol, Made]:
    """Macros and other names of the rules, over all .bzl files."""
    known: dict[Symbol, Made] = dict(rule_kinds())
    files = list(facts)
    while True:
        before = len(known)
        for file in files:
            for name, target in file.aliases.items():
                if target in known:
                    known.setdefault(Symbol(file.label, name), known[target])
            for name, calls in file.macros.items():
                symbol = Symbol(file.label, name)
                made = _made(name, [(known[it], passes, given) for it, passes, given in calls if it in known])
                if made is not None and symbol not in known:
                    known[symbol] = made
        if len(known) == before:
            return known


def _made(name: str, calls: list[tuple[Made, bool, frozenset[str]]]) -> Made | None:
    """What a macro makes, given the calls of Python rules in it."""
    if not calls:
        return None
    passing = [made for made, passes, _ in calls if passes]
    sets = frozenset(attribute for made, passes, given in calls if passes for attribute in (*given, *made.sets))
    kinds = {made.kind for made in passing}
    if not passing:
        kind = next((made.kind for made, _, _ in calls if made.kind in EXECUTABLES), calls[0][0].kind)
        return Made(kind, name, f"the macro {name} does not hand its arguments on")
    kind = next((item for item in EXECUTABLES if item in kinds), "py_library")
    closed = next((made.closed for made in passing if made.closed), "")
    if len(kinds) > 1 and "py_library" in kinds:
        closed = f"the macro {name} hands its arguments to a library too"
    return Made(kind, name, closed, sets)


def mapped_kinds(data: bytes, package: str, workspace: Workspace) -> dict[Symbol, Made]:
    """The kinds that Gazelle directives of a BUILD file map the rules to."""
    found: dict[Symbol, Made] = {}
    for match in _MAP_KIND.finditer(data) if b"gazelle:map_kind" in data else ():
        old, new, label = (part.decode("utf-8", "replace") for part in match.groups())
        if old in KINDS:
            found[Symbol(workspace.canonical(label, package), new)] = Made(old, new)
    return found


def names_in(file: SourceFile, bindings: Bindings, known: Mapping[Symbol, Made]) -> dict[str, Made]:
    """The names under which a BUILD file has them."""
    found = {name: known[symbol] for name, symbol in bindings.loaded.items() if symbol in known}
    if file.kind is FileKind.BUILD:
        for kind in KINDS:
            if kind.encode() in file.data and kind not in bindings.loaded and kind not in bindings.defined:
                found[kind] = Made(kind)
    return found
