"""What a migration sees: one file, in its workspace, with the facts gathered over the repository."""

from __future__ import annotations

import ast
import functools
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from buildfile.bindings import Bindings, Symbol
from buildfile.calls import Call, Scope, calls_in, dotted, string_value, walk
from buildfile.edits import Edit
from buildfile.items import Items
from buildfile.labels import BadLabel, Label
from buildfile.loads import Load
from buildfile.repository import Workspace
from buildfile.source import STARLARK, SourceFile
from buildfile.statements import STRING, Statement
from buildfile.style import SORTED_LISTS, quote, string_key
from buildfile.syntax import Tree, Unparsable
from buildfile.targets import Change
from migrations.profiles import Target


@dataclass(frozen=True, slots=True)
class String:
    """A string literal in a file: its value and range, quotes included, and the scope it stands in."""

    value: str
    start: int
    end: int
    statement: Statement
    scope: Scope


@dataclass(frozen=True, slots=True)
class Use:
    """A name in a file that stands for a symbol and is not what a call calls: a value, an argument, an alias."""

    name: str
    symbol: Symbol
    start: int
    end: int
    statement: Statement
    scope: Scope


@dataclass
class View:
    """One file as a migration sees it. Everything is lazy, and shared by the migrations that run on the file.

    Attributes:
        file: the file, as it is in this round.
        workspace: the workspace it belongs to.
        target: the versions and options.
        facts: by migration id, what its `gather` made of the whole repository.
        unparsable: filled with `(offset, reason)` of statements that were asked for and cannot be parsed.
    """

    file: SourceFile
    workspace: Workspace
    target: Target
    facts: Mapping[str, Any] = field(default_factory=dict)
    unparsable: list[tuple[int, str]] = field(default_factory=list)
    _trees: dict[int, Tree | None] = field(default_factory=dict)

    @cached_property
    def bindings(self) -> Bindings:
        """What names mean in this file."""
        return Bindings(self.file, self.workspace)

    def option(self, name: str, default: str = "") -> str:
        """The value of an option of the run."""
        return self.target.options.get(name, default)

    @property
    def loads(self) -> list[Load]:
        """The load statements."""
        return self.bindings.loads

    def canonical(self, label: str) -> str:
        """A label of this file in canonical form, see `Workspace.canonical`."""
        return self.workspace.canonical(label, self.file.package)

    def label_of(self, name: str | None) -> str:
        """The label as written of the file that a name, or what it stands for, is loaded from; `""` if it is not."""
        local = self.bindings.root(name)
        return next((load.label for load in self.loads if any(item.local == local for item in load.symbols)), "")

    def same_file(self, one: str, other: str) -> bool:
        """Whether two labels as written in this file are the same."""
        return self.canonical(one) == self.canonical(other)

    def spell(self, canonical: str, like: str = "") -> str:
        """A canonical label as this file would write it.

        Args:
            canonical: `@module//package:name`.
            like: a label written in this file that names the same module; its spelling of the repository is kept.
                Else any load of that module serves, else the workspace's name for it.
        """
        module, _, rest = canonical.partition("//")
        for written in (like, *(load.label for load in self.loads)):
            repo, slashes, _ = written.partition("//")
            if slashes and "@" + self.workspace.module_of(repo) == module:
                return f"{repo}//{rest}"
        return self.workspace.spell(canonical)

    def tree(self, statement: Statement) -> Tree | None:
        """The tree of a statement; None, and an entry in `unparsable`, if it has none."""
        if statement.start not in self._trees:
            try:
                self._trees[statement.start] = statement.tree
            except Unparsable as error:
                self._trees[statement.start] = None
                self.unparsable.append((error.offset, error.reason))
        return self._trees[statement.start]

    def statements(self, *words: str) -> Iterator[Statement]:
        """The statements other than loads that have one of some words in them, as whole words."""
        if not words:
            yield from (item for item in self.file.statements if not item.is_load)
            return
        yield from self._having(_word_pattern(words).finditer(self.file.data))

    def _having(self, found: Iterable[re.Match[bytes]]) -> Iterator[Statement]:
        """The statements other than loads that any of some matches, in order, begins in."""
        statements: tuple[Statement, ...] | None = None
        behind = 0
        for match in found:
            at = match.start()
            if at < behind:
                continue
            if statements is None:
                statements = self.file.statements
            index = bisect_right(statements, at, key=_start) - 1
            if index < 0:
                continue
            statement = statements[index]
            behind = statements[index + 1].start if index + 1 < len(statements) else len(self.file.data)
            if at < statement.end and not statement.is_load:
                yield statement

    def all_calls(self, statement: Statement) -> list[Call]:
        """Every call of a statement, outer before inner; none if it cannot be parsed."""
        return calls_in(self.file, statement) if self.tree(statement) is not None else []

    def calls(self, symbols: Collection[Symbol], having: Collection[bytes] = ()) -> Iterator[tuple[Call, Symbol]]:
        """Every call of some symbols, under whatever local name.

        Args:
            symbols: the symbols.
            having: bytes that all have to occur in a statement, or it is not parsed.
        """
        names = self.bindings.local_names(frozenset(symbols))
        native = self.bindings.builtins(symbol.name for symbol in symbols if symbol.label == "native")
        words = (*names, *native)
        if not words:
            return
        for statement in self.statements(*words):
            if having and not all(part in statement.text for part in having):
                continue
            for call in self.all_calls(statement):
                symbol = self.bindings.symbol(call.callee, call.scope)
                if symbol is not None and symbol in symbols:
                    yield call, symbol

    def symbol_of(self, call: Call) -> Symbol | None:
        """What a call calls; None for what is made in this file."""
        return self.bindings.symbol(call.callee, call.scope)

    def calls_named(self, *names: str) -> Iterator[Call]:
        """Every call whose callee ends in one of some names, whatever it is bound to (`x.toolchain`, `module`)."""
        for statement in self.statements(*names):
            for call in self.all_calls(statement):
                callee = call.callee
                if callee is not None and callee.rpartition(".")[2] in names:
                    yield call

    def uses(self, symbols: Collection[Symbol]) -> Iterator[Use]:
        """Every mention of some symbols that is not the callee of a call."""
        names = self.bindings.local_names(frozenset(symbols))
        if not names:
            return
        for statement in self.statements(*names):
            tree = self.tree(statement)
            if tree is None:
                continue
            callees = {id(call.node.func) for call in self.all_calls(statement)}
            called = sum(call.callee in names for call in self.all_calls(statement))
            if called == len(_word_pattern((*names,)).findall(statement.text)):
                continue  # every mention is one that is called
            for node, scope in walk(tree):
                if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or id(node) in callees:
                    continue
                symbol = self.bindings.symbol(dotted(node), scope)
                if symbol is not None and symbol in symbols:
                    yield Use(node.id, symbol, tree.start(node), tree.end(node), statement, scope)

    def strings(self, *parts: str) -> Iterator[String]:
        """Every string literal with one of some parts in it, load statements left out."""
        for statement in self._having(_part_pattern(parts).finditer(self.file.data)):
            tree = self.tree(statement)
            if tree is None:
                continue
            for node, scope in walk(tree):
                value = string_value(node)
                if value is not None and any(part in value for part in parts) and isinstance(node, ast.expr):
                    yield String(value, tree.start(node), tree.end(node), statement, scope)

    def comments(self, *parts: bytes) -> Iterator[tuple[int, int]]:
        """The byte range of every comment of a Starlark file with one of some parts in it, `#` included."""
        data = self.file.data
        if self.file.kind in STARLARK and any(_behind_hash(data, part) for part in parts):
            for found in _COMMENT_OR_STRING.finditer(data):
                if data[found.start()] == 0x23 and any(part in found[0] for part in parts):
                    yield found.start(), found.start() + len(found[0].rstrip(b"\r"))

    def changes_at(self, string: String | Use) -> Iterator[Change]:
        """What replacing a string or a name changes: the attributes it is part of, of every target around it."""
        for call in self.all_calls(string.statement):
            for argument in call.arguments:
                if argument.start <= string.start and string.end <= argument.end and argument.name:
                    yield Change(call.key, argument.name)

    def replacing(
        self, string: String, text: str, becomes: Callable[[str], str | None] = lambda value: None
    ) -> tuple[Edit, ...]:
        """The edits that put another text into a string literal.

        A list that buildifier keeps sorted stays sorted, and has the text once: Bazel refuses a label given twice.

        Args:
            string: the literal.
            text: what it is to be.
            becomes: what other strings of the same list are going to be, None for those that stay.
        """
        for call in self.all_calls(string.statement):
            for argument in call.arguments:
                if argument.name in SORTED_LISTS and argument.start <= string.start < argument.end:
                    lists = [node for node in ast.walk(argument.value) if isinstance(node, ast.List)]
                    for node in lists:
                        listed = _Listed.of(self.file, call.tree, node)
                        if (string.start, string.end) in listed.ranges:
                            return listed.replacing((string.start, string.end), text, becomes, node is argument.value)
        return (Edit(string.start, string.end, quote(text)),)

    def label(self, text: str) -> Label | None:
        """A label of this file, its package relative to the workspace; None if the text is none."""
        try:
            inner = self.file.package[len(self.workspace.path) :].lstrip("/") if self.workspace.path else None
            return Label.parse(text, self.file.package if inner is None else inner)
        except BadLabel:
            return None


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list of strings: where it stands, where each of its elements does, and what they are; `""` for no string."""

    file: SourceFile
    start: int
    end: int
    ranges: tuple[tuple[int, int], ...]
    values: tuple[str, ...]

    @staticmethod
    def of(file: SourceFile, tree: Tree, node: ast.List) -> _Listed:
        ranges = tuple((tree.start(item), tree.end(item)) for item in node.elts)
        values = tuple(string_value(item) or "" for item in node.elts)
        return _Listed(file, tree.start(node), tree.end(node), ranges, values)

    def replacing(
        self, place: tuple[int, int], text: str, becomes: Callable[[str], str | None], in_order: bool
    ) -> tuple[Edit, ...]:
        """The edits that put a text in one place; none is left there if the list has it elsewhere."""
        index = self.ranges.index(place)
        others = [becomes(value) or value for value in self.values]
        plain = all(self.values) and b"#" not in self.file.data[self.start : self.end]
        if text in self.values or text in others[:index]:
            if plain and {*others[:index], *others[index + 1 :]} == {text}:
                return (Edit(self.start, self.end, b"[" + quote(text) + b"]"),)
            items = Items(self.file.data, self.start + 1, self.end - 1, self.ranges, self.file.newline)
            return tuple(items.delete([index]))
        new = [*self.values[:index], text, *self.values[index + 1 :]]
        if plain and in_order and sorted(self.values, key=string_key) == list(self.values):
            new = sorted(new, key=string_key)
        pairs = zip(self.ranges, self.values, new, strict=True)
        return tuple(Edit(*place, quote(value)) for place, was, value in pairs if was != value)


_COMMENT_OR_STRING = re.compile(rb"#[^\n]*+|" + STRING, re.DOTALL)


def _behind_hash(data: bytes, part: bytes) -> bool:
    """Whether some bytes stand anywhere on a line behind a `#`."""
    at = data.find(part)
    while at >= 0:
        if data.find(b"#", data.rfind(b"\n", 0, at) + 1, at + len(part)) >= 0:
            return True
        at = data.find(part, at + 1)
    return False


def _start(statement: Statement) -> int:
    return statement.start


@functools.cache
def _word_pattern(words: tuple[str, ...]) -> re.Pattern[bytes]:
    """A pattern of some words, whole ones. What is in front is looked at last: a search runs ahead to a literal."""
    escaped = [re.escape(word.encode()) for word in sorted(words)]
    return re.compile(b"|".join(word + rb"(?<!\w" + word + rb")(?!\w)" for word in escaped))


@functools.cache
def _part_pattern(parts: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(part.encode()) for part in parts))
