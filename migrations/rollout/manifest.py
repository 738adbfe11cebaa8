"""The state of a rollout: a TOML file in the repository that people review, merge and change by hand.

Every target has a line of its own, sorted, so that git merges two branches that touch different ones. What is applied
is not in it: the BUILD files say that. What it adds is which waves are meant to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from migrations import settings

NAME = "trekbok-rollout.toml"
FORMAT = 1

HEAD = """\
# How precompiling is turned on in this repository, wave by wave.
#
# `trekbok rollout precompile plan` writes this file and keeps what it finds in it: a target stays in its wave.
# `apply` edits the BUILD files of the waves with `applied = true`, `revert` takes them back, `status` compares.
# A target may be moved to another wave, or from [held] to [accepted], by hand; run `plan` then. Merge by keeping the
# lines of both sides.
"""


class ManifestError(Exception):
    """A manifest that cannot be used; the message is for people."""


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What a target that is in gets.

    Attributes:
        mode: `opt-in`, each target says it; or `opt-out`, a flag says it and targets that are not in say no.
        libraries: whether libraries are compiled whatever the binary says, `precompile = "enabled"`.
        invalidation: `precompile_invalidation_mode`; `""` to leave it alone.
        retention: `precompile_source_retention`; `""` to leave it alone.
        optimize: `precompile_optimize_level`; None to leave it alone.
    """

    mode: Literal["opt-in", "opt-out"] = "opt-in"
    libraries: bool = False
    invalidation: Literal["", "auto", "checked_hash", "unchecked_hash"] = ""
    retention: Literal["", "keep_source", "omit_source"] = ""
    optimize: Annotated[int, msgspec.Meta(ge=0, le=2)] | None = None


def wanted(goal: Goal, kind: str) -> dict[str, str]:
    """The attributes that a target of a kind has once it is in, each with the source text of its value."""
    found: dict[str, str] = {}
    if kind == "py_library":
        if not goal.libraries:
            return {}
        found["precompile"] = '"enabled"'
    elif goal.mode == "opt-in":
        found["pyc_collection"] = '"include_pyc"'
    if goal.invalidation:
        found["precompile_invalidation_mode"] = _string(goal.invalidation)
    if goal.retention:
        found["precompile_source_retention"] = _string(goal.retention)
    if goal.optimize is not None:
        found["precompile_optimize_level"] = str(goal.optimize)
    return found


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """Which targets are meant.

    Attributes:
        patterns: label patterns.
        kinds: kinds, of the rules or as they are called in BUILD files; none for binaries and tests.
        tags: tags, of which a target has to have one; with `-` in front those that it must not have.
        attributes: attribute to the value that it has to have.
        owners: owners of the BUILD file.
        paths: directories.
        mapped: further names of rules and macros, each with the kind that it makes.
    """

    patterns: tuple[str, ...] = ("//...",)
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    owners: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    mapped: dict[str, str] = {}


class WaveGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wave put together by name."""

    name: str
    patterns: tuple[str, ...]


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """How targets are split into waves, see `migrations.rollout.waves.Cut`."""

    by: Literal["share", "owner"] = "share"
    shares: tuple[float, ...] = (1.0, 5.0, 25.0, 50.0, 100.0)
    groups: tuple[WaveGroup, ...] = ()


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """From which size on a target is held back: added files, and added bytes."""

    files: int = 1000
    bytes: int = 20_000_000


class Wave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wave: whether it is meant to be in, and its targets."""

    applied: bool = False
    targets: tuple[str, ...] = ()


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call as it was, kept where taking the attribute out again would not give that.

    Attributes:
        text: the bytes of the call, as Latin-1 text so that none are lost.
        after: the digest of the call as it was left.
    """

    text: str
    after: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of it.

    Attributes:
        format: the version of this format.
        rollout: what is rolled out.
        finished: whether the flag took over.
        goal, selection, split, limits: what is meant.
        waves: name to wave, in the order in which they are applied.
        held: label to the ids of the hazards that hold it back.
        accepted: label to the ids of hazards that do not.
        reverted: labels taken back one by one.
        already: label to the attributes that had their value before the rollout; it neither set them nor takes them.
        flag: what the flag `precompile` was before the rollout set it, `""` for not set; None if it did not.
        before: label to the call as it was.
    """

    format: int = FORMAT
    rollout: str = "precompile"
    finished: bool = False
    goal: Goal = Goal()
    selection: Selection = Selection()
    split: Split = Split()
    limits: Limits = Limits()
    waves: dict[str, Wave] = {}
    held: dict[str, tuple[str, ...]] = {}
    accepted: dict[str, tuple[str, ...]] = {}
    reverted: tuple[str, ...] = ()
    already: dict[str, tuple[str, ...]] = {}
    flag: str | None = None
    before: dict[str, Before] = {}

    def wave_of(self) -> dict[str, str]:
        """Target to wave."""
        return {label: name for name, wave in self.waves.items() for label in wave.targets}


def read(path: Path) -> Manifest | None:
    """Reads a manifest; None if there is no such file.

    Raises:
        ManifestError: it is none.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path.name}: cannot be read: {error}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<<", ">>>>>>>")):
            raise ManifestError(f"{path.name}:{number}:1: has conflict markers; keep the lines of both and run plan")
    try:
        manifest = settings.read(text, Manifest, path.name)
    except settings.SettingsError as error:
        raise ManifestError(str(error)) from None
    assert manifest is not None  # without a table to look for there always is one
    if manifest.format != FORMAT:
        where = settings.place(text, path.name, ("format",))
        raise ManifestError(f"{where}: is of format {manifest.format}; this version reads {FORMAT}")
    if not rising(manifest.split.shares):
        where = settings.place(text, path.name, ("split", "shares"))
        raise ManifestError(f"{where}: the shares rise, and the last of them is 100")
    seen: dict[str, str] = {}
    for name, wave in manifest.waves.items():
        for label in wave.targets:
            if label in seen:
                where = _second(text, path.name, label)
                raise ManifestError(f"{where}: {label} is in two waves, {seen[label]} and {name}; keep one line")
            seen[label] = name
    return manifest


def rising(shares: Sequence[float]) -> bool:
    """Whether some shares are ones: numbers above 0 that rise to 100."""
    return list(shares) == sorted({share for share in shares if share > 0}) and shares[-1:] == (100.0,)


def _second(text: str, name: str, label: str) -> str:
    """The place of the second line that a label has to itself."""
    line = re.compile(rf"^[ \t]*({re.escape(_string(label))})[ \t]*(?:[,\]#]|$)", re.MULTILINE)
    starts = [found.start(1) for found in line.finditer(text)]
    return settings.place_of(text, name, starts[1]) if len(starts) > 1 else name


@dataclass(frozen=True, slots=True)
class Notes:
    """What the comments of a manifest say.

    Attributes:
        counts: label to how many targets its call makes, where that is not one.
        added: label to the estimate of what is added.
        why: label to the reasons why it is held back, beside their ids.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


