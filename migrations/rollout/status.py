"""How far a rollout is: what the BUILD files say, against what the manifest means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from migrations.rollout.apply import inside_of
from migrations.rollout.inventory import Inventory, Rule
from migrations.rollout.manifest import Manifest, wanted
from migrations.rollout.plan import Planned, plan


class Part(msgspec.Struct, frozen=True):
    """A wave, an owner or a directory.

    Attributes:
        name: its name.
        targets: how many targets are meant to be in at the end.
        inside: how many are.
        files, bytes: what all of them add, an estimate.
        added_files, added_bytes: what those that are in add.
        applied: of a wave, whether it is meant to be in.
    """

    name: str
    targets: int
    inside: int
    files: int
    bytes: int
    added_files: int
    added_bytes: int
    applied: bool = False

    @property
    def percent(self) -> float:
        """How much of it is in."""
        return 100 * self.inside / self.targets if self.targets else 100.0


class Drift(msgspec.Struct, frozen=True):
    """A target that is not what the manifest says.

    Attributes:
        label: the target.
        what: `appeared`, `gone`, `out` or `in`.
        path, line: where it stands; `""` and 0 if it is gone.
        message: one sentence without a full stop.
    """

    label: str
    what: str
    path: str
    line: int
    message: str


class Status(msgspec.Struct, frozen=True):
    """All of it; also what is written as JSON."""

    rollout: str
    mode: str
    finished: bool
    total: Part
    waves: tuple[Part, ...]
    owners: tuple[Part, ...]
    directories: tuple[Part, ...]
    held: dict[str, tuple[str, ...]]
    hazards: dict[str, int]
    kept: dict[str, str]
    reverted: tuple[str, ...]
    drift: tuple[Drift, ...]


def status(root: Path, manifest: Manifest, exclude: Iterable[str] = (), jobs: int = 0) -> tuple[Status, Planned]:
    """Compares a repository with a manifest.

    Args:
        root: the repository.
        manifest: the manifest.
        exclude: paths to leave out, in .gitignore's syntax.
        jobs: processes; 0 for one a core.

    Returns:
        The status, and the plan that it was made from.
    """
    planned = plan(root, manifest, tuple(exclude), jobs)
    inventory = planned.inventory
    places = manifest.wave_of()
    labels = [label for label in places if label in inventory.rules]
    inside = {label for label in labels if is_in(inventory.rules[label], manifest)}

    def part(name: str, members: list[str], applied: bool = False) -> Part:
        known = [planned.added[label] for label in members if label in planned.added]
        having = [planned.added[label] for label in members if label in planned.added and label in inside]
        return Part(
            name,
            sum(_count(inventory, label) for label in members),
            sum(_count(inventory, label) for label in members if label in inside),
            sum(item.files for item in known),
            sum(item.size for item in known),
            sum(item.files for item in having),
            sum(item.size for item in having),
            applied,
        )

    waves = [
        part(name, [label for label in wave.targets if label in inventory.rules], wave.applied)
        for name, wave in manifest.waves.items()
    ]
    hazards: dict[str, int] = {}
    for hold in planned.holds:
        hazards[hold.id] = hazards.get(hold.id, 0) + 1
    found = Status(
        manifest.rollout,
        manifest.goal.mode,
        manifest.finished,
        part("all", labels),
        tuple(waves),
        tuple(_grouped(labels, lambda label: planned.owners(inventory.rules[label].path), part)),
        tuple(_grouped(labels, lambda label: label[2:].partition(":")[0].partition("/")[0] or ".", part)),
        dict(sorted(manifest.held.items())),
        dict(sorted(hazards.items())),
        dict(sorted(planned.kept.items())),
        tuple(sorted(manifest.reverted)),
        tuple(sorted(_drift(planned, manifest, inside), key=lambda item: (item.what, item.label))),
    )
    return found, planned


def _count(inventory: Inventory, label: str) -> int:
    return max(1, len(inventory.rules[label].names))


def _grouped(labels: list[str], key: Callable[[str], str], part: Callable[[str, list[str]], Part]) -> Iterable[Part]:
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(key(label), []).append(label)
    for name in sorted(groups):
        yield part(name, groups[name])


def is_in(rule: Rule, manifest: Manifest) -> bool:
    """Whether a BUILD file opts a target in."""
    kind = rule.made.kind if rule.made is not None else ""
    give = wanted(manifest.goal, kind)
    if kind != "py_library" and (manifest.finished or manifest.goal.mode == "opt-out"):
        on = manifest.finished or manifest.flag is not None or bool(inside_of(manifest))
        give.pop("pyc_collection", None)
        if not on or rule.attributes.get("pyc_collection", "inherit") not in ("inherit", "include_pyc"):
            return False
    return all(rule.attributes.get(name) == value.strip('"') for name, value in give.items())


def _drift(planned: Planned, manifest: Manifest, inside: set[str]) -> Iterable[Drift]:
    """The targets that are not what the manifest says."""
    rules = planned.inventory.rules
    places, meant = manifest.wave_of(), inside_of(manifest)
    for label in planned.manifest.wave_of():
        if label not in places and label not in manifest.held:
            rule = rules[label]
            wave = planned.manifest.wave_of()[label]
            message = f"is new and would be in wave {wave}; run plan to take it up"
            yield Drift(label, "appeared", rule.path, rule.line, message)
    for label in planned.manifest.held:
        if label not in places and label not in manifest.held:
            rule = rules[label]
            yield Drift(
                label, "appeared", rule.path, rule.line, "is new and would be held back; run plan to take it up"
            )
    for label, wave in places.items():
        gone = rules.get(label)
        if gone is None:
            yield Drift(label, "gone", "", 0, f"was in wave {wave} and is not there any more")
        elif label in meant and label not in inside:
            text = planned.kept.get(label, "")
            message = f"is opted out by hand with {text}" if text else f"is of wave {wave} and not in; run apply"
            yield Drift(label, "out", gone.path, gone.line, message)
        elif label in inside and label not in meant and label not in manifest.already:
            yield Drift(label, "in", gone.path, gone.line, f"is opted in by hand ahead of wave {wave}")
