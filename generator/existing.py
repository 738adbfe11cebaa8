"""What a BUILD file says already, in a form that is small and quick to compare: its directives, loads and rules.

`read` gives plain data without byte offsets, so that it can be kept in a cache by content.
"""

from __future__ import annotations

import ast
import re

import msgspec

from buildfile.calls import Call, Scope
from buildfile.loads import BadLoad, parse_load
from buildfile.source import BOM, FileKind, SourceFile
from buildfile.statements import Statement
from buildfile.syntax import Unparsable
from generator.comments import call_slots, keeps, list_slots
from generator.config import Directive
from generator.form import call_text
from generator.selects import branched


class Value(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The value of an attribute.

    Attributes:
        strings: the elements of a list, None for one that is no string literal; None if the value is no list. Of
            dependencies with a `select()`, those of the list beside it.
        keeps: the indices of elements that are to stay.
        text: the string, for a string literal.
        keep: the attribute is to stay as it is.
        scalar: the value is a string, a number, True, False or None.
        place: line and column of its start and end, `1.5-3.6`.
        branches: the strings in the branches of dependencies with a `select()`; None if they have none.
    """

    strings: tuple[str | None, ...] | None
    keeps: tuple[int, ...]
    text: str | None
    keep: bool
    scalar: bool
    place: str
    branches: tuple[str, ...] | None = None


class Rule(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call at top level with a name.

    Attributes:
        kind: what is called, as written.
        name: its name; "" where that is no string literal.
        attributes: the values of its attributes.
        keep: nothing in it is to change.
        line: where it starts.
        index: the index of its statement in the file.
        splat: it has a `**kwargs`, which may carry attributes that are not seen.
        formed: it is in Buildifier's form.
    """

    kind: str
    name: str
    attributes: dict[str, Value]
    keep: bool
    line: int
    index: int
    splat: bool
    formed: bool

    def strings(self, attribute: str) -> tuple[str, ...]:
        """The string literals in a list attribute; a single string counts as a list of one."""
        value = self.attributes.get(attribute)
        if value is None:
            return ()
        if value.text is not None:
            return (value.text,)
        plain = tuple(item for item in value.strings or () if item is not None)
        return (*plain, *value.branches) if value.branches else plain


class Existing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A BUILD file.

    Attributes:
        directives: in the order of the file.
        loads: file and (local name, name there) of each symbol of each load statement.
        rules: in the order of the file.
        outputs: the files that rules say they make, in `out` and `outs`.
        default_visibility: a `package()` statement sets one.
        error: what is wrong with the file, with line and column; "" if nothing is.
    """

    directives: tuple[Directive, ...]
    loads: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    rules: tuple[Rule, ...]
    outputs: tuple[str, ...]
    default_visibility: bool
    error: str


NOTHING = Existing((), (), (), (), False, "")
"""A BUILD file that is not there."""

_DEFAULT_VISIBILITY = re.compile(rb"^package\([^)]*default_visibility", re.MULTILINE)
_DIRECTIVE = re.compile(rb"(?:^|(?<=\xef\xbb\xbf))#[ \t]*gazelle:(\w+)[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)


def read(data: bytes) -> Existing:
    """Reads the BUILD file with content `data`. What is wrong with it is told in `error`, never raised."""
    file = SourceFile("BUILD", FileKind.BUILD, data)
    rules: list[Rule] = []
    loads: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    try:
        for index, statement in enumerate(file.statements):
            if statement.is_load and statement.error is None:
                load = parse_load(statement)
                loads.append((load.label, tuple((symbol.local, symbol.name) for symbol in load.symbols)))
                continue
            rule = _rule(file, statement, index)
            if rule is not None:
                rules.append(rule)
    except Unparsable as error:
        line, column = file.position(error.offset)
        return Existing((), (), (), (), False, f"{line}:{column}: {error.reason}")
    except BadLoad as error:
        line, column = file.position(statement.start)
        return Existing((), (), (), (), False, f"{line}:{column}: {error}")
    outputs = tuple(name for rule in rules for key in ("out", "outs") for name in rule.strings(key))
    visible = b"default_visibility" in data and _DEFAULT_VISIBILITY.search(data) is not None
    return Existing(directives_in(file), tuple(loads), tuple(rules), outputs, visible, _twice(rules))


def directives_in(file: SourceFile) -> tuple[Directive, ...]:
    """The directives of a BUILD file: comments between its top-level statements."""
    data = file.data
    if b"gazelle:" not in data:
        return ()
    found: list[Directive] = []
    at = 3 if data.startswith(BOM) else 0
    for end, resume in [*((item.start, item.end) for item in file.statements), (len(data), 0)]:
        for match in _DIRECTIVE.finditer(data, at, end):
            key, value = match[1].decode(), match[2].decode("utf-8", "replace")
            found.append(Directive(key, value, data.count(b"\n", 0, match.start()) + 1))
        at = resume
    return tuple(found)


def directives_in_text(data: bytes) -> tuple[Directive, ...]:
    """The directives of a file that has one a line and nothing else."""
    lines = enumerate(data.split(b"\n"), 1)
    matches = ((number, _DIRECTIVE.match(line)) for number, line in lines)
    return tuple(
        Directive(match[1].decode(), match[2].decode("utf-8", "replace"), number) for number, match in matches if match
    )


def _twice(rules: list[Rule]) -> str:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.name and rule.name in seen:
            first = seen[rule.name].line
            return f"{rule.line}:1: multiple rules have the name {rule.name!r}; the first is in line {first}"
        seen[rule.name] = rule
    return ""


def call_of(file: SourceFile, statement: Statement) -> Call | None:
    """The call that a statement is; None if it is anything else.

    Raises:
        Unparsable: it is no Python.
    """
    tree = statement.tree
    top = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(top, ast.Expr) or not isinstance(top.value, ast.Call):
        return None
    return Call(file, statement, tree, top.value, Scope())


def _rule(file: SourceFile, statement: Statement, index: int) -> Rule | None:
    call = call_of(file, statement)
    if call is None or call.callee is None or not any(item.arg == "name" for item in call.node.keywords):
        return None
    data = file.data
    kept = data.find(b"keep", statement.lead, statement.end) >= 0
    argument_slots = call_slots(call) if kept else None
    attributes: dict[str, Value] = {}
    for number, argument in enumerate(call.arguments):
        if argument.name in (None, "*", "**"):
            continue
        keep = argument_slots is not None and argument_slots.items[number].keep
        attributes[str(argument.name)] = _value(call, str(argument.name), argument.value, keep, kept)
    keep = kept and keeps(statement_comments(statement, call))
    line = data.count(b"\n", 0, call.start) + 1
    formed = call_text(call, None, {}, ()) in (None, data[call.start : call.end])
    return Rule(call.callee, call.string("name") or "", attributes, keep, line, index, bool(call.splats), formed)


def statement_comments(statement: Statement, call: Call) -> list[bytes]:
    """The comments that belong to a call as a whole: those above it and that behind its closing bracket."""
    data = statement.data
    above = [line.strip() for line in data[statement.lead : statement.start].splitlines()]
    behind = data[call.end : statement.end].strip()
    return [*above, behind] if behind.startswith(b"#") else above


def _value(call: Call, name: str, node: ast.expr, keep: bool, kept: bool) -> Value:
    start, end = call.file.position(call.tree.start(node)), call.file.position(call.tree.end(node))
    place = f"{start[0]}.{start[1]}-{end[0]}.{end[1]}"
    parts = branched(node) if name in ("deps", "pyi_deps") and not isinstance(node, ast.List) else None
    plain = parts.plain if parts is not None else node
    if parts is not None and plain is None:
        return Value((), (), None, keep, False, place, parts.branches)
    if isinstance(plain, ast.List):
        strings = tuple(call.string_of(item) for item in plain.elts)
        indices: tuple[int, ...] = ()
        if kept:
            indices = tuple(i for i, slot in enumerate(list_slots(call, plain).items) if slot.keep)
        return Value(strings, indices, None, keep, False, place, parts.branches if parts is not None else None)
    return Value(None, (), call.string_of(node), keep, isinstance(node, ast.Constant), place)
