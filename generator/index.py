"""Which targets of the repository provide which modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from buildfile.labels import BadLabel, Label
from generator.config import FILE, Config
from generator.kinds import LIBRARY, PROTO, PY_PROTO
from generator.modules import module_of
from generator.protos import python_module


class Contribution(NamedTuple):
    """What one target of a package brings: its kind, its name and its `srcs`, for a py_proto_library its `deps`."""

    kind: str
    name: str
    srcs: tuple[str, ...]


class Provider(NamedTuple):
    """A target that provides a module."""

    package: str
    name: str
    kind: str

    @property
    def label(self) -> str:
        """Its label, absolute and in full."""
        return f"//{self.package}:{self.name}"

    def relative(self, package: str) -> str:
        """Its label as a target of some package writes it."""
        if package == self.package:
            return f":{self.name}"
        if self.name == self.package.rpartition("/")[2]:
            return f"//{self.package}"
        return f"//{self.package}:{self.name}"


class Index:
    """Modules, files and .proto files to the targets that provide them."""

    def __init__(self) -> None:
        self.modules: dict[str, list[Provider]] = {}
        self.files: dict[str, list[Provider]] = {}
        self.protos: dict[str, list[Provider]] = {}
        self._proto_srcs: dict[str, list[str]] = {}
        self._py_protos: list[tuple[Provider, tuple[str, ...]]] = []

    def add(self, package: str, config: Config, contribution: Contribution) -> None:
        """Adds what a target of a package brings; sources that are no files of the package bring nothing."""
        kind, name, srcs = contribution
        provider = Provider(package, name, kind)
        if kind == PY_PROTO:
            self._py_protos.append((provider, srcs))
        elif kind == PROTO:
            paths = [f"{package}/{src}" if package else src for src in srcs if src.endswith(".proto")]
            self._proto_srcs[provider.label] = paths
            for path in paths:
                self.protos.setdefault(path, []).append(provider)
        else:
            for path, module in provided(package, config, srcs):
                self.files.setdefault(path, []).append(provider)
                if module is not None:
                    self._add_module(module, provider)

    def finish(self) -> None:
        """Adds what needs all targets to be known: the modules that protoc makes."""
        for provider, deps in self._py_protos:
            for dep in deps:
                try:
                    label = Label.parse(dep, provider.package)
                except BadLabel:
                    continue
                for path in self._proto_srcs.get(str(label), ()):
                    self._add_module(python_module(path), provider)

    def _add_module(self, module: str, provider: Provider) -> None:
        providers = self.modules.setdefault(module, [])
        if provider not in providers:
            providers.append(provider)


def provided(package: str, config: Config, srcs: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """The path of each Python file in the `srcs` of a target, and the module it provides, if any."""
    files = [src.removeprefix(":") for src in srcs if src.endswith(".py") and not src.startswith(("//", "@"))]
    for src in files:
        path = f"{package}/{src}" if package else src
        if config.generation_mode == FILE and len(files) > 1 and src == "__init__.py":
            yield path, None  # it rides along with every file of the directory
        else:
            yield path, module_of(path, config.root)


def preferred(providers: list[Provider], root: str) -> list[Provider]:
    """Those of several targets that provide a module which an importer below an import root should take.

    A library goes before a binary or test that has the file too; then targets below the importer's root go before
    others. More than one left means that nothing tells them apart.
    """
    if len(providers) > 1:
        libraries = [item for item in providers if item.kind == LIBRARY]
        providers = libraries or providers
    if len(providers) > 1:
        near = [item for item in providers if not root or item.package == root or item.package.startswith(root + "/")]
        if len(near) == 1:
            return near
    return providers
