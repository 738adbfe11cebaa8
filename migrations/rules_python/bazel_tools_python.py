"""What `@bazel_tools//tools/python` had: the toolchain type, the current toolchain, `py_runtime_pair`.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/index.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import STARLARK
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import DOCS, HOMES, missing, of_the_rules, relabelled, written
from migrations.view import View

_OLD = "@bazel_tools//tools/python:"
_TARGETS = {name: f"//python:{name}" for name in ("toolchain_type", "current_py_toolchain")}
_PAIR = "py_runtime_pair"


def find(view: View) -> Iterator[Finding]:
    """Loads of `toolchain.bzl`, and labels of the two targets."""
    if of_the_rules(view):
        return
    first = missing(view)
    for load in view.loads:
        if view.canonical(load.label) != _OLD + "toolchain.bzl":
            continue
        new = written(view, HOMES[_PAIR])
        bind = {symbol.local: (new, _PAIR) for symbol in load.symbols if symbol.name == _PAIR}
        if bind:
            message = f"{load.label} is for {new} to replace"
            fix = None if first else Fix(bind=bind)
            yield Finding(load.label_start, load.label_end, message, fix, first)
    for string in view.strings("tools/python"):
        canonical = view.canonical(string.value)
        path = _TARGETS.get(canonical.removeprefix(_OLD)) if canonical.startswith(_OLD) else None
        if path is None:
            continue
        if first:
            yield Finding(string.start, string.end, f"{string.value} is {path} of rules_python now", advice=first)
        else:
            yield relabelled(view, string, written(view, path))


MIGRATION = Migration(
    id="bazel-tools-python",
    summary="Take the toolchain type and py_runtime_pair from rules_python instead of bazel_tools.",
    page=Page(
        what=(
            "Turns the labels `@bazel_tools//tools/python:toolchain_type` and `:current_py_toolchain` into those of "
            "`@rules_python//python`, and loads `py_runtime_pair` from `py_runtime_pair.bzl`."
        ),
        why="Bazel gives its Python rules up; what is left of them in bazel_tools goes.",
        safety=(
            "Safe: the toolchain type of rules_python is an alias of the old one, so rules and toolchains that have "
            "moved and others that have not still find each other."
        ),
        references=(DOCS + "/toolchains.html",),
    ),
    gate=Gate(module="rules_python"),
    kinds=STARLARK,
    needles=(b"@bazel_tools//tools/python:toolchain", b"@bazel_tools//tools/python:current_py_toolchain"),
    find=find,
    cases=(
        Case(
            "a toolchain of one's own",
            'load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")\n\n'
            'py_runtime_pair(\n    name = "pair",\n    py3_runtime = ":rt",\n)\n\ntoolchain(\n    name = "tc",\n'
            '    toolchain = ":pair",\n    toolchain_type = "@bazel_tools//tools/python:toolchain_type",\n)\n',
            'load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")\n\n'
            'py_runtime_pair(\n    name = "pair",\n    py3_runtime = ":rt",\n)\n\ntoolchain(\n    name = "tc",\n'
            '    toolchain = ":pair",\n    toolchain_type = "@rules_python//python:toolchain_type",\n)\n',
        ),
        Case(
            "a rule that asks for the toolchain",
            {
                "r.bzl": "def _impl(ctx):\n"
                '    return ctx.toolchains["@bazel_tools//tools/python:toolchain_type"].py3_runtime.interpreter\n\n'
                "r = rule(\n    implementation = _impl,\n"
                '    toolchains = ["@bazel_tools//tools/python:toolchain_type"],\n)\n'
            },
            {
                "r.bzl": "def _impl(ctx):\n"
                '    return ctx.toolchains["@rules_python//python:toolchain_type"].py3_runtime.interpreter\n\n'
                "r = rule(\n    implementation = _impl,\n"
                '    toolchains = ["@rules_python//python:toolchain_type"],\n)\n'
            },
        ),
        Case(
            "a genrule with the make variables of the toolchain",
            'genrule(\n    name = "g",\n    outs = ["o"],\n    cmd = "$(PYTHON3) > $@",\n'
            '    toolchains = ["@bazel_tools//tools/python:current_py_toolchain"],\n)\n',
            'genrule(\n    name = "g",\n    outs = ["o"],\n    cmd = "$(PYTHON3) > $@",\n'
            '    toolchains = ["@rules_python//python:current_py_toolchain"],\n)\n',
        ),
        Case(
            "without rules_python it is left to a person",
            {
                "MODULE.bazel": 'module(name = "m")\n',
                "BUILD.bazel": 'load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")\n\n'
                'py_runtime_pair(name = "pair")\n',
            },
            person=("is for @rules_python",),
        ),
        Case("other targets of bazel_tools", 'exports_files(["x"])\n\n_X = "@bazel_tools//tools/python:toolchain_x"\n'),
        Case(
            "rules_python itself, which cannot load what it makes",
            {
                "MODULE.bazel": 'module(name = "rules_python")\n',
                "python/p.bzl": 'load("@bazel_tools//tools/python:toolchain.bzl", _p = "py_runtime_pair")\n\np = _p\n',
            },
        ),
        Case("a comment", "# @bazel_tools//tools/python:toolchain_type\n"),
    ),
)
