"""`resolutions`, a struct with methods, which became a plain dict from name to label.

https://github.com/aspect-build/rules_py/commit/d9776b16
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from buildfile.bindings import Symbol
from buildfile.calls import Call, dotted, string_value
from buildfile.codemod import Refused, codemod
from buildfile.edits import Edit
from buildfile.source import FileKind
from buildfile.statements import Statement
from buildfile.targets import Change
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM, anywhere
from migrations.aspect_rules_py._wrappers import Key, key_of
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "resolutions"
_MAKER = Symbol(DEFS, "resolutions")
_TURNED = anywhere("py_library", "py_venv")
_MAKERS = ("from_requirements", "empty")
_BY_HAND = (
    "Write a dict from name to label: {k: requirement(k) for k in names} for from_requirements, BASE | {…} for "
    "override, {} for empty."
)


@dataclass(frozen=True, slots=True)
class _Assigned:
    """A top-level name of a .bzl file, and what it is if it is made of `resolutions`.

    Attributes:
        key: the name.
        base: the name in another file whose `override` it is; None if `resolutions` made it.
    """

    key: Key
    base: Key | None


def find(view: View) -> Iterator[Finding]:
    """Expressions with the struct, dicts the wrong way round, and loads that are left."""
    makers = set(view.bindings.local_names(frozenset({_MAKER})))
    structs = _structs(view, makers)
    for statement in view.statements(*makers, *structs, "override", "to_label_keyed_dict"):
        yield from _statement(view, statement, makers, structs)
    for call, _ in view.calls(_TURNED):
        yield from _turned(view, call)
    yield from _left(view, makers)


def _structs(view: View, makers: Collection[str]) -> set[str]:
    """The names in a file that stand for what `resolutions` made, here or elsewhere."""
    known: frozenset[Key] = view.facts.get(_ID, frozenset())
    found = {name for name, symbol in view.bindings.loaded.items() if key_of(symbol) in known}
    for name, value in _assignments(view):
        if _base(value, makers, found) is not None:
            found.add(name)
    return found


def _assignments(view: View) -> Iterator[tuple[str, ast.expr]]:
    """Top-level assignments to a name that may be of use here."""
    for statement in view.statements("resolutions", "override", "from_requirements", "empty"):
        tree = view.tree(statement)
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                yield node.targets[0].id, node.value


def _base(value: ast.expr, makers: Collection[str], structs: Collection[str]) -> str | None:
    """What a value is the struct of: a maker's name, or that of a struct it overrides; None if it is none."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        inner = dotted(value.func.value)
        if value.func.attr in _MAKERS and inner in makers:
            return inner
        if value.func.attr != "override":
            return None
        value = value.func.value
    name = dotted(value)
    return name if name in structs else None


def scan(view: View) -> list[_Assigned] | None:
    """The names of a .bzl file that may be structs of `resolutions`."""
    makers = set(view.bindings.local_names(frozenset({_MAKER})))
    inner = view.file.path[len(view.workspace.path) :].lstrip("/")
    own = f"{'@' + view.workspace.module if view.workspace.module else ''}//{inner}"
    found: list[_Assigned] = []
    local: set[str] = set()
    loaded = view.bindings.loaded
    for name, value in _assignments(view):
        base = _base(value, makers, (*local, *loaded))
        if base is not None:
            local.add(name)
            symbol = loaded.get(base) if base not in makers else None
            found.append(_Assigned((own, name), key_of(symbol) if symbol is not None else None))
    return found or None


def gather(facts: list[tuple[str, list[_Assigned]]]) -> frozenset[Key]:
    """The names that are structs, through however many files."""
    every = [item for _, fact in facts for item in fact]
    known = {item.key for item in every if item.base is None}
    while more := {item.key for item in every if item.base in known} - known:
        known |= more
    return frozenset(known)


