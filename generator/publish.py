"""From the targets a package should have to the change of its BUILD file, checked before it goes into the plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from buildfile.plan import Cause, Failure, FileChange
from buildfile.repository import read_bytes
from generator.cache import digest_of
from generator.config import Config
from generator.existing import Existing, read
from generator.kinds import KINDS, PROTO
from generator.merge import PackageMerge, merge_package
from generator.packages import Unit
from generator.resolve import Dependency
from generator.targets import AttributeValue, Target
from generator.text import changed
from generator.workspace import Names


@dataclasses.dataclass(slots=True)
class Published:
    """What is to happen to the BUILD file of a package.

    Attributes:
        change: the change, None if there is none.
        failure: why a change that was due is not made.
        messages: what could not be merged.
        after: what the file will say; None if it stays as it is.
    """

    change: FileChange | None = None
    failure: Failure | None = None
    messages: Sequence[str] = ()
    after: Existing | None = None


def publish(unit: Unit, dependencies: Mapping[str, Sequence[Dependency]], names: Names) -> Published:
    """The change of a package's BUILD file.

    Args:
        unit: the package.
        dependencies: of each target it should have, by name.
        names: how rule sets are called in this repository.
    """
    directory, config = unit.directory, unit.config
    path = directory.build or directory.path(_new_name(unit))
    merged, bind, release = _due(unit, directory.existing, unit.generated.targets, dependencies, names, path)
    out = Published(messages=merged.messages)
    if not (merged.changes or merged.new or bind or release) or (directory.build is None and not merged.new):
        return out
    try:
        old = read_bytes(f"{unit.base}/{path}") if directory.build else None
    except OSError as error:
        out.failure = Failure(path, 0, f"cannot be read: {error.strerror or error}")
        return out
    if old is not None and digest_of(old) != directory.build_digest:
        out.failure = Failure(path, 0, "was changed by someone else since it was read; run again")
        return out
    new_rules = [(config.kind(target.kind), target.name, attributes) for target, attributes in merged.new]
    try:
        data = changed(path, old or b"", merged.changes, new_rules, bind, release)
    except UnicodeError:
        out.failure = Failure(path, 0, "is not UTF-8 where it would have to change")
        return out
    if data == old:
        return out
    after = read(data)
    problem = _problem(unit, data, after, merged, dependencies, names, path)
    if problem:
        out.failure = Failure(path, 0, problem)
        return out
    out.change = FileChange(path, old, data, _causes(merged))
    out.after = after
    return out


def _new_name(unit: Unit) -> str:
    """The name of a new BUILD file: the first that no directory has."""
    taken = {child.rel.rpartition("/")[2] for child in unit.directory.children}
    names = unit.config.build_file_name
    return next((name for name in names if name not in taken), names[0])


def _due(
    unit: Unit,
    existing: Existing,
    targets: Sequence[Target],
    dependencies: Mapping[str, Sequence[Dependency]],
    names: Names,
    path: str,
) -> tuple[PackageMerge, dict[str, tuple[str, str]], list[str]]:
    """What has to change in a BUILD file that says `existing`: its rules, and symbols to load and no longer."""
    complete = [(target, all_attributes(target, dependencies[target.name], unit.config)) for target in targets]
    merged = merge_package(existing, unit.config, path, complete, unit.generated.emptied)
    bind, release = _loads(existing, unit, merged, names)
    return merged, bind, release


def _problem(
    unit: Unit,
    data: bytes,
    after: Existing,
    merged: PackageMerge,
    dependencies: Mapping[str, Sequence[Dependency]],
    names: Names,
    path: str,
) -> str:
    """What is wrong with a BUILD file as it would be written; "" if nothing is."""
    if after.error:
        return f"the result would not be right: {after.error}"
    gone = {change.rule.name for change in merged.changes if change.delete}
    expected = {rule.name for rule in unit.directory.existing.rules} - gone
    expected |= {target.name for target, _ in merged.new}
    if {rule.name for rule in after.rules} != expected:
        return "the result would not have the targets it should have"
    directory = dataclasses.replace(unit.directory, existing=after, build=path)
    # A name that a rule has which goes now is free from the next run on, as has been told.
    again = [target for target in unit.generate(directory).targets if target.name not in gone]
    if [target.name for target in again] != [item.name for item in unit.generated.targets if item.name not in gone]:
        return "a second run would name its targets otherwise"
    second, bind, release = _due(unit, after, again, dependencies, names, path)
    if second.changes or second.new or bind or (release and changed(path, data, (), (), {}, release) != data):
        return "a second run would change it again"
    return ""


def all_attributes(target: Target, dependencies: Sequence[Dependency], config: Config) -> dict[str, AttributeValue]:
    """All attributes of a target, its dependencies among them."""
    attributes = dict(target.attributes)
    normal = {dependency.label for dependency in dependencies if not dependency.type_only}
    types = {dependency.label for dependency in dependencies if dependency.type_only} - normal
    if not config.generate_pyi_deps:
        normal, types = normal | types, set()
    if normal:
        attributes["deps"] = tuple(sorted(normal))
    if types:
        attributes["pyi_deps"] = tuple(sorted(types))
    return attributes


def _loads(
    existing: Existing, unit: Unit, merged: PackageMerge, names: Names
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The symbols a BUILD file has to load, and those it may not need any more."""
    config = unit.config
    homes: dict[str, str] = {}
    for kind in KINDS:
        if not (unit.proto if kind == PROTO else unit.python):
            continue
        mapped = config.kind_file(kind)
        homes[config.kind(kind)] = mapped if mapped is not None else names.files[kind]
        if mapped is not None:
            homes.setdefault(kind, names.files[kind])
    changes = {change.rule.index: change for change in merged.changes}
    used: set[str] = set()
    for rule in existing.rules:
        change = changes.get(rule.index)
        if change is None:
            used.add(rule.kind)
        elif not change.delete:
            used.add(change.kind or rule.kind)
    used.update(config.kind(target.kind) for target, _ in merged.new)
    loaded = {local for _, symbols in existing.loads for local, _ in symbols}
    bind = {kind: (home, kind) for kind, home in homes.items() if kind in used and kind not in loaded}
    release = [
        local
        for file, symbols in existing.loads
        for local, name in symbols
        if local == name and local in homes and local not in used and names.same(file, homes[local])
    ]
    return bind, release


def _causes(merged: PackageMerge) -> tuple[Cause, ...]:
    """Why a file changes, one sentence for each rule."""
    causes = []
    for change in merged.changes:
        rule = change.rule
        if change.delete:
            text = f"{rule.kind} {rule.name} has no sources any more"
        else:
            names = [*change.lists, *change.scalars, *change.drop, *(["kind"] if change.kind else [])]
            text = f"{', '.join(sorted(names)) or 'form'} of {rule.kind} {rule.name}"
        causes.append(Cause("generate", rule.line, text))
    causes += [Cause("generate", 0, f"new {target.kind} {target.name}") for target, _ in merged.new]
    return tuple(causes)


def repository_file(unit: Unit) -> str:
    """The path of a package's BUILD file, whether it is there or not."""
    return unit.directory.build or unit.directory.path(_new_name(unit))
