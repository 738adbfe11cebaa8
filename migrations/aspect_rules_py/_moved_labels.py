"""Labels of flags, settings and targets that moved, wherever a label or a flag can stand.

A label is a string literal of its own, or follows `--` in a flag: in a string literal, a .bazelrc, or a script. In a
script it may also stand by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from buildfile.bazelrc import lines_of
from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.view import View

Moved = Callable[[str], "str | None"]
"""Takes a label as written in the file, gives the one to write in its stead, None for one that stays."""

SOURCES = (".py", ".pyi", ".go")
"""Programs: what a label in them is for cannot be told, so they are not edited."""
DOCUMENTS = (".md", ".mdx", ".rst", ".adoc", ".txt", ".html")

_LABEL = rb"(@{0,2}[\w.+~-]*//[\w./+~-]*(?::[\w./+~-]+)?)(?![\w:/])"
_FLAG = re.compile(rb"(?<![\w@-])--(?:no)?" + _LABEL)


_IN_SCRIPT = re.compile(
    rb"(?<![\w@/.-])(?:--(?:no)?(?=[@/])|(?=@))(@{0,2}[\w.+~-]*//[\w./+~-]*(?::[\w./+~-]+)?)(?![\w:/])"
)
"""The same, and labels by themselves, as in a query."""


def moved_labels(view: View, moved: Moved, *parts: str, what: str = "label") -> Iterator[Finding]:
    """Findings for labels that moved: fixed in Bazel's files and in scripts, listed in documents and
    in sources.

    Args:
        view: the file.
        moved: says which labels moved where.
        parts: what every such label has in it.
        what: what the label is of, for the message.
    """
    data, kind = view.file.data, view.file.kind
    if kind is FileKind.TEXT:
        yield from _in_text(view, moved, what)
    elif kind is FileKind.BAZELRC:
        ranges = [(word.start, word.end) for line in lines_of(data) for word in line.words[1:]]
        for start, end in ranges:
            for at, stop, old, new in flags_in(data[start:end], moved):
                edit = Edit(start + at, start + stop, new.encode())
                yield Finding(start + at, start + stop, _message(what, old, new), Fix((edit,)))
    else:
        yield from _in_starlark(view, moved, parts, what)


def _in_starlark(view: View, moved: Moved, parts: tuple[str, ...], what: str) -> Iterator[Finding]:
    data = view.file.data
    for string in view.strings(*parts):
        changes = tuple(view.changes_at(string))
        new = moved(string.value) if "//" in string.value or string.value.startswith(":") else None
        source = data[string.start : string.end]
        if new is not None and string.value.encode() in source:
            at = string.start + source.index(string.value.encode())
            edit = Edit(at, at + len(string.value), new.encode())
            yield Finding(string.start, string.end, _message(what, string.value, new), Fix((edit,), changes))
            continue
        for at, stop, old, replacement in flags_in(source, moved):
            edit = Edit(string.start + at, string.start + stop, replacement.encode())
            place = string.start + at, string.start + stop
            yield Finding(*place, _message(what, old, replacement), Fix((edit,), changes))


def _in_text(view: View, moved: Moved, what: str) -> Iterator[Finding]:
    document = view.file.path.lower().endswith(DOCUMENTS)
    for start, end, old, new in flags_in(view.file.data, moved, _FLAG if document else _IN_SCRIPT):
        message = _message(what, old, new)
        if document:
            advice = "Change the text; what people copy from here does not work any more."
            yield Finding(start, end, message, advice=advice, level=Level.NOTE)
        elif view.file.path.endswith(SOURCES):
            yield Finding(start, end, message, advice=f"Write {new}; sources of programs are not edited.")
        else:
            yield Finding(start, end, message, Fix((Edit(start, end, new.encode()),)))


def flags_in(data: bytes, moved: Moved, pattern: re.Pattern[bytes] = _FLAG) -> Iterator[tuple[int, int, str, str]]:
    """The labels in some bytes that moved: their range, what they are and what they become."""
    for found in pattern.finditer(data):
        old = found[1].decode()
        new = moved(old)
        if new is not None:
            yield *found.span(1), old, new


def _message(what: str, old: str, new: str) -> str:
    return f"the {what} {old} is {new} now"


def relabelled(view: View, table: dict[str, str]) -> Moved:
    """What a table of canonical labels says, in the spelling of the file: short where the label was short."""

    def moved(label: str) -> str | None:
        new = table.get(view.canonical(label))
        if new is None:
            return None
        if "//" not in label:
            return ":" + new.rpartition(":")[2]
        repo = label.partition("//")[0]
        return repo + "//" + shortest(new.partition("//")[2])

    return moved


def shortest(target: str) -> str:
    """`package:name`, without the name where it is the last part of the package."""
    package, _, name = target.partition(":")
    return package if package and package.rpartition("/")[2] == name else target
