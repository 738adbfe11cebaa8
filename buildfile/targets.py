"""The targets of a file, and how two versions of it differ in them.

A migration declares what its edits do to targets; before anything is written, what they really did is compared with
that. So an edit that drops a target, or changes an attribute nobody spoke of, is found whatever made it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from buildfile.calls import calls_in, dotted
from buildfile.source import SourceFile
from buildfile.statements import Statement


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A difference in one target.

    Attributes:
        target: the target's key, see `buildfile.calls.target_key`.
        what: `"added"`, `"removed"`, `"kind"`, or the name of the attribute that differs.
    """

    target: str
    what: str


@dataclass(slots=True)
class Target:
    """A target as a file declares it: its kind, and its attributes as text and expression."""

    kind: str
    attributes: dict[str, tuple[bytes, ast.expr]] = field(default_factory=dict)

    def same(self, other: Target, name: str) -> bool:
        """Whether two targets agree in an attribute; layout does not count."""
        one, two = self.attributes.get(name), other.attributes.get(name)
        if one is None or two is None:
            return one is two
        return one[0] == two[0] or ast.dump(one[1]) == ast.dump(two[1])


def targets_of(file: SourceFile, statements: Iterable[Statement]) -> dict[str, list[Target]]:
    """The calls with a `name` in some statements, by key, in the order of the file.

    Raises:
        buildfile.syntax.Unparsable: one of the statements is no Python.
    """
    found: dict[str, list[Target]] = {}
    for statement in statements:
        if statement.is_load:
            continue
        for call in calls_in(file, statement):
            if not any(keyword.arg == "name" for keyword in call.node.keywords):
                continue
            target = Target(dotted(call.node.func) or ast.dump(call.node.func))
            for keyword in call.node.keywords:
                text = file.data[call.tree.start(keyword.value) : call.tree.end(keyword.value)]
                target.attributes[keyword.arg or "**"] = text, keyword.value
            found.setdefault(call.key, []).append(target)
    return found


def changes_between(old: SourceFile, new: SourceFile) -> set[Change]:
    """How the targets of two versions of a file differ; only statements that differ are parsed.

    Raises:
        buildfile.syntax.Unparsable: a statement that differs is no Python.
    """
    before, after = differing(old, new)
    was, now = targets_of(old, before), targets_of(new, after)
    changes: set[Change] = set()
    for key in was.keys() | now.keys():
        old_targets, new_targets = was.get(key, []), now.get(key, [])
        changes.update(Change(key, "removed") for _ in old_targets[len(new_targets) :])
        changes.update(Change(key, "added") for _ in new_targets[len(old_targets) :])
        for one, two in zip(old_targets, new_targets, strict=False):
            if one.kind != two.kind:
                changes.add(Change(key, "kind"))
            names = one.attributes.keys() | two.attributes.keys()
            changes.update(Change(key, name) for name in names if not one.same(two, name))
    return changes


def differing(old: SourceFile, new: SourceFile) -> tuple[list[Statement], list[Statement]]:
    """The statements of either version of a file whose text the other does not have."""
    old_texts, new_texts = (Counter(item.text for item in file.statements) for file in (old, new))
    return _without(old.statements, new_texts), _without(new.statements, old_texts)


def _without(statements: tuple[Statement, ...], others: Counter[bytes]) -> list[Statement]:
    left = Counter(others)
    kept = []
    for statement in statements:
        text = statement.text
        if left[text] > 0:
            left[text] -= 1
        else:
            kept.append(statement)
    return kept
