"""`PyInfo`, of which aspect_rules_py has its own.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from buildfile.bindings import Symbol
from buildfile.calls import string_value, walk
from buildfile.rewrite import rewrite
from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._surface import DEFS, MODULE, UPSTREAM, anywhere
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "pyinfo"
_NAME = "PyInfo"
_NATIVE = Symbol("native", _NAME)
_FIELDS = frozenset({"transitive_sources", "imports", "virtual_dependencies", "virtual_resolutions"})
_GONE = ("has_py2_only_sources", "has_py3_only_sources", "uses_shared_libraries")
_OWN = Symbol(DEFS, _NAME)
_RULES = ("py_binary", "py_library", "py_test")
_PROTO = ("py_proto_library", "py_grpc_library")
_OURS = anywhere(*_RULES, "py_venv_binary", "py_venv_test", "py_venv")

Place = tuple[str, str]
"""A target: its package, repository-relative, and its name."""


@dataclass(frozen=True, slots=True)
class _Others:
    """What gives the PyInfo of rules_python in a workspace, or in one file of it.

    Attributes:
        workspace: its directory.
        reasons: for people, each with an example.
        wanted: targets that targets of rules_python depend on, to the path of one that does.
    """

    workspace: str
    reasons: tuple[str, ...] = ()
    wanted: tuple[tuple[Place, str], ...] = ()


def find(view: View) -> Iterator[Finding]:
    """Loads and uses of the PyInfo of rules_python, and targets of ours that its rules depend on."""
    if MODULE not in (*view.workspace.dependencies, view.workspace.module):
        return
    others: dict[str, _Others] = view.facts.get(_ID, {})
    mine = others.get(view.workspace.path, _Others(view.workspace.path))
    if view.file.kind is FileKind.BUILD:
        yield from _depended_on(view, mine)
        return
    loaded = {name: symbol for name, symbol in view.bindings.loaded.items() if _is_foreign(symbol)}
    for load in view.loads:
        for symbol in load.symbols:
            if symbol.local in loaded:
                yield _replaced(view, mine, symbol.local, loaded[symbol.local], symbol.start, symbol.end)
            elif view.bindings.loaded.get(symbol.local) == _OWN:
                yield from _unknown(view, symbol.local, _OWN, symbol.start, symbol.end)
    if not any(symbol.name == _NAME for symbol in view.bindings.loaded.values()):
        for start, end in _native_uses(view):
            yield _replaced(view, mine, _NAME, _NATIVE, start, end)
            break


def _is_foreign(symbol: Symbol) -> bool:
    return symbol.name == _NAME and symbol.label.startswith("@rules_python//python")


def _native_uses(view: View) -> Iterator[tuple[int, int]]:
    for statement in view.statements(_NAME):
        tree = view.tree(statement)
        for node, scope in walk(tree) if tree is not None else ():
            if isinstance(node, ast.Name) and view.bindings.symbol(node.id, scope) == _NATIVE and tree is not None:
                yield tree.start(node), tree.end(node)


def _replaced(view: View, others: _Others, local: str, symbol: Symbol, start: int, end: int) -> Finding:
    label = view.spell(DEFS)
    message = f"targets of aspect_rules_py give the {_NAME} of {label}, not this one"
    if others.reasons:
        return Finding(
            start,
            end,
            message,
            advice=f"Here {'; '.join(others.reasons)}, so both may be needed: load each under a name of its own.",
        )
    calls = [call for call, _ in view.calls({symbol})]
    rewritten = [rewrite(call, drop=_GONE) for call in calls if any(call.argument(name) for name in _GONE)]
    return Finding(start, end, message, Fix.of(*rewritten, bind={local: (label, _NAME)}))


def _unknown(view: View, local: str, symbol: Symbol, start: int, end: int) -> Iterator[Finding]:
    """The fields that a file gives or reads, and that the PyInfo of aspect_rules_py does not have."""
    given = {argument.name for call, _ in view.calls({symbol}) for argument in call.arguments if argument.name}
    unknown = sorted((given - {"**"} | _read(view, local)) - _FIELDS)
    if unknown:
        message = f"the {_NAME} of {view.spell(DEFS)} has no {', '.join(unknown)}"
        yield Finding(start, end, message, advice="Find another way to what they say.")


def _read(view: View, local: str) -> set[str]:
    """The fields that a file reads of `x[PyInfo]`."""
    found = set()
    for statement in view.statements(local):
        tree = view.tree(statement)
        for node, _ in walk(tree) if tree is not None else ():
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Subscript):
                index = node.value.slice
                if isinstance(index, ast.Name) and index.id == local:
                    found.add(node.attr)
    return found


def _depended_on(view: View, others: _Others) -> Iterator[Finding]:
    wanted = {name: path for (package, name), path in others.wanted if package == view.file.package}
    for call, _ in view.calls(_OURS) if wanted else ():
        path = wanted.get(call.string("name") or "")
        if path is not None:
            flag = view.workspace.spell("@aspect_rules_py//py:emit_rules_python_providers")
            yield Finding(
                call.start,
                call.callee_range[1],
                f"a target of rules_python in {path} depends on this one, which does not give its {_NAME}",
                advice=f"Set --{flag}, or use one ruleset for both."
                if view.target.at_least("2.0.0-alpha.6")
                else "Use one ruleset for both; 2.0.0-alpha.6 has a flag for this.",
            )


def scan(view: View) -> _Others | None:
    """What a file brings that has the PyInfo of rules_python."""
    reasons, wanted = [], []
    foreign = frozenset(
        symbol
        for symbol in view.bindings.loaded.values()
        if symbol.label.startswith("@rules_python//python") and symbol.name in _RULES
    )
    if foreign:
        reasons.append(f"{view.file.path} has rules of rules_python")
        for call, _ in view.calls(foreign):
            argument = call.argument("deps")
            strings = (string_value(node) for node in ast.walk(argument.value)) if argument is not None else ()
            for text in strings:
                label = view.label(text) if text else None
                if label is not None and view.workspace.module_of(label.repo) == view.workspace.module:
                    package = "/".join(part for part in (view.workspace.path, label.package) if part)
                    wanted.append(((package, label.name), view.file.path))
    if any(symbol.name in _PROTO for symbol in view.bindings.loaded.values()):
        reasons.append(f"{view.file.path} has Python protocol buffers")
    if view.file.kind is FileKind.MODULE:
        for string in view.strings("extensions:pip.bzl"):
            if view.canonical(string.value) == "@rules_python//python/extensions:pip.bzl":
                reasons.append(f"{view.file.path} has packages from pip of rules_python")
    return _Others(view.workspace.path, tuple(reasons), tuple(wanted)) if reasons else None


def gather(facts: list[tuple[str, _Others]]) -> dict[str, _Others]:
    """By workspace directory; a reason of each kind is enough."""
    found: dict[str, _Others] = {}
    for _, fact in facts:
        old = found.get(fact.workspace, _Others(fact.workspace))
        kinds = {reason.partition(" has ")[2] for reason in old.reasons}
        more = tuple(reason for reason in fact.reasons if reason.partition(" has ")[2] not in kinds)
        found[fact.workspace] = _Others(fact.workspace, old.reasons + more, old.wanted + fact.wanted)
    return found


def visit(others: dict[str, _Others]) -> Collection[str]:
    """The BUILD files of the targets that targets of rules_python depend on."""
    return {
        f"{package}/{name}".lstrip("/")
        for item in others.values()
        for (package, _), _ in item.wanted
        for name in ("BUILD", "BUILD.bazel")
    }


_READS = """\
def _impl(ctx):
    return [dep[PyInfo].transitive_sources for dep in ctx.attr.deps]
