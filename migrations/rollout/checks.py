"""The hazards of a plan as checks of the linter."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from migrations.finding import Finding
from migrations.lint.outside import Outside
from migrations.rollout.hazards import Hold
from migrations.rollout.inventory import Rule
from migrations.rollout.manifest import NAME, Manifest, read
from migrations.rollout.pages import HAZARDS
from migrations.rollout.plan import plan
from migrations.view import View

_Held = Mapping[str, Sequence[tuple[Rule, Hold]]]


def outside(root: Path, ids: Collection[str], exclude: Sequence[str], jobs: int) -> Outside:
    """The checks with what a plan would hold back: of the targets that the manifest means, or all if there is none.

    Args:
        root: the repository.
        ids: the hazards that are asked for.
        exclude: paths to leave out, in .gitignore's syntax.
        jobs: processes; 0 for one a core.

    Raises:
        migrations.rollout.manifest.ManifestError: the manifest cannot be used.
        migrations.rollout.patterns.BadPattern: a pattern in it is none.
    """
    planned = plan(root, read(root / NAME) or Manifest(), exclude, jobs)
    held: dict[str, dict[str, list[tuple[Rule, Hold]]]] = {
        item.id: defaultdict(list) for item in HAZARDS if item.id in ids
    }
    for hold in planned.holds:
        if hold.id not in held:
            continue
        rule = planned.inventory.rules[hold.label]
        held[hold.id][rule.path].append((rule, hold))
    checks = tuple(replace(item, find=partial(_find, held[item.id])) for item in HAZARDS if item.id in ids)
    return Outside(checks, frozenset(path for paths in held.values() for path in paths))


def _find(held: _Held, view: View) -> Iterator[Finding]:
    for rule, hold in held.get(view.file.path, ()):
        for start, end in _places(view, rule):
            yield Finding(start, end, hold.message, advice=hold.advice)
            break


def _places(view: View, rule: Rule) -> Iterator[tuple[int, int]]:
    """Where the call of a target stands in a file that may have changed since it was read."""
    name = rule.label.partition(":")[2]
    for call in view.calls_named(rule.callee.rpartition(".")[2]):
        argument = call.argument("name")
        if argument is None:
            continue
        if name in (call.string("name"), ast.unparse(argument.value)):
            yield call.start, call.callee_range[1]