def _statement(view: View, statement: Statement, makers: set[str], structs: set[str]) -> Iterator[Finding]:
    """The expressions of one statement, all in one fix."""
    places = [
        call
        for call in view.all_calls(statement)
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr in (*_MAKERS, "override", _TO_DICT)
    ]
    if not places:
        return
    from migrations.aspect_rules_py._resolution_dicts import Dicts

    transformer = Dicts(makers, structs, _dicts(view))
    message = "resolutions is a plain dict from name to label now"
    try:
        rewritten = codemod(view.file, statement, transformer)
    except Refused as refusal:
        yield Finding(places[0].start, places[0].end, message, advice=f"{_BY_HAND} Not done here: {refusal}.")
        return
    if rewritten.edits:
        fix = Fix.of(rewritten, release=frozenset(makers))
        yield Finding(rewritten.edits[0].start, rewritten.edits[-1].end, message, fix)
        return
    for problem in dict.fromkeys(transformer.problems):
        yield Finding(places[0].start, places[0].end, message, advice=f"{_BY_HAND} Not done here: {problem}.")
    if not transformer.problems and view.file.kind in (FileKind.BUILD, FileKind.BZL):
        yield from _unknown(places)


_TO_DICT = "to_label_keyed_dict"


def _unknown(places: list[Call]) -> Iterator[Finding]:
    """`x.override({…})` of something that may be a struct: a parameter, or what another repository made."""
    for call in places:
        function = call.node.func
        if isinstance(function, ast.Attribute) and function.attr == "override" and len(call.node.args) == 1:
            yield Finding(
                call.start,
                call.end,
                "this may be the struct of resolutions, which is a plain dict from name to label now",
                advice="Write BASE | {…} if it is.",
            )


def _dicts(view: View) -> set[str]:
    """Names that stand for dicts at top level."""
    found = set()
    for statement in view.statements():
        head = statement.text[:200].partition(b"=")
        name = head[0].strip().decode("utf-8", "replace")
        if name.isidentifier() and head[2].lstrip().startswith((b"{", b"dict(")):
            found.add(name)
    return found


def _turned(view: View, call: Call) -> Iterator[Finding]:
    """A dict from label to name, as `py_library` and `py_venv` took it."""
    argument = call.argument("resolutions")
    if argument is None:
        return
    place, message = (argument.start, argument.end), "resolutions maps names to labels now, and not labels to names"
    value = argument.value
    if isinstance(value, ast.DictComp) and _is_label(value.key) and not _is_label(value.value):
        yield Finding(*place, message, _exchanged(view, call, [(value.key, value.value)]))
    elif isinstance(value, ast.Dict) and any(key is not None and _is_label(key) for key in value.keys):
        pairs = [(key, item) for key, item in zip(value.keys, value.values, strict=True) if key is not None]
        names = [string_value(item) for _, item in pairs]
        if len(pairs) < len(value.keys) or None in names or len(set(names)) < len(names):
            advice = "Turn it round by hand: each name once, with its label."
            yield Finding(*place, message, advice=advice)
        else:
            yield Finding(*place, message, _exchanged(view, call, pairs))
    elif isinstance(value, ast.Name) and value.id in _label_keyed(view):
        yield Finding(*place, message, advice=f"Turn {value.id} round, and see what else uses it.")


def _is_label(node: ast.expr) -> bool:
    """Whether an expression is a label, or makes one: `"//x"`, `requirement("x")`."""
    text = string_value(node)
    return isinstance(node, ast.Call) or (text is not None and text.startswith((":", "//", "@")))


def _exchanged(view: View, call: Call, pairs: list[tuple[ast.expr, ast.expr]]) -> Fix:
    data, tree, edits = view.file.data, call.tree, []
    for key, value in pairs:
        one, two = (tree.start(key), tree.end(key)), (tree.start(value), tree.end(value))
        edits += [Edit(*one, data[slice(*two)]), Edit(*two, data[slice(*one)])]
    return Fix(tuple(edits), (Change(call.key, "resolutions"),))


def _label_keyed(view: View) -> set[str]:
    """The top-level names of dicts whose keys are labels."""
    return {
        name
        for name, value in _assignments_of_dicts(view)
        if any(key is not None and _is_label(key) for key in value.keys)
    }