"""

MIGRATION = Migration(
    id=_ID,
    summary="Load PyInfo from aspect_rules_py where its targets are read.",
    page=Page(
        what=(
            "Loads `PyInfo` from `//py:defs.bzl` of aspect_rules_py instead of rules_python, or of Bazel itself, and "
            "drops the three fields it does not have from `PyInfo(…)`. In a workspace that has targets of rules_python "
            "too (its rules, `py_proto_library`, `pip`), the load is reported instead, and so is a target of ours that "
            "one of them depends on."
        ),
        why=(
            "From 2.0.0-alpha.5 on the targets of aspect_rules_py give a provider of their own: `PyInfo in dep` is "
            "false, and a rule that requires the other one refuses them."
        ),
        safety=(
            "Safe where every Python target is one of aspect_rules_py. Fields that the new provider does not have are "
            "reported."
        ),
        references=(UPSTREAM + "/blob/v2.0.0-alpha.5/py/defs.bzl",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.BZL, FileKind.BUILD),
    needles=(_NAME.encode(),),
    find=find,
    scan=scan,
    scan_needles=(b"//python:", b"extensions:pip", *(name.encode() for name in _PROTO)),
    scan_kinds=STARLARK,
    gather=gather,
    visit=visit,
    cases=(
        Case(
            "a rule that reads and gives it",
            {
                "r.bzl": 'load("@rules_python//python:defs.bzl", _PyInfo = "PyInfo")\n\ndef _impl(ctx):\n'
                "    sources = ctx.attr.dep[_PyInfo].transitive_sources\n"
                "    return [_PyInfo(transitive_sources = sources, uses_shared_libraries = False)]\n"
            },
            {
                "r.bzl": 'load("@aspect_rules_py//py:defs.bzl", _PyInfo = "PyInfo")\n\ndef _impl(ctx):\n'
                "    sources = ctx.attr.dep[_PyInfo].transitive_sources\n"
                "    return [_PyInfo(transitive_sources = sources)]\n"
            },
        ),
        Case(
            "that of Bazel itself",
            {"r.bzl": _READS},
            {"r.bzl": 'load("@aspect_rules_py//py:defs.bzl", "PyInfo")\n\n' + _READS},
        ),
        Case(
            "a field it does not have",
            {
                "r.bzl": 'load("@rules_python//python:py_info.bzl", "PyInfo")\n\ndef _impl(ctx):\n'
                "    return ctx.attr.dep[PyInfo].has_py3_only_sources\n"
            },
            {
                "r.bzl": 'load("@aspect_rules_py//py:defs.bzl", "PyInfo")\n\ndef _impl(ctx):\n'
                "    return ctx.attr.dep[PyInfo].has_py3_only_sources\n"
            },
            person=("has no has_py3_only_sources",),
        ),
        Case(
            "a workspace with both rulesets",
            {
                "r.bzl": 'load("@rules_python//python:defs.bzl", "PyInfo")\n\n' + _READS,
                "a/BUILD.bazel": 'load("@rules_python//python:defs.bzl", "py_library")\n\n'
                'py_library(\n    name = "a",\n    deps = ["//b"],\n)\n',
                "b/BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\npy_library(name = "b")\n\n'
                'py_library(name = "c")\n',
            },
            person=("a/BUILD.bazel depends on this one", "give the PyInfo of"),
        ),
        Case(
            "protocol buffers",
            {
                "r.bzl": 'load("@rules_python//python:defs.bzl", "PyInfo")\n\n' + _READS,
                "p/BUILD.bazel": 'load("@protobuf//bazel:py_proto_library.bzl", "py_proto_library")\n\n'
                'py_proto_library(name = "p")\n',
            },
            person=("give the PyInfo of",),
        ),
        Case(
            "a provider of one's own, and a repository without aspect_rules_py",
            {"MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.5.0")\n', "r.bzl": _READS},
        ),
        Case("a provider of one's own", {"r.bzl": "PyInfo = provider()\n\n" + _READS}),
        Case("before 2.0.0-alpha.5", {"r.bzl": _READS}, to="2.0.0-alpha.4"),
    ),
)
