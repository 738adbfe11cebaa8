"""Edits on one call: another callee, attributes added, changed, renamed, dropped, in buildifier's style.

A call that was in buildifier's form stays in it; any other keeps the form it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from buildfile.calls import Argument, Call, key_of
from buildfile.edits import Edit
from buildfile.items import Items, merge_deletions
from buildfile.source import FileKind
from buildfile.style import INDENT, attribute_key
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
    plan = _Plan(call, drop & present.keys())
    for name in plan.dropped:
        changes.append(Change(key, name))
    for name, value in put.items():
        argument = present.get(name)
        if argument is None:
            plan.added.append((name, f"{name} = {value}".encode()))
            changes.append(Change(key, name))
        elif call.text(argument) != value.encode():
            plan.values[name] = value.encode()
            changes.append(Change(key, name))
    for old, new in rename.items():
        if old in present:
            plan.names[old] = new
            changes += [Change(key, old), Change(key, new)]
    if "name" in put or "name" in drop:
        new = key_of(put["name"], call.scope.function) if "name" in put else ""
        changes += [Change(key, "removed"), Change(new, "added")]
    return Rewritten((*edits, *_rearranged(plan)), tuple(changes))


@dataclass(slots=True)
class _Plan:
    """What is to become of the arguments of a call."""

    call: Call
    dropped: set[str]
    added: list[tuple[str, bytes]] = field(default_factory=list)
    values: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def text(self, argument: Argument) -> bytes:
        """An argument as it will be."""
        data, name = self.call.file.data, str(argument.name)
        if name not in self.values and name not in self.names:
            return data[argument.start : argument.end]
        head = data[argument.start + len(name) : argument.value_start]
        return self.names.get(name, name).encode() + head + self.values.get(name, self.call.text(argument))


def _sorted_kind(call: Call) -> bool:
    """Whether buildifier sorts the arguments of this call."""
    return call.file.kind in (FileKind.BUILD, FileKind.WORKSPACE, FileKind.MODULE)


def _key(call: Call, name: str) -> tuple[int, str]:
    return attribute_key(name, call.callee)


def _in_order(call: Call, names: list[str]) -> bool:
    keys = [_key(call, name) for name in names]
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


def _rearranged(plan: _Plan) -> list[Edit]:
    """The edits that change, drop, add and move arguments."""
    call = plan.call
    ranges = [(argument.start, argument.end) for argument in call.arguments]
    items = Items(call.file.data, call.open, call.end - 1, ranges, call.file.newline)
    if _must_open(call, items, len(ranges) - len(plan.dropped), len(plan.added)):
        return [_opened(plan, items)]
    moving = _moving(plan, items)
    edits: list[Edit] = []
    new = list(plan.added)
    tails: dict[bytes, bytes] = {}
    gone: list[int] = []
    for index, argument in enumerate(call.arguments):
        name = str(argument.name)
        if name in plan.dropped:
            gone.append(index)
        elif name in moving:
            gone.append(index)
            above, tail = items.comments(index)
            text = above.lstrip(b" \t") + (items.indent if above else b"") + plan.text(argument)
            new.append((plan.names[name], text))
            tails |= {text: tail} if tail else {}
        else:
            if name in plan.names:
                edits.append(Edit(argument.start, argument.start + len(name), plan.names[name].encode()))
            if name in plan.values:
                edits.append(Edit(argument.value_start, argument.end, plan.values[name]))
    edits += items.delete(gone)
    places: dict[int, list[tuple[str, bytes]]] = {}
    for name, text in new:
        places.setdefault(_place(plan, name, moving), []).append((name, text))
    for after, group in places.items():
        if _sorted_kind(call):
            group.sort(key=lambda item: _key(call, item[0]))
        edits += items.insert(after, [text for _, text in group], tails)
    return merge_deletions(edits)


def _moving(plan: _Plan, items: Items) -> set[str]:
    """The renamed arguments that leave their place, since the others are in order and would not be any more.

    One with comments stays, unless every argument has lines to itself, so that they can go along.
    """
    if not _sorted_kind(plan.call) or plan.call.splats or not plan.names:
        return set()
    names = [str(argument.name) for argument in _tail(plan.call) if argument.name not in plan.dropped]
    if not _in_order(plan.call, names) or _in_order(plan.call, [plan.names.get(name, name) for name in names]):
        return set()
    indices = range(len(items.ranges))
    if items.one_per_line and all(items.own_lines(index) is not None for index in indices):
        return set(plan.names)
    gaps = zip(items.ranges, [*(start for start, _ in items.ranges[1:]), items.close], strict=True)
    commented = any(b"#" in plan.call.file.data[end:behind] for (_, end), behind in gaps)
    return set() if commented else set(plan.names)


def _place(plan: _Plan, name: str, moving: set[str]) -> int:
    """The index of the argument that a new one follows; -1 for the first place."""
    call = plan.call
    tail = {argument.start for argument in _tail(call)}
    best = -1
    for index, argument in enumerate(call.arguments):
        here = str(argument.name)
        if here in plan.dropped or here in moving:
            continue
        if argument.start not in tail:
            if not any(other.start in tail for other in call.arguments[index + 1 :]) and here == "**":
                break
            best = index
        elif not _sorted_kind(call) or _key(call, plan.names.get(here, here)) < _key(call, name):
            best = index
    return best


def _must_open(call: Call, items: Items, kept: int, added: int) -> bool:
    """Whether buildifier gives a call its own lines that, on one line so far, gets more than one argument."""
    return (
        _sorted_kind(call)
        and not call.scope.function
        and not items.one_per_line
        and len(items.ranges) <= 1
        and kept + added > 1
        and b"\n" not in call.file.data[call.start : items.ranges[0][0] if items.ranges else call.end]
        and b"#" not in call.file.data[items.ranges[-1][1] if items.ranges else items.close : items.close]
    )


def _opened(plan: _Plan, items: Items) -> Edit:
    """The call with a line for each argument."""
    call, nl = plan.call, plan.call.file.newline
    before = call.file.data[call.file.data.rfind(b"\n", 0, call.start) + 1 : call.start]
    indent = before[: len(before) - len(before.lstrip(b" \t"))]
    kept = [
        (plan.names.get(str(argument.name), str(argument.name)), plan.text(argument))
        for argument in call.arguments
        if argument.name not in plan.dropped
    ]
    texts = [text for _, text in sorted(kept + plan.added, key=lambda item: _line_key(call, item[0]))]
    inner = b"".join(indent + INDENT + text + (nl if text.startswith(b"*") else b"," + nl) for text in texts)
    return Edit(items.open, items.close, nl + inner + indent)


def _line_key(call: Call, name: str) -> tuple[int, tuple[int, str]]:
    """The place of an argument: positional ones, named ones in their order, unpacked ones."""
    return 0 if name == "None" else 2 if name in ("*", "**") else 1, _key(call, name)
