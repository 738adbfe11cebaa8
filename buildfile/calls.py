"""Views on calls, wherever they stand: plain, assigned, in comprehensions, lists and dicts, inside functions.

A view gives byte ranges, so that what it shows can be edited; see `rewrite` for the edits.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from buildfile.source import SourceFile
from buildfile.statements import Statement
from buildfile.syntax import Tree


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands.

    Attributes:
        function: the name of the function around it, `""` at top level.
        local: names bound around it by parameters, assignments in the function, and comprehensions; they hide
            what the file loads.
        repeated: whether it stands in a comprehension, so that one call makes any number of targets.
    """

    function: str = ""
    local: frozenset[str] = frozenset()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call.

    Attributes:
        name: the keyword; `None` for a positional argument; `"*"` or `"**"` for an unpacked one.
        start, end: its range in the file, `name = value`.
        value_start: where its value begins, parentheses included.
        value: the value's node.
    """

    name: str | None
    start: int
    end: int
    value_start: int
    value: ast.expr


@dataclass(frozen=True)
class Call:
    """A call in a file."""

    file: SourceFile
    statement: Statement
    tree: Tree
    node: ast.Call
    scope: Scope

    @cached_property
    def start(self) -> int:
        """Byte offset of the first byte of the call."""
        return self.tree.start(self.node)

    @cached_property
    def end(self) -> int:
        """Byte offset behind the closing parenthesis."""
        return self.tree.end(self.node)

    @property
    def callee(self) -> str | None:
        """The dotted name that is called (`py_binary`, `native.py_binary`); None for any other expression."""
        return dotted(self.node.func)

    @property
    def callee_range(self) -> tuple[int, int]:
        """The byte range of the callee."""
        return self.tree.start(self.node.func), self.tree.end(self.node.func)

    @cached_property
    def open(self) -> int:
        """Byte offset behind the opening parenthesis."""
        at = skip_space(self.file.data, self.callee_range[1])
        while self.file.data[at : at + 1] == b")":  # the callee itself stands in parentheses
            at = skip_space(self.file.data, at + 1)
        return at + 1

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in the order of the file."""
        data, tree = self.file.data, self.tree
        found: list[Argument] = []
        nodes: list[ast.expr | ast.keyword] = [*self.node.args, *self.node.keywords]
        at = self.open
        for node in sorted(nodes, key=tree.start):
            start = skip_space(data, at)
            if isinstance(node, ast.keyword):
                end = tree.end(node)
                value_start = start + 2 if node.arg is None else skip_space(data, start + len(node.arg)) + 1
                found.append(Argument(node.arg or "**", start, end, skip_space(data, value_start), node.value))
            elif isinstance(node, ast.Starred):
                end = tree.end(node)
                found.append(Argument("*", start, end, skip_space(data, start + 1), node.value))
            else:
                end = _behind_parentheses(data, start, tree.start(node), tree.end(node))
                found.append(Argument(None, start, end, start, node))
            at = skip_space(data, end) + 1
        return tuple(found)

    def argument(self, name: str) -> Argument | None:
        """The keyword argument of that name."""
        for argument in self.arguments:
            if argument.name == name:
                return argument
        return None

    def text(self, argument: Argument) -> bytes:
        """The bytes of an argument's value."""
        return self.file.data[argument.value_start : argument.end]

    def string(self, name: str) -> str | None:
        """The value of a keyword argument that is one plain string; None for anything else."""
        argument = self.argument(name)
        return string_value(argument.value) if argument is not None else None

    def string_of(self, node: ast.expr) -> str | None:
        """The value of a string literal; None for any other expression."""
        return string_value(node)

    def strings(self, name: str) -> list[str] | None:
        """The value of a keyword argument that is a list of plain strings; None for anything else."""
        argument = self.argument(name)
        if argument is None or not isinstance(argument.value, ast.List | ast.Tuple):
            return None
        values = [string_value(item) for item in argument.value.elts]
        return [value for value in values if value is not None] if None not in values else None

    @cached_property
    def alone(self) -> bool:
        """Whether it is a statement of its own, at top level or in a function, and its value goes nowhere."""
        return any(isinstance(node, ast.Expr) and node.value is self.node for node, _ in walk(self.tree))

    @property
    def splats(self) -> tuple[Argument, ...]:
        """The `**kwargs` and `*args`, which may carry what is not seen here."""
        return tuple(argument for argument in self.arguments if argument.name in ("*", "**"))

    @property
    def key(self) -> str:
        """What tells this target from the others of the file, see `target_key`."""
        name = next((keyword.value for keyword in self.node.keywords if keyword.arg == "name"), None)
        return target_key(name, self.scope.function)


def target_key(name: ast.expr | None, function: str = "") -> str:
    """What tells a target from the others of its file: its name, or the dump of the expression that computes it.

    Args:
        name: the expression; `""` is the key where there is none.
        function: the function that makes the target, in front of the key; `""` at top level.
    """
    if name is None:
        text = ""
    elif isinstance(name, ast.Constant) and isinstance(name.value, str):
        text = name.value
    else:
        text = ast.dump(name)
    return f"{function}: {text}" if function else text


