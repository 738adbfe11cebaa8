"""Several loads of the same file.

https://github.com/bazelbuild/buildtools/blob/main/WARNINGS.md#same-origin-load
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.loads import Load, Loaded
from buildfile.source import FileKind
from buildfile.style import INDENT, quote
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.starlark._checks import ALWAYS, WARNINGS
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Load statements whose file an earlier one loads."""
    loads = view.loads
    if len(loads) < 2 or len({_name(load) for load in loads}) == len(loads):
        return
    first: dict[str, Load] = {}
    later: dict[str, list[Load]] = {}
    for load in loads:
        label = view.canonical(load.label)
        if first.setdefault(label, load) is not load:
            later.setdefault(label, []).append(load)
    for label, others in later.items():
        fix = _merged(view, first[label], others)
        for load in others:
            yield Finding(load.label_start, load.label_end, f"{load.label} is loaded by an earlier statement", fix)


def _name(load: Load) -> str:
    """The base name of the loaded file, which differs if the files do."""
    return load.label.replace(":", "/").rpartition("/")[2]


def _merged(view: View, first: Load, others: list[Load]) -> Fix | None:
    """One statement with all symbols in buildifier's order; None if comments or a clash stand in the way."""
    data = view.file.data
    symbols: dict[str, Loaded] = {}
    for load in (first, *others):
        between = data[load.open : load.close]
        if b"#" in between or (load is not first and load.statement.lead != load.statement.start):
            return None
        if b"#" in data[load.close : load.statement.end]:
            return None
        for symbol in load.symbols:
            if symbols.setdefault(symbol.local, symbol).name != symbol.name:
                return None
    ordered = sorted(symbols.values(), key=lambda item: (item.local != item.name, item.local))
    texts = [quote(first.label), *(_symbol(item) for item in ordered)]
    nl = view.file.newline
    several = any(b"\n" in data[load.open : load.label_start] for load in (first, *others))
    if several:
        text = nl + b"".join(INDENT + item + b"," + nl for item in texts)
    else:
        text = b", ".join(texts)
    edits = [Edit(first.open, first.close, text)]
    edits += [Edit(load.statement.lead, load.statement.end, b"") for load in others]
    return Fix(tuple(edits))


def _symbol(item: Loaded) -> bytes:
    return quote(item.name) if item.local == item.name else item.local.encode() + b" = " + quote(item.name)


MIGRATION = Migration(
    id="same-file-load",
    summary="Load what comes from one file in one statement.",
    page=Page(
        what="Reports load statements of a file that an earlier statement loads, and merges them into that one.",
        why="Whoever changes the path finds the first statement and misses the second.",
        safety=(
            "Safe: the names and what they mean stay. Statements with comments in them, and names that two statements "
            "give to different symbols, are left to a person."
        ),
        references=(WARNINGS + "#same-origin-load",),
    ),
    gate=ALWAYS,
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.WORKSPACE),
    needles=(b"load",),
    find=find,
    after=("duplicate-load", "unused-load"),
    cases=(
        Case(
            "two statements",
            'load("@r//:a.bzl", "y")\nload("@r//:a.bzl", "x", z = "w")\n\nx(name = "x")\n\ny(name = "y")\n\n'
            'z(name = "z")\n',
            'load("@r//:a.bzl", "x", "y", z = "w")\n\nx(name = "x")\n\ny(name = "y")\n\nz(name = "z")\n',
        ),
        Case(
            "two spellings, one of them on several lines",
            'load(\n    ":a.bzl",\n    "x",\n)\nload("//:a.bzl", "y")\n\nx(name = "x")\n\ny(name = "y")\n',
            'load(\n    ":a.bzl",\n    "x",\n    "y",\n)\n\nx(name = "x")\n\ny(name = "y")\n',
        ),
        Case(
            "a comment in the second",
            'load(":a.bzl", "x")\n\n# for y\nload(":a.bzl", "y")\n\nx(name = "x")\n\ny(name = "y")\n',
            person=("loaded by an earlier statement",),
        ),
        Case(
            "files of the same name in two packages",
            'load("//a:m.bzl", "x")\nload("//b:m.bzl", "y")\n\nx(name = "x")\n\ny(name = "y")\n',
        ),
    ),
)
