"""`py_venv` of the stable file, which made a link in v1 and is the virtualenv itself in v2.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.0/py/defs.bzl
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.bindings import Symbol
from buildfile.calls import Call, string_value
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import PY_UNSTABLE_EXTENSION, UV_UNSTABLE_EXTENSION
from migrations.aspect_rules_py._surface import (
    DEFS,
    MODULE,
    UNSTABLE_DEFS,
    UPSTREAM,
    UV_UNSTABLE_DEFS,
    anywhere,
    is_part,
)
from migrations.aspect_rules_py._venv_link import LINKS, is_v1, is_v2, split, takes_venv, unlinked
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "py-venv-meaning"
_OVERRIDES = ("git_override", "archive_override", "local_path_override")
_PIN = "single_version_override"
_REMOVED = anywhere("py_venv_binary", "py_venv_test")
_UNSTABLE = (UNSTABLE_DEFS, UV_UNSTABLE_DEFS)
_STABLE = frozenset({Symbol(DEFS, "py_venv")})
_EXPOSED = re.compile(rb"\bexpose_venv(?:_link)?\s*=")


@dataclass(frozen=True, slots=True)
class _File:
    """What one file says before anything is edited.

    Attributes:
        workspace: the directory of its workspace.
        names: the local names of the stable `py_venv`.
        old: whether it has something that only v1 has.
        new: whether it has something that only v2 has.
        overridden: whether it has an override that says which aspect_rules_py is used, whatever its version.
    """

    workspace: str
    names: frozenset[str] = frozenset()
    old: bool = False
    new: bool = False
    overridden: bool = False


def scan(view: View) -> _File:
    """What a file says of the version it was written for."""
    if view.file.kind is FileKind.MODULE:
        overridden = any(
            call.string("module_name") == MODULE
            and (call.callee != _PIN or call.argument("patches") is not None or call.string("version") is None)
            for call in view.calls_named(*_OVERRIDES, _PIN)
        )
        return _File(view.workspace.path, old=_unstable_extension(view), overridden=overridden)
    loaded = view.bindings.loaded
    # A removed symbol that is not called may be what an earlier run left to a person.
    old = any(symbol.label in _UNSTABLE and symbol not in _REMOVED for symbol in loaded.values())
    old = old or next(view.calls(_REMOVED), None) is not None
    names = frozenset(name for name, symbol in loaded.items() if symbol in _STABLE)
    new = _EXPOSED.search(view.file.data) is not None or any(takes_venv(call) for call, _ in view.calls(LINKS))
    return _File(view.workspace.path, names, old, new)


def _unstable_extension(view: View) -> bool:
    return any(
        view.canonical(text) in (PY_UNSTABLE_EXTENSION, UV_UNSTABLE_EXTENSION)
        for call in view.calls_named("use_extension")
        for text in map(string_value, (argument.value for argument in call.arguments))
        if text is not None
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """All files by path, and the workspaces in which any of them is old, new or overrides the version."""

    files: dict[str, _File]
    old: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()
    overridden: frozenset[str] = frozenset()


def gather(facts: list[tuple[str, _File]]) -> _Facts:
    """What the files say together."""
    files = dict(facts)
    return _Facts(
        files,
        frozenset(fact.workspace for fact in files.values() if fact.old),
        frozenset(fact.workspace for fact in files.values() if fact.new),
        frozenset(fact.workspace for fact in files.values() if fact.overridden),
    )


def find(view: View) -> Iterator[Finding]:
    """Calls of the stable `py_venv` that mean a link, and uses that are no calls."""
    if is_part(view):
        return
    facts: _Facts = view.facts.get(_ID, _Facts({}))
    where = view.workspace.path
    old, new, on_v2 = where in facts.old, where in facts.new, is_v2(view)
    fact = facts.files.get(view.file.path)
    names = fact.names if fact is not None else {name for name, item in view.bindings.loaded.items() if item in _STABLE}
    sure = old or not new if is_v1(view) and where not in facts.overridden else old and not new
    if fact is not None and fact.new and not on_v2:
        sure = False
    settled = on_v2 and new and not old
    calls = (call for call, _ in view.calls(_STABLE) if view.bindings.root(call.callee) in names)
    for call in unlinked(view, calls):
        if sure or call.argument("venv_name") is not None:
            yield split(view, call, "py_venv of the stable file made a link in v1, and is the virtualenv itself in v2")
        elif not settled:
            yield _unsure(call)
    for use in view.uses(_STABLE) if sure or not settled else ():
        if view.bindings.root(use.name) in names:
            yield Finding(
                use.start,
                use.end,
                "py_venv made a link in v1, is the virtualenv itself in v2, and is used here as a value",
                advice="Where a link is meant, make a py_venv and a py_venv_link(venv = …) of it.",
                level=Level.PERSON if sure else Level.NOTE,
            )


def _unsure(call: Call) -> Finding:
    return Finding(
        call.start,
        call.callee_range[1],
        "py_venv of the stable file made a link in v1, and is the virtualenv itself in v2; this one may be either",
        advice="If it was written for v1 and is run for its link, make a py_venv_link(venv = …) of it.",
        level=Level.NOTE,
    )


MIGRATION = Migration(
    id=_ID,
    summary="Keep the link of a py_venv that was loaded from //py:defs.bzl.",
    page=Page(
        what=(
            "In v1 `//py:defs.bzl` exported `py_venv_link` as `py_venv`, too. Such a call becomes a `py_venv` with a "
            "new name and a `py_venv_link(venv = …)` that keeps the old one, as `venv-link-sig` does it. A `py_venv` "
            "of the unstable file was the virtualenv already and stays."
        ),
        why=(
            "The same load and call work in v2, without an error, and do something else: `bazel run` opens an "
            "interpreter and makes no link."
        ),
        safety=(
            "Safe in a workspace that still is on v1. Whether it is follows from the version it declares and from "
            "what only v1 or only v2 has (unstable loads, `expose_venv`); where they contradict, the call is listed "
            "and not edited. Calls that are no statements of their own, and uses as a value, are left to a person."
        ),
        references=(UPSTREAM + "/blob/v1.11.7/py/defs.bzl", UPSTREAM + "/blob/v2.0.0-alpha.0/py/defs.bzl"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_venv",),
    find=find,
    scan=scan,
    scan_needles=(b"py_venv", b"expose_venv", b"/unstable:", b"_override"),
    gather=gather,
    cases=(
        Case(
            "the stable py_venv",
            {
                "tools/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_library", "py_venv")

py_library(name = "l")

py_venv(
    name = "dev",
    deps = [":l"],
)
"""
            },
            {
                "tools/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_library", "py_venv", "py_venv_link")

