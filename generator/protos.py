"""`proto_library` and `py_proto_library` targets from `.proto` files.

Follows https://github.com/bazel-contrib/bazel-gazelle/tree/master/language/proto and, for the Python side, the Python
plugin: one `proto_library` for each proto package of a directory, one `py_proto_library` for each of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from buildfile.labels import Label
from generator.config import FILE, Config
from generator.existing import Existing
from generator.kinds import PROTO, PY_PROTO
from generator.modules import Module
from generator.targets import AttributeValue, Target, is_label


class ProtoFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What generation needs to know about a `.proto` file: its package, "" for none, and what it imports."""

    package: str
    imports: tuple[str, ...]


_SKIPPED = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_IMPORT = re.compile(r"""^\s*import\s+(?:public\s+|weak\s+|option\s+)?(["'])([^"'\n]+)\1\s*;""", re.MULTILINE)


def scan(data: bytes) -> ProtoFacts:
    """The package and the imports of a `.proto` file; of a broken one what can be recognised."""
    text = _SKIPPED.sub(" ", data.decode("utf-8", "replace"))
    package = _PACKAGE.search(text)
    return ProtoFacts(package[1] if package else "", tuple(found[2] for found in _IMPORT.finditer(text)))


def generate(
    rel: str, name: str, config: Config, existing: Existing, files: Mapping[str, ProtoFacts], python: bool
) -> tuple[list[Target], list[str], list[str]]:
    """The proto targets of a directory, the names of rules whose sources are gone, and what people should know.

    Args:
        rel: the directory, repository-relative.
        name: its base name, for files without a package.
        config: what holds there.
        existing: its BUILD file.
        files: its `.proto` files.
        python: whether targets for Python are wanted.
    """
    targets = [
        _library(rel, rule_name, srcs, config, existing, files)
        for rule_name, srcs in _groups(name, config, existing, files)
    ]
    messages: list[str] = []
    targets = _with_free_names(rel, targets, config, existing, messages)
    made = {target.name for target in targets}
    emptied = []
    for rule in existing.rules:
        if config.existing_kind(rule.kind) == config.kind(PROTO) and rule.name not in made:
            srcs = rule.strings("srcs")
            if srcs and not any(is_label(src) or src in files or src in existing.outputs for src in srcs):
                emptied.append(rule.name)
    if python and config.generate_proto:
        for_python, gone = _for_python(sorted(made), config, existing)
        targets += _with_free_names(rel, for_python, config, existing, messages)
        emptied += gone
    return targets, emptied, messages


def _with_free_names(
    rel: str, targets: list[Target], config: Config, existing: Existing, messages: list[str]
) -> list[Target]:
    """Those targets whose names no rule of another kind has."""
    free = []
    kinds = {rule.name: rule.kind for rule in existing.rules}
    for target in targets:
        kind, other = config.kind(target.kind), kinds.get(target.name)
        if other is None or config.existing_kind(other) == kind:
            free.append(target)
        else:
            messages.append(
                f'failed to generate target "{Label("", rel, target.name).short()}" of kind "{kind}": '
                f'a target of kind "{other}" with the same name already exists'
            )
    return free


def _groups(
    name: str, config: Config, existing: Existing, files: Mapping[str, ProtoFacts]
) -> list[tuple[str, tuple[str, ...]]]:
    """The names and sources of the proto_library targets.

    A file stays with the rule that has it. Any other joins the rule that has the rest of its package, if that is one.
    """
    kind = config.kind(PROTO)
    owners: dict[str, str] = {}
    for rule in existing.rules:
        if config.existing_kind(rule.kind) == kind:
            owners.update((src, rule.name) for src in rule.strings("srcs") if src in files and src not in owners)
    groups: dict[str, list[str]] = {}
    for file in sorted(files):
        owner = owners.get(file)
        if owner is None:
            package = files[file].package
            owner = package.replace(".", "_") or re.sub(r"\W", "_", name) or "root"
            if config.proto == FILE:
                owner = file.removesuffix(".proto")
            owner += "_proto"
            near = {owners[other] for other in owners if files[other].package == package}
            if config.proto != FILE and len(near) == 1:
                owner = near.pop()
        groups.setdefault(owner, []).append(file)
    return [(owner, tuple(srcs)) for owner, srcs in groups.items()]


def _library(
    rel: str, name: str, srcs: tuple[str, ...], config: Config, existing: Existing, files: Mapping[str, ProtoFacts]
) -> Target:
    attributes: dict[str, AttributeValue] = {"srcs": srcs}
    if not existing.default_visibility:
        attributes["visibility"] = ("//visibility:public",)
    prefix = rel + "/" if rel else ""
    own = {prefix + src for src in srcs}
    modules = {
        wanted: Module(wanted, "", prefix + src, 0, False)
        for src in srcs
        for wanted in files[src].imports
        if wanted not in own
    }
    return Target(PROTO, name, attributes, tuple(modules.values()))


def _for_python(protos: list[str], config: Config, existing: Existing) -> tuple[list[Target], list[str]]:
    kind = config.kind(PY_PROTO)
    present = [rule for rule in existing.rules if config.existing_kind(rule.kind) == kind]
    names = {dep.removeprefix(":"): rule.name for rule in present for dep in rule.strings("deps")}
    targets = []
    for proto in protos:
        name = names.get(proto) or config.proto_naming_convention.replace("$proto_name$", proto.removesuffix("_proto"))
        attributes: dict[str, AttributeValue] = {}
        if config.all_visibility:
            attributes["visibility"] = config.all_visibility
        targets.append(Target(PY_PROTO, name, attributes, (), (f":{proto}",)))
    made = {target.name for target in targets}
    return targets, [rule.name for rule in present if rule.name not in made]


def python_module(path: str) -> str:
    """The name of the module that protoc makes of a `.proto` file, by its path below the repository."""
    return path.removesuffix(".proto").replace("-", "_").replace("/", ".") + "_pb2"


_OWN_FILES = (
    "any api compiler/plugin descriptor duration empty field_mask source_context struct timestamp type wrappers"
)
WELL_KNOWN = frozenset(f"google/protobuf/{name}.proto" for name in _OWN_FILES.split())
"""Files that come with protobuf itself."""


def well_known_label(path: str, protobuf: str) -> str:
    """The label of the proto_library of one of these files."""
    name = path.removeprefix("google/protobuf/").removesuffix(".proto").replace("/", "_")
    return f"@{protobuf}//:{name}_proto"
