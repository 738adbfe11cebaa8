"""What has to change in the rules of a BUILD file so that they are the targets a package should have.

Generation proposes, merging disposes: `# keep` on a rule, an attribute or an element is respected, attributes that
the generator has no opinion on are not touched, and a value it does not understand is left alone with a message.
https://github.com/bazel-contrib/bazel-gazelle#keep-comments
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from buildfile.style import string_key
from generator.config import Config
from generator.existing import Existing, Rule, Value
from generator.form import LABELS, Item, shortened
from generator.kinds import KINDS, SORTED, Kind
from generator.targets import AttributeValue, Target


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changes in one existing rule.

    Attributes:
        rule: the rule.
        kind: the kind it is to have; None to leave it.
        lists: the new elements of lists, also of new ones.
        scalars: new attributes that are a string or a boolean.
        drop: attributes to drop.
        delete: the whole rule goes.
        form: it is put into Buildifier's form, whatever else changes.
    """

    rule: Rule
    kind: str | None = None
    lists: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    scalars: Mapping[str, str | bool] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    delete: bool = False
    form: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing changes after all."""
        return not (self.kind or self.lists or self.scalars or self.drop or self.delete or self.form)


@dataclass(slots=True)
class Merged:
    """A list attribute once merged: its elements, None to drop it; `refused` if it cannot be merged."""

    items: tuple[Item, ...] | None
    refused: bool = False


def merge_list(attribute: str, value: Value | None, wanted: Iterable[str]) -> Merged:
    """Merges generated strings into the value an attribute has.

    Elements that are generated again or marked to be kept stay; the others go; new ones come behind them, and
    the list is sorted where Buildifier sorts it. What stands in a `select()` beside the list stays there, and is not
    needed in the list.
    """
    new = [shortened(item) if attribute in LABELS else item for item in wanted]
    if value is None:
        ordered = sorted(new, key=string_key) if attribute in SORTED else new
        return Merged(tuple(dict.fromkeys(ordered)) or None)
    if value.strings is None:
        return Merged(None, refused=True)
    if value.branches is not None:
        present = {shortened(item) for item in value.branches}
        new = [item for item in new if item not in present]
    compared = attribute in LABELS or attribute == "pyi_deps"  # which Buildifier does not know
    generated = set(new)
    items: list[Item] = []
    seen: set[str] = set()
    plain = True
    for index, text in enumerate(value.strings):
        spelled = shortened(text) if text is not None and compared else text
        if index in value.keeps or (spelled is not None and spelled in generated and spelled not in seen):
            items.append(index)
            plain = plain and text is not None
            if spelled is not None:
                seen.add(spelled)
    for text in new:
        if text not in seen:
            seen.add(text)
            items.append(text)
    if plain and attribute in SORTED:
        strings = value.strings
        items.sort(key=lambda item: string_key(item if isinstance(item, str) else strings[item] or ""))
    return Merged(tuple(items) if items or value.branches is not None else None)


def merged_strings(attribute: str, value: Value | None, wanted: Iterable[str]) -> tuple[str, ...]:
    """The string literals an attribute has once merged."""
    merged = merge_list(attribute, value, wanted)
    if merged.refused or (value is not None and value.keep):
        return tuple(item for item in (value.strings or () if value else ()) if item is not None)
    strings = value.strings or () if value is not None else ()
    found = (item if isinstance(item, str) else strings[item] for item in merged.items or ())
    return tuple(item for item in found if item is not None)


@dataclass(slots=True)
class PackageMerge:
    """What is to happen to one BUILD file.

    Attributes:
        changes: to existing rules.
        new: targets to add, in order, with their attributes complete.
        messages: what could not be merged.
    """

    changes: list[RuleChange] = field(default_factory=list)
    new: list[tuple[Target, dict[str, AttributeValue]]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def merge_package(
    existing: Existing,
    config: Config,
    build: str,
    targets: Sequence[tuple[Target, dict[str, AttributeValue]]],
    emptied: Iterable[str],
) -> PackageMerge:
    """Merges targets, given with all their attributes, into a BUILD file.

    Args:
        existing: what the file says.
        config: what holds in its directory.
        build: its path, for messages.
        targets: what the package should have.
        emptied: the names of rules whose sources are gone.
    """
    out = PackageMerge()
    rules = {rule.name: rule for rule in existing.rules if rule.name}
    by_name = {target.name: (target, attributes) for target, attributes in targets}
    gone = set(emptied)
    for rule in existing.rules:
        kind = _mapped(rule, config)
        if rule.name in by_name:
            change = _merge_rule(rule, kind, *by_name[rule.name], build, out.messages)
        elif rule.name in gone:
            change = _empty_rule(rule, kind, config, build, out.messages)
        else:
            change = RuleChange(rule, kind)
        if not change.nothing:
            out.changes.append(change)
    out.new = [item for item in targets if item[0].name not in rules]
    return out


def _mapped(rule: Rule, config: Config) -> str | None:
    """The kind that map_kind gives an existing rule; None if it keeps its own."""
    kind = config.kind(rule.kind)
    return kind if kind != rule.kind and not rule.keep else None


def _merge_rule(
    rule: Rule, kind: str | None, target: Target, attributes: Mapping[str, AttributeValue], build: str, say: list[str]
) -> RuleChange:
    if rule.keep:
        return RuleChange(rule)
    info = KINDS[target.kind]
    lists, drop = _merge_lists(rule, info, attributes, build, say)
    scalars: dict[str, str | bool] = {}
    for name, wanted in attributes.items():
        if name in info.merged or name in rule.attributes or rule.splat:
            continue
        if isinstance(wanted, tuple):
            lists[name] = tuple(wanted)
        else:
            scalars[name] = wanted
    return RuleChange(rule, kind, lists, scalars, tuple(drop), form=not rule.formed)


def _empty_rule(rule: Rule, kind: str | None, config: Config, build: str, say: list[str]) -> RuleChange:
    if rule.keep:
        return RuleChange(rule)
    canonical = next(name for name in KINDS if config.kind(name) == config.existing_kind(rule.kind))
    info = KINDS[canonical]
    lists, drop = _merge_lists(rule, info, {}, build, say)
    left = rule.attributes.keys() - set(drop)
    if not left & info.alive and rule.kind not in config.alias_kind:
        return RuleChange(rule, delete=True)
    return RuleChange(rule, kind, lists, {}, tuple(drop))


def _merge_lists(
    rule: Rule, info: Kind, attributes: Mapping[str, AttributeValue], build: str, say: list[str]
) -> tuple[dict[str, tuple[Item, ...]], list[str]]:
    """The merged attributes of a rule that change, and those that go."""
    lists: dict[str, tuple[Item, ...]] = {}
    drop: list[str] = []
    present = list(rule.attributes)
    for name in sorted(info.merged, key=lambda name: present.index(name) if name in present else len(present)):
        value = rule.attributes.get(name)
        wanted = attributes.get(name, ())
        if (value is None and (not wanted or rule.splat)) or (value is not None and value.keep):
            continue
        merged = merge_list(name, value, wanted if isinstance(wanted, tuple) else ())
        if merged.refused:
            assert value is not None
            if value.scalar and not wanted:
                drop.append(name)
            else:
                say.append(f"{build}:{value.place}: could not merge expression: {name} of {rule.kind} {rule.name!r}")
        elif merged.items is None:
            if value is not None:
                drop.append(name)
        elif value is None or merged.items != tuple(range(len(value.strings or ()))):
            lists[name] = merged.items
            dropped = _dropped_calls(value, merged.items)
            if dropped:
                say.append(f"{build}:{value.place if value else ''}: {dropped} dropped from {name} of {rule.name!r}")
    return lists, drop


def _dropped_calls(value: Value | None, items: Sequence[Item]) -> str:
    """How many elements that are no string literals go, in words."""
    if value is None:
        return ""
    count = sum(text is None and index not in items for index, text in enumerate(value.strings or ()))
    return f"{count} element{'s that are' if count > 1 else ' that is'} no string literal" if count else ""
