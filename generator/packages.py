"""The directories that are to have targets, with all that generation needs to know of them."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from generator import protos
from generator.cache import Cache, SourceEntry, Stamp
from generator.config import PROJECT, Config
from generator.existing import Existing
from generator.imports import Facts
from generator.index import Contribution
from generator.kinds import PROTO, PY_PROTO, PYTHON
from generator.merge import merged_strings
from generator.messages import Message
from generator.protos import ProtoFacts
from generator.targets import CONFTEST, Generated, Package, Uses, generate, python_files
from generator.walk import Directory


@dataclass
class Unit:
    """A directory that is to have targets.

    Attributes:
        directory: the directory.
        name: what `$package_name$` stands for.
        nested: the files of subdirectories that belong to it.
        conftests: the directories from the root down to it that have a conftest.py.
        base: the repository, as the system knows it.
        python, proto: which languages are generated.
        sources: what was read in its files, by path relative to it; the reason for one that cannot be read.
    """

    directory: Directory
    name: str
    nested: list[tuple[str, Stamp]]
    conftests: list[str]
    base: str
    python: bool
    proto: bool
    sources: dict[str, SourceEntry | str] = field(default_factory=dict)
    uses: dict[str, Uses] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        """What holds in it."""
        return self.directory.config

    @property
    def rel(self) -> str:
        """Its path, "" for the root."""
        return self.directory.rel

    def wanted_sources(self) -> list[tuple[str, Stamp]]:
        """The files to read, by path relative to it."""
        files = self.directory.files
        found: list[tuple[str, Stamp]] = []
        if self.python:
            own, below = python_files(self.config, files, [path for path, _ in self.nested])
            found = [(name, files[name]) for name in own]
            if below:
                chosen = set(below)
                found += [item for item in self.nested if item[0] in chosen]
        if self.proto:
            found += [(name, stamp) for name, stamp in files.items() if name.endswith(".proto")]
        return found

    def on_disk(self, name: str) -> bool:
        """Whether a path relative to it is a file."""
        return os.path.isfile(f"{self.base}/{self.directory.path(name)}")

    def key(self, config_key: bytes) -> bytes:
        """What its targets depend on, but for what its imports are resolved to, in short."""
        directory = self.directory
        known = directory.files
        odd = [
            (src, self.on_disk(src))
            for rule in directory.existing.rules
            for src in rule.strings("srcs")
            if src not in known
        ]
        digests = [(name, entry.digest) for name, entry in self.sources.items() if isinstance(entry, SourceEntry)]
        nested = [path for path, _ in self.nested]
        parts = (self.name, config_key, directory.build_digest, list(known), nested, digests, self.conftests, odd)
        return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=16).digest()

    def key_once(self, build: str, digest: bytes, existing: Existing, config_key: bytes) -> bytes:
        """The key it will have once its BUILD file is written."""
        directory = self.directory
        directory.files = dict(sorted({**directory.files, build.rpartition("/")[2]: (0, 0, 0)}.items()))
        directory.build, directory.build_digest, directory.existing = build, digest, existing
        return self.key(config_key)

    @cached_property
    def generated(self) -> Generated:
        """What it should have."""
        return self.generate(self.directory)

    def generate(self, directory: Directory) -> Generated:
        """What it should have if its directory were as given."""
        out = Generated()
        python_facts: dict[str, Facts] = {}
        proto_facts: dict[str, ProtoFacts] = {}
        for name, entry in self.sources.items():
            if isinstance(entry, str):
                out.messages.append(Message(f"{directory.path(name)}: cannot be read: {entry}; left out"))
            elif name.endswith(".proto"):
                proto_facts[name] = entry.proto
            else:
                python_facts[name] = entry.python
        if self.proto:
            wanted = self.python and self.config.extension
            targets, emptied, messages = protos.generate(
                self.rel, self.name, self.config, directory.existing, proto_facts, python=wanted
            )
            out.targets += targets
            out.emptied += emptied
            out.messages += map(Message, messages)
        if self.python:
            package = Package(
                rel=self.rel,
                name=self.name,
                config=self.config,
                files=list(directory.files),
                nested=[path for path, _ in self.nested],
                facts=python_facts,
                existing=directory.existing,
                conftests=self.conftests,
                on_disk=self.on_disk,
                empty_init=directory.files.get("__init__.py", (0, 0, 1))[2] == 0,
            )
            made = generate(package, self.uses)
            out.targets += made.targets
            out.emptied += made.emptied
            out.messages += made.messages
        return out


def units_of(root: Path, directories: Sequence[Directory], cache: Cache, jobs: int | None) -> dict[str, Unit]:
    """The directories that are to have targets, by path, with their files read."""
    with_conftest = {
        directory.rel
        for directory in directories
        if CONFTEST in directory.files and CONFTEST not in directory.config.ignore_files
    }
    units = {}
    for directory in directories:
        unit = _unit(root, directory, with_conftest)
        if unit is not None:
            units[directory.rel] = unit
    wanted = [(unit, name, stamp) for unit in units.values() for name, stamp in unit.wanted_sources()]
    found = cache.sources([(unit.directory.path(name), stamp) for unit, name, stamp in wanted], jobs)
    for unit, name, _ in wanted:
        unit.sources[name] = found[unit.directory.path(name)]
    return units


def _unit(root: Path, directory: Directory, with_conftest: set[str]) -> Unit | None:
    config = directory.config
    if not directory.update or config.ignore:
        return None
    if not directory.is_package and (config.update_only or directory.in_project):
        return None
    python = config.extension and config.speaks("py")
    proto = config.speaks("proto")
    if not python and not proto:
        return None
    parts = directory.rel.split("/") if directory.rel else []
    ancestors = ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]
    nested = sorted(directory.nested()) if config.generation_mode == PROJECT or config.update_only else []
    return Unit(
        directory=directory,
        name=parts[-1] if parts else os.path.basename(os.path.realpath(root)),
        nested=nested,
        conftests=[item for item in ancestors if item in with_conftest],
        base=os.fspath(root),
        python=python,
        proto=proto,
    )


def contributions(directory: Directory, unit: Unit | None) -> tuple[Contribution, ...]:
    """What the targets of a directory provide, once those it should have are merged into its BUILD file."""
    config = directory.config
    kinds = {config.kind(kind): kind for kind in (*PYTHON, PROTO, PY_PROTO)}
    targets = {target.name: target for target in unit.generated.targets} if unit is not None else {}
    gone = set(unit.generated.emptied) if unit is not None else set()
    found: list[Contribution] = []
    for rule in directory.existing.rules:
        kind = kinds.get(config.existing_kind(rule.kind))
        if kind is None or not rule.name:
            continue
        target = targets.pop(rule.name, None)
        attribute = "deps" if kind == PY_PROTO else "srcs"
        values = rule.strings(attribute)
        if (target is not None or rule.name in gone) and not rule.keep and kind != PY_PROTO:
            wanted = target.srcs if target is not None else ()
            values = merged_strings(attribute, rule.attributes.get(attribute), wanted)
        if rule.name in gone and not values:
            continue
        found.append(Contribution(kind, rule.name, _with_outputs(directory, values)))
    for target in targets.values():
        found.append(Contribution(target.kind, target.name, target.labels if target.kind == PY_PROTO else target.srcs))
    return tuple(found)


def _with_outputs(directory: Directory, srcs: tuple[str, ...]) -> tuple[str, ...]:
    """The sources of a target with the files that rules of its package make in place of their labels."""
    labels = [src for src in srcs if src.startswith(":")]
    if not labels:
        return srcs
    rules = {f":{rule.name}": rule for rule in directory.existing.rules}
    made = (rules[label] for label in labels if label in rules)
    return (*srcs, *(name for rule in made for key in ("out", "outs") for name in rule.strings(key)))


class ConfigKeys:
    """Short forms of configurations, each made once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Config, bytes]] = {}

    def of(self, config: Config) -> bytes:
        """The short form of a configuration; equal for equal ones."""
        known = self._known.get(id(config))
        if known is None:
            values = {item.name: _plain(getattr(config, item.name)) for item in dataclasses.fields(config)}
            digest = hashlib.blake2b(repr(values).encode(), digest_size=16).digest()
            known = self._known[id(config)] = (config, digest)
        return known[1]


def _plain(value: Any) -> Any:
    """A value whose `repr` tells it in full and always in the same way."""
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, Mapping):
        return sorted((key, _plain(item)) for key, item in value.items())
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return tuple(_plain(item) for item in value)
