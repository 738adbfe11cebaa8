"""What is unpacked into calls, and edits in the dicts it comes from.

A dict is edited only where nothing but the calls that want the edit has it: it stands in the call itself, or it is a
top-level name that other files cannot load and that is unpacked into such calls and used nowhere else.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from buildfile.calls import Call, Scope, dotted, string_value, walk
from buildfile.edits import Edit
from buildfile.items import Items
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.statements import Statement
from buildfile.targets import Change
from migrations.finding import Fix
from migrations.view import View


def unpacked(view: View, call: Call) -> dict[str, ast.expr] | None:
    """The arguments that a call's `**` bring, as far as the file says so; None if something cannot be seen."""
    found: dict[str, ast.expr] = {}
    for argument in call.splats:
        entries = _entries(view, argument.value, call.scope) if argument.name == "**" else None
        if entries is None:
            return None
        found.update(entries)
    return found


def _entries(view: View, node: ast.expr, scope: Scope) -> dict[str, ast.expr] | None:
    """The entries of a dict display or `dict(...)`, also behind a top-level name; None for anything else."""
    if isinstance(node, ast.Dict):
        keys = [string_value(key) if key is not None else None for key in node.keys]
        known = [key for key in keys if key is not None]
        return dict(zip(known, node.values, strict=True)) if len(known) == len(keys) else None
    if isinstance(node, ast.Call) and dotted(node.func) == "dict" and not node.args:
        named = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        return named if len(named) == len(node.keywords) else None
    if isinstance(node, ast.Name) and node.id not in scope.local:
        for _, item in _assignments(view, node.id):
            return _entries(view, item.value, scope) if not isinstance(item.value, ast.Name) else None
    return None


def _assignments(view: View, name: str) -> list[tuple[Statement, ast.Assign]]:
    """The top-level statements that give a name its value."""
    found = []
    for statement in view.file.statements:
        tree = view.tree(statement) if statement.text.startswith(name.encode()) else None
        for item in tree.body if tree is not None else ():
            if isinstance(item, ast.Assign) and any(dotted(target) == name for target in item.targets):
                found.append((statement, item))
    return found


def without(view: View, call: Call, key: str, wanted: Callable[[Call], bool]) -> Fix | None:
    """The fix that takes a key out of what is unpacked into a call; None where that is not sure to be right.

    Args:
        view: the file.
        call: the call.
        key: the key.
        wanted: whether a call wants the same.
    """
    return _edited(view, call, key, None, wanted)


def renamed_key(view: View, call: Call, key: str, new: str, wanted: Callable[[Call], bool]) -> Fix | None:
    """The fix that gives a key another name in what is unpacked into a call; else as `without`."""
    return _edited(view, call, key, new, wanted)


def _edited(view: View, call: Call, key: str, new: str | None, wanted: Callable[[Call], bool]) -> Fix | None:
    for splat in call.splats:
        entries = _entries(view, splat.value, call.scope) or {}
        if key not in entries or (new is not None and new in entries):
            continue
        if not isinstance(splat.value, ast.Name):
            return _in_dict(view, call.statement, splat.value, key, new, (Change(call.key, "**"),))
        place = _of_its_own(view, splat.value.id, wanted)
        return _in_dict(view, place[0], place[1].value, key, new, ()) if place is not None else None
    return None


def _of_its_own(view: View, name: str, wanted: Callable[[Call], bool]) -> tuple[Statement, ast.Assign] | None:
    """Where a top-level name gets its value, if it does once and is for nothing but calls that want the edit."""
    if view.file.kind is not FileKind.BUILD and not name.startswith("_"):
        return None
    assignments = _assignments(view, name)
    if len(assignments) != 1 or len(assignments[0][1].targets) != 1:
        return None
    mentions, mine = 0, 0
    for statement in view.statements(name):
        tree = view.tree(statement)
        if tree is None:
            return None
        mentions += sum(isinstance(node, ast.Name) and node.id == name for node, _ in walk(tree))
        for call in view.all_calls(statement):
            for splat in call.splats:
                if splat.name == "**" and dotted(splat.value) == name:
                    if name in call.scope.local or not wanted(call):
                        return None
                    mine += 1
    return assignments[0] if mentions == mine + 1 else None


def _in_dict(
    view: View, statement: Statement, node: ast.expr, key: str, new: str | None, changes: tuple[Change, ...]
) -> Fix | None:
    """The edit in a dict display or a `dict(...)`."""
    tree = view.tree(statement)
    if tree is None:
        return None
    if isinstance(node, ast.Call):
        made = next(item for item in view.all_calls(statement) if item.node is node)
        fix = Fix.of(rewrite(made, drop=(key,)) if new is None else rewrite(made, rename={key: new}))
        return Fix(fix.edits, (*fix.changes, *changes))
    if not isinstance(node, ast.Dict) or None in node.keys:
        return None
    keys = [item for item in node.keys if item is not None]
    at = [string_value(item) for item in keys].index(key)
    start, end = tree.start(keys[at]), tree.end(keys[at])
    if new is not None:
        written = view.file.data[start:end]
        if written[1:-1] != key.encode():
            return None
        return Fix((Edit(start + 1, end - 1, new.encode()),), changes)
    ranges = [(tree.start(item), tree.end(value)) for item, value in zip(keys, node.values, strict=True)]
    items = Items(view.file.data, tree.start(node) + 1, tree.end(node) - 1, ranges, view.file.newline)
    return Fix(tuple(items.delete([at])), changes)
