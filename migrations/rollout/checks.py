"""The hazards of a plan as checks of the linter."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from buildfile.calls import Call
from migrations.finding import Finding
from migrations.lint.outside import Outside
from migrations.rollout.hazards import Hold
from migrations.rollout.inventory import Rule
from migrations.rollout.manifest import NAME, Manifest, read
from migrations.rollout.pages import HAZARDS
from migrations.rollout.plan import plan
from migrations.rules_python.precompile_main_module import MIGRATION as MAIN_MODULE
from migrations.rules_python.precompile_removed_values import MIGRATION as REMOVED_VALUES
from migrations.view import View

_Held = Mapping[str, Sequence[tuple[Rule, Hold]]]

_TWINS = {"main-module": MAIN_MODULE, "removed-value": REMOVED_VALUES}
"""Hazards to the migration that says as much of a call where its attributes show it."""


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
        for call in _calls(view, rule):
            twin = _TWINS.get(hold.id)
            same = twin is not None and any(call.start <= found.start < call.end for found in twin.find(view))
            beside = twin.id if twin is not None and same else ""
            yield Finding(call.start, call.callee_range[1], hold.message, advice=hold.advice, beside=beside)
            break


def _calls(view: View, rule: Rule) -> Iterator[Call]:
    """The call of a target in a file that may have changed since it was read."""
    name = rule.label.partition(":")[2]
    for call in view.calls_named(rule.callee.rpartition(".")[2]):
        argument = call.argument("name")
        if argument is None:
            continue
        if name in (call.string("name"), ast.unparse(argument.value)):
            yield call
