"""`interpreters.toolchain(is_default = …)`, for which there is the flag `//py:python_version`.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.4
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.bazelrc import lines_of
from buildfile.calls import Argument
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import INTERPRETERS
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.extensions import tags
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "interp-default"
_GONE = "is_default"
_FLAG = "@aspect_rules_py//py:python_version"
_FLAGS = frozenset({_FLAG, "@aspect_rules_py//py/private/interpreter:python_version"})
_EVERY_BUILD = frozenset({"build", "common", "always"})


@dataclass(frozen=True, slots=True)
class _Said:
    """What the files of a workspace say.

    Attributes:
        workspace: its directory.
        flags: the versions that .bazelrc files set for every build.
        defaults: those of the toolchains that are the default.
    """

    workspace: str
    flags: frozenset[str] = frozenset()
    defaults: frozenset[str] = frozenset()


def find(view: View) -> Iterator[Finding]:
    """The attribute on `toolchain` tags of `python_interpreters`, and the flag that is missing."""
    where = view.workspace.path
    said = view.facts.get(_ID, {}).get(where, _Said(where))
    calls = list(tags(view, INTERPRETERS, "toolchain"))
    for call in calls:
        argument = call.argument(_GONE)
        if argument is not None:
            yield Finding(
                argument.start,
                argument.end,
                "toolchain of python_interpreters has no is_default",
                Fix.of(rewrite(call, drop=(_GONE,))),
            )
    if calls and not said.flags:
        versions = said.defaults or {call.string("python_version") for call in calls}
        advice = _put(view, next(iter(versions)) if len(versions) == 1 else None)
        yield Finding(
            calls[0].start,
            calls[0].callee_range[1],
            "no .bazelrc says which version of Python is the default",
            advice=f"{advice[:-1]}; without it v2 does not know.",
        )


def _is_false(argument: Argument) -> bool:
    return isinstance(argument.value, ast.Constant) and argument.value.value is False


def _put(view: View, version: str | None) -> str:
    return f"Put 'common --{view.workspace.spell(_FLAG)}={version or '<version>'}' into .bazelrc."


def scan(view: View) -> _Said | None:
    """The versions that a .bazelrc sets for every build, or the defaults of a MODULE.bazel file."""
    if view.file.kind is FileKind.MODULE:
        defaults = {
            version
            for call in tags(view, INTERPRETERS, "toolchain")
            if (argument := call.argument(_GONE)) is not None and not _is_false(argument)
            if (version := call.string("python_version")) is not None
        }
        return _Said(view.workspace.path, defaults=frozenset(defaults))
    found = set()
    for line in lines_of(view.file.data):
        if line.words[0].text in _EVERY_BUILD:
            for word in line.words[1:]:
                flag, _, value = word.text.removeprefix("--").partition("=")
                if view.canonical(flag) in _FLAGS:
                    found.add(value)
    return _Said(view.workspace.path, frozenset(found))


def gather(facts: list[tuple[str, _Said]]) -> dict[str, _Said]:
    """What is said, by workspace directory."""
    found: dict[str, _Said] = {}
    for _, fact in facts:
        old = found.get(fact.workspace, _Said(fact.workspace))
        found[fact.workspace] = _Said(fact.workspace, old.flags | fact.flags, old.defaults | fact.defaults)
    return found


MIGRATION = Migration(
    id=_ID,
    summary="Drop is_default from the toolchains of python_interpreters and name the flag that takes its place.",
    page=Page(
        what=(
            "Drops `is_default` from `toolchain` tags of the `python_interpreters` extension. Where no .bazelrc sets "
            "the flag yet, the line to put there is reported."
        ),
        why="From 2.0.0-alpha.4 on there is no such attribute; the default version is the flag `//py:python_version`.",
        safety=(
            "Dropping is safe; without the flag the default version may be another one. `is_default` of the "
            "`python.toolchain` of rules_python is another attribute and stays."
        ),
        references=(UPSTREAM + "/tree/v2.0.0-alpha.4/py",),
    ),
    gate=Gate(since="2.0.0-alpha.4", plan=False),
    kinds=(FileKind.MODULE,),
    needles=(b"is_default", b"python_interpreters"),
    find=find,
    scan=scan,
    scan_kinds=(FileKind.BAZELRC, FileKind.MODULE),
    scan_needles=(b":python_version", b"is_default"),
    gather=gather,
    cases=(
        Case(
            "True and False, with rules_python's own beside them",
            {
                "MODULE.bazel": """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

interpreters = use_extension("@aspect_rules_py//py/unstable:extension.bzl", "python_interpreters")
interpreters.toolchain(
    is_default = True,
    python_version = "3.12",
)
interpreters.toolchain(
    is_default = False,
    python_version = "3.11",
)

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(
    is_default = True,
    python_version = "3.12",
)
"""
            },
            {
                "MODULE.bazel": """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

interpreters = use_extension("@aspect_rules_py//py/unstable:extension.bzl", "python_interpreters")
interpreters.toolchain(
    python_version = "3.12",
)
interpreters.toolchain(
    python_version = "3.11",
)

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(
    is_default = True,
    python_version = "3.12",
)
"""
            },
            person=("no .bazelrc says",),
        ),
        Case(
            "the flag is set already",
            {
                "MODULE.bazel": (
                    'i = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                    'i.toolchain(is_default = True, python_version = "3.12")\n'
                ),
                ".bazelrc": "import %workspace%/tools/py.rc\n",
                "tools/py.rc": "common --@aspect_rules_py//py:python_version=3.12\n",
            },
            {
                "MODULE.bazel": (
                    'i = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                    'i.toolchain(python_version = "3.12")\n'
                ),
            },
        ),
        Case(
            "a workspace on v2 without the flag",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.6")\n\n'
                'i = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                'i.toolchain(python_version = "3.12")\n',
                ".bazelrc": "test --@aspect_rules_py//py:python_version=3.12\n",
            },
            person=("no .bazelrc says",),
        ),
        Case(
            "a workspace on v2 with it",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.6")\n\n'
                'i = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                'i.toolchain(python_version = "3.12")\n',
                ".bazelrc": "common --@aspect_rules_py//py:python_version=3.12\n",
            },
        ),
        Case(
            "the toolchain of rules_python",
            {
                "MODULE.bazel": 'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'python.toolchain(\n    is_default = True,\n    python_version = "3.12",\n)\n'
            },
        ),
        Case(
            "before 2.0.0-alpha.4",
            {
                "MODULE.bazel": 'i = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                'i.toolchain(is_default = True, python_version = "3.12")\n'
            },
            to="2.0.0-alpha.3",
        ),
    ),
)
