"""Python rules that Bazel brings itself, which are to be loaded from rules_python.

https://rules-python.readthedocs.io/en/latest/getting-started.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buildfile.bindings import Symbol
from buildfile.edits import Edit
from buildfile.source import FileKind
from buildfile.targets import Change
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import DOCS, HOMES, MODULES, RULES, builtins, missing, of_the_rules, written
from migrations.view import Use, View

_NAMES = (*RULES, "py_runtime")
_PRELUDE = "tools/build_rules/prelude_bazel"


def scan(view: View) -> tuple[str, ...] | None:
    """The names that a prelude brings into every BUILD file."""
    if not view.file.path.endswith(_PRELUDE):
        return None
    return tuple(sorted({*view.bindings.loaded, *view.bindings.defined}))


def gather(facts: list[tuple[str, Any]]) -> dict[str, frozenset[str]]:
    """The names of each prelude by the directory of its workspace."""
    return {path.removesuffix(_PRELUDE).rstrip("/"): frozenset(names) for path, names in facts}


def find(view: View) -> Iterator[Finding]:
    """Every use of a rule that nothing loads."""
    uses = list(builtins(view, _NAMES, bare=False))
    if not uses or of_the_rules(view):
        return
    prelude = (view.facts.get("native-python-rules") or {}).get(view.workspace.path, frozenset())
    first = missing(view)
    for use in uses:
        name = use.symbol.name
        if view.file.kind is FileKind.BUILD and use.name in prelude:
            continue
        message = f"{name} of Bazel itself is to be loaded from rules_python"
        if first:
            yield Finding(use.start, use.end, message, advice=first)
            return
        yield Finding(use.start, use.end, message, _loaded(view, use))


def _loaded(view: View, use: Use) -> Fix:
    name, path = use.symbol.name, HOMES[use.symbol.name]
    known = tuple(Symbol(f"@{module}{path}", name) for module in MODULES)
    if use.name == name:
        return Fix(bind={name: (written(view, path), name)})
    local, wanted = view.bindings.free_name(name, *known, Symbol("native", name), prefix="_")
    callee = [call for call in view.all_calls(use.statement) if call.callee_range == (use.start, use.end)]
    changes = (*(Change(call.key, "kind") for call in callee), *view.changes_at(use))
    bind = {local: (written(view, path), name)} if wanted else {}
    return Fix((Edit(use.start, use.end, local.encode()),), changes, bind)


MIGRATION = Migration(
    id="native-python-rules",
    summary="Load py_binary, py_library, py_test and py_runtime from rules_python.",
    page=Page(
        what=(
            "Adds the load of each rule that a BUILD file uses without one, and turns `native.py_binary` in a .bzl "
            "into the loaded rule. Where the name is taken, as in a macro `py_binary` around the rule, it is loaded "
            "with a leading underscore."
        ),
        why="Bazel 8 hands the names over to rules_python by a flag at most, and Bazel 9 does not have them.",
        safety=(
            "Safe: since Bazel 7 the names without a load have been the rules of rules_python in another place. Names "
            "that `tools/build_rules/prelude_bazel` brings into every BUILD file are left alone."
        ),
        references=(DOCS + "/getting-started.html",),
    ),
    gate=Gate(module="rules_python", since="0.31.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=tuple(name.encode() for name in _NAMES),
    find=find,
    scan=scan,
    scan_needles=(b"py_",),
    scan_kinds=(FileKind.BZL,),
    gather=gather,
    cases=(
        Case(
            "rules without a load",
            """package(default_visibility = ["//visibility:public"])

py_library(
    name = "l",
    srcs = ["l.py"],
)

py_test(
    name = "t",
    srcs = ["t.py"],
    deps = [":l"],
)
""",
            """load("@rules_python//python:py_library.bzl", "py_library")
load("@rules_python//python:py_test.bzl", "py_test")

package(default_visibility = ["//visibility:public"])

py_library(
    name = "l",
    srcs = ["l.py"],
)

py_test(
    name = "t",
    srcs = ["t.py"],
    deps = [":l"],
)
""",
        ),
        Case(
            "one rule is loaded already",
            """load("@rules_python//python:defs.bzl", "py_library")

py_library(name = "l")

py_binary(
    name = "b",
    srcs = ["b.py"],
)
""",
            """load("@rules_python//python:defs.bzl", "py_library")
load("@rules_python//python:py_binary.bzl", "py_binary")

py_library(name = "l")

py_binary(
    name = "b",
    srcs = ["b.py"],
)
""",
        ),
        Case(
            "a macro of the same name",
            {
                "m.bzl": '''"""Macros."""

def py_binary(name, **kwargs):
    native.py_binary(name = name, **kwargs)
    native.py_library(name = name + ".lib")
'''
            },
            {
                "m.bzl": '''"""Macros."""

load("@rules_python//python:py_binary.bzl", _py_binary = "py_binary")
load("@rules_python//python:py_library.bzl", "py_library")

def py_binary(name, **kwargs):
    _py_binary(name = name, **kwargs)
    py_library(name = name + ".lib")
'''
            },
        ),
        Case(
            "a rule as a value",
            {"m.bzl": "def m(name, rule = native.py_test):\n    rule(name = name)\n"},
            {
                "m.bzl": 'load("@rules_python//python:py_test.bzl", "py_test")\n\n'
                "def m(name, rule = py_test):\n    rule(name = name)\n"
            },
        ),
        Case(
            "rules_python itself, which cannot load what it makes",
            {
                "MODULE.bazel": 'module(name = "rules_python")\n',
                "python/py_binary.bzl": "def py_binary(**attrs):\n    native.py_binary(**attrs)\n",
            },
        ),
        Case(
            "a prelude brings the name",
            {
                "tools/build_rules/prelude_bazel": 'load("//:m.bzl", "py_library")\n',
                "m.bzl": "def py_library(name):\n    native.filegroup(name = name)\n",
                "BUILD.bazel": 'py_library(name = "l")\n',
            },
        ),
        Case(
            "without rules_python it is left to a person, once a file",
            {"MODULE.bazel": "", "BUILD.bazel": 'py_library(name = "a")\n\npy_library(name = "b")\n'},
            person=("py_library of Bazel itself",),
        ),
        Case(
            "a rule of another ruleset",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(name = "b")\n',
        ),
        Case("a parameter", {"m.bzl": "def m(name, py_test):\n    py_test(name = name)\n"}),
        Case("a bare name in a .bzl is not Bazel's", {"m.bzl": "def m(name):\n    py_test(name = name)\n"}),
        Case("a string", 'exports_files(["py_binary"])\n'),
    ),
)
