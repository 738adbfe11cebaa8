"""Rules that got another name: their calls, aliases and loads."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from buildfile.bindings import Symbol
from buildfile.calls import Call, target_key, walk
from buildfile.edits import Edit
from buildfile.loads import load_limit, used_words
from buildfile.rewrite import Rewritten
from buildfile.source import FileKind
from buildfile.statements import Statement
from buildfile.targets import Change
from migrations.finding import Finding, Fix, Level
from migrations.view import Use, View

NEEDS_RULE = frozenset({"with_cfg", "inherit_attrs", "extend_rule", "analysistest"})
"""What takes a rule object and cannot take a macro."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a call becomes.

    Attributes:
        rewritten: the edits.
        bind: more names that have to be loaded for it.
        advice: what is left to do, `""` if nothing is.
        level: for whom the advice is.
    """

    rewritten: Rewritten
    bind: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    advice: str = ""
    level: Level = Level.PERSON


@dataclass(frozen=True, slots=True)
class Renaming:
    """Symbols that got another name.

    Attributes:
        new: old name to new name.
        old: the old symbols.
        home: canonical label of the file that has the new ones.
        call: takes the view, a call, and the new callee or None where it stays; gives what the call becomes.
        wrapper: takes the new local name and the new name; gives the body of a macro that calls it as the old rule was
            called, or None if the new rule does for a re-export.
        value: advice for a use as a value that cannot be renamed; `""` if it can.
    """

    new: Mapping[str, str]
    old: frozenset[Symbol]
    home: str
    call: Callable[[View, Call, str | None], Called]
    wrapper: Callable[[str, str], list[str]] | None
    value: str


@dataclass(frozen=True, slots=True)
class _Name:
    """A local name of an old symbol, and what it becomes."""

    name: str
    old: str
    new: str
    local: str
    label: str
    bind: Mapping[str, tuple[str, str]]

    @property
    def kept(self) -> bool:
        """Whether the name stays and changes its meaning."""
        return self.local == self.name

    @property
    def message(self) -> str:
        return f"{self.old} became {self.new}"

    @property
    def release(self) -> frozenset[str]:
        return frozenset() if self.kept else frozenset({self.name})

    def fix(self, called: Called) -> Fix:
        return Fix.of(called.rewritten, bind={**self.bind, **called.bind}, release=self.release)


def renamed(view: View, what: Renaming) -> Iterator[Finding]:
    """Calls, aliases, values and idle loads of the old symbols."""
    loaded = {name: symbol for name, symbol in view.bindings.loaded.items() if symbol in what.old}
    if not loaded:
        return
    names = {name: _name(view, what, name, symbol) for name, symbol in sorted(loaded.items())}
    uses = list(view.uses(what.old))
    calls = [call for call, _ in view.calls(what.old)]
    loops = [loop for loop in _loops(view, uses) if not any(names[use.name].kept for use in loop.uses)]
    for loop in loops:
        yield _loop_finding(view, what, loop, names)
    inside = {use.start for loop in loops for use in loop.uses}
    for name in names.values():
        yield from _local(view, what, name, calls, [use for use in uses if use.start not in inside], bool(inside))


def _name(view: View, what: Renaming, name: str, symbol: Symbol) -> _Name:
    new = what.new[symbol.name]
    label = view.spell(what.home, like=view.label_of(name))
    if symbol.name not in name:
        return _Name(name, symbol.name, new, name, label, {name: (label, new)})
    local, missing = view.bindings.free_name(
        name.replace(symbol.name, new), Symbol(what.home, new), at=load_limit(view.file, {name})
    )
    return _Name(name, symbol.name, new, local, label, {local: (label, new)} if missing else {})


def _local(
    view: View, what: Renaming, name: _Name, calls: list[Call], uses: list[Use], looped: bool
) -> Iterator[Finding]:
    """Everything about one local name but the loops."""
    mine = [call for call in calls if view.bindings.root(call.callee) == name.name]
    aliases = [use for use in uses if use.name == name.name and aliased(view, use)]
    values = [use for use in uses if view.bindings.root(use.name) == name.name and use not in aliases]
    left = [use for use in values if what.value or needs_rule(view, use)]
    wrapped = {aliased(view, use) for use in aliases} if view.file.kind is FileKind.BZL else set()
    parts: list[Finding] = []
    for call in mine:
        if call.callee not in wrapped:
            called = what.call(view, call, name.local if call.callee == name.name else None)
            end = call.callee_range[1]
            parts.append(Finding(call.start, end, name.message, name.fix(called), called.advice, called.level))
    for use in aliases:
        parts.append(Finding(use.start, use.end, name.message, _alias_fix(view, what, use, name)))
    for use in values:
        if use not in left:
            edits = () if name.kept or use.name != name.name else (Edit(use.start, use.end, name.local.encode()),)
            fix = Fix(edits, tuple(changes_around(view, use)), bind=name.bind, release=name.release)
            advice = f"{name.new} is a macro and no rule object; check what is done with it here."
            parts.append(Finding(use.start, use.end, name.message, fix, advice, Level.NOTE))
    if left and name.kept:
        parts = []  # the name cannot mean the old rule for some uses and the new one for others
    yield from _all_or_none(parts) if name.kept else parts
    for use in left:
        advice = _NO_RULE if needs_rule(view, use) else what.value
        message = f"{name.old} is gone, and is used here as a value"
        yield Finding(use.start, use.end, message, advice=advice.format(new=name.new, label=name.label))
    if not (mine or aliases or values or looped):
        if name.name in used_words(view.file, {name.name}):
            message = f"{name.old} is gone, and the name '{name.name}' stands for something else where it is used"
            yield Finding(*_place_of(view, name.name), message, advice="Drop it from the load.")
            return
        idle = f"{name.old} is gone, and the name '{name.name}' is not used"
        yield Finding(*_place_of(view, name.name), idle, Fix(release=frozenset({name.name})))


_NO_RULE = "{new} of {label} is a macro, and a rule is needed here: find another way, or keep a rule of your own."


def _all_or_none(parts: list[Finding]) -> Iterator[Finding]:
    """One finding with the fixes of all: a name that is kept changes its meaning once."""
    fixes = [part.fix for part in parts if part.fix is not None]
    if not fixes:
        return
    whole = Fix(
        tuple(edit for fix in fixes for edit in fix.edits),
        tuple(change for fix in fixes for change in fix.changes),
        {local: target for fix in fixes for local, target in fix.bind.items()},
    )
    level = Level.PERSON if any(part.advice and part.level is Level.PERSON for part in parts) else Level.NOTE
    advice = " ".join(sorted({part.advice for part in parts if part.advice}))
    yield replace(parts[0], fix=whole, advice=advice, level=level)


@dataclass(frozen=True, slots=True)
class _Loop:
    """`for rule in [a, b]` over nothing but the old symbols, and the calls of its variable."""

    uses: tuple[Use, ...]
    calls: tuple[Call, ...]


def _loops(view: View, uses: list[Use]) -> list[_Loop]:
    """The loops and comprehensions over lists of the old symbols whose variable is called and nothing else."""
    by_start = {use.start: use for use in uses}
    found: list[_Loop] = []
    for statement in {use.statement.start: use.statement for use in uses}.values():
        tree = view.tree(statement)
        for node, _ in walk(tree) if tree is not None else ():
            for over, target in _iterations(node):
                if tree is None or not isinstance(over, ast.List | ast.Tuple) or not isinstance(target, ast.Name):
                    continue
                inside = [by_start.get(tree.start(item)) for item in over.elts]
                mentions = [item for item in ast.walk(node) if isinstance(item, ast.Name) and item.id == target.id]
                callees = [id(item) for item in mentions]
                calls = [call for call in view.all_calls(statement) if id(call.node.func) in callees]
                if calls and len(calls) == len(mentions) - 1 and None not in inside:
                    found.append(_Loop(tuple(use for use in inside if use is not None), tuple(calls)))
    return found


def _iterations(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """What a loop or comprehension goes over, and what it calls each item."""
    if isinstance(node, ast.For):
        return [(node.iter, node.target)]
    if isinstance(node, ast.ListComp | ast.DictComp):
        return [(item.iter, item.target) for item in node.generators]
    return []


def _loop_finding(view: View, what: Renaming, loop: _Loop, names: Mapping[str, _Name]) -> Finding:
    """All of a loop at once: the symbols it goes over and the calls of its variable."""
    over = [names[view.bindings.root(use.name)] for use in loop.uses]
    called = [what.call(view, call, None) for call in loop.calls]
    binds = [name.bind for name in over] + [one.bind for one in called]
    fix = Fix(
        tuple(Edit(use.start, use.end, name.local.encode()) for use, name in zip(loop.uses, over, strict=True))
        + tuple(edit for one in called for edit in one.rewritten.edits),
        tuple(change for one in called for change in one.rewritten.changes),
        {local: target for bind in binds for local, target in bind.items()},
        frozenset(name for one in over for name in one.release),
    )
    level = Level.PERSON if any(one.advice and one.level is Level.PERSON for one in called) else Level.NOTE
    advice = " ".join(sorted({one.advice for one in called if one.advice}))
    message = "; ".join(sorted({one.message for one in over}))
    return Finding(loop.uses[0].start, loop.uses[-1].end, message, fix, advice, level)


def changes_around(view: View, use: Use) -> Iterator[Change]:
    """What replacing a name changes: the attributes it is part of."""
    for call in view.all_calls(use.statement):
        for argument in call.arguments:
            if argument.start <= use.start and use.end <= argument.end and argument.name:
                yield Change(call.key, argument.name)


def needs_rule(view: View, use: Use) -> bool:
    """Whether a value goes where only a rule object does."""
    for call in view.all_calls(use.statement):
        for argument in call.arguments:
            if argument.start <= use.start and use.end <= argument.end:
                callee = (call.callee or "").rpartition(".")[2]
                if callee in NEEDS_RULE or argument.name in NEEDS_RULE:
                    return True
    return False


def aliased(view: View, use: Use) -> str:
    """The name that a top-level `name = use` gives; `""` if the use is anything else."""
    found = re.match(rb"([A-Za-z_]\w*)\s*=\s*", use.statement.text)
    if found and use.statement.start + found.end() == use.start and not use.scope.function:
        name = found[1].decode()
        return name if view.bindings.aliases.get(name) == use.name else ""
    return ""


def _alias_fix(view: View, what: Renaming, use: Use, to: _Name) -> Fix:
    """Another name for the rule: in a .bzl a macro that keeps the old shape, else the same for the new rule."""
    bind, release = to.bind, to.release
    if view.file.kind is not FileKind.BZL or what.wrapper is None:
        return Fix((Edit(use.start, use.end, to.local.encode()),), bind=bind, release=release)
    name, nl, statement = aliased(view, use), view.file.newline, use.statement
    data, trailing = view.file.data, view.file.data[use.end : statement.end].rstrip(b"\r\n")
    lines = [
        f"def {name}(name, **kwargs):".encode() + trailing,
        *(line.encode() for line in what.wrapper(to.local, to.new)),
    ]
    apart = statement.lead == 0 or data[: statement.lead].endswith((b"\n\n", b"\n\r\n"))
    before = b"" if apart or _wraps(view, what, statement) else nl
    behind = nl if data[statement.end : statement.end + 1] not in (b"", b"\n", b"\r") else b""
    text = before + data[statement.lead : statement.start] + nl.join(lines) + nl + behind
    key = target_key(ast.Name("name", ast.Load()), name)
    edits = (Edit(statement.lead, statement.end, text),)
    return Fix(edits, (Change(key, "added"),), bind=bind, release=release)


def _wraps(view: View, what: Renaming, statement: Statement) -> bool:
    """Whether right before a statement there is a re-export too, which gets a blank line behind it."""
    before = next((item for item in view.file.statements if item.end == statement.lead), None)
    found = _RE_EXPORT.match(before.text) if before is not None else None
    return found is not None and view.bindings.loaded.get(found[1].decode()) in what.old


_RE_EXPORT = re.compile(rb"[A-Za-z_]\w*\s*=\s*([A-Za-z_]\w*)\s*(?:#|$)")


def _place_of(view: View, name: str) -> tuple[int, int]:
    return next((item.start, item.end) for load in view.loads for item in load.symbols if item.local == name)
