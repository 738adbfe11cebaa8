"""The targets of a repository: what each call of a BUILD file makes, and what the hazards have to know of it."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from buildfile.bindings import Bindings, Symbol
from buildfile.calls import dotted
from buildfile.parallel import available_cores, map_chunks
from buildfile.repository import Entry, Workspace, read_bytes, walk, workspace_of, workspaces
from buildfile.source import FileKind, SourceFile
from buildfile.syntax import Tree, Unparsable, parse
from migrations.emitted import with_emitted
from migrations.rollout.expressions import Unknown, names_of, value_of
from migrations.rollout.globs import expand
from migrations.rollout.kinds import BzlFacts, Made, macros_in, mapped_kinds, names_in, read_bzl

PRECOMPILE = (
    "precompile",
    "precompile_invalidation_mode",
    "precompile_optimize_level",
    "precompile_source_retention",
    "pyc_collection",
)
UNKNOWN = "?"
"""The value of an attribute that is computed: a `select()` whose branches differ, a name, a call."""

_LEAST = 400
_OPTIMISED = re.compile(r"-[A-NP-Za-z]*O+[A-Za-z]*")


@dataclass(slots=True)
class Rule:
    """One call of a BUILD file that makes one target, or with a comprehension several.

    Attributes:
        label: `//package:name`; for a computed name `//package:` and the expression.
        path: the BUILD file, repository-relative.
        line: where it stands, from 1.
        made: what it makes; None for what is not Python.
        callee: the name that is called.
        symbol: what that stands for.
        names: the names of its targets; empty if they cannot be computed.
        sources: absolute labels of its `srcs`.
        deps: absolute labels of its `deps`, and of `actual` of an alias.
        partial: whether sources or dependencies are computed in part.
        attributes: the attributes of precompiling by name, `UNKNOWN` for what is computed.
        tags: its tags.
        exec_properties: those that hit the compile action, as sorted text.
        optimised: what asks for an optimising interpreter, `""` if nothing.
        python_version: as written, `""` if it is not.
        main: the main file, absolute; `""` if it is not said.
        main_module: whether it has one.
        plain: attributes with a plain value, by name, for selection.
        file_size, file_count: bytes and number of the sources that are in the checkout.
    """

    label: str
    path: str
    line: int
    made: Made | None
    callee: str
    symbol: Symbol | None = None
    names: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    partial: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    exec_properties: str = ""
    optimised: str = ""
    python_version: str = ""
    main: str = ""
    main_module: bool = False
    plain: dict[str, str] = field(default_factory=dict)
    file_size: int = 0
    file_count: int = 0

    @property
    def package(self) -> str:
        """The package it is in."""
        return self.label[2:].partition(":")[0]


@dataclass(slots=True)
class Inventory:
    """All targets of the main workspace of a repository.

    Attributes:
        root: the repository.
        workspace: its workspace.
        rules: label to rule; a call that makes several targets stands under its own label.
        targets: label of each single target to the label of its call.
        bazelrc: the flags files, path to bytes.
        builtin_rules: rules whose file makes a `PyInfo` that is Bazel's own.
        unreadable: files that could not be read or parsed, with the reason.
        modules: MODULE.bazel and its segments, path to bytes.
    """

    root: Path
    workspace: Workspace
    rules: dict[str, Rule] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    bazelrc: dict[str, bytes] = field(default_factory=dict)
    builtin_rules: frozenset[Symbol] = frozenset()
    unreadable: list[tuple[str, int, str]] = field(default_factory=list)
    modules: dict[str, bytes] = field(default_factory=dict)

    def closure(self, label: str) -> list[Rule]:
        """A rule and all that it depends on, as far as it is in the repository."""
        seen: set[str] = set()
        found: list[Rule] = []
        waiting = [label]
        while waiting:
            rule = self.rules.get(self.targets.get(waiting.pop(), ""))
            if rule is not None and rule.label not in seen:
                seen.add(rule.label)
                found.append(rule)
                waiting += rule.deps
        return found


def take(root: Path, exclude: Sequence[str] = (), jobs: int = 0, mapped: Mapping[str, str] | None = None) -> Inventory:
    """Reads a repository.

    Args:
        root: the repository.
        exclude: paths to leave out, in .gitignore's syntax.
        jobs: processes; 0 for one a core.
        mapped: further names of rules or macros, each with the kind that it makes.
    """
    walked = walk(root, exclude=exclude)
    found = workspaces(root, walked)
    workspace = with_emitted(root, found[""])
    entries = [entry for entry in walked.entries if workspace_of(entry.path, found) is found[""]]
    inventory = Inventory(root, workspace)
    inventory.unreadable += [(path, 0, reason) for path, reason in walked.unlisted]
    count = jobs or available_cores()
    known = _kinds(inventory, entries, count)
    builds = [entry for entry in entries if entry.kind is FileKind.BUILD and _is_package(entry)]
    files = {entry.path.rpartition("/")[0]: entry.path for entry in builds}
    packages = frozenset(entry.path.rpartition("/")[0] for entry in builds)

    def read(chunk: Sequence[Entry]) -> tuple[list[Rule], list[tuple[str, int, str]]]:
        rules: list[Rule] = []
        bad: list[tuple[str, int, str]] = []
        kinds = _Kinds(os.fspath(root), workspace, known, files)
        for entry in chunk:
            _read_build(root, entry, workspace, kinds, mapped or {}, packages, rules, bad)
        return rules, bad

    for rules, bad in map_chunks(read, builds, jobs=count, least=_LEAST):
        inventory.unreadable += bad
        for rule in rules:
            inventory.rules[rule.label] = rule
            for name in rule.names:
                inventory.targets[f"//{rule.package}:{name}"] = rule.label
            inventory.targets.setdefault(rule.label, rule.label)
    return inventory


def _is_package(entry: Entry) -> bool:
    return entry.path.rpartition("/")[2] in ("BUILD", "BUILD.bazel")


def _kinds(inventory: Inventory, entries: Iterable[Entry], jobs: int) -> dict[Symbol, Made]:
    """The macros of the repository; fills what the other small files say."""
    facts: list[BzlFacts] = []
    for entry in entries:
        if entry.kind not in (FileKind.BZL, FileKind.BAZELRC, FileKind.MODULE):
            continue
        try:
            data = read_bytes(f"{os.fspath(inventory.root)}/{entry.path}")
        except OSError as error:
            inventory.unreadable.append((entry.path, 0, error.strerror or str(error)))
            continue
        if entry.kind is FileKind.BAZELRC:
            inventory.bazelrc[entry.path] = data
        elif entry.kind is FileKind.MODULE:
            inventory.modules[entry.path] = data
        elif b"py_" in data or b"PyInfo" in data or b"load(" in data:
            facts.append(read_bzl(SourceFile(entry.path, entry.kind, data), inventory.workspace))
    inventory.builtin_rules = frozenset(Symbol(fact.label, name) for fact in facts for name in fact.providers)
    return macros_in(facts)


class _Kinds:
    """What symbols make in a package: Gazelle reads the kinds that a BUILD file maps from its directory downwards."""

    def __init__(self, root: str, workspace: Workspace, known: Mapping[Symbol, Made], files: Mapping[str, str]) -> None:
        self._root = root
        self._workspace = workspace
        self._files = files
        self._known = known
        self._by_directory: dict[str, Mapping[Symbol, Made]] = {}

    def here(self, directory: str, data: bytes | None = None) -> Mapping[Symbol, Made]:
        """The kinds of a package by its directory; `data` is what its BUILD file holds, if that is known already."""
        if directory not in self._by_directory:
            above = self.here(directory.rpartition("/")[0]) if directory else self._known
            mapped = mapped_kinds(self._read(directory) if data is None else data, directory, self._workspace)
            mine = {symbol: made for symbol, made in mapped.items() if symbol not in self._known}
            self._by_directory[directory] = {**above, **mine} if mine else above
        return self._by_directory[directory]

    def _read(self, directory: str) -> bytes:
        try:
            return read_bytes(f"{self._root}/{self._files[directory]}")
        except (OSError, KeyError):
            return b""


def _read_build(
    root: Path,
    entry: Entry,
    workspace: Workspace,
    kinds: _Kinds,
    mapped: Mapping[str, str],
    packages: frozenset[str],
    rules: list[Rule],
    bad: list[tuple[str, int, str]],
) -> None:
    try:
        data = read_bytes(f"{os.fspath(root)}/{entry.path}")
    except OSError as error:
        bad.append((entry.path, 0, error.strerror or str(error)))
        return
    file = SourceFile(entry.path, entry.kind, data)
    bindings = Bindings(file, workspace)
    names = names_in(file, bindings, kinds.here(file.package, data))
    names |= {name: Made(kind, name) for name, kind in mapped.items()}
    reader = _Reader(os.fspath(root), file, bindings, names, packages)
    for tree in _trees(file, bad):
        for node in tree.body:
            reader.statement(tree, node)
    rules += reader.rules


def _trees(file: SourceFile, bad: list[tuple[str, int, str]]) -> Iterable[Tree]:
    """The file as one tree; statement by statement if it does not parse as a whole."""
    try:
        yield parse(file.data, 0, len(file.data))
        return
    except Unparsable:
        pass
    for statement in file.statements:
        try:
            yield statement.tree
        except Unparsable as error:
            bad.append((file.path, file.position(error.offset)[0], error.reason))


class _Reader:
    """Reads the calls of one BUILD file."""

    def __init__(
        self, root: str, file: SourceFile, bindings: Bindings, names: Mapping[str, Made], packages: frozenset[str]
    ) -> None:
        self.root = root
        self.file = file
        self.workspace = bindings.workspace
        self.names = names
        self.packages = packages
        self.package = file.package
        self.constants: dict[str, ast.expr] = {}
        self.rules: list[Rule] = []
        self._loaded = bindings.loaded

    def statement(self, tree: Tree, node: ast.stmt) -> None:
        """Reads the calls of a top-level statement."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.constants[node.targets[0].id] = node.value
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self._call(tree, node.value, ())
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.ListComp):
            self._call(tree, node.value.elt, node.value.generators)
        elif isinstance(node, ast.For | ast.If | ast.Assign | ast.Expr):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call):
                    self._call(tree, inner, ())

    def _call(self, tree: Tree, node: ast.expr, generators: Sequence[ast.comprehension]) -> None:
        if not isinstance(node, ast.Call):
            return
        arguments = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        named = arguments.get("name")
        callee = dotted(node.func)
        if named is None or callee is None:
            return
        made = self.names.get(callee)
        names = names_of(named, generators, self.constants)
        plain_name = isinstance(named, ast.Constant) and isinstance(named.value, str)
        text = names[0] if plain_name and names else ast.unparse(named)
        rule = Rule(f"//{self.package}:{text}", self.file.path, _line(tree, node, self.file), made, callee)
        rule.names = tuple(names)
        rule.symbol = self._loaded.get(callee)
        deps, partial = self._labels(arguments.get("deps"))
        if made is None:
            actual, _ = self._labels(arguments.get("actual"))
            rule.deps = (*deps, *actual)
        else:
            rule.deps = deps
            self._python(rule, arguments, partial)
        self.rules.append(rule)

    def _python(self, rule: Rule, arguments: Mapping[str, ast.expr], partial: bool) -> None:
        rule.sources, unseen = self._labels(arguments.get("srcs"))
        rule.partial = partial or unseen
        for name in PRECOMPILE:
            if name in arguments:
                rule.attributes[name] = _one_value(arguments[name])
        rule.plain = {name: str(node.value) for name, node in arguments.items() if isinstance(node, ast.Constant)}
        tags = value_of(arguments.get("tags"), self.constants)
        rule.tags = tuple(str(item) for item in tags) if isinstance(tags, list) else ()
        rule.exec_properties = _exec_properties(value_of(arguments.get("exec_properties"), self.constants))
        rule.optimised = _optimised(arguments)
        rule.python_version = rule.plain.get("python_version", "")
        main = rule.plain.get("main", "")
        rule.main = self._absolute(main) if main else ""
        rule.main_module = rule.plain.get("main_module", "None") not in ("None", "")
        for source in rule.sources:
            package, _, name = source[2:].partition(":")
            if source.startswith("//") and name.endswith(".py"):
                size = _size(f"{self.root}/{package}/{name}" if package else f"{self.root}/{name}")
                if size >= 0:
                    rule.file_size += size
                    rule.file_count += 1

    def _labels(self, node: ast.expr | None) -> tuple[tuple[str, ...], bool]:
        """The labels that an expression may give, absolute, and whether it may give others too."""
        if node is None:
            return (), False
        found: list[str] = []
        unseen = self._gather(node, found)
        return tuple(dict.fromkeys(found)), unseen

    def _gather(self, node: ast.expr, found: list[str]) -> bool:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(self._absolute(node.value))
            return False
        if isinstance(node, ast.List | ast.Tuple):
            return self._each(node.elts, found)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._each([node.left, node.right], found)
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self._gather(self.constants[node.id], found)
        if isinstance(node, ast.Call):
            callee = dotted(node.func)
            if callee in ("glob", "native.glob"):
                return self._glob(node, found)
            if callee == "select" and node.args and isinstance(node.args[0], ast.Dict):
                return self._each(node.args[0].values, found)
            if callee == "requirement":
                return False
        return True

    def _each(self, nodes: Sequence[ast.expr], found: list[str]) -> bool:
        unseen = [self._gather(node, found) for node in nodes]
        return any(unseen)

    def _glob(self, node: ast.Call, found: list[str]) -> bool:
        include = value_of(node.args[0] if node.args else _keyword(node, "include"), self.constants)
        exclude = value_of(_keyword(node, "exclude"), self.constants) if _keyword(node, "exclude") else []
        if isinstance(include, Unknown) or isinstance(exclude, Unknown) or not isinstance(include, list):
            return True
        for name in expand(self.root, self.package, include, exclude, self.packages):
            found.append(f"//{self.package}:{name}")
        return False

    def _absolute(self, text: str) -> str:
        """A label of the file in full; one of another repository as it is."""
        if text.startswith("//"):
            package, _, name = text[2:].partition(":")
        elif text.startswith("@"):
            repo, slashes, rest = text.partition("//")
            if not slashes or self.workspace.module_of(repo) != self.workspace.module or not self.workspace.module:
                return text
            package, _, name = rest.partition(":")
        else:
            return f"//{self.package}:{text.removeprefix(':')}"
        return f"//{package}:{name or package.rpartition('/')[2]}"