py_library(name = "l")

py_venv(
    name = "dev_venv",
    deps = [":l"],
)

py_venv_link(
    name = "dev",
    link_name = ".tools+dev",
    venv = ":dev_venv",
)
"""
            },
        ),
        Case(
            "a macro that names the link",
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", _venv = "py_venv")

def dev(name, deps = []):
    _venv(
        name = name,
        venv_name = ".%s" % name,
        deps = deps,
    )
"""
            },
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_venv_link", _venv = "py_venv")

def dev(name, deps = []):
    _venv(
        name = name + "_venv",
        deps = deps,
    )
    py_venv_link(
        name = name,
        link_name = ".%s" % name,
        venv = ":" + name + "_venv",
    )
"""
            },
        ),
        Case(
            "the unstable py_venv is the virtualenv",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
        ),
        Case(
            "both in one file",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_venv")
load("@aspect_rules_py//py/unstable:defs.bzl", real_venv = "py_venv")

real_venv(name = "v")

py_venv(name = "l")
""",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")
load("@aspect_rules_py//py/unstable:defs.bzl", real_venv = "py_venv")

real_venv(name = "v")

py_venv(name = "l_venv")

py_venv_link(
    name = "l",
    link_name = ".l",
    venv = ":l_venv",
)
""",
        ),
        Case(
            "a workspace that is on v2 already",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.6")\n',
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            },
            notes=("may be either",),
        ),
        Case(
            "a workspace that says by an override which version it uses",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n'
                'git_override(\n    module_name = "aspect_rules_py",\n    commit = "x",\n)\n',
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            },
            notes=("may be either",),
        ),
        Case(
            "only the version is v2, all else is v1",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.6")\n',
                "a/BUILD": 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
                'py_venv_binary(name = "b")\n',
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            },
            {
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")\n\n'
                'py_venv(name = "v_venv")\n\n'
                'py_venv_link(\n    name = "v",\n    link_name = ".v",\n    venv = ":v_venv",\n)\n',
            },
        ),
        Case(
            "the version is v2, and what is left of v1 is a comment and what a run leaves to a person",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.6")\n\n'
                '# uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")\n',
                "a/BUILD": 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\n\n'
                'matrix(\n    name = "m",\n    rule = py_venv_test,\n)\n',
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            },
            notes=("may be either",),
        ),
        Case(
            "the repository is on v2 but for its version",
            {
                "a/BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
                'py_binary(\n    name = "b",\n    expose_venv = True,\n)\n',
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            },
            notes=("may be either",),
        ),
        Case(
            "a value",
            {"m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _py_venv = "py_venv")\n\npy_venv = _py_venv\n'},
            person=("used here as a value",),
        ),
        Case(
            "in a comprehension",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\n[py_venv(name = n) for n in ["a"]]\n',
            person=("made a link",),
        ),
        Case(
            "done already",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")\n\npy_venv(name = "v")\n\n'
            'py_venv_link(\n    name = "l",\n    venv = ":v",\n)\n',
        ),
        Case("another ruleset", 'load("@py_venv//:venv.bzl", "py_venv")\n\npy_venv(name = "v")\n'),
    ),
)
