"""The values of plain expressions in BUILD files: literals, constants of the file, names made in a comprehension."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MOST_NAMES = 10_000


class Unknown(Exception):
    """A value that cannot be computed here; also given as a value where the caller asks whether there is one."""


def value_of(node: ast.expr | None, constants: Mapping[str, ast.expr]) -> Any:
    """The value of an expression: strings, numbers, lists, dicts; None for no expression, `Unknown` for another."""
    if node is None:
        return None
    try:
        return _evaluate(node, {}, constants)
    except Unknown as unknown:
        return unknown


def names_of(node: ast.expr, generators: Sequence[ast.comprehension], constants: Mapping[str, ast.expr]) -> list[str]:
    """The names of the targets that a call makes; none if they cannot be computed.

    Args:
        node: the value of `name`.
        generators: those of the comprehension that the call stands in.
        constants: the top-level assignments above it.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not generators:
        return [node.value]
    try:
        found = [
            _evaluate(node, local, constants)
            for local in itertools.islice(_loops(generators, {}, constants), _MOST_NAMES)
        ]
    except Unknown:
        return []
    return [name for name in found if isinstance(name, str)]


def _loops(
    generators: Sequence[ast.comprehension], local: dict[str, Any], constants: Mapping[str, ast.expr]
) -> Iterator[dict[str, Any]]:
    if not generators:
        yield local
        return
    first = generators[0]
    items = _evaluate(first.iter, local, constants)
    for item in items if isinstance(items, list | tuple | dict) else _fail():
        inside = local | _bound(first.target, item)
        if all(_evaluate(test, inside, constants) for test in first.ifs):
            yield from _loops(generators[1:], inside, constants)


def _fail() -> list[Any]:
    raise Unknown


def _bound(target: ast.expr, value: Any) -> dict[str, Any]:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple) and len(value) == len(target.elts):
        found: dict[str, Any] = {}
        for inner, item in zip(target.elts, value, strict=True):
            found |= _bound(inner, item)
        return found
    raise Unknown


def _evaluate(node: ast.expr, local: Mapping[str, Any], constants: Mapping[str, ast.expr]) -> Any:
    def of(inner: ast.expr) -> Any:
        return _evaluate(inner, local, constants)

    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            if node.id in local:
                return local[node.id]
            if node.id in constants:
                return _evaluate(constants[node.id], {}, {key: it for key, it in constants.items() if key != node.id})
        case ast.List() | ast.Tuple():
            return [of(item) for item in node.elts]
        case ast.Dict():
            return {of(key): of(item) for key, item in zip(node.keys, node.values, strict=True) if key is not None}
        case ast.BinOp(op=ast.Add()):
            left, right = of(node.left), of(node.right)
            if type(left) is type(right) and isinstance(left, str | list):
                return left + right
        case ast.BinOp(op=ast.Mod()):
            left, right = of(node.left), of(node.right)
            if isinstance(left, str):
                try:
                    return left % (tuple(right) if isinstance(right, list) else right)
                except (TypeError, ValueError):
                    raise Unknown from None
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() as op]):
            same = of(node.left) == of(node.comparators[0])
            return same if isinstance(op, ast.Eq) else not same
        case ast.Subscript():
            try:
                return of(node.value)[of(node.slice)]
            except (TypeError, KeyError, IndexError):
                raise Unknown from None
        case ast.Call():
            return _called(node, of)
    raise Unknown


def _called(node: ast.Call, of: Any) -> Any:
    if isinstance(node.func, ast.Name) and node.func.id == "range" and not node.keywords:
        numbers = [of(item) for item in node.args]
        if all(isinstance(number, int) for number in numbers) and 1 <= len(numbers) <= 3:
            return list(range(*numbers))
    if isinstance(node.func, ast.Attribute):
        base, arguments = of(node.func.value), [of(item) for item in node.args]
        try:
            if isinstance(base, str) and node.func.attr in (
                "format",
                "replace",
                "removesuffix",
                "removeprefix",
                "lower",
            ):
                return getattr(base, node.func.attr)(*arguments)
            if isinstance(base, str) and node.func.attr == "join":
                return base.join(*arguments)
            if isinstance(base, dict) and node.func.attr in ("keys", "values", "items") and not arguments:
                return [list(item) if isinstance(item, tuple) else item for item in getattr(base, node.func.attr)()]
        except (TypeError, ValueError, IndexError, KeyError):
            raise Unknown from None
    raise Unknown
