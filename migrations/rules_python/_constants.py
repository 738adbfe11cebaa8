"""What an expression of a WORKSPACE comes to, as long as the file itself says it.

Releases and checksums of a WORKSPACE are often constants above, put together by `%`, `+` and `format`
(https://bazel.build/rules/lib/core/string).
"""

from __future__ import annotations

import ast
import re
from typing import Any

from migrations.view import View

# Starlark has no widths and no attributes in either; Python would go and compute them.
_PERCENT = re.compile(r"(?:[^%]|%[sd%])*", re.DOTALL)
_BRACES = re.compile(r"(?:[^{}]|\{\{|\}\}|\{\w*\})*")


class Unknown(Exception):
    """The file does not say what an expression comes to."""


def constant(view: View, node: ast.AST, seen: tuple[str, ...] = ()) -> Any:
    """The value of an expression: of literals, of names that are assigned once at the top level, and of both together.

    Raises Unknown for anything else.
    """
    match node:
        case ast.Constant():
            return node.value
        case ast.Name() if node.id not in seen:
            return constant(view, _assigned(view, node.id), (*seen, node.id))
        case ast.List() | ast.Tuple():
            items = [constant(view, item, seen) for item in node.elts]
            return items if isinstance(node, ast.List) else tuple(items)
        case ast.Dict() if None not in node.keys:
            keys = [constant(view, key, seen) for key in node.keys if key is not None]
            return dict(zip(keys, [constant(view, value, seen) for value in node.values], strict=True))
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            left, right = constant(view, node.left, seen), constant(view, node.right, seen)
            if isinstance(node.op, ast.Mod) and not (isinstance(left, str) and _PERCENT.fullmatch(left)):
                raise Unknown
            try:
                return left + right if isinstance(node.op, ast.Add) else left % right
            except (TypeError, ValueError) as error:
                raise Unknown from error
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            positional = [constant(view, argument, seen) for argument in node.args]
            named = {str(keyword.arg): constant(view, keyword.value, seen) for keyword in node.keywords if keyword.arg}
            text = constant(view, template, seen)
            if not isinstance(text, str) or not _BRACES.fullmatch(text) or len(named) != len(node.keywords):
                raise Unknown
            try:
                return text.format(*positional, **named)
            except (LookupError, ValueError) as error:
                raise Unknown from error
    raise Unknown


def _assigned(view: View, name: str) -> ast.expr:
    """The expression that a name is assigned at the top level."""
    found: list[ast.expr] = []
    for statement in view.statements(name):
        tree = view.tree(statement)
        for node in tree.body if tree is not None else ():
            if isinstance(node, ast.Assign) and any(
                isinstance(part, ast.Name) and part.id == name for target in node.targets for part in ast.walk(target)
            ):
                plain = all(isinstance(target, ast.Name) for target in node.targets)
                found.append(node.value if plain else node.targets[0])
            elif isinstance(node, ast.AugAssign | ast.For | ast.FunctionDef):
                stored = (part for part in ast.walk(node) if isinstance(part, ast.Name))
                if any(part.id == name and isinstance(part.ctx, ast.Store) for part in stored):
                    raise Unknown
    if len(found) != 1:
        raise Unknown
    return found[0]
