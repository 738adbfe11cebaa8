"""Changes to a BUILD file as bytes, in Buildifier's style: rules edited, dropped and added, loads set right.

Statements that do not change keep their bytes; the empty lines between statements are set as Buildifier sets them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from buildfile.edits import Edit, apply
from buildfile.loads import change_loads
from buildfile.rewrite import rewrite
from buildfile.source import BOM, FileKind, SourceFile
from buildfile.statements import Statement
from generator.existing import call_of
from generator.form import Value, call_text, new_call, new_value, value_of
from generator.loads import in_order
from generator.merge import RuleChange
from generator.targets import AttributeValue


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
    made = apply(data, edits)
    for kind, name, attributes in new:
        made = _append(made, new_call(kind, name, attributes), file.newline)
    made = _with_loads(path, made, bind, release)
    if made == data:
        return data
    return _spaced(path, in_order(SourceFile(path, FileKind.BUILD, made)))


def _spaced(path: str, data: bytes) -> bytes:
    """A file with one empty line between statements, and between them and blocks of comments; none between loads.

    A comment right below a statement and apart from the next one stays where it is.
    """
    file = SourceFile(path, FileKind.BUILD, data)
    newline = file.newline
    edits: list[Edit] = []
    at = 3 if data.startswith(BOM) else 0
    behind: Statement | None = None
    for statement in (*file.statements, None):
        end = statement.start if statement is not None else len(data)
        lines = [line.strip() for line in data[at:end].splitlines()]
        kept = [line for line, after in zip(lines, (*lines[1:], b""), strict=False) if line or after]
        while kept and not kept[0]:
            del kept[0]
        above = statement is not None and bool(lines and lines[-1])
        below = bool(lines and lines[0]) and not (above and b"" not in kept)
        text = b"".join(line + newline for line in kept)
        loads = statement is None or (behind is not None and behind.is_load and statement.is_load)
        if behind is not None and not below and (kept or not loads):
            text = newline + text
        if kept and not above and statement is not None:
            text += newline
        if behind is not None and not data[:at].endswith(b"\n"):
            text = newline + text
        edits.append(Edit(at, end, text))
        if statement is not None:
            at, behind = statement.end, statement
    return apply(data, [edit for edit in edits if data[edit.start : edit.end] != edit.text])


def _edit_rule(file: SourceFile, change: RuleChange) -> list[Edit]:
    statement = file.statements[change.rule.index]
    call = call_of(file, statement)
    assert call is not None
    values: dict[str, Value] = {**change.scalars, **change.lists}
    text = call_text(call, change.kind, values, change.drop)
    if text is not None:
        return [Edit(call.start, call.end, text)]
    put = {}
    for name, value in values.items():
        argument = call.argument(name)
        spelled = value_of(call, argument, value) if argument is not None else new_value(name, value)
        put[name] = spelled.decode("utf-8", "surrogateescape")
    return list(rewrite(call, callee=change.kind, put=put, drop=change.drop).edits)


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
