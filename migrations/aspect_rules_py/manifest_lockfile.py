"""`gazelle_python_manifest(lockfile = …)`, which never did anything.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import UPSTREAM, UV_DEFS, UV_UNSTABLE_DEFS
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_RULES = frozenset(Symbol(label, "gazelle_python_manifest") for label in (UV_DEFS, UV_UNSTABLE_DEFS))


def find(view: View) -> Iterator[Finding]:
    """The attribute on calls of the macro."""
    for call, _ in view.calls(_RULES):
        argument = call.argument("lockfile")
        if argument is not None:
            fix = Fix.of(rewrite(call, drop=("lockfile",)))
            yield Finding(argument.start, argument.end, "gazelle_python_manifest has no attribute lockfile", fix)


MIGRATION = Migration(
    id="manifest-lockfile",
    summary="Drop lockfile from gazelle_python_manifest.",
    page=Page(
        what="Drops the attribute `lockfile` from calls of aspect_rules_py's `gazelle_python_manifest`.",
        why="From 2.0.0-alpha.5 on the macro does not take it.",
        safety="Safe: v1 ignored it. The macro of the same name of rules_python's Gazelle plugin is another one.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.5/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"lockfile",),
    find=find,
    cases=(
        Case(
            "with the unstable load and an alias",
            'load("@aspect_rules_py//uv/unstable:defs.bzl", manifest = "gazelle_python_manifest")\n\n'
            'manifest(\n    name = "m",\n    hub = "pypi",\n    lockfile = "//:uv.lock",\n'
            '    venvs = ["default"],\n)\n',
            'load("@aspect_rules_py//uv/unstable:defs.bzl", manifest = "gazelle_python_manifest")\n\n'
            'manifest(\n    name = "m",\n    hub = "pypi",\n    venvs = ["default"],\n)\n',
        ),
        Case(
            "the macro of the Gazelle plugin",
            'load("@rules_python_gazelle_plugin//manifest:defs.bzl", "gazelle_python_manifest")\n\n'
            'gazelle_python_manifest(\n    name = "m",\n    lockfile = "//:uv.lock",\n)\n',
        ),
        Case(
            "before 2.0.0-alpha.5",
            'load("@aspect_rules_py//uv:defs.bzl", "gazelle_python_manifest")\n\n'
            'gazelle_python_manifest(\n    name = "m",\n    lockfile = "//:uv.lock",\n)\n',
            to="2.0.0-alpha.0",
        ),
    ),
)
