"""Which targets are to be opted in, in which wave, and which are held back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from buildfile.parallel import available_cores, map_chunks
from migrations.rollout.hazards import UNREACHED, Added, Context, Hold, find
from migrations.rollout.inventory import Inventory, Rule, take
from migrations.rollout.kinds import EXECUTABLES
from migrations.rollout.manifest import Manifest, Notes, Selection, Wave, wanted
from migrations.rollout.owners import owners
from migrations.rollout.patterns import Patterns
from migrations.rollout.waves import Cut, Group, order, splitter

_LEAST = 500


@dataclass
class Planned:
    """A plan.

    Attributes:
        manifest: what is to be written.
        notes: what its comments say.
        holds: all hazards of the targets that are meant, those of `accepted` targets left out.
        kept: label to the decision against it that its BUILD file has.
        added: label to what opting it in adds.
        inventory: the repository.
    """

    manifest: Manifest
    notes: Notes
    holds: list[Hold]
    kept: dict[str, str]
    added: dict[str, Added]
    inventory: Inventory
    owners: Callable[[str], str] = field(default=lambda path: "")


def plan(root: Path, manifest: Manifest, exclude: Sequence[str] = (), jobs: int = 0) -> Planned:
    """Looks at a repository and says what each target is to be.

    Args:
        root: the repository.
        manifest: the goal, the selection and the split; and the waves of an earlier plan, which targets stay in.
        exclude: paths to leave out, in .gitignore's syntax.
        jobs: processes; 0 for one a core.

    Raises:
        migrations.rollout.patterns.BadPattern: a pattern that is none.
    """
    inventory = take(root, exclude, jobs, manifest.selection.mapped)
    owner = owners(root)
    chosen = select(inventory, manifest, owner)
    context = Context(inventory, manifest.goal, manifest.limits)
    holds, added = _examined(context, chosen, jobs or available_cores())
    accepted = manifest.accepted
    unreached = {hold.label for hold in holds if hold.id in UNREACHED}
    holds = [hold for hold in holds if hold.id not in accepted.get(hold.label, ())]
    held: dict[str, list[Hold]] = {}
    for hold in holds:
        held.setdefault(hold.label, []).append(hold)
    places = manifest.wave_of()
    kept = {rule.label: text for rule in chosen if (text := decision(rule, manifest, rule.label in places))}
    waves = _waves(manifest, chosen, held, unreached | kept.keys(), owner)
    reasons = {label: tuple(hold.id for hold in items) for label, items in held.items()}
    why = {label: items[0].message for label, items in held.items()}
    present = {rule.label for rule in chosen}
    result = msgspec.structs.replace(
        manifest,
        waves=waves,
        held=_without(reasons, waves),
        reverted=tuple(label for label in manifest.reverted if label in present),
        before={label: item for label, item in manifest.before.items() if label in present},
        already=_already(manifest, kept, present),
    )
    counts = {rule.label: len(rule.names) for rule in chosen if len(rule.names) > 1}
    return Planned(result, Notes(counts, why=why), holds, kept, added, inventory, owner)


def _already(manifest: Manifest, kept: dict[str, str], present: set[str]) -> dict[str, tuple[str, ...]]:
    """The attributes that are not the rollout's: those known, and in an opt-out the decisions."""
    known = {label: names for label, names in manifest.already.items() if label in present}
    if manifest.goal.mode == "opt-out":
        known |= {label: (text.partition(" ")[0],) for label, text in kept.items()}
    return known


def _without(held: dict[str, tuple[str, ...]], waves: dict[str, Wave]) -> dict[str, tuple[str, ...]]:
    """The targets that are held back, without those that are in already."""
    inside = {label for wave in waves.values() for label in wave.targets}
    return {label: ids for label, ids in held.items() if label not in inside}


