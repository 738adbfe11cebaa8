"""The load statements of a file in Buildifier's order: on top, sorted, one for each file.

https://github.com/bazelbuild/buildtools/tree/main/build
"""

from __future__ import annotations

from collections.abc import Sequence

from buildfile.edits import Edit, apply
from buildfile.labels import sort_key
from buildfile.loads import Load
from buildfile.source import SourceFile
from buildfile.statements import Statement
from buildfile.style import INDENT, quote


def in_order(file: SourceFile) -> bytes:
    """The content of a file with its loads in order; empty lines around those that move are not set right.

    It is given back as it is where a comment right below a load belongs to who knows what; and loads of one file stay
    apart where comments in them or above them would be lost.
    """
    data = file.data
    loads, bad = file.loads
    if bad or not loads or any(_has_comment_below(file, load.statement) for load in loads):
        return data
    others = file.statements[1:] if _is_docstring(file.statements[0]) else file.statements
    other = next((statement for statement in others if not statement.is_load), None)
    early = [load for load in loads if other is None or load.statement.start < other.start]
    groups = _groups(data, early)
    late = loads[len(early) :]
    if late:
        assert other is not None
        if not groups or b"#" in data[groups[-1][-1].statement.end : other.lead]:
            groups.append([])
    texts: dict[int, bytes] = {}
    for label in {load.label: None for load in loads}:
        same = [load for load in loads if load.label == label]
        text = _text(file, same)
        if text is not None:
            texts[same[0].open] = text
        else:
            texts |= {load.open: data[load.statement.start : load.close + 1] for load in same}
    edits = [Edit(load.statement.lead, load.statement.end, b"") for load in late]
    for group in groups:
        moved = late if group is groups[-1] else []
        here = sorted((load for load in (*group, *moved) if load.open in texts), key=lambda load: sort_key(load.label))
        text = b"".join(_statement(file, load, texts[load.open]) for load in here)
        if group:
            edits.append(Edit(group[0].statement.lead, group[-1].statement.end, text))
        elif other is not None:
            edits.append(Edit(other.lead, other.lead, text))
    return apply(data, edits)


def _has_comment_below(file: SourceFile, statement: Statement) -> bool:
    """Whether a comment right below a statement belongs to it and not to the next one."""
    below = file.data[statement.end :].lstrip(b" \t")
    return below.startswith(b"#") and all(other.lead != statement.end for other in file.statements)


def _is_docstring(statement: Statement) -> bool:
    return statement.text[:1] in (b'"', b"'")


def _groups(data: bytes, loads: Sequence[Load]) -> list[list[Load]]:
    """The loads in runs without a comment of its own between them."""
    groups: list[list[Load]] = []
    for load in loads:
        if groups and b"#" not in data[groups[-1][-1].statement.end : load.statement.lead]:
            groups[-1].append(load)
        else:
            groups.append([load])
    return groups


def _text(file: SourceFile, loads: Sequence[Load]) -> bytes | None:
    """One load for several of the same file, from `load` to the bracket; None if comments are in the way."""
    data, first = file.data, loads[0]
    names = [(symbol.local, symbol.name) for load in loads for symbol in load.symbols]
    ordered = sorted(dict.fromkeys(names), key=lambda item: (item[0] != item[1], item[0]))
    if len(loads) == 1 and names == ordered:
        return data[first.statement.start : first.close + 1]
    commented = any(b"#" in data[load.statement.start : load.close] for load in loads)
    if commented or any(b"#" in data[load.statement.lead : load.statement.end] for load in loads[1:]):
        return None
    symbols = (quote(name) if local == name else local.encode() + b" = " + quote(name) for local, name in ordered)
    items = [quote(first.label), *symbols]
    if b"\n" not in data[first.open : first.label_start]:
        return b"load(" + b", ".join(items) + b")"
    lines = (INDENT + item + b"," for item in items)
    return file.newline.join([b"load(", *lines, b")"])


def _statement(file: SourceFile, load: Load, text: bytes) -> bytes:
    """A load as `text` with the comments above it and behind it."""
    statement = load.statement
    behind = file.data[load.close + 1 : statement.end].rstrip()
    return file.data[statement.lead : statement.start] + text + behind + file.newline
