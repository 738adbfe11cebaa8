"""Calls in Buildifier's form: attributes in its order and each on its lines, lists sorted, comments with their items.

https://github.com/bazelbuild/buildtools/tree/main/build and its tables.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from buildfile.calls import Argument, Call
from buildfile.labels import BadLabel, Label
from buildfile.style import INDENT, attribute_key, quote, string_key
from generator.comments import Slot, call_slots, keeps, list_slots
from generator.selects import branched

SORTED = frozenset({
    "data", "default_visibility", "deps", "exported_deps", "exports", "hdrs", "implementation_deps", "imports",
    "includes", "outs", "packages", "proto_deps", "protos", "resources", "runtime_deps", "srcs", "tags", "test_deps",
    "tests", "tools", "visibility",
})  # fmt: skip
"""Attributes whose lists of strings are sorted."""

LABELS = frozenset({
    "data", "default_visibility", "deps", "exported_deps", "exports", "implementation_deps", "includes", "plugins",
    "proto_deps", "protos", "resources", "runtime_deps", "srcs", "suites", "test_deps", "tests", "tools", "visibility",
})  # fmt: skip
"""Attributes whose labels are shortened."""

Item = int | str
"""An element of a list: the index of one that is there, or a new string."""

Value = tuple[Item, ...] | str | bool
"""A new value of an attribute; a tuple for a list."""


def shortened(label: str) -> str:
    """A label as Buildifier writes it: `//a/b` for `//a/b:b`, `@r` for `@r//:r`; anything else as it is."""
    if not label.startswith(("//", "@")) or ":" not in label:
        return label
    try:
        parsed = Label.parse(label)
    except BadLabel:
        return label
    if not parsed.package and parsed.name == parsed.repo.lstrip("@"):
        return parsed.repo
    if parsed.package and parsed.name == parsed.package.rpartition("/")[2]:
        return f"{parsed.repo}//{parsed.package}"
    return label


def new_call(kind: str, name: str, attributes: Mapping[str, Value]) -> bytes:
    """The statement of a new rule."""
    lines = [kind.encode() + b"("]
    for key in sorted([*attributes, "name"], key=attribute_key):
        value: Value = name if key == "name" else attributes[key]
        lines.append(INDENT + key.encode() + b" = " + new_value(key, value) + b",")
    return b"\n".join([*lines, b")\n"])


def call_text(call: Call, kind: str | None, values: Mapping[str, Value], drop: Sequence[str]) -> bytes | None:
    """A call in Buildifier's form, with another kind, and attributes changed, added and dropped.

    None if it has arguments without a name or in a layout that is not understood.
    """
    data, newline = call.file.data, call.file.newline
    found = call_slots(call)
    entries: list[tuple[str, Slot, bytes]] = []
    for argument, slot in zip(call.arguments, found.items, strict=True):
        name = argument.name
        if name in (None, "*", "**") or b"#" in data[argument.start : argument.value_start]:
            return None
        assert name is not None
        if name in drop:
            continue
        text = _value(call, argument, values.get(name))
        if text is None:
            return None
        entries.append((name, slot, text))
    have = {name for name, _, _ in entries}
    for name, value in values.items():
        if name not in have:
            entries.append((name, Slot(), new_value(name, value).replace(b"\n", newline)))
    entries.sort(key=lambda entry: attribute_key(entry[0]))
    callee = kind.encode() if kind else data[slice(*call.callee_range)]
    if len(entries) <= 1 and not found.closing and not any(slot.above or slot.behind for _, slot, _ in entries):
        first = call.arguments[0].start if call.arguments else call.end
        if b"\n" not in data[call.callee_range[1] : first]:
            return callee + b"(" + b"".join(name.encode() + b" = " + text for name, _, text in entries) + b")"
    lines = [callee + b"("]
    for name, slot, text in entries:
        lines += _comment_lines(slot.above, INDENT)
        line = INDENT + name.encode() + b" = " + text + b","
        lines.append(line + b"  " + slot.behind if slot.behind else line)
    lines += _comment_lines(found.closing, INDENT)
    return newline.join([*lines, b")"])


def _comment_lines(comments: Sequence[bytes], indent: bytes) -> list[bytes]:
    return [indent + comment if comment else b"" for comment in comments]


def value_of(call: Call, argument: Argument, new: Value) -> bytes:
    """The text of an argument's value once changed, with the comments of the elements that stay."""
    node, name = argument.value, str(argument.name)
    if isinstance(new, tuple) and isinstance(node, ast.List):
        return _list(call, name, node, new)
    parts = branched(node) if isinstance(new, tuple) else None
    if parts is None or not isinstance(new, tuple):
        return new_value(name, new)
    text = call.text(argument)
    if parts.plain is None:
        return new_value(name, new) + b" + " + text
    start, end = (
        offset - argument.value_start for offset in (call.tree.start(parts.plain), call.tree.end(parts.plain))
    )
    if new:
        return text[:start] + _list(call, name, parts.plain, new) + text[end:]
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return before[:-1].rstrip() + text[end:] if before.endswith(b"+") else after[1:].lstrip()