def _line(tree: Tree, node: ast.Call, file: SourceFile) -> int:
    start = tree.start(node)
    return node.lineno if tree.lines and tree.lines[0] == 0 else file.position(start)[0]


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _one_value(node: ast.expr) -> str:
    """The one value that an expression has; of a `select` whose branches agree, theirs."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return f"-{node.operand.value!r}"
    if (
        isinstance(node, ast.Call)
        and dotted(node.func) == "select"
        and node.args
        and isinstance(node.args[0], ast.Dict)
    ):
        values = {_one_value(item) for item in node.args[0].values}
        return values.pop() if len(values) == 1 else UNKNOWN
    return UNKNOWN


def _exec_properties(value: object) -> str:
    """The execution properties that reach the compile action: plain ones and those of its group."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if not isinstance(value, dict):
        return ""
    mine = {
        key.removeprefix("py_precompile."): item
        for key, item in value.items()
        if isinstance(key, str) and ("." not in key or key.startswith("py_precompile."))
    }
    return ",".join(f"{key}={mine[key]}" for key in sorted(mine))


def _optimised(arguments: Mapping[str, ast.expr]) -> str:
    for name in ("interpreter_args", "interpreter_options"):
        node = arguments.get(name)
        for inner in ast.walk(node) if node is not None else ():
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and _OPTIMISED.fullmatch(inner.value):
                return f"{name} has {inner.value}"
    env = arguments.get("env")
    if isinstance(env, ast.Dict):
        for key, value in zip(env.keys, env.values, strict=True):
            named = isinstance(key, ast.Constant) and key.value == "PYTHONOPTIMIZE"
            if named and not (isinstance(value, ast.Constant) and value.value in ("", "0")):
                return "env sets PYTHONOPTIMIZE"
    return ""


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return -1
