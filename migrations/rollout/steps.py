"""The steps of a rollout: waves taken in and back, and the end of it. Each gives what is to be written; none writes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from buildfile.plan import Cause, FileChange, Skip
from buildfile.plan import Plan as FilePlan
from migrations.rollout import flag
from migrations.rollout.apply import ID, Wish, edit, updated, wishes
from migrations.rollout.hazards import OUTPUT_CONFLICT, UNREACHED
from migrations.rollout.inventory import Inventory, take
from migrations.rollout.kinds import EXECUTABLES
from migrations.rollout.manifest import NAME, Manifest, Notes, text_of, with_waves


class StepError(Exception):
    """A step that cannot be taken; the message is for people."""


@dataclass
class Step:
    """What a step writes.

    Attributes:
        manifest: the manifest as it is then.
        plan: the changes, the manifest's first; skips and failures.
        edited: labels whose call changes.
    """

    manifest: Manifest
    plan: FilePlan = field(default_factory=FilePlan)
    edited: list[str] = field(default_factory=list)


def chosen_waves(manifest: Manifest, names: Sequence[str], following: bool, until: float | None) -> list[str]:
    """The waves that a command line means, those before them included for `until`.

    Raises:
        StepError: a name that no wave has, or none left to apply.
    """
    waves = manifest.waves
    for name in names:
        if name not in waves:
            raise StepError(f"no wave is called '{name}'; there are {', '.join(waves) or 'none, run plan'}")
    if following:
        left = [name for name, wave in waves.items() if not wave.applied]
        if not left:
            raise StepError("every wave is applied; `finish` is what is left")
        return [*names, left[0]]
    if until is None:
        return list(names)
    total = sum(len(wave.targets) for wave in waves.values())
    found, count = list(names), 0
    for name, wave in waves.items():
        count += len(wave.targets)
        ends = float(name.removeprefix("share-")) if name.startswith("share-") else 100 * count / max(total, 1)
        if ends > until:
            break
        found.append(name)
    return found


def apply_waves(root: Path, manifest: Manifest, names: Collection[str], exclude: Sequence[str], jobs: int) -> Step:
    """Takes waves in; waves that are in already are looked at again.

    Raises:
        StepError: the rollout is finished, or a target that has to say no cannot.
    """
    if manifest.finished:
        raise StepError("the rollout is finished; there are no waves any more")
    new = {label for name in names if not manifest.waves[name].applied for label in manifest.waves[name].targets}
    after = with_waves(manifest, dict.fromkeys(names, True))
    inventory = _inventory(root, after, exclude, jobs)
    return _step(root, manifest, after, inventory, new=new, exclude=exclude, jobs=jobs)


def revert(
    root: Path, manifest: Manifest, names: Collection[str], labels: Collection[str], exclude: Sequence[str], jobs: int
) -> Step:
    """Takes waves and single targets back.

    Raises:
        StepError: the rollout is finished, or a label that no wave has.
    """
    if manifest.finished:
        raise StepError("the rollout is finished; take it back with git")
    places = manifest.wave_of()
    for label in labels:
        if label not in places:
            raise StepError(f"{label} is neither a wave nor a target of one")
    after = with_waves(manifest, dict.fromkeys(names, False))
    after = msgspec.structs.replace(after, reverted=tuple(sorted({*after.reverted, *labels})))
    leaving = {label for name in names for label in manifest.waves[name].targets} | set(labels)
    if manifest.goal.mode == "opt-out" and not any(wave.applied for wave in after.waves.values()):
        leaving = set(places) | set(manifest.held)
    inventory = _inventory(root, after, exclude, jobs)
    return _step(root, manifest, after, inventory, leaving=leaving, exclude=exclude, jobs=jobs)


def finish(root: Path, manifest: Manifest, exclude: Sequence[str], jobs: int) -> Step:
    """Turns the flag on for everything, takes out what it makes redundant, and keeps out what is not in.

    Raises:
        StepError: a wave is not applied, or a target that has to say no cannot.
    """
    left = [name for name, wave in manifest.waves.items() if not wave.applied]
    if left:
        raise StepError(f"not every wave is applied: {', '.join(left)}")
    after = msgspec.structs.replace(manifest, finished=True, before={})
    return _step(
        root, manifest, after, take(root, exclude, jobs, manifest.selection.mapped), exclude=exclude, jobs=jobs
    )


def _inventory(root: Path, manifest: Manifest, exclude: Sequence[str], jobs: int) -> Inventory | None:
    """The repository, where more than the manifest is needed to say what targets are to have."""
    goal = manifest.goal
    if goal.mode == "opt-in" and not goal.libraries:
        return None
    return take(root, exclude, jobs, manifest.selection.mapped)


def _step(
    root: Path,
    before: Manifest,
    after: Manifest,
    inventory: Inventory | None,
    *,
    new: Collection[str] = (),
    leaving: Collection[str] = (),
    exclude: Sequence[str],
    jobs: int,
) -> Step:
    if inventory is None:
        labels = after.wave_of()
        wished = wishes(after, dict.fromkeys(labels, "py_binary"), leaving)
        paths = {label: path for label in wished if (path := _build_file(root, label))}
        applied = edit(root, paths, wished, jobs, after.finished)
        stuck: list[Skip] = []
        if applied.macros:  # the manifest may have been changed by hand since it was planned
            seen = take(root, exclude, jobs, after.selection.mapped)
            stuck = _reachable(seen, wished, after.accepted)
            applied = edit(root, paths, wished, jobs, after.finished) if stuck else applied
    else:
        kinds = {
            rule.label: rule.made.kind
            for rule in inventory.rules.values()
            if rule.made is not None and (rule.made.kind in EXECUTABLES or rule.label in after.wave_of())
        }
        wished = wishes(after, kinds, leaving)
        paths = {label: inventory.rules[label].path for label in wished}
        stuck = _reachable(inventory, wished, after.accepted)
        applied = edit(root, paths, wished, jobs, after.finished)
    result = updated(after, applied, new)
    changes = list(applied.changes)
    skips = [
        *applied.skips,
        *stuck,
        *(Skip(NAME, 0, f"{label} is not there any more") for label in wished if label not in paths),
    ]
    if inventory is not None:
        result, changed = _with_flag(result, inventory)
        changes += [changed] if changed is not None else []
    old = (root / NAME).read_bytes() if (root / NAME).is_file() else None
    text = text_of(result, _notes(old)).encode()
    if text != old:
        changes.insert(0, FileChange(NAME, old, text, (Cause(ID, 1, "the manifest follows"),)))
    return Step(result, FilePlan(changes, skips, list(applied.failures)), applied.edited)


def _with_flag(manifest: Manifest, inventory: Inventory) -> tuple[Manifest, FileChange | None]:
    """The flag turned on where it has to be, and given back where it has not.

    Raises:
        StepError: the flag would break what is held back.
    """
    on = manifest.finished or (
        manifest.goal.mode == "opt-out" and any(wave.applied for wave in manifest.waves.values())
    )
    conflicts = [label for label, ids in manifest.held.items() if OUTPUT_CONFLICT in ids]
    if on and conflicts:
        raise StepError(
            f"with the flag on, Bazel would refuse to build what these need ({OUTPUT_CONFLICT}):\n"
            f"{_listed(conflicts)}\n`trekbok explain {OUTPUT_CONFLICT}` says what to do. Then run plan, and this again."
        )
    if on and manifest.flag is None:
        change, was = flag.turned_on(inventory.bazelrc, inventory.workspace, ID)
        return msgspec.structs.replace(manifest, flag=was), change
    if not on and manifest.flag is not None:
        change = flag.turned_back(inventory.bazelrc, inventory.workspace, manifest.flag, ID)
        return msgspec.structs.replace(manifest, flag=None), change
    return manifest, None


def _reachable(inventory: Inventory, wished: dict[str, Wish], accepted: Mapping[str, Sequence[str]]) -> list[Skip]:
    """Drops wishes for targets that cannot be edited, and for those whose macro decides; refuses where that would take
    in what has to be kept out.

    Returns:
        The targets that were to get something and do not.

    Raises:
        StepError: targets that the flag would take in, and that cannot say no where they are called.
    """
    stuck: list[str] = []
    skips: list[Skip] = []
    for label in [label for label in wished if label in inventory.rules]:
        rule = inventory.rules[label]
        made, attributes = rule.made, {*wished[label].put, *wished[label].drop}
        if rule.names and (made is None or not (made.closed or made.sets & attributes)):
            continue
        put = wished.pop(label).put
        if put.get("pyc_collection") == '"disabled"':
            decided = made is not None and "pyc_collection" in made.sets and not made.closed
            if not decided and set(UNREACHED).isdisjoint(accepted.get(label, ())):
                stuck.append(label)
        elif put:
            reason = f"{label} cannot be edited where it is called ({_or(UNREACHED)}); run plan"
            skips.append(Skip(rule.path, rule.line, reason))
    if stuck:
        raise StepError(
            f"the flag would take these in, and they cannot be kept out where they are called ({_or(UNREACHED)}):\n"
            f"{_listed(stuck)}\nEdit their macros, give the calls a literal name, or let the flag take them in: move "
            "their lines in the manifest to [accepted]. Then run again."
        )
    return skips


def _listed(labels: Iterable[str]) -> str:
    return "\n".join(f"  {label}" for label in sorted(labels)[:20])


def _or(ids: Sequence[str]) -> str:
    return " or ".join(ids)


def _build_file(root: Path, label: str) -> str:
    package = label[2:].partition(":")[0]
    for name in ("BUILD.bazel", "BUILD"):
        path = f"{package}/{name}" if package else name
        if (root / path).is_file():
            return path
    return ""


def _notes(old: bytes | None) -> Notes:
    """The comments of the manifest that is there, so that a step does not lose them."""
    why: dict[str, str] = {}
    counts: dict[str, int] = {}
    if old is None:
        return Notes()
    for line in old.decode("utf-8", "replace").splitlines():
        held = re.fullmatch(r'"((?:[^"\\]|\\.)*)" = \[[^\]]*\]  # (.*)', line)
        made = re.fullmatch(r'    "((?:[^"\\]|\\.)*)",  # (\d+) targets', line)
        if held:
            why[_unescaped(held[1])] = held[2]
        elif made:
            counts[_unescaped(made[1])] = int(made[2])
    return Notes(counts, why=why)


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")
