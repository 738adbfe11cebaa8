"""Symbols that are loaded and not used.

https://github.com/bazelbuild/buildtools/blob/main/WARNINGS.md#load
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.loads import Load, used_words
from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.starlark._checks import ALWAYS, WARNINGS
from migrations.view import View

_HEAD = re.compile(rb"[A-Za-z_]\w*")
_WANTED = re.compile(rb"#[^\n]*@unused\b")


def find(view: View) -> Iterator[Finding]:
    """Loaded names that do not occur again."""
    loads = view.loads
    heads = {
        head[0].decode()
        for statement in view.file.statements
        if (head := _HEAD.match(statement.data, statement.start)) is not None
    }
    if all(symbol.local in heads for load in loads for symbol in load.symbols):
        return
    used = heads | used_words(view.file)
    seen: set[str] = set()
    for load in loads:
        for symbol in load.symbols:
            again = symbol.local in seen
            seen.add(symbol.local)
            if symbol.local in used or again or _kept(view, load, symbol.end):
                continue
            yield Finding(
                symbol.start,
                symbol.end,
                f"{symbol.local} is loaded and not used",
                Fix(release=frozenset({symbol.local})),
            )


def _kept(view: View, load: Load, end: int) -> bool:
    """Whether `# @unused` stands behind the symbol or its statement, or above the statement."""
    data = view.file.data
    line = data.find(b"\n", end)
    around = data[load.statement.lead : load.statement.start] + data[load.close : load.statement.end]
    return _WANTED.search(data[end : line if line >= 0 else len(data)] + b"\n" + around) is not None


MIGRATION = Migration(
    id="unused-load",
    summary="Remove loads of symbols that are not used.",
    page=Page(
        what="Reports loaded symbols that a file does not use, and removes them, with the load if it is left empty.",
        why="Bazel fetches and reads what is loaded, used or not; and what was left over gets copied.",
        safety=(
            "Safe: a name that occurs anywhere outside of strings and comments counts as used, and other files cannot "
            "use what a file loads. `# @unused` behind the symbol keeps it."
        ),
        references=(WARNINGS + "#load",),
    ),
    gate=ALWAYS,
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.WORKSPACE),
    needles=(b"load",),
    find=find,
    cases=(
        Case(
            "a licence right above the load",
            '# Copyright\nload(":m.bzl", "a")\n\nx(name = "x")\n',
            '# Copyright\n\nx(name = "x")\n',
        ),
        Case(
            "a symbol beside one that is used",
            'load(":m.bzl", "a", "b")\n\na(name = "x")\n',
            'load(":m.bzl", "a")\n\na(name = "x")\n',
        ),
        Case(
            "a load of which nothing is used",
            'load(":m.bzl", "a")\nload(":n.bzl", other = "b")\n\nother(name = "x")\n',
            'load(":n.bzl", other = "b")\n\nother(name = "x")\n',
        ),
        Case(
            "a name in a comment and in a string only",
            'load(":m.bzl", "a")\n\n# a\nexports_files(["a"])\n',
            '# a\nexports_files(["a"])\n',
        ),
        Case("used as a value", 'load(":m.bzl", "a")\n\nx(name = "x", rule = a)\n'),
        Case("used in a function", {"m.bzl": 'load(":n.bzl", "a")\n\ndef m():\n    a()\n'}),
        Case("used in a comprehension", 'load(":m.bzl", "NAMES")\n\n[x(name = n) for n in NAMES]\n'),
        Case("kept on purpose", 'load(":m.bzl", "a")  # @unused\n\nexports_files([])\n'),
    ),
)
