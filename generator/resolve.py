"""From imported modules to labels.

A module and each shorter prefix of it are looked up, longest first: in the `resolve` directives, in the manifests of
third-party distributions, among the targets of the repository, in the standard library. That is the order of
https://github.com/bazel-contrib/rules_python/tree/main/gazelle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from buildfile.labels import BadLabel, Label
from generator.config import Config
from generator.index import Index, Provider, preferred
from generator.manifest import Manifests
from generator.modules import Module, absolute_name
from generator.protos import WELL_KNOWN, well_known_label
from generator.workspace import Names

DIRECTIVE, MANIFEST, STUBS, INDEX, CONFTEST, ANNOTATION, GENERATED, DECLARED = (
    "a resolve directive",
    "a manifest",
    "type stubs in a manifest",
    "a target of the repository",
    "conftest.py",
    "a gazelle:include_dep annotation",
    "the rules of generation",
    "the BUILD file",
)
"""How a dependency was found."""


class Dependency(NamedTuple):
    """A dependency and why it is one.

    Attributes:
        label: as it is written in the target's package.
        type_only: only type checkers need it.
        how: how it was found, one of the constants above.
        module: the import that asks for it; None for what no import asks for.
        found: the name it was found under: that of the import, or a prefix of it.
    """

    label: str
    type_only: bool
    how: str
    module: Module | None
    found: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An import that nothing provides, or too many targets do.

    Attributes:
        module: the import.
        name: the name that was looked up.
        candidates: the labels that provide it; empty if there are none.
    """

    module: Module
    name: str
    candidates: tuple[str, ...] = ()

    def text(self, names: Names) -> str:
        """What is wrong and what can be done about it, in several lines."""
        place = f'"{self.module.path}", line {self.module.line}'
        if self.candidates:
            labels = ", ".join(names.full(Label.parse(label)) for label in self.candidates)
            return (
                f'{place}: multiple targets ({labels}) may be imported with "{self.name}"'
                ": possible solutions:\n"
                "\t1. Leave the file in the srcs of one of these targets only.\n"
                f"\t2. Choose one with the '# gazelle:resolve py {self.name} TARGET_LABEL' BUILD file directive.\n"
            )
        if self.module.conftest:
            return (
                f'{place}: "{self.name}" is an invalid dependency: possible solutions:\n'
                f"\t1. Have a target for {self.module.conftest}, which pytest loads for these tests.\n"
                f"\t2. Name a target with the '# gazelle:resolve py {self.name} TARGET_LABEL' BUILD file directive.\n"
                "\t3. Leave it out with a comment '# gazelle:include_pytest_conftest false' in the test, or with the "
                "'# gazelle:python_include_ancestor_conftest false' BUILD file directive.\n"
            )
        return (
            f'{place}: "{self.name}" is an invalid dependency: possible solutions:\n'
            "\t1. Add the distribution to the requirements, and run `trekbok manifest`.\n"
            f"\t2. Name a target with the '# gazelle:resolve py {self.name} TARGET_LABEL' BUILD file directive.\n"
            f"\t3. Ignore it with a comment '# gazelle:ignore {self.name}' in the Python file.\n"
        )


@dataclass(slots=True)
class Resolved:
    """What the imports of one target came to."""

    dependencies: list[Dependency]
    unresolved: list[Unresolved]
    dropped: list[str]


class _Found(NamedTuple):
    """What a name was found to be: labels from a directive or manifest, or targets; nothing for what needs no dep."""

    how: str
    labels: tuple[str, ...] = ()
    providers: tuple[Provider, ...] = ()
    all_providers: tuple[Provider, ...] = ()


_STDLIB = _Found("stdlib")