def _assignments_of_dicts(view: View) -> Iterator[tuple[str, ast.Dict]]:
    for name in _dicts(view):
        for statement in view.statements(name):
            tree = view.tree(statement)
            for node in tree.body if tree is not None else ():
                if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
                    continue
                if any(dotted(target) == name for target in node.targets):
                    yield name, node.value


def _left(view: View, makers: set[str]) -> Iterator[Finding]:
    """Uses of the struct's maker as a value, and a load that nothing needs."""
    direct = [name for name in view.bindings.loaded if name in makers]
    if not direct:
        return
    methods = {
        call.tree.start(call.node.func)
        for name in makers
        for statement in view.statements(name)
        for call in view.all_calls(statement)
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr in _MAKERS
    }
    uses = list(view.uses({_MAKER}))
    for use in uses:
        if use.start not in methods:
            yield Finding(use.start, use.end, f"'{use.name}' is gone from //py:defs.bzl", advice=_BY_HAND)
    if not uses:
        for load in view.loads:
            for symbol in load.symbols:
                if symbol.local in direct:
                    message = f"'{symbol.name}' is gone from //py:defs.bzl, and is not used here"
                    yield Finding(symbol.start, symbol.end, message, Fix(release=frozenset({symbol.local})))


_LOAD = 'load("@aspect_rules_py//py:defs.bzl", {})\n'

