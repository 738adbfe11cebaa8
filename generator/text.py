"""Changes to a BUILD file as bytes, in Buildifier's style: rules edited, dropped and added, loads set right."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from buildfile.calls import Call
from buildfile.edits import Edit, apply
from buildfile.loads import change_loads
from buildfile.rewrite import rewrite
from buildfile.source import FileKind, SourceFile
from buildfile.statements import Statement
from buildfile.style import INDENT, attribute_key, quote, string_key, string_list
from generator.comments import Slot
from generator.existing import call_of, list_slots
from generator.kinds import SORTED
from generator.merge import Item, RuleChange, shortened
from generator.targets import AttributeValue

_BUILDIFIER_SORTS = SORTED | {"visibility", "imports"}


def changed(
    path: str,
    data: bytes,
    changes: Sequence[RuleChange],
    new: Sequence[tuple[str, str, Mapping[str, AttributeValue]]],
    bind: Mapping[str, tuple[str, str]],
    release: Sequence[str],
) -> bytes:
    """The content of a BUILD file once changed.

    Args:
        path: of the file.
        data: what it holds, nothing for a new file.
        changes: to rules that are there.
        new: kind, name and attributes of rules to add at the end.
        bind: symbols to load: local name to file and name there.
        release: symbols whose loads go if nothing uses them.
    """
    file = SourceFile(path, FileKind.BUILD, data)
    edits: list[Edit] = []
    gone: list[int] = []
    for change in changes:
        if change.delete:
            gone.append(change.rule.index)
        else:
            edits += _edit_rule(file, change)
    edits += _removals(file, gone)
    data = apply(data, edits)
    for kind, name, attributes in new:
        data = _append(data, rule_text(kind, name, attributes), file.newline)
    return _with_loads(path, data, bind, release)


def rule_text(kind: str, name: str, attributes: Mapping[str, AttributeValue]) -> bytes:
    """A new rule."""
    lines = [kind.encode() + b"("]
    for key in sorted([*attributes, "name"], key=attribute_key):
        value = name if key == "name" else attributes[key]
        lines.append(INDENT + key.encode() + b" = " + value_text(key, value) + b",")
    return b"\n".join([*lines, b")\n"])


def value_text(attribute: str, value: AttributeValue) -> bytes:
    """A new value of an attribute."""
    if isinstance(value, bool):
        return b"True" if value else b"False"
    if isinstance(value, str):
        return quote(value)
    items = list(dict.fromkeys(shortened(item) for item in value))
    if attribute in _BUILDIFIER_SORTS:
        items.sort(key=string_key)
    return string_list(items)


def _edit_rule(file: SourceFile, change: RuleChange) -> list[Edit]:
    statement = file.statements[change.rule.index]
    call = call_of(file, statement)
    assert call is not None
    values = {name: value_text(name, value) for name, value in change.scalars.items()}
    for name, items in change.lists.items():
        values[name] = _list_text(call, name, items)
    if len(call.arguments) > 1 and b"\n" not in file.data[call.start : call.arguments[-1].start] and not call.splats:
        return [_opened(call, change.kind, values, change.drop)]
    put = {name: value.decode("utf-8", "surrogateescape") for name, value in values.items()}
    return list(rewrite(call, callee=change.kind, put=put, drop=change.drop).edits)


def _opened(call: Call, kind: str | None, values: Mapping[str, bytes], drop: Sequence[str]) -> Edit:
    """A call that was on one line, with a line for each of its attributes."""
    data, newline = call.file.data, call.file.newline
    texts = {str(item.name): data[item.value_start : item.end] for item in call.arguments if item.name}
    texts = {name: text for name, text in {**texts, **values}.items() if name not in drop}
    callee = kind.encode() if kind else data[slice(*call.callee_range)]
    lines = [INDENT + name.encode() + b" = " + texts[name] + b"," for name in sorted(texts, key=attribute_key)]
    return Edit(call.start, call.end, newline.join([callee + b"(", *lines, b")"]))


def _list_text(call: Call, attribute: str, items: Sequence[Item]) -> bytes:
    """A list of elements that are there, with their comments, and of new ones."""
    argument = call.argument(attribute)
    node = argument.value if argument is not None else None
    if not isinstance(node, ast.List):
        return value_text(attribute, tuple(str(item) for item in items))
    data, newline = call.file.data, call.file.newline
    found = list_slots(call, node)
    lines: list[bytes] = []
    inner = INDENT * 2
    kept = sorted(item for item in items if isinstance(item, int))
    head: tuple[bytes, ...] = found.items[kept[0]].above if kept else ()
    for position, item in enumerate(items):
        slot = found.items[item] if isinstance(item, int) else Slot()
        above = slot.above if not kept or item != kept[0] else ()
        for comment in (*head, *above) if position == 0 else above:
            lines.append(inner + comment)
        text = _element(call, node, item) + b","
        lines.append(inner + (text + b"  " + slot.behind if slot.behind else text))
    lines += [inner + comment for comment in found.closing]
    start, end = call.tree.start(node), call.tree.end(node)
    opened = len(node.elts) == 1 and b"\n" in data[start:end]
    if len(items) == 1 and len(lines) == 1 and not opened and b"#" not in lines[0] and not found.opening:
        return b"[" + lines[0].strip().rstrip(b",") + b"]"
    first = b"[  " + found.opening if found.opening else b"["
    return newline.join([first, *lines, INDENT + b"]"])


def _element(call: Call, node: ast.List, item: Item) -> bytes:
    if isinstance(item, str):
        return quote(item)
    element = node.elts[item]
    return call.file.data[call.tree.start(element) : call.tree.end(element)]


def _removals(file: SourceFile, indices: Sequence[int]) -> list[Edit]:
    """The edits that drop statements and leave one blank line between what stays."""
    edits: list[Edit] = []
    data, newline = file.data, file.newline
    for start, end in _runs(file, sorted(indices)):
        before = len(data[:start].rstrip())
        after = end + len(data[end:]) - len(data[end:].lstrip())
        if before and data[:before].endswith(b"\xef\xbb\xbf") and before == 3:
            edits.append(Edit(start, after, b""))
        elif not before:
            edits.append(Edit(0, after, b""))
        elif after >= len(data):
            edits.append(Edit(before, len(data), newline))
        else:
            line = data.rfind(b"\n", 0, after) + 1
            edits.append(Edit(before, line, newline * 2))
    return edits


def _runs(file: SourceFile, indices: Sequence[int]) -> list[tuple[int, int]]:
    """The ranges of statements that go, neighbours joined; directives above one are left."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        statement = file.statements[index]
        start, end = _lead(file, statement), statement.end
        if runs and not file.data[runs[-1][1] : start].strip():
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _lead(file: SourceFile, statement: Statement) -> int:
    comments = file.data[statement.lead : statement.start]
    at = comments.rfind(b"gazelle:")
    if at < 0:
        return statement.lead
    return statement.lead + comments.index(b"\n", at) + 1


