"""Attributes of precompiling that say nothing: what holds anyway, or what another attribute makes irrelevant.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import in_effect, ours
from migrations.rules_python._precompile import PAGE, VALUES, targets
from migrations.view import View

_ID = "precompile-redundant"
_PRECOMPILE = ("precompile_invalidation_mode", "precompile_optimize_level", "precompile_source_retention")
_ON = ("enabled", "force_enabled")


def scan(view: View) -> tuple[str, dict[str, str]] | None:
    """The flags that the .bazelrc of a workspace sets for every build."""
    if view.file.path.rpartition("/")[2] != ".bazelrc" or view.file.package != view.workspace.path:
        return None
    return view.workspace.path, {name: flag.value or "" for name, flag in in_effect(ours(view)).items()}


def gather(facts: list[tuple[str, Any]]) -> dict[str, dict[str, str]]:
    """The flags by workspace."""
    return dict(fact for _, fact in facts)


def find(view: View) -> Iterator[Finding]:
    """Attributes that may go."""
    flags = (view.facts.get(_ID) or {}).get(view.workspace.path, {})
    for call, _ in targets(view):
        for name, why in _redundant(call, flags):
            argument = call.argument(name)
            if argument is not None:
                fix = Fix.of(rewrite(call, drop=(name,)))
                yield Finding(argument.start, argument.end, f"{name} says nothing: {why}", fix)


def _redundant(call: Call, flags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes that say nothing, each with the reason."""
    if call.splats:
        return
    off = call.string("precompile") == "disabled"
    sourceless = call.string("precompile_source_retention") == "omit_source"
    for name in (*VALUES, "precompile_optimize_level"):
        argument = call.argument(name)
        if argument is None:
            continue
        value = call.string(name)
        default = VALUES[name][0] if name in VALUES else None
        zero = isinstance(argument.value, ast.Constant) and argument.value.value == 0
        if (default is not None and value == default) or (default is None and zero):
            yield name, "it is the default"
        elif off and name in _PRECOMPILE:
            yield name, 'nothing is compiled with precompile = "disabled"'
        elif name == "precompile_invalidation_mode" and sourceless and value is not None:
            yield name, "without a source there is nothing to compare with"
        elif name == "pyc_collection" and value == "include_pyc" and flags.get("precompile") in _ON:
            yield name, f"the flag precompile={flags['precompile']} says it for every binary"
        elif name == "precompile_source_retention" and value and value == flags.get(name):
            yield name, f"the flag {name}={value} says it for every target"


_BINARY = 'load("@rules_python//python:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'

MIGRATION = Migration(
    id=_ID,
    summary="Drop attributes of precompiling that say nothing.",
    page=Page(
        what=(
            'Drops attributes with their default value, attributes beside `precompile = "disabled"`, an '
            "invalidation mode beside `omit_source`, and `include_pyc` or a retention that the .bazelrc of the "
            "workspace says for every build."
        ),
        why="They look like decisions, and they are in the way when the flag flips.",
        safety=(
            "Safe as long as the flag is set by the .bazelrc and not overridden on the command line. "
            '`pyc_collection = "disabled"` is a decision and stays.'
        ),
        references=(PAGE,),
    ),
    gate=Gate(module="rules_python", since="0.37.0"),
    kinds=(FileKind.BUILD,),
    needles=(b"precompile", b"pyc_collection"),
    find=find,
    scan=scan,
    scan_needles=(b"config_settings:precompile",),
    scan_kinds=(FileKind.BAZELRC,),
    gather=gather,
    cases=(
        Case(
            "defaults, and what precompile = disabled makes irrelevant",
            _BINARY + '    precompile = "disabled",\n    precompile_optimize_level = 1,\n'
            '    precompile_source_retention = "keep_source",\n    pyc_collection = "inherit",\n)\n',
            _BINARY + '    precompile = "disabled",\n)\n',
        ),
        Case(
            "a mode without a source",
            _BINARY + '    precompile_invalidation_mode = "checked_hash",\n'
            '    precompile_source_retention = "omit_source",\n)\n',
            _BINARY + '    precompile_source_retention = "omit_source",\n)\n',
        ),
        Case(
            "what the flag says",
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=enabled\n",
                "BUILD.bazel": _BINARY + '    pyc_collection = "include_pyc",\n)\n',
            },
            {"BUILD.bazel": _BINARY + ")\n"},
        ),
        Case(
            "what the flag says in one configuration only",
            {
                ".bazelrc": "build:pyc --@rules_python//python/config_settings:precompile=enabled\n",
                "BUILD.bazel": _BINARY + '    pyc_collection = "include_pyc",\n)\n',
            },
        ),
        Case(
            "a decision against the flag",
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=enabled\n",
                "BUILD.bazel": _BINARY + '    pyc_collection = "disabled",\n)\n',
            },
        ),
    ),
)