MIGRATION = Migration(
    id=_ID,
    summary="Turn what resolutions made into plain dicts from name to label.",
    page=Page(
        what=(
            "`resolutions.from_requirements(names, f)` becomes `{k: f(k) for k in names}`, of a list of strings a dict "
            "that spells them out; `.override(more)` becomes `| more`; `.empty()` becomes `{}`; "
            "`.to_label_keyed_dict()` goes, and so does the load. Structs are followed through variables and other "
            ".bzl files. The dicts from label to name that `py_library` and `py_venv` took are turned round."
        ),
        why="On the branch after 2.0.0-alpha.6 `resolutions` is a dict, the same for every rule; the struct is gone.",
        safety=(
            "Safe. An expression with a comment that would be lost, one that is too deep for libcst, a struct that is "
            "passed on or comes as a parameter, and a dict with one name for two labels are left to a person."
        ),
        references=(UPSTREAM + "/commit/d9776b16",),
    ),
    gate=Gate(since="main", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"resolutions", b"to_label_keyed_dict", b".override("),
    find=find,
    scan=scan,
    scan_needles=(b"resolutions", b".override("),
    scan_kinds=(FileKind.BZL,),
    gather=gather,
    cases=(
        Case(
            "a base in another file, overridden in a target",
            {
                "d.bzl": _LOAD.format('"resolutions"')
                + 'load("@pypi//:requirements.bzl", "all_names", "requirement")\n\n'
                "base = resolutions.from_requirements(all_names, requirement)\n",
                "e.bzl": 'load(":d.bzl", _base = "base")\n\nmore = _base.override({"a": "//a"})\n',
                "BUILD.bazel": _LOAD.format('"py_binary"') + 'load(":e.bzl", "more")\n\npy_binary(\n    name = "b",\n'
                '    resolutions = more.override({\n        "x": "//x",\n        "y": "//y",\n    }),\n)\n',
            },
            {
                "d.bzl": 'load("@pypi//:requirements.bzl", "all_names", "requirement")\n\n'
                "base = {k: requirement(k) for k in all_names}\n",
                "e.bzl": 'load(":d.bzl", _base = "base")\n\nmore = _base | {"a": "//a"}\n',
                "BUILD.bazel": _LOAD.format('"py_binary"') + 'load(":e.bzl", "more")\n\npy_binary(\n    name = "b",\n'
                '    resolutions = more | {\n        "x": "//x",\n        "y": "//y",\n    },\n)\n',
            },
            to="main",
        ),
        Case(
            "a list, a dict, a lambda, nothing, and names that are taken",
            _LOAD.format('"py_binary", res = "resolutions"')
            + """\

NAMES = {"x": "1"}

k = ["y"]

py_binary(
    name = "a",
    resolutions = res.from_requirements(
        [
            "x",  # first
            "y",
        ],
        requirement,
    ).override(
        {
            "y": "//y",
            "z": "//z",
        },
    ),
)

py_binary(
    name = "b",
    resolutions = res.from_requirements(NAMES, lambda n: "@pypi//" + n),
)

py_binary(
    name = "c",
    resolutions = res.from_requirements(k),
)

py_binary(
    name = "d",
    resolutions = res.empty().override({"x": "//x"}),
)

py_binary(
    name = "e",
    resolutions = res.empty(),
)
""",
            _LOAD.format('"py_binary"')
            + """\

NAMES = {"x": "1"}

k = ["y"]

py_binary(
    name = "a",
    resolutions = {
        "x": requirement("x"),  # first
        "y": requirement("y"),
    } | {
        "y": "//y",
        "z": "//z",
    },
)

py_binary(
    name = "b",
    resolutions = {k: "@pypi//" + k for k in NAMES.keys()},
)

py_binary(
    name = "c",
    resolutions = {name: name for name in k},
)

py_binary(
    name = "d",
    resolutions = {"x": "//x"},
)

py_binary(
    name = "e",
    resolutions = {},
)
""",
            to="main",
        ),
        Case(
            "dicts from label to name",
            _LOAD.format('"py_library", "py_venv", "resolutions"')
            + """\
load(":d.bzl", "base")

py_library(
    name = "a",
    resolutions = {
        "//x": "x",  # ours
        requirement("y"): "y",
    },
)

py_library(
    name = "b",
    resolutions = {requirement(n): n for n in ["x"]},
)

py_venv(
    name = "c",
    resolutions = base.to_label_keyed_dict(),
)

py_venv(
    name = "d",
    resolutions = {
        "//x": "x",
        "//y": "x",
    },
)

py_library(
    name = "e",
    resolutions = {"x": "//x"},
)
""",
            _LOAD.format('"py_library", "py_venv"')
            + """\
load(":d.bzl", "base")

py_library(
    name = "a",
    resolutions = {
        "x": "//x",  # ours
        "y": requirement("y"),
    },
)

py_library(
    name = "b",
    resolutions = {n: requirement(n) for n in ["x"]},
)

py_venv(
    name = "c",
    resolutions = base,
)

py_venv(
    name = "d",
    resolutions = {
        "//x": "x",
        "//y": "x",
    },
)

py_library(
    name = "e",
    resolutions = {"x": "//x"},
)
""",
            person=("maps names to labels now",),
            to="main",
        ),
        Case(
            "in a macro, with a local variable and a parameter",
            {
                "m.bzl": _LOAD.format('"py_binary", "resolutions"')
                + """\

def m(name, names, base, **kwargs):
    mine = resolutions.from_requirements(names, lambda n: n if n else "x")
    py_binary(name = name, resolutions = mine.override({"a": "b"} if name else {}), **kwargs)
    py_binary(name = name, resolutions = base.override({"a": "b"}))
"""
            },
            {
                "m.bzl": _LOAD.format('"py_binary"')
                + """\

def m(name, names, base, **kwargs):
    mine = {k: k if k else "x" for k in names}
    py_binary(name = name, resolutions = mine | ({"a": "b"} if name else {}), **kwargs)
    py_binary(name = name, resolutions = base.override({"a": "b"}))
"""
            },
            person=("may be the struct",),
            to="main",
        ),
        Case(
            "what cannot be turned: a comment, and the struct's maker as a value",
            {
                "m.bzl": _LOAD.format('_r = "resolutions"')
                + """\

resolutions = _r

base = _r.from_requirements(
    names,
    # as pip has them
    requirement,
)
"""
            },
            person=("is gone from //py:defs.bzl", "is a plain dict"),
            to="main",
        ),
        Case(
            "a struct of another ruleset, and an override of something else",
            'load("@other//:defs.bzl", "resolutions")\n\nx = resolutions.from_requirements(["a"])\n',
            to="main",
        ),
        Case(
            "the last alpha has the struct",
            _LOAD.format('"py_binary", "resolutions"')
            + '\npy_binary(\n    name = "a",\n    resolutions = resolutions.empty(),\n)\n',
        ),
    ),
)
