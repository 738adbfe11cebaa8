"""`PyInfo` and `PyRuntimeInfo` as Bazel brings them, which are to be loaded from rules_python.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/py_info.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import BUNDLES, DOCS, HOMES, builtins, exported, missing, of_the_rules, written
from migrations.view import View

_NAMES = ("PyInfo", "PyRuntimeInfo")


def find(view: View) -> Iterator[Finding]:
    """The first use of each provider that nothing loads."""
    if of_the_rules(view):
        return
    seen: set[str] = set()
    for use in builtins(view, _NAMES, bare=True):
        name = use.symbol.name
        if name in seen:
            continue
        seen.add(name)
        message = f"{name} of Bazel itself is to be loaded from rules_python"
        if first := missing(view):
            yield Finding(use.start, use.end, message, advice=first)
        elif any(symbol.name == name and symbol in _LOADED for symbol in view.bindings.loaded.values()):
            yield Finding(
                use.start,
                use.end,
                f"{name} of Bazel itself is used beside the one of rules_python",
                advice="Bazel 9 does not have it: drop this use, or take the provider from rules_python_internal.",
                level=Level.NOTE,
            )
        else:
            label = written(view, HOMES[name])
            yield Finding(use.start, use.end, message, Fix(bind={name: (label, name)}))


_LOADED = frozenset(symbol for name in _NAMES for symbol in exported((HOMES[name], *BUNDLES), (name,)))

MIGRATION = Migration(
    id="python-providers",
    summary="Load PyInfo and PyRuntimeInfo from rules_python.",
    page=Page(
        what="Adds the load of `PyInfo` or `PyRuntimeInfo` to a .bzl that uses the one Bazel brings.",
        why=(
            "Bazel 8 gives the names up. The provider of Bazel also lacks the fields for compiled files, so a rule "
            "that passes it on drops them: what is below it is not precompiled."
        ),
        safety=(
            "The two are different providers unless the release of rules_python makes them one (it does up to Bazel "
            "7). Rules that hand out and rules that ask for it have to move together, which a run over the whole "
            "repository does. A file that has both on purpose is listed and not edited."
        ),
        references=(DOCS + "/api/rules_python/python/index.html",),
    ),
    gate=Gate(module="rules_python", since="0.31.0"),
    kinds=(FileKind.BZL,),
    needles=(b"PyInfo", b"PyRuntimeInfo"),
    find=find,
    cases=(
        Case(
            "a rule that hands the provider out",
            {
                "r.bzl": """load("//:x.bzl", "x")

def _impl(ctx):
    return [x(ctx), PyInfo(transitive_sources = depset())]

r = rule(
    implementation = _impl,
    attrs = {"deps": attr.label_list(providers = [PyInfo])},
    provides = [PyInfo],
)
"""
            },
            {
                "r.bzl": """load("@rules_python//python:py_info.bzl", "PyInfo")
load("//:x.bzl", "x")

def _impl(ctx):
    return [x(ctx), PyInfo(transitive_sources = depset())]

r = rule(
    implementation = _impl,
    attrs = {"deps": attr.label_list(providers = [PyInfo])},
    provides = [PyInfo],
)
"""
            },
        ),
        Case(
            "both providers",
            {"r.bzl": "def f(t):\n    return PyRuntimeInfo in t or PyInfo in t\n"},
            {
                "r.bzl": 'load("@rules_python//python:py_info.bzl", "PyInfo")\n'
                'load("@rules_python//python:py_runtime_info.bzl", "PyRuntimeInfo")\n\n'
                "def f(t):\n    return PyRuntimeInfo in t or PyInfo in t\n"
            },
        ),
        Case(
            "a file that takes either is left alone",
            {
                "r.bzl": 'load("@rules_python//python:py_info.bzl", RulesPyInfo = "PyInfo")\n\n'
                "def f(t):\n    return t[RulesPyInfo] if RulesPyInfo in t else t[PyInfo]\n"
            },
            notes=("beside the one of rules_python",),
        ),
        Case(
            "rules_python itself, which cannot load what it makes",
            {
                "MODULE.bazel": 'module(name = "rules_python")\n',
                "python/py_info.bzl": "INTERNAL = PyInfo\n",
            },
        ),
        Case("a provider of one's own", {"r.bzl": "PyInfo = provider(fields = [])\n"}),
        Case("a longer name", {"r.bzl": "MyPyInfo = provider(fields = [])\n\ndef f(t):\n    return MyPyInfo in t\n"}),
        Case("a docstring", {"r.bzl": '"""Gives PyInfo."""\n'}),
        Case(
            "without rules_python it is left to a person",
            {"MODULE.bazel": "", "r.bzl": "def f(t):\n    return PyInfo in t\n"},
            person=("PyInfo of Bazel itself",),
        ),
    ),
)
