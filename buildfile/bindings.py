"""What a name means in a file: loads and their aliases, assignments, functions, `native`.

https://bazel.build/extending/concepts
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from buildfile.calls import Scope
from buildfile.loads import Load
from buildfile.repository import Workspace
from buildfile.source import SourceFile
from buildfile.statements import Statement
from buildfile.syntax import Unparsable

_ASSIGNED = re.compile(rb"([A-Za-z_(\[][\w \t,()\[\]]*+)(?:[-+*/%|&]|//)?=(?!=)")
_DEFINED = re.compile(rb"def[ \t]+([A-Za-z_]\w*)")
_NAME = re.compile(rb"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A symbol of a .bzl file, told apart from its namesakes in other rulesets by where it comes from.

    Attributes:
        label: the canonical label of the file, `@module//package:file.bzl`, see `Workspace.canonical`;
            `"native"` for what Bazel brings itself.
        name: its name there.
    """

    label: str
    name: str


@dataclass(frozen=True)
class Bindings:
    """The names of one file, in the workspace it belongs to."""

    file: SourceFile
    workspace: Workspace

    @cached_property
    def _read(self) -> tuple[list[Load], list[tuple[Statement, str]]]:
        return self.file.loads

    @property
    def loads(self) -> list[Load]:
        """The load statements."""
        return self._read[0]

    @property
    def bad_loads(self) -> list[tuple[Statement, str]]:
        """Load statements that cannot be read, with the reason."""
        return self._read[1]

    @cached_property
    def loaded(self) -> dict[str, Symbol]:
        """Local name to what it is loaded as."""
        return {
            symbol.local: Symbol(self.workspace.canonical(load.label, self.file.package), symbol.name)
            for load in self.loads
            for symbol in load.symbols
        }

    @cached_property
    def defined(self) -> frozenset[str]:
        """Names that top-level assignments, loops and functions of the file bind."""
        names: set[str] = set()
        for statement in self.file.statements:
            if statement.is_load:
                continue
            data, start = statement.data, statement.start
            found = _DEFINED.match(data, start)
            if found:
                names.add(found[1].decode())
                continue
            found = _ASSIGNED.match(data, start, statement.end)
            if found and found[1].count(b"(") == found[1].count(b")"):  # else the `=` is that of a keyword
                names.update(name.decode() for name in _NAME.findall(found[1]))
        return frozenset(names)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Top-level `a = b`: name to the name it stands for."""
        found: dict[str, str] = {}
        for statement in self.file.statements:
            matched = _ALIAS.match(statement.data, statement.start, statement.end)
            if matched:
                found[matched[1].decode()] = matched[2].decode()
        return found

    def symbol(self, name: str | None, scope: Scope = Scope()) -> Symbol | None:  # noqa: B008 (immutable)
        """What a dotted name stands for; None if the file does not say (a parameter, a struct, an unknown name).

        A name that stands for another by a top-level assignment is followed.
        """
        if name is None:
            return None
        if name.startswith("native."):
            return Symbol("native", name.removeprefix("native."))
        if "." in name or name in scope.local:
            return None
        name = self.root(name)
        if name in self.loaded:
            return self.loaded[name]
        return None if name in self.defined else Symbol("native", name)

    def builtins(self, names: Iterable[str]) -> frozenset[str]:
        """Those of some names that may stand for what Bazel brings itself: behind `native.`, or bound by nothing."""
        if b"native" in self.file.data:
            return frozenset(names)
        return frozenset(name for name in names if name not in self.loaded and name not in self.defined)

    def root(self, name: str | None) -> str:
        """The name at the end of a chain of top-level assignments `a = b`; the name itself if there is none."""
        seen: set[str | None] = set()
        while name in self.aliases and name not in seen:
            seen.add(name)
            name = self.aliases[name]
        return name or ""

    def local_names(self, symbols: frozenset[Symbol]) -> dict[str, Symbol]:
        """The names under which some symbols are known here, aliases by assignment among them."""
        found = {name: symbol for name, symbol in self.loaded.items() if symbol in symbols}
        if found:
            for name in self.aliases:
                symbol = self.symbol(name)
                if symbol in symbols and symbol is not None:
                    found[name] = symbol
        return found

    def free_name(
        self, wanted: str, *symbols: Symbol, prefix: str = "aspect_", at: int | None = None
    ) -> tuple[str, bool]:
        """A local name for a symbol: the one it is loaded under already, else `wanted`, else one with a prefix.

        A name that the file uses for what Bazel brings itself is not free, since a load would change its meaning;
        unless that is one of `symbols`. With `at`, an offset, what is loaded further down does not count as loaded.

        Returns:
            The name, and whether it still has to be loaded.
        """
        for name, symbol in self.loaded.items():
            if symbol in symbols and (at is None or self._loaded_at(name) < at):
                return name, False
        name = wanted
        while (
            name in self.loaded
            or name in self.defined
            or name in self._parameters
            or (Symbol("native", name) not in symbols and self._stands_for_itself(name))
        ):
            name = prefix + name if not name.startswith("_") else "_" + prefix + name[1:]
        return name, True

    def _loaded_at(self, name: str) -> int:
        return next(load.statement.start for load in self.loads if any(item.local == name for item in load.symbols))

    def _stands_for_itself(self, name: str) -> bool:
        """Whether the file uses a name that nothing in it binds: what Bazel brings, or a prelude."""
        word = re.compile(rb"(?<![\w.])" + re.escape(name.encode()) + rb"(?!\w)")
        for statement in self.file.statements:
            if statement.is_load or not word.search(statement.data, statement.start, statement.end):
                continue
            try:
                tree = statement.tree
            except Unparsable:
                return True
            if any(isinstance(node, ast.Name) and node.id == name for top in tree.body for node in ast.walk(top)):
                return True
        return False

    @cached_property
    def _parameters(self) -> frozenset[str]:
        """Every parameter and local variable of the functions of the file."""
        names: set[str] = set()
        for statement in self.file.statements:
            if not _DEFINED.match(statement.data, statement.start):
                continue
            try:
                tree = statement.tree
            except Unparsable:
                continue
            for node in ast.walk(tree.body[0]):
                if isinstance(node, ast.arg):
                    names.add(node.arg)
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    names.add(node.id)
        return frozenset(names)


_ALIAS = re.compile(rb"([A-Za-z_]\w*)[ \t]*=[ \t]*([A-Za-z_]\w*)[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
