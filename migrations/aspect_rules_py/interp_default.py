"""`interpreters.toolchain(is_default = …)`, for which there is the flag `//py:python_version`.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.4
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.bazelrc import lines_of
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import INTERPRETERS, tags
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_GONE = "is_default"
_FLAG = "@aspect_rules_py//py:python_version"
_FLAGS = frozenset({_FLAG, "@aspect_rules_py//py/private/interpreter:python_version"})
_EVERY_BUILD = frozenset({"build", "common", "always"})


def find(view: View) -> Iterator[Finding]:
    """The attribute on `toolchain` tags of `python_interpreters`."""
    for call in tags(view, INTERPRETERS, "toolchain"):
        argument = call.argument(_GONE)
        if argument is None:
            continue
        fix = Fix.of(rewrite(call, drop=(_GONE,)))
        advice = ""
        if not (isinstance(argument.value, ast.Constant) and argument.value.value is False):
            version = call.string("python_version")
            flag = f"--{view.workspace.spell(_FLAG)}={version or '<version>'}"
            if (view.workspace.path, version) not in view.facts.get("interp-default", ()):
                advice = f"Put 'common {flag}' into .bazelrc; without it v2 does not know which version is the default."
        yield Finding(argument.start, argument.end, "toolchain of python_interpreters has no is_default", fix, advice)


def scan(view: View) -> list[tuple[str, str]] | None:
    """The versions that a .bazelrc sets for every build."""
    found = []
    for line in lines_of(view.file.data):
        if line.words[0].text in _EVERY_BUILD:
            for word in line.words[1:]:
                flag, _, value = word.text.removeprefix("--").partition("=")
                if view.canonical(flag) in _FLAGS:
                    found.append((view.workspace.path, value))
    return found or None


def gather(facts: list[tuple[str, list[tuple[str, str]]]]) -> frozenset[tuple[str, str]]:
    """Workspace directory and version, for each version set."""
    return frozenset(item for _, fact in facts for item in fact)


MIGRATION = Migration(
    id="interp-default",
    summary="Drop is_default from the toolchains of python_interpreters and name the flag that takes its place.",
    page=Page(
        what=(
            "Drops `is_default` from `toolchain` tags of the `python_interpreters` extension. Where it was `True` and "
            "no .bazelrc sets the flag yet, the line to put there is reported."
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
    needles=(b"is_default",),
    find=find,
    scan=scan,
    scan_kinds=(FileKind.BAZELRC,),
    scan_needles=(b":python_version",),
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
            person=("has no is_default",),
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
