"""Which targets of the repository provide which modules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from generator.config import FILE, Config
from generator.kinds import LIBRARY
from generator.modules import module_of


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
    """Modules, and files, to the targets that provide them."""

    def __init__(self) -> None:
        self.modules: dict[str, list[Provider]] = {}
        self.files: dict[str, list[Provider]] = {}

    def add(self, package: str, config: Config, kind: str, name: str, srcs: Iterable[str]) -> None:
        """Adds a target by its `srcs`; those that are no `.py` files of the package provide nothing."""
        provider = Provider(package, name, kind)
        files = [src for src in srcs if src.endswith(".py") and not src.startswith(("//", "@"))]
        for src in files:
            src = src.removeprefix(":")
            path = f"{package}/{src}" if package else src
            self.files.setdefault(path, []).append(provider)
            if config.generation_mode == FILE and len(files) > 1 and src == "__init__.py":
                continue  # it rides along with every file of the directory
            module = module_of(path, config.root)
            if module is not None:
                self.add_module(module, provider)

    def add_module(self, module: str, provider: Provider) -> None:
        """Adds a module that a target provides."""
        providers = self.modules.setdefault(module, [])
        if provider not in providers:
            providers.append(provider)


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
