"""The versions of Bazel and rules_python that later alphas need.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.6
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from packaging.version import InvalidVersion, Version

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_RULES_PYTHON = Version("1.9")
_IN_ENVIRONMENT = re.compile(rb"USE_BAZEL_VERSION['\"]?\s*[:=]\s*['\"]?([\w./-]+)")
_VERSION = re.compile(r"(?:[\w-]+/)?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+))?\S*")


def find(view: View) -> Iterator[Finding]:
    """Versions in .bazelversion, scripts and MODULE.bazel files that are too old."""
    if view.file.kind is FileKind.MODULE:
        yield from _rules_python(view)
    elif view.file.path.rpartition("/")[2] == ".bazelversion":
        text = view.file.data.decode("utf-8", "replace").split()
        if text:
            yield from _bazel(view, text[0], view.file.data.index(text[0].encode("utf-8", "replace")))
    else:
        for found in _IN_ENVIRONMENT.finditer(view.file.data):
            yield from _bazel(view, found[1].decode(), found.start(1))


def _bazel(view: View, version: str, at: int) -> Iterator[Finding]:
    least = "8.6.0" if view.target.at_least("2.0.0-alpha.6") else "8.5.0"
    if not view.target.at_least("2.0.0-alpha.5"):
        return
    refused = least == "8.6.0" and version.rpartition("/")[2] == "9.0.0"
    if refused or _highest(version) < tuple(int(part) for part in least.split(".")):
        yield Finding(
            at,
            at + len(version),
            f"aspect_rules_py {view.target.profile} does not run on Bazel {version}",
            advice=f"Use Bazel {least} or later{', but not 9.0.0' if least == '8.6.0' else ''}.",
        )


def _highest(version: str) -> tuple[int, ...]:
    """The highest version that what Bazelisk takes may stand for; beyond all others if it names none."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return (10**6,)
    return tuple(int(part) if part and part.isdigit() else 10**6 for part in found.groups())


def _rules_python(view: View) -> Iterator[Finding]:
    for call in view.calls_named("bazel_dep", "single_version_override"):
        if "rules_python" not in (call.string("name"), call.string("module_name")):
            continue
        argument, written = call.argument("version"), call.string("version")
        try:
            old = bool(written) and Version(written or "") < _RULES_PYTHON
        except InvalidVersion:
            continue
        if old and argument is not None:
            pinned = call.callee == "single_version_override"
            yield Finding(
                argument.start,
                argument.end,
                f"aspect_rules_py {view.target.profile} needs rules_python {_RULES_PYTHON}; this is {written}",
                advice="Pin a later one." if pinned else "Bazel takes the later one of both; raise it to say so.",
                level=Level.PERSON if pinned else Level.NOTE,
            )


def scan(view: View) -> str | None:
    """The .bazelversion beside a MODULE.bazel or WORKSPACE file."""
    prefix = view.workspace.path + "/" if view.workspace.path else ""
    return f"{prefix}.bazelversion" if view.workspace.bazel else None


def gather(facts: list[tuple[str, str]]) -> frozenset[str]:
    """The .bazelversion files of the workspaces."""
    return frozenset(path for _, path in facts)


def visit(paths: frozenset[str]) -> Collection[str]:
    """All of them."""
    return paths


_MODULE = 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n'

MIGRATION = Migration(
    id="bazel-min",
    summary="Find versions of Bazel and rules_python that are too old for v2.",
    page=Page(
        what=(
            "Reports a `.bazelversion` or `USE_BAZEL_VERSION` below 8.5.0 (2.0.0-alpha.5) or 8.6.0 (from "
            "2.0.0-alpha.6 on, which does not run on 9.0.0 either), and a rules_python below 1.9."
        ),
        why="aspect_rules_py uses what older versions do not have.",
        safety="Nothing is edited: a new version of Bazel is a change of its own.",
        references=(UPSTREAM + "/blob/v2.0.0-alpha.6/MODULE.bazel",),
    ),
    gate=Gate(since="2.0.0-alpha.4", plan=False),
    kinds=(FileKind.MODULE, FileKind.TEXT),
    needles=(b'"rules_python"', b"USE_BAZEL_VERSION"),
    find=find,
    scan=scan,
    scan_needles=(b"aspect_rules_py",),
    scan_kinds=(FileKind.MODULE, FileKind.WORKSPACE),
    gather=gather,
    visit=visit,
    cases=(
        Case(
            "an old Bazel, and an old rules_python that is raised by itself",
            {
                "MODULE.bazel": _MODULE + 'bazel_dep(name = "rules_python", version = "1.5.3")\n',
                ".bazelversion": "7.4.1\n",
                "ci.yaml": "env:\n  USE_BAZEL_VERSION: 8.x\n",
                "old.yaml": "env:\n  USE_BAZEL_VERSION: 8.5.1\n",
            },
            person=("does not run on Bazel 7.4.1", "does not run on Bazel 8.5.1"),
            notes=("needs rules_python 1.9",),
        ),
        Case(
            "the Bazel that is left out",
            {"MODULE.bazel": _MODULE, ".bazelversion": "9.0.0"},
            person=("does not run on Bazel 9.0.0",),
        ),
        Case(
            "a rules_python that is pinned",
            {
                "MODULE.bazel": _MODULE + 'single_version_override(\n    module_name = "rules_python",\n'
                '    version = "1.0.0",\n)\n'
            },
            person=("needs rules_python 1.9",),
        ),
        Case("a Bazel that will do", {"MODULE.bazel": _MODULE, ".bazelversion": "8.6.0\n"}),
        Case("whatever is latest", {"MODULE.bazel": _MODULE, ".bazelversion": "latest\n"}),
        Case("a major version", {"MODULE.bazel": _MODULE, ".bazelversion": "8.x\n"}),
        Case(
            "8.5 was enough for 2.0.0-alpha.5",
            {"MODULE.bazel": _MODULE, ".bazelversion": "8.5.0\n"},
            to="2.0.0-alpha.5",
        ),
        Case("the plan does not ask for it", {"MODULE.bazel": _MODULE, ".bazelversion": "7.0.0\n"}, to="v2-plan"),
    ),
)
