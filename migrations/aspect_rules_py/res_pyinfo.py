"""Targets that `resolutions` names, which have to be Python libraries.

https://github.com/aspect-build/rules_py/blob/main/docs/virtual_deps.md
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call, dotted, string_value
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "res-pyinfo"
_FILEGROUP = Symbol("native", "filegroup")
_OTHERS = frozenset(Symbol("native", name) for name in ("genrule", "cc_library", "cc_binary", "java_library"))
_LIBRARY = Symbol(DEFS, "py_library")

Place = tuple[str, str]
"""A target: its package, repository-relative, and its name."""


def find(view: View) -> Iterator[Finding]:
    """Targets that a resolution names and that give no PyInfo."""
    wanted = {name for package, name in view.facts.get(_ID, ()) if package == view.file.package}
    for call, symbol in view.calls({_FILEGROUP, *_OTHERS}) if wanted else ():
        if call.string("name") not in wanted:
            continue
        message = f"resolutions names this {symbol.name}, which gives no PyInfo"
        if symbol == _FILEGROUP and _is_python(call) and len(call.tree.body) == 1:
            local, missing = view.bindings.free_name("py_library", _LIBRARY)
            bind = {local: (view.spell(DEFS), "py_library")} if missing else {}
            yield Finding(call.start, call.callee_range[1], message, Fix.of(rewrite(call, callee=local), bind=bind))
        else:
            yield Finding(
                call.start,
                call.callee_range[1],
                message,
                advice="Put a py_library around it whose srcs are its Python files, and name that one.",
            )


def _is_python(call: Call) -> bool:
    """Whether a filegroup is what a py_library can be: Python sources and data."""
    if {argument.name for argument in call.arguments} - {"name", "srcs", "data", "visibility", "tags", "testonly"}:
        return False
    sources = call.argument("srcs")
    if sources is None:
        return False
    value = sources.value
    if isinstance(value, ast.Call) and dotted(value.func) == "glob":
        value = value.args[0] if value.args else value
    if not isinstance(value, ast.List):
        return False
    return all((string_value(item) or "").endswith(".py") for item in value.elts)


def scan(view: View) -> list[Place] | None:
    """The targets of this workspace that `resolutions` names in a file."""
    found: list[Place] = []
    names: set[str] = set()
    for statement in view.statements("resolutions", "override"):
        for call in view.all_calls(statement):
            if isinstance(call.node.func, ast.Attribute) and call.node.func.attr == "override":
                for value in call.node.args:
                    found += _labels(view, value)
            argument = call.argument("resolutions")
            if argument is not None:
                found += _labels(view, argument.value)
                names.update(node.id for node in ast.walk(argument.value) if isinstance(node, ast.Name))
    for statement in view.statements(*names) if names else ():
        tree = view.tree(statement)
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.Assign) and any(dotted(target) in names for target in node.targets):
                found += _labels(view, node.value)
    return list(dict.fromkeys(found)) or None


def _labels(view: View, value: ast.expr) -> Iterator[Place]:
    """The labels of this workspace in an expression."""
    for node in ast.walk(value):
        text = string_value(node)
        label = view.label(text) if text is not None and text.startswith((":", "//", "@")) else None
        if label is not None and view.workspace.module_of(label.repo) == view.workspace.module:
            yield "/".join(part for part in (view.workspace.path, label.package) if part), label.name


def gather(facts: list[tuple[str, list[Place]]]) -> frozenset[Place]:
    """All of them."""
    return frozenset(place for _, fact in facts for place in fact)


def visit(places: frozenset[Place]) -> Collection[str]:
    """The BUILD files they are in."""
    return {f"{package}/{name}".lstrip("/") for package, _ in places for name in ("BUILD", "BUILD.bazel")}


_USER = (
    'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n    resolutions = {\n'
    '        "x": "//x:sources",\n    },\n)\n'
)

MIGRATION = Migration(
    id=_ID,
    summary="Turn filegroups that resolutions names into Python libraries.",
    page=Page(
        what=(
            "A `filegroup` of Python files that is named in `resolutions`, or in an `.override(…)` of them, in any "
            "package, becomes a `py_library`. Other targets without PyInfo are reported."
        ),
        why="On the branch after 2.0.0-alpha.6 the target of a resolution has to give PyInfo.",
        safety="Safe. A filegroup with anything but `.py` files in its `srcs` is left to a person.",
        references=(UPSTREAM + "/blob/main/docs/virtual_deps.md",),
    ),
    gate=Gate(since="main", plan=False),
    kinds=(FileKind.BUILD,),
    needles=(),
    find=find,
    scan=scan,
    scan_needles=(b"resolutions", b".override("),
    scan_kinds=(FileKind.BUILD, FileKind.BZL),
    gather=gather,
    visit=visit,
    cases=(
        Case(
            "a filegroup in another package",
            {
                "BUILD.bazel": _USER,
                "x/BUILD.bazel": 'filegroup(\n    name = "sources",\n    srcs = glob(["**/*.py"]),\n)\n',
            },
            {
                "x/BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\n'
                'py_library(\n    name = "sources",\n    srcs = glob(["**/*.py"]),\n)\n',
            },
            to="main",
        ),
        Case(
            "through a variable and an override, with what is no Python file",
            {
                "d.bzl": 'MORE = base.override({"x": "//x:sources"})\n',
                "x/BUILD.bazel": 'filegroup(\n    name = "sources",\n    srcs = glob(["**"]),\n)\n\n'
                'genrule(\n    name = "other",\n    outs = ["o.py"],\n    cmd = "touch $@",\n)\n',
            },
            person=("names this filegroup",),
            to="main",
        ),
        Case(
            "a library, and a filegroup that no resolution names",
            {
                "BUILD.bazel": _USER,
                "x/BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\n'
                'py_library(name = "sources")\n\nfilegroup(\n    name = "other",\n    srcs = ["a.py"],\n)\n',
            },
            to="main",
        ),
        Case(
            "the last alpha takes any target",
            {
                "BUILD.bazel": _USER,
                "x/BUILD.bazel": 'filegroup(\n    name = "sources",\n    srcs = glob(["**/*.py"]),\n)\n',
            },
        ),
    ),
)