def select(inventory: Inventory, manifest: Manifest, owner: Callable[[str], str]) -> list[Rule]:
    """The rules that the selection means, by label.

    Raises:
        migrations.rollout.patterns.BadPattern: a pattern that is none.
    """
    chosen: Selection = manifest.selection
    patterns = Patterns(chosen.patterns)
    kinds = set(chosen.kinds or (*EXECUTABLES, *(("py_library",) if manifest.goal.libraries else ())))
    wished = {tag for tag in chosen.tags if not tag.startswith("-")}
    unwished = {tag[1:] for tag in chosen.tags if tag.startswith("-")}
    found = []
    for rule in inventory.rules.values():
        if rule.made is None or not ({rule.made.kind, rule.callee, rule.made.macro} & kinds):
            continue
        if not wanted(manifest.goal, rule.made.kind) and manifest.goal.mode == "opt-in":
            continue
        if not patterns.match(rule.label) or (wished and not wished & set(rule.tags)) or unwished & set(rule.tags):
            continue
        if any(rule.plain.get(name) != value for name, value in chosen.attributes.items()):
            continue
        if chosen.owners and owner(rule.path) not in chosen.owners:
            continue
        if chosen.paths and not any(_inside(rule.path, path) for path in chosen.paths):
            continue
        found.append(rule)
    return sorted(found, key=lambda rule: rule.label)


def _inside(path: str, directory: str) -> bool:
    where = directory.strip("/")
    return where in ("", ".") or path.startswith(where + "/")


def decision(rule: Rule, manifest: Manifest, placed: bool) -> str:
    """What a BUILD file says against the goal by hand, `name = "value"`; `""` if nothing.

    In an opt-out what is not in says no, so in a target that the manifest has that is the rollout's own word.
    """
    name = "pyc_collection" if rule.made is not None and rule.made.kind in EXECUTABLES else "precompile"
    value = rule.attributes.get(name, "")
    if manifest.goal.mode == "opt-out" and name == "pyc_collection":
        mine = (placed or rule.label in manifest.held) and name not in manifest.already.get(rule.label, ())
        return f'{name} = "{value}"' if value in ("disabled", "include_pyc") and not mine else ""
    return f'{name} = "disabled"' if value == "disabled" else ""


def _examined(context: Context, rules: list[Rule], jobs: int) -> tuple[list[Hold], dict[str, Added]]:
    """The hazards of some targets, and what opting them in adds."""
    context.prepare()

    def look(chunk: Sequence[Rule]) -> tuple[list[Hold], dict[str, Added]]:
        holds = [hold for rule in chunk for hold in find(context, rule)]
        return holds, {rule.label: context.added(rule) for rule in chunk}

    holds: list[Hold] = []
    added: dict[str, Added] = {}
    for some, more in map_chunks(look, rules, jobs=jobs, least=_LEAST):
        holds += some
        added.update(more)
    return holds, added


def _waves(
    manifest: Manifest,
    chosen: Iterable[Rule],
    held: Collection[str],
    out: Collection[str],
    owner: Callable[[str], str],
) -> dict[str, Wave]:
    """The waves with their targets: those of before where they were, new ones where the split puts them.

    Args:
        manifest: the manifest of before.
        chosen: the targets that are meant.
        held: those that are held back, unless their wave is in already.
        out: those that no wave may have.
        owner: the owner of a path.
    """
    before = manifest.wave_of()
    cut = cut_of(manifest)
    wave = splitter(cut, owner)
    placed: dict[str, list[str]] = {}
    for rule in chosen:
        label, old = rule.label, before.get(rule.label)
        inside = old is not None and manifest.waves[old].applied
        if label in out or (label in held and not inside):
            continue
        placed.setdefault(old or wave(label, rule.path), []).append(label)
    names = order(cut, [*manifest.waves, *placed])
    known = [name for name in manifest.waves if name in names]
    names = names if not known else _keeping(known, names)
    waves = {}
    for name in names:
        applied = name in manifest.waves and manifest.waves[name].applied
        if name in placed or applied:
            waves[name] = Wave(applied, tuple(sorted(placed.get(name, ()))))
    return waves


def _keeping(known: list[str], names: list[str]) -> list[str]:
    """The waves with those of the manifest in its order, which may have been changed by hand."""
    result = list(known)
    for index, name in enumerate(names):
        if name not in result:
            behind = [other for other in names[:index] if other in result]
            result.insert(result.index(behind[-1]) + 1 if behind else 0, name)
    return result


def cut_of(manifest: Manifest) -> Cut:
    """The split of a manifest."""
    groups = tuple(Group(group.name, group.patterns) for group in manifest.split.groups)
    return Cut(groups, manifest.split.by, manifest.split.shares)
