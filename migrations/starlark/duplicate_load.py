"""Names that are loaded twice.

https://bazel.build/extending/concepts#loading-an-extension
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.items import Items
from buildfile.loads import Load
from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.starlark._checks import ALWAYS, WARNINGS
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Names that an earlier load of the file, or the same one, has bound."""
    loads = view.loads
    if sum(len(load.symbols) for load in loads) == len({symbol.local for load in loads for symbol in load.symbols}):
        return
    bound: dict[str, tuple[str, str]] = {}
    for load in loads:
        again: list[int] = []
        label = view.canonical(load.label)
        for index, symbol in enumerate(load.symbols):
            meaning = label, symbol.name
            before = bound.setdefault(symbol.local, meaning)
            if before is meaning:
                continue
            if before == meaning:
                again.append(index)
            else:
                yield Finding(
                    symbol.start,
                    symbol.end,
                    f"{symbol.local} is loaded twice, from {before[0]} and from {label}",
                    advice="Bazel refuses this; load one of them under another name.",
                )
        if again:
            first = load.symbols[again[0]]
            names = ", ".join(load.symbols[index].local for index in again)
            yield Finding(first.start, first.end, f"{names} is loaded already", Fix(_without(view, load, again)))


def _without(view: View, load: Load, again: list[int]) -> tuple[Edit, ...]:
    """The edits that drop symbols of a load, and the load if it has no others."""
    if len(again) == len(load.symbols):
        return (Edit(load.statement.own, load.statement.end, b""),)
    ranges = [(load.label_start, load.label_end), *((symbol.start, symbol.end) for symbol in load.symbols)]
    items = Items(view.file.data, load.open, load.close, ranges, view.file.newline)
    return tuple(items.delete([index + 1 for index in again]))


MIGRATION = Migration(
    id="duplicate-load",
    summary="Load each name once.",
    page=Page(
        what="Reports names that a file loads more than once, and drops those that mean the same.",
        why="Bazel refuses a file that loads a name twice.",
        safety="Safe where both loads mean the same symbol. Where they do not, a person has to choose.",
        references=(WARNINGS + "#load", "https://bazel.build/extending/concepts#loading-an-extension"),
    ),
    gate=ALWAYS,
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.WORKSPACE),
    needles=(b"load",),
    find=find,
    cases=(
        Case(
            "in two statements",
            'load(":m.bzl", "a")\nload("//:m.bzl", "a", "b")\n\na(name = "x")\n\nb(name = "y")\n',
            'load(":m.bzl", "a")\nload("//:m.bzl", "b")\n\na(name = "x")\n\nb(name = "y")\n',
        ),
        Case(
            "a whole statement",
            'load(":m.bzl", "a")\nload(":m.bzl", "a")\n\na(name = "x")\n',
            'load(":m.bzl", "a")\n\na(name = "x")\n',
        ),
        Case(
            "two symbols of the same name",
            'load(":m.bzl", "a")\nload(":n.bzl", "a")\n\na(name = "x")\n',
            person=("from //:m.bzl and from //:n.bzl",),
        ),
        Case("the same symbol under two names", 'load(":m.bzl", "a", b = "a")\n\na(name = "x")\n\nb(name = "y")\n'),
    ),
)