def _value(call: Call, argument: Argument, new: Value | None) -> bytes | None:
    """The text of an argument's value, changed or as it is; None if its layout is not understood."""
    if new is not None:
        return value_of(call, argument, new)
    node = argument.value
    if isinstance(node, ast.List):
        return _list(call, str(argument.name), node, None)
    text = call.text(argument)
    if isinstance(node, ast.Constant):
        return _string(text)
    data = call.file.data
    line = data.rfind(b"\n", 0, argument.start) + 1
    if b"\n" in text and data[line : argument.start] != INDENT:
        return None
    return text


def _string(text: bytes) -> bytes:
    """A literal; in double quotes if it is a plain string in single ones."""
    if text.startswith(b"'") and not text.startswith(b"'''") and b"\\" not in text and b'"' not in text:
        return b'"' + text[1:-1] + b'"'
    return text


def new_value(attribute: str, value: Value) -> bytes:
    """The text of a new value."""
    if isinstance(value, bool):
        return b"True" if value else b"False"
    if isinstance(value, str):
        return quote(value)
    items = list(dict.fromkeys(_spelled(attribute, str(item)) for item in value))
    if attribute in SORTED:
        items.sort(key=string_key)
    if len(items) <= 1:
        return b"[" + b"".join(quote(item) for item in items) + b"]"
    lines = (INDENT * 2 + quote(item) + b"," for item in items)
    return b"\n".join([b"[", *lines, INDENT + b"]"])


def _spelled(attribute: str, text: str) -> str:
    return shortened(text) if attribute in LABELS else text


def _list(call: Call, attribute: str, node: ast.List, items: Sequence[Item] | None) -> bytes:
    """A list with its comments; with other elements if `items` are given, else sorted where Buildifier sorts."""
    found = list_slots(call, node)
    slots = list(found.items)
    head: tuple[bytes, ...] = ()
    if items is None:
        strings = [call.string_of(element) for element in node.elts]
        comments = [*(text for slot in slots for text in slot.above), *found.closing]
        sorts = not comments if attribute in SORTED else any(b"keep sorted" in text for text in comments)
        items = _sorted_chunks(strings) if sorts else range(len(strings))
    else:
        kept = min((item for item in items if isinstance(item, int)), default=-1)
        # What stands above the first element stays at the head of the list, but for what keeps that element.
        if kept >= 0 and items[0] != kept and not keeps(slots[kept].above):
            head = slots[kept].above
            slots[kept] = Slot((), slots[kept].behind)
    lines = _comment_lines(head, INDENT * 2)
    texts = [_element(call, attribute, node, item) for item in items]
    commented = bool(head or found.closing)
    for item, text in zip(items, texts, strict=True):
        slot = slots[item] if isinstance(item, int) else Slot()
        commented = commented or bool(slot.above or slot.behind)
        lines += _comment_lines(slot.above, INDENT * 2)
        lines.append(INDENT * 2 + text + b"," + (b"  " + slot.behind if slot.behind else b""))
    start, end = call.tree.start(node), call.tree.end(node)
    opened = len(node.elts) <= 1 and b"\n" in call.file.data[start:end]
    if len(texts) <= 1 and not commented and not opened:
        return b"[" + b"".join(texts) + b"]"
    lines += _comment_lines(found.closing, INDENT * 2)
    return call.file.newline.join([b"[", *lines, INDENT + b"]"])


def _element(call: Call, attribute: str, node: ast.List, item: Item) -> bytes:
    if isinstance(item, str):
        return quote(_spelled(attribute, item))
    element = node.elts[item]
    text = call.file.data[call.tree.start(element) : call.tree.end(element)]
    value = call.string_of(element)
    if value is None:
        return text
    short = _spelled(attribute, value)
    return quote(short) if short != value else _string(text)


def _sorted_chunks(strings: Sequence[str | None]) -> list[int]:
    """The order of a list's elements once each run of strings in it is sorted, each string once."""
    order: list[int] = []
    at = 0
    while at < len(strings):
        end = at + 1
        if strings[at] is not None:
            while end < len(strings) and strings[end] is not None:
                end += 1
        seen: set[str | None] = set()
        for index in sorted(range(at, end), key=lambda index: string_key(strings[index] or "")):
            if strings[index] is None or strings[index] not in seen:
                seen.add(strings[index])
                order.append(index)
        at = end
    return order
