"""Edits on one call: another callee, attributes added, changed, renamed, dropped, in buildifier's style.

A call that was in buildifier's form stays in it; any other keeps the form it has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from buildfile.calls import Argument, Call
from buildfile.edits import Edit
from buildfile.items import Items, merge_deletions
from buildfile.source import FileKind
from buildfile.style import attribute_key
from buildfile.targets import Change


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What came of a rewrite.

    Attributes:
        edits: the byte edits, disjoint.
        changes: what they do to the targets of the file, for the check before writing.
    """

    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]


def rewrite(
    call: Call,
    *,
    callee: str | None = None,
    put: Mapping[str, str] | None = None,
    drop: Iterable[str] = (),
    rename: Mapping[str, str] | None = None,
) -> Rewritten:
    """The edits that change a call.

    Args:
        call: the call.
        callee: the new callee, as source text.
        put: attribute to source text of its value; changes the value of one that is there, adds one that is not.
        drop: attributes to drop; those that are not there are ignored.
        rename: attribute to new name; those that are not there are ignored.
    """
    put, rename, drop = dict(put or {}), dict(rename or {}), set(drop)
    key = call.key
    edits: list[Edit] = []
    changes: list[Change] = []
    if callee is not None and callee != call.callee:
        edits.append(Edit(*call.callee_range, callee.encode()))
        changes.append(Change(key, "kind"))
    present = {argument.name: argument for argument in call.arguments if argument.name not in (None, "*", "**")}
    adding: list[tuple[str, bytes]] = []
    for name, value in put.items():
        argument = present.get(name)
        if argument is None:
            adding.append((name, f"{name} = {value}".encode()))
            changes.append(Change(key, name))
        elif call.text(argument) != value.encode():
            edits.append(Edit(argument.value_start, argument.end, value.encode()))
            changes.append(Change(key, name))
    dropping = {name for name in drop if name in present}
    moving: dict[str, str] = {}
    for old, new in rename.items():
        argument = present.get(old)
        if argument is None:
            continue
        changes += [Change(key, old), Change(key, new)]
        if _stays_in_order(call, old, new):
            edits.append(Edit(argument.start, argument.start + len(old), new.encode()))
        else:
            moving[old] = new
    for name in sorted(dropping):
        changes.append(Change(key, name))
    edits += _rearrange(call, dropping, adding, moving)
    if "name" in put or "name" in drop:
        changes += [Change(key, "removed"), Change(put.get("name", "").strip("\"'"), "added")]
    return Rewritten(tuple(edits), tuple(changes))


def _sorted_kind(call: Call) -> bool:
    """Whether buildifier sorts the arguments of this call."""
    return call.file.kind in (FileKind.BUILD, FileKind.WORKSPACE, FileKind.MODULE)


def _in_order(names: list[str]) -> bool:
    keys = [attribute_key(name) for name in names]
    return keys == sorted(keys)


def _tail(call: Call) -> list[Argument]:
    """The named arguments behind the last positional or unpacked one, or before a final `**kwargs`."""
    arguments = list(call.arguments)
    while arguments and arguments[-1].name in ("*", "**"):
        arguments.pop()
    start = len(arguments)
    while start and arguments[start - 1].name not in (None, "*", "**"):
        start -= 1
    return arguments[start:]


def _stays_in_order(call: Call, old: str, new: str) -> bool:
    if not _sorted_kind(call) or call.splats:
        return True
    names = [str(argument.name) for argument in _tail(call)]
    return not _in_order(names) or _in_order([new if name == old else name for name in names])


def _rearrange(call: Call, dropping: set[str], adding: list[tuple[str, bytes]], moving: dict[str, str]) -> list[Edit]:
    """The edits that drop, add and move arguments."""
    if not (dropping or adding or moving):
        return []
    data = call.file.data
    ranges = [(argument.start, argument.end) for argument in call.arguments]
    opened = data.index(b"(", call.callee_range[1]) + 1
    items = Items(data, opened, call.end - 1, ranges, call.file.newline)
    names = [argument.name for argument in call.arguments]
    edits = [items.delete(index) for index, name in enumerate(names) if name in dropping or name in moving]
    new = list(adding)
    for old, renamed in moving.items():
        start, end = ranges[names.index(old)]
        new.append((renamed, renamed.encode() + data[start + len(old) : end]))
    if not new:
        return merge_deletions(edits)
    if _must_open(call, items, len(names) - len(dropping) - len(moving), len(new)):
        return [_opened(call, items, dropping | moving.keys(), new)]
    places: dict[int, list[tuple[str, bytes]]] = {}
    gone = dropping | moving.keys()
    for name, text in new:
        places.setdefault(_place(call, name, gone), []).append((name, text))
    for after, group in places.items():
        if _sorted_kind(call):
            group.sort(key=lambda item: attribute_key(item[0]))
        edits += items.insert(after, [text for _, text in group])
    return merge_deletions(edits)


def _place(call: Call, name: str, gone: Collection[str | None]) -> int:
    """The index of the argument that a new one follows; -1 for the first place."""
    tail = {argument.start for argument in _tail(call)}
    best = -1
    for index, argument in enumerate(call.arguments):
        if argument.name in gone:
            continue
        if argument.start not in tail:
            if not any(other.start in tail for other in call.arguments[index + 1 :]) and argument.name == "**":
                break
            best = index
        elif not _sorted_kind(call) or attribute_key(str(argument.name)) < attribute_key(name):
            best = index
    return best


def _must_open(call: Call, items: Items, kept: int, added: int) -> bool:
    """Whether buildifier gives a call its own lines that, on one line so far, gets more than one argument."""
    return (
        call.file.kind in (FileKind.BUILD, FileKind.MODULE)
        and not call.scope.function
        and not items.one_per_line
        and len(items.ranges) <= 1
        and kept + added > 1
        and b"\n" not in call.file.data[call.start : items.ranges[0][0] if items.ranges else call.end]
    )


def _opened(call: Call, items: Items, gone: Collection[str | None], new: list[tuple[str, bytes]]) -> Edit:
    data, nl = call.file.data, call.file.newline
    line = data.rfind(b"\n", 0, call.start) + 1
    indent = data[line : line + len(data[line : call.start]) - len(data[line : call.start].lstrip(b" \t"))]
    kept = [
        (str(argument.name), data[argument.start : argument.end])
        for argument in call.arguments
        if argument.name not in gone
    ]
    texts = [text for _, text in sorted(kept + new, key=lambda item: attribute_key(item[0]))]
    inner = b"".join(indent + b"    " + text + b"," + nl for text in texts)
    return Edit(items.open, items.close, nl + inner + indent)
