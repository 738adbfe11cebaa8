"""The autodetecting toolchain, whose place the runtime environment toolchains took.

https://rules-python.readthedocs.io/en/latest/toolchains.html#runtime-environment-toolchain
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.source import STARLARK, FileKind
from migrations.finding import Finding, Fix, Level, Safety
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import flags, told
from migrations.rules_python._surface import CHANGES, DOCS, files, missing, relabelled, written
from migrations.view import View

_NAMES = ("autodetecting_toolchain", "autodetecting_toolchain_nonstrict")
_OLD = frozenset(f"@bazel_tools//tools/python:{name}" for name in _NAMES) | files(
    *(f"//python:{name}" for name in _NAMES)
)
_NEW = "//python/runtime_env_toolchains:all"
_LEFT = (
    "The version it gives is 0.0, and `python3` of the environment is what runs; register a toolchain of a version "
    "where that matters."
)


def find(view: View) -> Iterator[Finding]:
    """Registrations of the old toolchain in Starlark and in .bazelrc, and other mentions."""
    if view.file.kind is FileKind.BAZELRC:
        yield from _in_bazelrc(view)
        return
    registered = list(view.calls_named("register_toolchains"))
    for string in view.strings("autodetecting_toolchain"):
        if view.canonical(string.value) not in _OLD:
            continue
        message = f"{string.value} is gone"
        if not any(call.start <= string.start < call.end for call in registered):
            advice = f"Name the toolchain that is meant; {written(view, _NEW)} can be registered, not depended on."
            yield Finding(string.start, string.end, message, advice=advice)
        elif first := missing(view):
            yield Finding(string.start, string.end, message, advice=first)
        else:
            new = written(view, _NEW, string.value)
            yield relabelled(view, string, new, f"{message}; {new} took its place", safety=Safety.UNSAFE, advice=_LEFT)


def _in_bazelrc(view: View) -> Iterator[Finding]:
    for flag in flags(view.file.data):
        labels = (flag.value or "").split(",")
        if flag.name != "extra_toolchains" or not any(view.canonical(label) in _OLD for label in labels):
            continue
        message = "the autodetecting toolchain is gone"
        if first := missing(view):
            yield told(flag, message, advice=first)
            continue
        new = written(view, _NEW)
        text = ",".join(new if view.canonical(label) in _OLD else label for label in labels)
        fix = Fix((Edit(flag.value_start, flag.end, text.encode()),), safety=Safety.UNSAFE)
        yield told(flag, f"{message}; {new} took its place", fix, _LEFT, Level.NOTE)


MIGRATION = Migration(
    id="autodetecting-toolchain",
    summary="Register the runtime environment toolchains instead of the autodetecting one.",
    page=Page(
        what=(
            "Puts `@rules_python//python/runtime_env_toolchains:all` in the place of "
            "`autodetecting_toolchain` and `autodetecting_toolchain_nonstrict` of `@bazel_tools//tools/python` and "
            "of `@rules_python//python`, in `register_toolchains` and in `--extra_toolchains`."
        ),
        why="The old one lacks the C and the exec tools toolchain, so precompiling does nothing with it.",
        safety=(
            "The interpreter is found in the environment as before. The three toolchains are registered together, "
            "so C extensions and precompiling see a toolchain where they had none. A mention outside a registration "
            "is left to a person."
        ),
        references=(DOCS + "/toolchains.html", CHANGES),
    ),
    gate=Gate(module="rules_python", since="0.34.0"),
    kinds=STARLARK | {FileKind.BAZELRC},
    needles=(b"autodetecting_toolchain",),
    find=find,
    cases=(
        Case(
            "registered in MODULE.bazel",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0", repo_name = "py")\n\n'
                'register_toolchains("@bazel_tools//tools/python:autodetecting_toolchain")\n'
            },
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0", repo_name = "py")\n\n'
                'register_toolchains("@py//python/runtime_env_toolchains:all")\n'
            },
            notes=("is gone; @py//python",),
        ),
        Case(
            "in a .bazelrc, beside another toolchain",
            {
                ".bazelrc": "# autodetecting_toolchain\nbuild --extra_toolchains=//t:all,"
                "@bazel_tools//tools/python:autodetecting_toolchain_nonstrict -k\n"
            },
            {
                ".bazelrc": "# autodetecting_toolchain\nbuild --extra_toolchains=//t:all,"
                "@rules_python//python/runtime_env_toolchains:all -k\n"
            },
            notes=("the autodetecting toolchain is gone",),
        ),
        Case(
            "an alias of it is left to a person",
            'alias(\n    name = "tc",\n    actual = "@rules_python//python:autodetecting_toolchain",\n)\n',
            person=("is gone",),
        ),
        Case(
            "without rules_python there is nothing to put in its place",
            {"MODULE.bazel": 'register_toolchains("@bazel_tools//tools/python:autodetecting_toolchain")\n'},
            person=("is gone",),
        ),
        Case(
            "a release that does not have the new ones yet",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.33.2")\n\n'
                'register_toolchains("@bazel_tools//tools/python:autodetecting_toolchain")\n'
            },
        ),
        Case("a target of that name of one's own", 'exports_files(["autodetecting_toolchain"])\n'),
    ),
)
