"""Repositories of one Python version: what they are called in a workspace, and the version each stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from buildfile.source import FileKind
from migrations.extensions import proxies
from migrations.rules_python._extensions import PYTHON
from migrations.view import View

SCAN_NEEDLES = (b"python_register_", b"use_repo")
_NAMED = re.compile(r"python_(\d+(?:_\d+)+)(_host)?")
_HUBS = ("python_versions", "python_aliases")


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories that a workspace declares.

    Attributes:
        single: apparent name to version.
        hubs: apparent names of repositories with a package for each version.
        hosts: apparent names of repositories with the interpreter of the host, as MODULE.bazel names them.
    """

    single: Mapping[str, str] = field(default_factory=dict)
    hubs: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()


def scan(view: View) -> Repositories | None:
    """What a WORKSPACE, a .bzl or a MODULE.bazel declares."""
    single: dict[str, str] = {}
    hubs: set[str] = set()
    hosts: set[str] = set()
    for call in view.calls_named("python_register_toolchains", "python_register_multi_toolchains"):
        name, version = call.string("name"), call.string("python_version")
        if name and (call.callee or "").endswith("multi_toolchains"):
            hubs.add(name)
        elif name and version:
            single[name] = version
    if view.file.kind is FileKind.MODULE:
        names = proxies(view, PYTHON)
        for call in view.calls_named("use_repo"):
            arguments = call.arguments
            if not arguments or getattr(arguments[0].value, "id", "") not in names:
                continue
            for argument in arguments[1:]:
                real = call.string_of(argument.value) or ""
                named = _NAMED.fullmatch(real)
                if named and named[2]:
                    hosts.add(argument.name or real)
                elif named:
                    single[argument.name or real] = named[1].replace("_", ".")
                elif real in _HUBS:
                    hubs.add(argument.name or real)
    return Repositories(single, frozenset(hubs), frozenset(hosts)) if single or hubs or hosts else None


def merged(facts: Iterable[tuple[str, Repositories]]) -> Repositories:
    """What all files declare."""
    single: dict[str, str] = {}
    hubs: set[str] = set()
    hosts: set[str] = set()
    for _, fact in facts:
        single.update(fact.single)
        hubs |= fact.hubs
        hosts |= fact.hosts
    return Repositories(single, frozenset(hubs), frozenset(hosts))


def version_of(view: View, label: str, known: Repositories) -> str:
    """The version that a label in one of these repositories stands for; `""` for a label of anything else.

    A repository that nothing declares is one of them if its name is one that the extension gives out.
    """
    repo, slashes, rest = view.canonical(label).partition("//")
    name, package = repo.lstrip("@"), rest.partition(":")[0]
    if not slashes or not name or repo == "@" + view.workspace.module:
        return ""
    if name in known.single and not package:
        return known.single[name]
    if re.fullmatch(r"\d+(?:\.\d+)+", package) and (name in known.hubs or _undeclared(view, name, name in _HUBS)):
        return package
    named = _NAMED.fullmatch(name)
    if named and not named[2] and not package and _undeclared(view, name, True):
        return named[1].replace("_", ".")
    return ""


def _undeclared(view: View, name: str, usual: bool) -> bool:
    return usual and name not in view.workspace.dependencies
