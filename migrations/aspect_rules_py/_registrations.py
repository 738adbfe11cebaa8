"""Registrations of toolchains that are gone, and a repository's own toolchains of types that are gone.

https://bazel.build/extending/toolchains#registering-building-toolchains
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from buildfile.bazelrc import Line, Word, dropped, lines_of
from buildfile.bindings import Symbol
from buildfile.calls import Call, string_value
from buildfile.edits import Edit
from buildfile.items import Items
from buildfile.source import FileKind
from buildfile.statements import removal
from buildfile.targets import Change
from migrations.finding import Finding, Fix, Level
from migrations.view import View

Gone = Callable[[str], str]
"""Takes a label as written in the file, gives why it is gone, `""` for one that is not."""

_EXTRA = "--extra_toolchains"
_IN_TEXT = re.compile(rb"--extra_toolchains[= ][\"']?([^\s\"'\\]+)")
_ELSEWHERE = "Take it out here too; nothing registers or provides it any more."


def registrations(view: View, gone: Gone, *parts: str) -> Iterator[Finding]:
    """Registrations that are gone: dropped in `register_toolchains` and .bazelrc, reported anywhere else.

    Args:
        view: the file.
        gone: says which labels are gone.
        parts: of which one is in every label that is gone and stands neither in a registration nor in a flag.
    """
    kind = view.file.kind
    if kind is FileKind.TEXT:
        yield from _in_text(view, gone)
    elif kind is FileKind.BAZELRC:
        yield from _in_bazelrc(view, gone)
    else:
        yield from _in_starlark(view, gone, parts)


def _in_starlark(view: View, gone: Gone, parts: tuple[str, ...]) -> Iterator[Finding]:
    seen: set[int] = set()
    for call in view.calls_named("register_toolchains"):
        indices = {}
        for index, argument in enumerate(call.arguments):
            text = string_value(argument.value) if argument.name is None else None
            reason = gone(text) if text is not None else ""
            if reason:
                indices[index] = reason
                seen.add(argument.start)
        if indices:
            yield from _unregistered(call, indices)
    inside = [(call.start, call.end) for call, _ in _own(view, gone)]
    for string in view.strings(*parts) if parts else ():
        reason = gone(string.value)
        if reason and string.start not in seen and not any(start <= string.start < end for start, end in inside):
            yield Finding(string.start, string.end, reason, advice=_ELSEWHERE)


def _unregistered(call: Call, indices: dict[int, str]) -> Iterator[Finding]:
    """The arguments at some indices dropped, or the whole call if nothing is left to register."""
    arguments, data = call.arguments, call.file.data
    left = [item for index, item in enumerate(arguments) if index not in indices and item.name in (None, "*", "**")]
    message = "; ".join(dict.fromkeys(indices.values()))
    first = arguments[min(indices)]
    if left:
        ranges = [(item.start, item.end) for item in arguments]
        items = Items(data, call.open, call.end - 1, ranges, call.file.newline)
        fix = Fix(tuple(items.delete(indices)))
        yield Finding(first.start, first.end, message, fix)
        return
    statement = call.statement
    body = call.tree.body
    if len(body) == 1 and isinstance(body[0], ast.Expr) and body[0].value is call.node:
        fix = Fix((removal(data, statement.own, statement.end),))
        yield Finding(first.start, first.end, message, fix)
    else:
        yield Finding(first.start, first.end, message, advice="Drop the call; it registers nothing else.")


def _in_bazelrc(view: View, gone: Gone) -> Iterator[Finding]:
    data = view.file.data
    for line in lines_of(data):
        for word, value_start, value_end in _values(line, data):
            labels = data[value_start:value_end].decode("utf-8", "replace").split(",")
            reasons = [gone(label) for label in labels]
            if not any(reasons):
                continue
            kept = [label for label, reason in zip(labels, reasons, strict=True) if not reason]
            if kept:
                edit = Edit(value_start, value_end, ",".join(kept).encode())
            elif value_start < word.end:
                edit = dropped(data, line, word)
            else:
                edit = _both_dropped(data, line, word)
            yield Finding(word.start, word.end, "; ".join(dict.fromkeys(filter(None, reasons))), Fix((edit,)))


def _values(line: Line, data: bytes) -> Iterator[tuple[Word, int, int]]:
    """The flag in a line, wherever it stands, with the range of its value without quotes."""
    for index, word in enumerate(line.words):
        if word.text == _EXTRA and index + 1 < len(line.words):
            value = line.words[index + 1]
            start, end = value.start, value.end
        elif word.text.startswith(_EXTRA + "="):
            start, end = data.index(b"=", word.start) + 1, word.end
        else:
            continue
        while start < end and data[start] in b"\"'":
            start += 1
        while end > start and data[end - 1] in b"\"'":
            end -= 1
        yield word, start, end


def _both_dropped(data: bytes, line: Line, word: Word) -> Edit:
    """The edit that drops a flag and the word behind it that is its value."""
    index = line.words.index(word)
    if index == 1 and len(line.words) == 3:
        return Edit(line.start, line.end, b"")
    return Edit(line.words[index - 1].end, line.words[index + 1].end, b"")


def _in_text(view: View, gone: Gone) -> Iterator[Finding]:
    for found in _IN_TEXT.finditer(view.file.data):
        reasons = [gone(label) for label in found[1].decode("utf-8", "replace").split(",")]
        if any(reasons):
            message = "; ".join(dict.fromkeys(filter(None, reasons)))
            yield Finding(*found.span(1), message, advice="Take it out of the command line; the label does not exist.")


def _own(view: View, gone: Gone, constants: frozenset[Symbol] = frozenset()) -> Iterator[tuple[Call, str]]:
    """The `toolchain` targets of a type that is gone, and why it is."""
    for call in view.calls_named("toolchain"):
        if call.callee not in ("toolchain", "native.toolchain"):
            continue
        argument = call.argument("toolchain_type")
        if argument is None:
            continue
        text = string_value(argument.value)
        if text is not None and gone(text):
            yield call, gone(text)
        elif isinstance(argument.value, ast.Name):
            symbol = view.bindings.symbol(argument.value.id, call.scope)
            if symbol is not None and symbol in constants:
                yield call, f"the toolchain type {symbol.name} is gone"


def own_toolchains(view: View, gone: Gone, constants: frozenset[Symbol] = frozenset()) -> Iterator[Finding]:
    """A file's own `toolchain` targets of types that are gone: removed at top level, reported elsewhere.

    Args:
        view: the file.
        gone: says which labels of types are gone.
        constants: symbols that stand for such labels.
    """
    for call, reason in _own(view, gone, constants):
        name = call.string("name")
        body = call.tree.body
        if name is None or len(body) != 1 or not isinstance(body[0], ast.Expr) or body[0].value is not call.node:
            yield Finding(
                call.start, call.end, reason, advice="Drop this toolchain, and its registration if it has one."
            )
            continue
        edit = removal(view.file.data, call.statement.own, call.statement.end)
        implementation = call.string("toolchain")
        advice = f"{implementation} was its implementation; drop it if nothing else uses it." if implementation else ""
        fix = Fix((edit,), (Change(call.key, "removed"),))
        yield Finding(call.start, call.end, reason, fix, advice, Level.NOTE)


def own_labels(view: View, gone: Gone, constants: frozenset[Symbol] = frozenset()) -> list[str] | None:
    """The canonical labels of a BUILD file's own `toolchain` targets of types that are gone; a `scan`."""
    labels = [view.canonical(":" + name) for call, _ in _own(view, gone, constants) if (name := call.string("name"))]
    return labels or None
