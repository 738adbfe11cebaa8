"""WORKSPACE support, which v2 does not have, and attributes of the old set-up macros.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import TOOLS
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.extensions import tags
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_SOURCE = b"aspect-build/rules_py"
_TOOLCHAINS = "@aspect_rules_py//py:toolchains.bzl"
_REGISTER = Symbol(_TOOLCHAINS, "register_autodetecting_python_toolchain")
_DEPENDENCIES = Symbol("@aspect_rules_py//py:repositories.bzl", "rules_py_dependencies")
_MACRO = Symbol(_TOOLCHAINS, "rules_py_toolchains")
_GONE = {
    _REGISTER: (
        "register_autodetecting_python_toolchain is gone",
        "Use the python_interpreters extension in MODULE.bazel; v2 wants an interpreter of the build.",
    ),
    _DEPENDENCIES: (
        "rules_py_dependencies is gone",
        "Depend on aspect_rules_py with bazel_dep in MODULE.bazel, which brings what it needs.",
    ),
}


def find(view: View) -> Iterator[Finding]:
    """The archive in WORKSPACE, macros that are gone, and their attributes."""
    if view.file.kind is FileKind.WORKSPACE:
        yield from _archive(view)
    if view.file.kind is FileKind.MODULE:
        yield from _prerelease(view)
        return
    for load in view.loads:
        for symbol in load.symbols:
            gone = _GONE.get(Symbol(view.canonical(load.label), symbol.name))
            if gone is not None:
                yield Finding(symbol.start, symbol.end, gone[0], advice=gone[1])
    for call, _ in view.calls({_MACRO}):
        for name in ("register", "is_prerelease"):
            argument = call.argument(name)
            if argument is not None and (name == "register" or view.target.at_least("2.0.0-alpha.2")):
                advice = (
                    "Register @rules_py_tools//:all with register_toolchains." if name == "register" else "Drop it."
                )
                yield Finding(
                    argument.start, argument.end, f"rules_py_toolchains has no {name} any more", advice=advice
                )


def _archive(view: View) -> Iterator[Finding]:
    for statement in view.statements("rules_py"):
        for call in view.all_calls(statement):
            if call.key and _SOURCE in view.file.data[call.start : call.end]:
                yield Finding(
                    call.start,
                    call.callee_range[1],
                    "aspect_rules_py v2 does not support WORKSPACE",
                    advice=(
                        "Move to MODULE.bazel: bazel_dep for the archive, the extensions of //py:extensions.bzl and "
                        "//uv:extensions.bzl for interpreters and packages."
                    ),
                )


def _prerelease(view: View) -> Iterator[Finding]:
    if view.target.at_least("2.0.0-alpha.2"):
        for call in tags(view, TOOLS, "rules_py_tools"):
            argument = call.argument("is_prerelease")
            if argument is not None:
                fix = Fix.of(rewrite(call, drop=("is_prerelease",)))
                yield Finding(argument.start, argument.end, "rules_py_tools has no is_prerelease any more", fix)


_ARCHIVE = """\
load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

http_archive(
    name = "rpy",
    url = "https://github.com/aspect-build/rules_py/releases/download/v1.6.0/rules_py-v1.6.0.tar.gz",
)

"""

MIGRATION = Migration(
    id="workspace",
    summary="Find what hangs on WORKSPACE, which v2 does not support.",
    page=Page(
        what=(
            "Reports aspect_rules_py as an archive in a WORKSPACE file, and uses of "
            "`register_autodetecting_python_toolchain`, `rules_py_dependencies` and the attributes of "
            "`rules_py_toolchains` that are gone. `is_prerelease` of the `py_tools` extension is dropped from "
            "2.0.0-alpha.2 on."
        ),
        why="v2 is made for MODULE.bazel only; the macros that set a WORKSPACE up are gone or lost attributes.",
        safety="Nothing in a WORKSPACE file is edited: the move to MODULE.bazel is for a person.",
        references=(UPSTREAM + "/blob/v2.0.0-alpha.0/py/toolchains.bzl", "https://bazel.build/external/migration"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.WORKSPACE, FileKind.MODULE, FileKind.BZL),
    needles=(
        b"register_autodetecting_python_toolchain",
        b"rules_py_dependencies",
        b"rules_py_toolchains",
        b"is_prerelease",
        _SOURCE,
    ),
    find=find,
    cases=(
        Case(
            "a WORKSPACE with all of it",
            {
                "WORKSPACE": _ARCHIVE
                + """\
load("@rpy//py:repositories.bzl", "rules_py_dependencies")

rules_py_dependencies()

load("@rpy//py:toolchains.bzl", "register_autodetecting_python_toolchain", "rules_py_toolchains")

register_autodetecting_python_toolchain(name = "py")

rules_py_toolchains(register = True)
"""
            },
            person=(
                "does not support WORKSPACE",
                "rules_py_dependencies is gone",
                "register_autodetecting_python_toolchain is gone",
                "has no register",
            ),
            to="v2-plan",
        ),
        Case(
            "an attribute of the extension",
            {
                "MODULE.bazel": 't = use_extension("@aspect_rules_py//py:extensions.bzl", "py_tools")\n'
                "t.rules_py_tools(is_prerelease = True)\n"
            },
            {
                "MODULE.bazel": 't = use_extension("@aspect_rules_py//py:extensions.bzl", "py_tools")\n'
                "t.rules_py_tools()\n"
            },
        ),
        Case(
            "the attributes stay until 2.0.0-alpha.2",
            {
                "MODULE.bazel": 't = use_extension("@aspect_rules_py//py:extensions.bzl", "py_tools")\n'
                "t.rules_py_tools(is_prerelease = True)\n",
                "x.bzl": 'load("@aspect_rules_py//py:toolchains.bzl", "rules_py_toolchains")\n\n'
                'def setup():\n    rules_py_toolchains(name = "x", is_prerelease = True)\n',
            },
            to="2.0.0-alpha.1",
        ),
        Case(
            "an archive of rules_python",
            {
                "WORKSPACE": 'http_archive(\n    name = "rules_python",\n'
                '    url = "https://github.com/bazelbuild/rules_python/releases/1.0.tar.gz",\n)\n\n'
                "# as aspect-build/rules_py did\\n"
            },
        ),
    ),
)
