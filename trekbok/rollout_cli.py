"""`trekbok rollout precompile`: plan, apply, status, revert, finish."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trekbok.cli import (
    EXIT_CODES,
    UsageProblem,
    common,
    console_for,
    find_root,
    load_config,
    write_plan,
    write_report,
)

if TYPE_CHECKING:
    from rich.console import Console

    from buildfile.plan import Plan
    from migrations.rollout.hazards import Hold
    from migrations.rollout.manifest import Manifest
    from migrations.rollout.plan import Planned
    from migrations.rollout.status import Status
    from migrations.rollout.steps import Step

_SHOWN = 20
_FORMATS = ("text", "json", "html")


@click.group(epilog=EXIT_CODES)
def rollout() -> None:
    """Opt a repository in to something, stage by stage."""


@rollout.group()
def precompile() -> None:
    """Turn precompiling on for binaries and tests, wave by wave.

    The state is the file trekbok-rollout.toml at the root of the repository.
    """


def _writing(command: Any) -> Any:
    """The options of the commands that edit BUILD files."""
    for option in (
        click.option("--allow-dirty", is_flag=True, help="Also overwrite files with changes that git does not have."),
        click.option("--patch-size", type=click.IntRange(1), default=200, metavar="KB", help="The most a patch holds."),
        click.option(
            "--patches",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="Write patches for `git apply` there, by owner, and nothing else.",
        ),
        click.option("--diff", "show_diff", is_flag=True, help="Write nothing; print a patch for `git apply`."),
        click.option("--check", is_flag=True, help="Write nothing; end with 1 if anything would change."),
    ):
        command = option(command)
    return command


@precompile.command(epilog=EXIT_CODES)
@click.argument("patterns", nargs=-1, metavar="[LABEL-PATTERN]...")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="A rule or macro; default py_binary, py_test.")
@click.option("--map-kind", "mapped", multiple=True, metavar="NAME=KIND", help="What another rule or macro makes.")
@click.option("--tag", "tags", multiple=True, metavar="[-]TAG", help="Targets with a tag, or without.")
@click.option("--attr", "attributes", multiple=True, metavar="NAME=VALUE", help="Targets with such an attribute.")
@click.option("--owner", "who", multiple=True, metavar="OWNER", help="Targets of an owner, see CODEOWNERS.")
@click.option("--path", "paths", multiple=True, metavar="DIR", help="Targets below a directory.")
@click.option("--mode", type=click.Choice(["opt-in", "opt-out"]), help="Each target says yes (default), or no.")
@click.option("--libraries/--no-libraries", default=None, help='Also set precompile = "enabled" on libraries.')
@click.option("--invalidation", type=click.Choice(["checked_hash", "unchecked_hash", "auto"]))
@click.option("--retention", type=click.Choice(["keep_source", "omit_source"]))
@click.option("--optimize", type=click.IntRange(0, 2), metavar="LEVEL")
@click.option("--by", type=click.Choice(["share", "owner"]), help="Waves by a share of the targets, or by owner.")
@click.option("--shares", metavar="1,5,25,50,100", help="The percentages at which waves end.")
@click.option("--wave", "groups", multiple=True, metavar="NAME=PATTERN[,…]", help="A wave by name, before the others.")
@click.option("--max-files", type=click.IntRange(0), metavar="N", help="Hold back targets that grow by more files.")
@click.option("--max-bytes", type=click.IntRange(0), metavar="N", help="Hold back targets that grow by more bytes.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 if the manifest would change.")
@common
def plan(
    patterns: tuple[str, ...],
    kinds: tuple[str, ...],
    mapped: tuple[str, ...],
    tags: tuple[str, ...],
    attributes: tuple[str, ...],
    who: tuple[str, ...],
    paths: tuple[str, ...],
    mode: str | None,
    libraries: bool | None,
    invalidation: str | None,
    retention: str | None,
    optimize: int | None,
    by: str | None,
    shares: str | None,
    groups: tuple[str, ...],
    max_files: int | None,
    max_bytes: int | None,
    check: bool,
    root: Path | None,
    jobs: int,
    quiet: bool,
    verbose: bool,
    color: str,
) -> None:
    """Choose targets, find hazards, split into waves; write the manifest.

    What is not said stays as the manifest has it, and every target stays in its wave.
    """
    import msgspec

    from migrations.rollout.manifest import Manifest
    from migrations.rollout.patterns import BadPattern
    from migrations.rollout.plan import plan as make

    base, exclude = _base(root)
    earlier = _read(base)
    manifest = earlier or Manifest()
    selection = _changed(
        manifest.selection,
        patterns=patterns or None,
        kinds=kinds or None,
        tags=tags or None,
        owners=who or None,
        paths=paths or None,
        attributes=_pairs(attributes, "--attr") or None,
        mapped=_pairs(mapped, "--map-kind") or None,
    )
    goal = _changed(
        manifest.goal,
        mode=mode,
        libraries=libraries,
        invalidation=invalidation,
        retention=retention,
        optimize=optimize,
    )
    if goal != manifest.goal and any(wave.applied for wave in manifest.waves.values()):
        raise UsageProblem("the goal cannot change while waves are applied; revert them first")
    split = _changed(manifest.split, by=by, shares=_shares(shares), groups=_groups(groups))
    limits = _changed(manifest.limits, files=max_files, bytes=max_bytes)
    manifest = msgspec.structs.replace(manifest, selection=selection, goal=goal, split=split, limits=limits)
    try:
        planned = make(base, manifest, exclude, jobs)
    except BadPattern as error:
        raise UsageProblem(str(error)) from None
    _finish_plan(base, planned, check, quiet, verbose, console_for(color))


def _finish_plan(base: Path, planned: Planned, check: bool, quiet: bool, verbose: bool, console: Console) -> None:
    """Writes the manifest, and says what there is."""
    from buildfile.plan import FileChange, Plan
    from migrations.rollout.manifest import NAME, text_of

    text = text_of(planned.manifest, planned.notes).encode()
    old = (base / NAME).read_bytes() if (base / NAME).is_file() else None
    changes = [] if text == old else [FileChange(NAME, old, text)]
    result = Plan(changes)
    if not check:
        write_plan(base, result, None, console)
    if not quiet:
        _print_plan(planned, console, NAME if changes and not check else "", verbose)
    for path, line, reason in planned.inventory.unreadable:
        console.print(f"  {path}:{line}: {reason}", markup=False)
    unread = bool(planned.inventory.unreadable or result.failures)
    sys.exit(3 if unread else 1 if planned.holds or (check and changes) else 0)


def _print_plan(planned: Planned, console: Console, written: str, verbose: bool) -> None:
    manifest, counts = planned.manifest, planned.notes.counts
    total = sum(counts.get(label, 1) for wave in manifest.waves.values() for label in wave.targets)
    held = sum(counts.get(label, 1) for label in manifest.held)
    console.print(f"[bold]{total:,} targets in {len(manifest.waves)} waves[/], {held:,} held back")
    for name, wave in manifest.waves.items():
        some = [planned.added[label] for label in wave.targets if label in planned.added]
        count = sum(counts.get(label, 1) for label in wave.targets)
        state = "in" if wave.applied else ""
        size = _size(sum(item.size for item in some))
        line = f"  {name:<24} {count:>8,}  +{sum(item.files for item in some):,} files, +{size}  {state}"
        console.print(line.rstrip(), markup=False)
    if planned.kept:
        console.print(f"\n{len(planned.kept):,} opted out by hand, which is kept")
        for label in sorted(planned.kept)[: None if verbose else 0]:
            console.print(f"  {label}: {planned.kept[label]}", markup=False)
    _print_holds(planned.holds, planned, console, verbose)
    if written:
        first = "`trekbok rollout precompile apply --next` takes the first wave in"
        console.print(f"\n{written} written; {first if manifest.waves else 'there is no wave to take in'}")


def _print_holds(holds: list[Hold], planned: Planned, console: Console, verbose: bool) -> None:
    if not holds:
        return
    console.print("\n[bold]Hazards[/]")
    by_id: dict[str, list[Hold]] = {}
    for hold in holds:
        by_id.setdefault(hold.id, []).append(hold)
    for id, some in sorted(by_id.items()):
        console.print(f"  {id} ({len(some):,}), see `trekbok explain {id}`", markup=False)
        for hold in some if verbose else some[:_SHOWN]:
            rule = planned.inventory.rules[hold.label]
            console.print(f"    {rule.path}:{rule.line}: {hold.label}: {hold.message}", markup=False)
            console.print(f"        {hold.advice}", markup=False)
        if len(some) > _SHOWN and not verbose:
            console.print(f"    and {len(some) - _SHOWN:,} more; -v shows them")


@precompile.command(epilog=EXIT_CODES)
@click.argument("waves", nargs=-1, metavar="[WAVE]...")
@click.option("--next", "following", is_flag=True, help="The first wave that is not in.")
@click.option("--until", metavar="PERCENT", help="All waves up to a share of the targets, 25%.")
@click.option("--all", "every", is_flag=True, help="All waves.")
@_writing
@common
def apply(
    waves: tuple[str, ...],
    following: bool,
    until: str | None,
    every: bool,
    **rest: Any,
) -> None:
    """Take waves in: edit the BUILD files of their targets."""
    from migrations.rollout.steps import StepError, apply_waves, chosen_waves

    if not (waves or following or until or every):
        raise UsageProblem("say which: a wave, --next, --until 25% or --all")
    base, exclude = _base(rest["root"])
    manifest = _needed(base)
    try:
        names = list(manifest.waves) if every else chosen_waves(manifest, waves, following, _percent(until))
        step = apply_waves(base, manifest, names, exclude, rest["jobs"])
    except StepError as error:
        raise UsageProblem(str(error)) from None
    what = f"{', '.join(names) or 'no wave'}: {_calls(len(step.edited))}"
    _end(base, step, what, **rest)


@precompile.command(epilog=EXIT_CODES)
@click.argument("what", nargs=-1, metavar="[WAVE-or-LABEL]...")
@click.option("--all", "every", is_flag=True, help="All waves.")
@_writing
@common
def revert(
    what: tuple[str, ...],
    every: bool,
    **rest: Any,
) -> None:
    """Take waves or single targets back.

    A call that nobody changed since gets the bytes that it had; any other loses what it was given.
    """
    from migrations.rollout.steps import StepError
    from migrations.rollout.steps import revert as take_back

    if not (what or every):
        raise UsageProblem("say what: a wave, a label, or --all")
    base, exclude = _base(rest["root"])
    manifest = _needed(base)
    names = list(manifest.waves) if every else [item for item in what if item in manifest.waves]
    labels = [item for item in what if item not in manifest.waves]
    try:
        step = take_back(base, manifest, names, labels, exclude, rest["jobs"])
    except StepError as error:
        raise UsageProblem(str(error)) from None
    text = f"taken back: {_calls(len(step.edited))}"
    _end(base, step, text, **rest)


@precompile.command(epilog=EXIT_CODES)
@_writing
@common
def finish(
    **rest: Any,
) -> None:
    """Turn the flag on for everything, and drop what it makes redundant.

    Targets that are not in say no from then on. `trekbok lint` keeps it so, with precompile-redundant.
    """
    from migrations.rollout.steps import StepError
    from migrations.rollout.steps import finish as end

    base, exclude = _base(rest["root"])
    try:
        step = end(base, _needed(base), exclude, rest["jobs"])
    except StepError as error:
        raise UsageProblem(str(error)) from None
    text = f"the flag takes over: {_calls(len(step.edited))}"
    _end(base, step, text, **rest)


def _calls(number: int) -> str:
    return f"{number:,} call{'' if number == 1 else 's'}"


def _end(
    base: Path,
    step: Step,
    what: str,
    *,
    check: bool,
    show_diff: bool,
    patches: Path | None,
    patch_size: int,
    allow_dirty: bool,
    quiet: bool,
    verbose: bool,
    color: str,
    **_: object,
) -> None:
    """Writes a step, or shows it."""
    from buildfile.plan import diff
    from buildfile.writer import GitState
    from migrations.rollout.manifest import NAME

    console = console_for(color, stderr=show_diff)
    writing = not (check or show_diff or patches)
    edited = len([change for change in step.plan.changes if change.path != NAME])
    if show_diff:
        sys.stdout.flush()
        sys.stdout.buffer.write(diff(step.plan.changes))
        sys.stdout.buffer.flush()
    if patches is not None:
        _write_patches(base, step.plan, patches, patch_size * 1000, console, quiet)
    if writing:
        write_plan(base, step.plan, None if allow_dirty else GitState(base), console, (NAME,))
    if not quiet:
        verb = "" if writing else "would be changed: "
        console.print(f"{verb}{what} in {edited:,} file{'' if edited == 1 else 's'}", markup=False)
    for skip in step.plan.skips if verbose or len(step.plan.skips) <= _SHOWN else step.plan.skips[:_SHOWN]:
        console.print(f"  {skip.path}:{skip.line}: {skip.reason}", markup=False)
    for failure in step.plan.failures:
        console.print(f"  {failure.path}:{failure.line}: {failure.reason}", markup=False)
    if step.plan.failures:
        sys.exit(3)
    sys.exit(1 if step.plan.skips or ((check or show_diff) and step.plan.changes) else 0)


def _write_patches(base: Path, plan: Plan, where: Path, most: int, console: Console, quiet: bool) -> None:
    """Writes the changes as patches of at most some bytes, each with the files of one owner."""
    from migrations.rollout.owners import owners
    from migrations.rollout.patches import split

    where.mkdir(parents=True, exist_ok=True)
    for name, data in split(plan.changes, owners(base), most):
        write_report(where / name, data)
        if not quiet:
            console.print(f"{where / name}: {len(data):,} bytes", markup=False)


@precompile.command(epilog=EXIT_CODES)
@click.option("--format", "format_", type=click.Choice(_FORMATS), help="What is printed; default text.")
@click.option("--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="A report. May be repeated.")
@common
def status(
    format_: str | None, outputs: tuple[str, ...], root: Path | None, jobs: int, quiet: bool, verbose: bool, color: str
) -> None:
    """Say how far it is, what drifted, and what it adds.

    Ends with 1 if a target is not what the manifest says.
    """
    from migrations.rollout.status import status as look
    from trekbok.lint_cli import outputs_of
    from trekbok.report import rollout as report

    targets = outputs_of(format_, outputs, _FORMATS)
    base, exclude = _base(root)
    found, planned = look(base, _needed(base), exclude, jobs)
    for name, file in targets:
        if name == "text" and file is None:
            report.print_text(found, console_for(color), verbose)
            continue
        data = (
            _page(base, found, planned)
            if name == "html"
            else report.as_json(found)
            if name == "json"
            else report.as_text(found)
        )
        if file is not None:
            write_report(file, data)
        else:
            sys.stdout.buffer.write(data)
    sys.exit(1 if found.drift else 0)


def _page(base: Path, found: Status, planned: Planned) -> bytes:
    """The HTML report; the run is put on record for its burn-down."""
    import datetime

    from buildfile.writer import STATE
    from migrations.lint.history import record
    from trekbok.report import rollout_html

    left = {wave.name: wave.targets - wave.inside for wave in found.waves}
    path = base / STATE / "rollout-history.jsonl"
    points = record(path, left, datetime.datetime.now(datetime.UTC))
    return rollout_html.render(found, planned, points).encode("utf-8", "replace")


def _base(root: Path | None) -> tuple[Path, tuple[str, ...]]:
    base = find_root(root)
    return base, load_config(base).config.exclude


def _read(base: Path) -> Manifest | None:
    """The manifest of a repository.

    Raises:
        UsageProblem: it cannot be used.
    """
    from migrations.rollout.manifest import NAME, ManifestError, read

    try:
        return read(base / NAME)
    except ManifestError as error:
        raise UsageProblem(str(error)) from None


def _needed(base: Path) -> Manifest:
    manifest = _read(base)
    if manifest is None:
        raise UsageProblem("there is no trekbok-rollout.toml; run `trekbok rollout precompile plan` first")
    return manifest


def _changed(struct: Any, **values: Any) -> Any:
    """A struct with the values that are not None."""
    import msgspec

    return msgspec.structs.replace(struct, **{name: value for name, value in values.items() if value is not None})


def _pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageProblem(f"{option}: '{text}' is not NAME=VALUE")
        found[name] = value
    return found


def _shares(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    from migrations.rollout.manifest import rising

    try:
        values = tuple(float(part.strip().rstrip("%")) for part in text.split(","))
    except ValueError:
        raise UsageProblem(f"--shares: '{text}' is not a list of percentages such as 1,5,25,100") from None
    if not rising(values):
        raise UsageProblem(f"--shares: '{text}' has to rise, and end with 100")
    return values


def _groups(texts: Sequence[str]) -> Any:
    from migrations.rollout.manifest import WaveGroup

    pairs = _pairs(texts, "--wave")
    return tuple(WaveGroup(name, tuple(value.split(","))) for name, value in pairs.items()) or None


def _percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text.rstrip("%"))
    except ValueError:
        raise UsageProblem(f"--until: '{text}' is not a percentage") from None


def _size(size: int) -> str:
    from migrations.rollout.hazards import bytes_text

    return bytes_text(size)