def key_of(name: str, function: str = "") -> str:
    """The key of a target whose name has this source, see `target_key`."""
    return target_key(ast.parse(name, mode="eval").body, function)


def dotted(node: ast.expr) -> str | None:
    """`a`, `a.b`, `a.b.c` of a name or a chain of attributes; None for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base is not None else None
    return None


def string_value(node: ast.AST) -> str | None:
    """The text of a string literal; None for any other node."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


_SPACE = re.compile(rb"(?>[ \t\r\n\f\\]+|#[^\n]*+(?:\n|\Z))*+")


def skip_space(data: bytes, at: int) -> int:
    """The first offset from `at` on that is neither white space nor a comment nor a continuation."""
    found = _SPACE.match(data, at)
    return found.end() if found else at


def _behind_parentheses(data: bytes, start: int, inner: int, end: int) -> int:
    """The end of an expression that begins at `start` with the parentheses around the node at `inner`."""
    while start < inner:
        start = skip_space(data, start + 1)
        end = skip_space(data, end) + 1
    return end


def calls_in(file: SourceFile, statement: Statement) -> list[Call]:
    """Every call in a statement, outer before inner. The list is kept, so it must not be changed.

    Raises:
        buildfile.syntax.Unparsable: see `Statement.tree`.
    """
    found = file.calls.get(statement.start)
    if found is None:
        tree = statement.tree
        found = [Call(file, statement, tree, node, scope) for node, scope in _call_nodes(tree)]
        file.calls[statement.start] = found
    return found


def _call_nodes(tree: Tree) -> Iterator[tuple[ast.Call, Scope]]:
    """The call nodes of a statement; those of plain calls, which most statements are, without a full walk."""
    for top in tree.body:
        if isinstance(top, ast.Expr) and isinstance(top.value, ast.Call):
            stack = [top.value]
            plain: list[ast.Call] = []
            while stack:
                call = stack.pop()
                plain.append(call)
                inner = [keyword.value for keyword in call.keywords]
                if type(call.func) is not ast.Name or not _is_plain(call.args) or not _is_plain(inner):
                    break
                stack.extend(value for value in (*reversed(inner), *reversed(call.args)) if type(value) is ast.Call)
            else:
                yield from ((call, _TOP) for call in plain)
                continue
        for node, scope in walk(Tree((top,), tree.lines)):
            if isinstance(node, ast.Call):
                yield node, scope


def _is_plain(values: list[ast.expr]) -> bool:
    """Whether some values are literals, names, lists of these, or calls."""
    return all(
        type(value) in _LEAVES
        or type(value) is ast.Call
        or (type(value) is ast.List and all(type(item) in _LEAVES for item in value.elts))
        for value in values
    )


_LEAVES = (ast.Constant, ast.Name)


def walk(tree: Tree) -> Iterator[tuple[ast.AST, Scope]]:
    """Every expression and statement node of a statement in the order of the text, with the scope it stands in."""
    stack: list[tuple[ast.AST, Scope]] = [(node, _TOP) for node in reversed(tree.body)]
    while stack:
        node, scope = stack.pop()
        yield node, scope
        kind = type(node)
        if kind is ast.Constant or kind is ast.Name:
            continue
        if kind is ast.Call:  # by far the most frequent, so without the detour over its fields
            stack.extend([(keyword.value, scope) for keyword in reversed(node.keywords)])  # type: ignore[attr-defined]
            stack.extend([(value, scope) for value in reversed(node.args)])  # type: ignore[attr-defined]
            stack.append((node.func, scope))  # type: ignore[attr-defined]
        elif kind is ast.List:
            stack.extend([(item, scope) for item in reversed(node.elts)])  # type: ignore[attr-defined]
        elif isinstance(node, ast.FunctionDef):
            inside = Scope(scope.function or node.name, scope.local | _bound_in(node), scope.repeated)
            defaults = [*node.args.defaults, *(item for item in node.args.kw_defaults if item is not None)]
            stack.extend((child, inside) for child in reversed(node.body))
            stack.extend((child, scope) for child in reversed(defaults))
        elif isinstance(node, ast.Lambda):
            names = frozenset(_parameters(node.args))
            stack.append((node.body, Scope(scope.function, scope.local | names, scope.repeated)))
        else:
            if isinstance(node, ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp):
                names = frozenset(name for item in node.generators for name in _targets(item.target))
                scope = Scope(scope.function, scope.local | names, True)
            stack.extend((child, scope) for child in reversed(list(_expressions(node))))


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions and statements right below a node, those in wrappers without a place among them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.stmt):
            yield child
        elif not isinstance(child, ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
            yield from _expressions(child)


_TOP = Scope()


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield argument.arg
    if arguments.vararg:
        yield arguments.vararg.arg
    if arguments.kwarg:
        yield arguments.kwarg.arg


def _targets(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id


def _bound_in(function: ast.FunctionDef) -> frozenset[str]:
    """The names a function binds: its parameters, assignments and loop variables."""
    names = set(_parameters(function.args))
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.FunctionDef):
                names.add(node.name)
    return frozenset(names)
