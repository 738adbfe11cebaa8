"""Targets of interpreter repositories, of which `:runtime` is left.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.labels import BadLabel, Label
from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._extensions import INTERPRETERS, Repos, gather_repos, repos_of
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "interp-targets"
_OLD = ("py3_runtime", "runtime_pair", "exec_tools_toolchain")


def find(view: View) -> Iterator[Finding]:
    """Labels of the three targets in repositories of the extension."""
    repos: Repos | None = view.facts.get(_ID, {}).get(view.workspace.path)
    if repos is None:
        return
    ours = {"@" + apparent for apparent, real in repos.apparent if real != "python_interpreters"}

    def becomes(text: str) -> str | None:
        try:
            label = Label.parse(text)
        except BadLabel:
            return None
        return f"{label.repo}//:runtime" if label.repo in ours and label.name in _OLD else None

    for string in view.strings(*(f"//:{name}" for name in _OLD)):
        new = becomes(string.value)
        if new is not None:
            fix = Fix(view.replacing(string, new, becomes), tuple(view.changes_at(string)))
            yield Finding(string.start, string.end, f"{string.value} is {new} now", fix)


def scan(view: View) -> Repos | None:
    """What a MODULE.bazel file says of the interpreters."""
    return repos_of(view, INTERPRETERS, {})


_MODULE = """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

i = use_extension("@aspect_rules_py//py/unstable:extension.bzl", "python_interpreters")
i.toolchain(python_version = "3.12")
use_repo(i, "python_3_12_x86_64_unknown_linux_gnu", "python_interpreters")
"""

MIGRATION = Migration(
    id=_ID,
    summary="Use :runtime of interpreter repositories for the three targets it replaces.",
    page=Page(
        what=(
            "Changes `:py3_runtime`, `:runtime_pair` and `:exec_tools_toolchain` of the repositories that the "
            "`python_interpreters` extension brings to `:runtime`."
        ),
        why="From 2.0.0-alpha.5 on an interpreter is one target.",
        safety="Safe. A list that names two of them is left to a person. Repositories of rules_python are others.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.5/py/private/interpreter",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=STARLARK,
    needles=tuple(f"//:{name}".encode() for name in _OLD),
    find=find,
    scan=scan,
    scan_needles=(b"python_interpreters",),
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "a toolchain of one's own",
            {
                "MODULE.bazel": _MODULE,
                "BUILD.bazel": 'toolchain(\n    name = "t",\n'
                '    toolchain = "@python_3_12_x86_64_unknown_linux_gnu//:runtime_pair",\n'
                '    toolchain_type = "@rules_python//python:toolchain_type",\n)\n',
            },
            {
                "BUILD.bazel": 'toolchain(\n    name = "t",\n'
                '    toolchain = "@python_3_12_x86_64_unknown_linux_gnu//:runtime",\n'
                '    toolchain_type = "@rules_python//python:toolchain_type",\n)\n',
            },
        ),
        Case(
            "two in one list",
            {
                "MODULE.bazel": _MODULE,
                "BUILD.bazel": 'filegroup(\n    name = "f",\n    srcs = [\n'
                '        "@python_3_12_x86_64_unknown_linux_gnu//:py3_runtime",\n'
                '        "@python_3_12_x86_64_unknown_linux_gnu//:runtime_pair",\n    ],\n)\n',
            },
            {
                "BUILD.bazel": 'filegroup(\n    name = "f",\n'
                '    srcs = ["@python_3_12_x86_64_unknown_linux_gnu//:runtime"],\n)\n',
            },
        ),
        Case(
            "an interpreter of rules_python",
            {
                "MODULE.bazel": _MODULE,
                "BUILD.bazel": 'alias(\n    name = "a",\n    actual = "@python_3_12//:py3_runtime",\n)\n',
            },
        ),
    ),
)