def text_of(manifest: Manifest, notes: Notes = Notes()) -> str:
    """A manifest as it is written."""
    lines = [HEAD, f"format = {manifest.format}", f"rollout = {_string(manifest.rollout)}"]
    if manifest.finished:
        lines += ["# The flag is on for everything that is not held back; the waves are history.", "finished = true"]
    if manifest.reverted:
        lines += ["", "# Taken back one by one; apply leaves them alone.", _array("reverted", manifest.reverted)]
    if manifest.flag is not None:
        lines += ["", "# What the flag was before it was set.", f"flag = {_string(manifest.flag)}"]
    goal = manifest.goal
    lines += ["", "[goal]", f"mode = {_string(goal.mode)}"]
    lines += ["libraries = true"] if goal.libraries else []
    lines += [f"invalidation = {_string(goal.invalidation)}"] if goal.invalidation else []
    lines += [f"retention = {_string(goal.retention)}"] if goal.retention else []
    lines += [f"optimize = {goal.optimize}"] if goal.optimize is not None else []
    chosen = manifest.selection
    lines += ["", "[selection]", _array("patterns", chosen.patterns, keep=True)]
    for name in ("kinds", "tags", "owners", "paths"):
        values = getattr(chosen, name)
        lines += [_array(name, values, keep=True)] if values else []
    for name in ("attributes", "mapped"):
        table = getattr(chosen, name)
        if table:
            lines += ["", f"[selection.{name}]", *(f"{_string(key)} = {_string(table[key])}" for key in sorted(table))]
    split = manifest.split
    lines += ["", "[split]", f"by = {_string(split.by)}"]
    lines += [f"shares = [{', '.join(f'{share:g}' for share in split.shares)}]"] if split.by == "share" else []
    for group in split.groups:
        lines += [
            "",
            "[[split.groups]]",
            f"name = {_string(group.name)}",
            _array("patterns", group.patterns, keep=True),
        ]
    lines += ["", "[limits]", f"files = {manifest.limits.files}", f"bytes = {manifest.limits.bytes}"]
    for name, wave in manifest.waves.items():
        lines += ["", f"[waves.{_string(name)}]"]
        lines += [f"applied = {'true' if wave.applied else 'false'}", "targets = ["]
        lines += [f"    {_string(label)},{_note(label, notes)}" for label in sorted(wave.targets)]
        lines.append("]")
    if manifest.held:
        lines += [
            "",
            "# Held back; `trekbok explain ID` says why, and `plan` looks again each time. To take a",
            "# target in as it is, move its line to a table [accepted]; what cannot be edited where it is called",
            "# is in no wave, and if it is accepted follows the flag once that is on.",
            "[held]",
        ]
        for label in sorted(manifest.held):
            ids = ", ".join(_string(id) for id in manifest.held[label])
            why = notes.why.get(label, "")
            lines.append(f"{_string(label)} = [{ids}]{'  # ' + why if why else ''}")
    for name, comment in (
        ("already", "Attributes that were there before the rollout, which leaves them alone."),
        ("accepted", "Hazards that do not hold a target back, by decision."),
    ):
        ids_of: dict[str, tuple[str, ...]] = getattr(manifest, name)
        if ids_of:
            lines += ["", f"# {comment}", f"[{name}]"]
            lines += [f"{_string(label)} = [{', '.join(map(_string, ids_of[label]))}]" for label in sorted(ids_of)]
    for label in sorted(manifest.before):
        kept = manifest.before[label]
        lines += ["", f"[before.{_string(label)}]", f"text = {_string(kept.text)}", f"after = {_string(kept.after)}"]
    return "\n".join(lines) + "\n"


def _note(label: str, notes: Notes) -> str:
    count = notes.counts.get(label, 1)
    parts = [f"{count} targets"] if count != 1 else []
    if label in notes.added:
        parts.append(notes.added[label])
    return f"  # {', '.join(parts)}" if parts else ""


def _array(name: str, values: Iterable[str], *, keep: bool = False) -> str:
    items = list(values) if keep else sorted(values)
    if len(items) <= 1:
        return f"{name} = [{', '.join(_string(item) for item in items)}]"
    return f"{name} = [\n" + "".join(f"    {_string(item)},\n" for item in items) + "]"


def _string(text: str) -> str:
    """A TOML basic string."""
    out = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char >= " " and char != "\x7f" else f"\\u{ord(char):04X}" for char in out) + '"'


def with_waves(manifest: Manifest, applied: Mapping[str, bool]) -> Manifest:
    """The same with some waves marked."""
    waves = {
        name: msgspec.structs.replace(wave, applied=applied.get(name, wave.applied))
        for name, wave in manifest.waves.items()
    }
    return msgspec.structs.replace(manifest, waves=waves)