def _append(data: bytes, text: bytes, newline: bytes) -> bytes:
    if newline != b"\n":
        text = text.replace(b"\n", newline)
    if not data.strip():
        return text
    return data.rstrip(b" \t\r\n") + newline * 2 + text


def _with_loads(path: str, data: bytes, bind: Mapping[str, tuple[str, str]], release: Sequence[str]) -> bytes:
    if not bind and not release:
        return data
    file = SourceFile(path, FileKind.BUILD, data)
    if any(statement.is_load for statement in file.statements):
        return apply(data, change_loads(file, bind, release))
    by_file: dict[str, list[tuple[str, str]]] = {}
    for local, (label, name) in bind.items():
        by_file.setdefault(label, []).append((local, name))
    if not by_file:
        return data
    empty = SourceFile(path, FileKind.BUILD, b"")
    loads = apply(b"", change_loads(empty, bind, ()))
    if file.newline != b"\n":
        loads = loads.replace(b"\n", file.newline)
    at = _behind_docstring(file)
    rest = data[at:].lstrip(b"\r\n")
    head = data[:at].rstrip() + file.newline * 2 if data[:at].strip(b"\xef\xbb\xbf\r\n\t ") else data[:at]
    return head + loads + (file.newline + rest if rest else b"")


def _behind_docstring(file: SourceFile) -> int:
    """Where loads begin in a file that has none: at its top, behind a docstring there."""
    data = file.data
    first = next(iter(file.statements), None)
    if first is not None and data[first.start : first.start + 1] in (b'"', b"'"):
        return first.end
    return 3 if data.startswith(b"\xef\xbb\xbf") else 0
