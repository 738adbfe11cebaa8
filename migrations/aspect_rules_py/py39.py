"""Python 3.8 and 3.9, which the default interpreter releases do not have any more.

https://github.com/aspect-build/rules_py/commits/main/
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.calls import Argument, Call, string_value
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import INTERPRETERS
from migrations.aspect_rules_py._surface import SHAPED, UPSTREAM
from migrations.extensions import tags
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_OLD = re.compile(r"3\.[89](?:\.\d+)?")
_FLAG = re.compile(
    rb"--@{0,2}[\w.+~-]*//py(?:/private/interpreter)?:(?:python|interpreter)_version[= ]\"?(3\.[89])(?![\d])"
)
_ADVICE = "Move to 3.10 or later, or configure the interpreters with a release date that still has it."


def find(view: View) -> Iterator[Finding]:
    """Targets, tags and flags that ask for one of the two."""
    if view.file.kind in (FileKind.BAZELRC, FileKind.TEXT):
        for found in _FLAG.finditer(view.file.data):
            yield _finding(found.start(1), found.end(1), found[1].decode(), Level.PERSON)
        return
    if view.file.kind is FileKind.MODULE:
        calls = list(tags(view, INTERPRETERS, "toolchain"))
        dated = any(call.argument("releases") is not None for call in tags(view, INTERPRETERS, "configure"))
    else:
        calls, dated = [call for call, _ in view.calls(SHAPED)], False
    for call in calls:
        argument = call.argument("python_version")
        for start, end, version in _versions(call, argument) if argument is not None else ():
            yield _finding(start, end, version, Level.NOTE if dated else Level.PERSON)


def _finding(start: int, end: int, version: str, level: Level) -> Finding:
    return Finding(
        start, end, f"Python {version} is not among the interpreters by default any more", advice=_ADVICE, level=level
    )


def _versions(call: Call, argument: Argument) -> Iterator[tuple[int, int, str]]:
    """The old versions that a call asks for, itself or by a loop over versions around it."""
    where: ast.AST = argument.value
    names = {node.id for node in ast.walk(argument.value) if isinstance(node, ast.Name)}
    loops = [
        node
        for top in call.tree.body
        for node in ast.walk(top)
        if isinstance(node, ast.ListComp) and any(inner is call.node for inner in ast.walk(node))
    ]
    places = [where] + [
        item.iter
        for node in loops
        for item in node.generators
        if names & {inner.id for inner in ast.walk(item.target) if isinstance(inner, ast.Name)}
    ]
    for place in places:
        for node in ast.walk(place):
            text = string_value(node)
            if text is not None and isinstance(node, ast.expr) and _OLD.fullmatch(text):
                yield call.tree.start(node), call.tree.end(node), text


MIGRATION = Migration(
    id="py39",
    summary="Find Python 3.8 and 3.9.",
    page=Page(
        what=(
            "Lists `python_version` of targets, of tags of the interpreter extension, of loops over versions, and the "
            "flag `//py:python_version` in .bazelrc files and scripts, where they ask for 3.8 or 3.9."
        ),
        why=(
            "On the branch the default releases of interpreters start at 3.10, and what was there for 3.9 is gone. "
            "An older release date still has them."
        ),
        safety="Nothing is edited. `python.toolchain` of rules_python is not concerned.",
        references=(UPSTREAM + "/commits/main/",),
    ),
    gate=Gate(since="main", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.MODULE, FileKind.BAZELRC, FileKind.TEXT),
    needles=(b'"3.8', b'"3.9', b"'3.8", b"'3.9", b"version=3.8", b"version=3.9", b"version 3.8", b"version 3.9"),
    find=find,
    cases=(
        Case(
            "targets, one by one and in a loop",
            'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\n'
            'py_test(\n    name = "a",\n    python_version = "3.9",\n)\n\n'
            '[py_test(\n    name = "t" + v,\n    python_version = v,\n) for v in [\n    "3.8",\n    "3.10",\n]]\n\n'
            'py_test(\n    name = "b",\n    python_version = "3.12",\n)\n',
            person=("Python 3.9", "Python 3.8"),
            to="main",
        ),
        Case(
            "toolchains of the extension, and the flag",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n\n'
                'i = use_extension("@aspect_rules_py//py/unstable:extension.bzl", "python_interpreters")\n'
                'i.toolchain(python_version = "3.9")\ni.toolchain(python_version = "3.11")\n',
                ".bazelrc": "common --@aspect_rules_py//py:python_version=3.9\n",
            },
            person=("Python 3.9", "Python 3.9"),
            to="main",
        ),
        Case(
            "releases that are chosen",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n\n'
                'i = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                'i.configure(releases = ["20250918"])\ni.toolchain(python_version = "3.9")\n',
            },
            notes=("Python 3.9",),
            to="main",
        ),
        Case(
            "the alphas have them",
            'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\npy_test(\n    name = "a",\n'
            '    python_version = "3.9",\n)\n',
        ),
        Case(
            "the toolchains of rules_python",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0")\n\n'
                'p = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'p.toolchain(python_version = "3.9")\n',
            },
            to="main",
        ),
    ),
)