class Resolver:
    """Resolves imports against one state of the repository."""

    def __init__(self, index: Index, manifests: Manifests, stdlib: frozenset[str], protobuf: str) -> None:
        self._index = index
        self._protobuf = protobuf
        self._manifests = manifests
        self._stdlib = stdlib
        self._memo: dict[int, tuple[Config, dict[str, _Found | None]]] = {}

    def resolve(self, package: str, name: str, config: Config, modules: Iterable[Module]) -> Resolved:
        """The dependencies of the target `//package:name` on what it imports.

        Raises:
            Fatal: a manifest cannot be read.
        """
        out = Resolved([], [], [])
        _, memo = self._memo.setdefault(id(config), (config, {}))
        for module in modules:
            if module.conftest and self._conftest(package, name, config, module, out):
                continue
            full = module.name
            if full.startswith("."):
                if not config.relative_imports:
                    continue
                absolute = absolute_name(module, config.root)
                if absolute is None:
                    place = f'"{module.path}", line {module.line}'
                    out.dropped.append(f'{place}: the relative import "{full}" leads out of the tree; dropped')
                    continue
                full = absolute
            errors = self._resolve_one(package, name, config, memo, module, full, out.dependencies)
            # `from . import x` may ask for what __init__.py makes, which needs no dependency.
            if module.source.strip(".") or not module.source:
                out.unresolved.extend(errors)
        return out

    def resolve_protos(self, package: str, files: Iterable[Module]) -> Resolved:
        """The dependencies of a proto_library of some package on the `.proto` files it imports."""
        out = Resolved([], [], [])
        for file in files:
            providers = self._index.protos.get(file.name, [])
            if file.name in WELL_KNOWN:
                label = well_known_label(file.name, self._protobuf)
            elif len(providers) == 1:
                label = providers[0].relative(package)
            else:
                reason = "more than one proto_library has it" if providers else "no proto_library has it"
                out.dropped.append(f'"{file.path}" imports "{file.name}", but {reason}; no dependency is added')
                continue
            out.dependencies.append(Dependency(label, False, INDEX, file, file.name))
        return out

    def _resolve_one(
        self,
        package: str,
        name: str,
        config: Config,
        memo: dict[str, _Found | None],
        module: Module,
        full: str,
        out: list[Dependency],
    ) -> list[Unresolved]:
        """Adds the dependencies for one module; gives what is wrong if there are none to be had."""
        errors: list[Unresolved] = []
        for candidate in _prefixes(full):
            try:
                found = memo[candidate]
            except KeyError:
                found = memo[candidate] = self._look_up(config, candidate)
            if found is None:
                if config.validate_import_statements:
                    errors.append(Unresolved(module, candidate))
                continue
            if found is _STDLIB:
                return []
            if found.how == INDEX:
                if any(item.package == package and item.name == name for item in found.all_providers):
                    return []
                if len(found.providers) > 1:
                    errors.append(Unresolved(module, candidate, tuple(item.label for item in found.providers)))
                    continue
                out.append(Dependency(found.providers[0].relative(package), module.type_only, INDEX, module, candidate))
                return []
            if found.how == DIRECTIVE:
                label = Label.parse(found.labels[0])
                if not label.repo and label.package == package and label.name == name:
                    continue
                out.append(Dependency(label.short(package), module.type_only, DIRECTIVE, module, candidate))
                return []
            out.append(Dependency(found.labels[0], module.type_only, MANIFEST, module, candidate))
            out.extend(Dependency(label, True, STUBS, module, candidate) for label in found.labels[1:])
            return []
        return errors

    def _conftest(self, package: str, name: str, config: Config, module: Module, out: Resolved) -> bool:
        """Adds the target that has a conftest.py; False if none has."""
        if _override(config, module.name) is not None:
            return False
        providers = preferred(self._index.files.get(module.conftest, []), config.root)
        if len(providers) != 1:
            return False
        if (providers[0].package, providers[0].name) != (package, name):
            out.dependencies.append(Dependency(providers[0].relative(package), False, CONFTEST, module, module.name))
        return True

    def _look_up(self, config: Config, candidate: str) -> _Found | None:
        override = _override(config, candidate)
        if override is not None:
            return _Found(DIRECTIVE, (override,))
        if config.manifests:
            hit = self._manifests.find(config.manifests, candidate)
            if hit is not None:
                return _Found(MANIFEST, (hit[0], *self._manifests.stubs(config.manifests, hit[1])))
        providers = self._index.modules.get(candidate)
        if providers:
            return _Found(INDEX, (), tuple(preferred(providers, config.root)), tuple(providers))
        return _STDLIB if candidate in self._stdlib else None


def _prefixes(name: str) -> Iterator[str]:
    yield name
    while (at := name.rfind(".")) >= 0:
        name = name[:at]
        yield name


def _override(config: Config, name: str) -> str | None:
    """The absolute label that a directive gives for a name."""
    label = config.resolve.get(name)
    if label is not None:
        return label
    for pattern, template, where in reversed(config.resolve_regexp):
        found = pattern.search(name)
        if found is None:
            continue
        try:
            return str(Label.parse(_expanded(found, template), where))
        except BadLabel:
            continue
    return None


def _expanded(found: re.Match[str], template: str) -> str:
    """A template with `$1` and `${name}` replaced by what the groups of a match hold."""

    def group(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        try:
            return found[int(name) if name.isdigit() else name] or ""
        except IndexError:
            return ""

    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", group, template)
