"""The libcst transformer that turns what `resolutions` made into plain dicts.

It is a module of its own since it needs libcst, which takes its time to import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import cast

import libcst as cst

_MAKERS = ("from_requirements", "empty")
_WEAK = (cst.IfExp, cst.Lambda, cst.BooleanOperation, cst.Comparison, cst.UnaryOperation, cst.BinaryOperation)
_VARIABLES = ("k", "name", "requirement", "key", "item")


class Dicts(cst.CSTTransformer):
    """`resolutions.from_requirements(…)`, `.empty()`, `.override(…)` and `.to_label_keyed_dict()`, as dicts.

    What it cannot turn it leaves, and says so in `problems`.
    """

    def __init__(self, makers: Collection[str], structs: Collection[str], dicts: Collection[str]) -> None:
        """
        Args:
            makers: the names under which `resolutions` is known.
            structs: names that stand for what it made.
            dicts: names of dicts.
        """
        super().__init__()
        self.problems: list[str] = []
        self._scopes = [(frozenset(makers), frozenset(structs), frozenset(dicts))]

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        bound, values = _bound_in(node)
        makers, structs, dicts = (names - bound for names in self._scopes[-1])
        self._scopes.append((makers, structs, dicts))
        for name, value in values:
            if self._is_struct(value):
                self._scopes[-1] = (makers, self._scopes[-1][1] | {name}, dicts)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        self._scopes.pop()
        return updated_node

    def _is_struct(self, node: cst.BaseExpression) -> bool:
        makers, structs, _ = self._scopes[-1]
        if isinstance(node, cst.Name):
            return node.value in structs
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return False
        if node.func.attr.value == "override":
            return self._is_struct(node.func.value)
        return _is_name(node.func.value, makers) and node.func.attr.value in _MAKERS

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        function, new = original_node.func, cast(cst.Attribute, updated_node.func)
        if not isinstance(function, cst.Attribute):
            return updated_node
        attribute, result = function.attr.value, None
        if _is_name(function.value, self._scopes[-1][0]) and attribute in _MAKERS:
            result = self._made(updated_node) if attribute == "from_requirements" else cst.Dict([])
        elif attribute == "override" and self._is_struct(function.value):
            result = _overridden(updated_node, new.value)
        elif attribute == "to_label_keyed_dict" and not original_node.args:
            result = new.value
        else:
            return updated_node
        if result is None or _comments(result) < _comments(updated_node):
            self.problems.append(f"cannot turn this .{attribute}(…) into a dict")
            return updated_node
        return result.with_changes(lpar=[*updated_node.lpar, *result.lpar], rpar=[*result.rpar, *updated_node.rpar])

    def _made(self, call: cst.Call) -> cst.BaseExpression | None:
        """What `from_requirements` gives, as a dict."""
        given: dict[str, cst.BaseExpression] = {}
        for argument, name in zip(call.args, ("base", "requirement_fn"), strict=False):
            if argument.star or len(call.args) > 2:
                return None
            given[argument.keyword.value if argument.keyword else name] = argument.value
        base, function = given.get("base"), given.get("requirement_fn")
        if base is None or len(given) != len(call.args):
            return None
        if "\n" in _code(call.whitespace_before_args):
            base = _dedented(base)
        if isinstance(base, cst.List) and all(
            isinstance(item, cst.Element) and isinstance(item.value, cst.SimpleString) for item in base.elements
        ):
            return _explicit(base, function)
        variable = cst.Name(_free_name(call))
        if isinstance(base, cst.Dict | cst.DictComp) or _is_name(base, self._scopes[-1][2]):
            base = cst.Call(cst.Attribute(base, cst.Name("keys")))
        elif isinstance(base, cst.IfExp | cst.Lambda | cst.BooleanOperation):
            base = _in_parentheses(base)
        return cst.DictComp(variable, _applied(function, variable), cst.CompFor(variable, base))


def _free_name(node: cst.CSTNode) -> str:
    """A name that nothing below a node uses."""
    used = {item.value for item in _below(node) if isinstance(item, cst.Name)}
    candidates = (*_VARIABLES, *(f"k{number}" for number in range(len(used) + 1)))
    return next(name for name in candidates if name not in used)


def _overridden(call: cst.Call, base: cst.BaseExpression) -> cst.BaseExpression | None:
    if len(call.args) != 1 or call.args[0].star:
        return None
    other = call.args[0].value
    if "\n" in _code(call.whitespace_before_args):
        other = _dedented(other)
    if isinstance(base, cst.Dict) and not base.elements:
        return other
    if isinstance(other, _WEAK) and not other.lpar:
        other = _in_parentheses(other)
    return cst.BinaryOperation(base, cst.BitOr(), other)


def _explicit(names: cst.List, function: cst.BaseExpression | None) -> cst.Dict:
    """A dict with an entry for each string of a list, laid out as the list is."""
    elements = [
        cst.DictElement(item.value, _applied(function, item.value), comma=item.comma) for item in names.elements
    ]
    return cst.Dict(
        elements,
        lbrace=cst.LeftCurlyBrace(names.lbracket.whitespace_after),
        rbrace=cst.RightCurlyBrace(names.rbracket.whitespace_before),
    )


def _applied(function: cst.BaseExpression | None, argument: cst.BaseExpression) -> cst.BaseExpression:
    """A function applied to an argument; a lambda of one parameter is its body."""
    if function is None:
        return argument.deep_clone()
    function = function.deep_clone()
    if isinstance(function, cst.Lambda):
        parameters = function.params
        if len(parameters.params) == 1 and parameters.params[0].default is None and not parameters.kwonly_params:
            body = function.body.visit(_Replaced(parameters.params[0].name.value, argument))
            return cast(cst.BaseExpression, body)
    if not isinstance(function, cst.Name | cst.Attribute | cst.Call):
        function = _in_parentheses(function)
    return cst.Call(function, [cst.Arg(argument.deep_clone())])


class _Replaced(cst.CSTTransformer):
    """A name replaced by an expression, but not as an attribute or a keyword."""

    def __init__(self, name: str, value: cst.BaseExpression) -> None:
        super().__init__()
        self._name = name
        self._value = value

    def visit_Attribute_attr(self, node: cst.Attribute) -> None:
        self._held = self._name
        self._name = ""

    def leave_Attribute_attr(self, node: cst.Attribute) -> None:
        self._name = self._held

    def visit_Arg_keyword(self, node: cst.Arg) -> None:
        self._kept = self._name
        self._name = ""

    def leave_Arg_keyword(self, node: cst.Arg) -> None:
        self._name = self._kept

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        if original_node.value != self._name:
            return updated_node
        return self._value.deep_clone()


class _Dedent(cst.CSTTransformer):
    """Continuation lines moved to the left by one step of indentation."""

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        last = updated_node.last_line
        lines = [
            line.with_changes(whitespace=cst.SimpleWhitespace(_less(line.whitespace.value)))
            for line in updated_node.empty_lines
        ]
        return updated_node.with_changes(last_line=cst.SimpleWhitespace(_less(last.value)), empty_lines=lines)


def _less(space: str) -> str:
    return space[1:] if space.startswith("\t") else space.removeprefix("    ")


def _dedented(node: cst.BaseExpression) -> cst.BaseExpression:
    return cast(cst.BaseExpression, node.visit(_Dedent()))


def _in_parentheses(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()])


def _is_name(node: cst.BaseExpression, names: Collection[str]) -> bool:
    return isinstance(node, cst.Name) and node.value in names


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _comments(node: cst.CSTNode) -> int:
    return sum(isinstance(item, cst.Comment) for item in _below(node))


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all nodes below it."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(item.children)


def _bound_in(function: cst.FunctionDef) -> tuple[frozenset[str], list[tuple[str, cst.BaseExpression]]]:
    """The names a function binds, and those it assigns with their values, in the order of the text."""
    names: set[str] = set()
    values: list[tuple[str, cst.BaseExpression]] = []
    for node in _below(function):
        if isinstance(node, cst.Param):
            names.add(node.name.value)
        elif isinstance(node, cst.Assign):
            for target in node.targets:
                if isinstance(target.target, cst.Name):
                    names.add(target.target.value)
                    values.append((target.target.value, node.value))
        elif isinstance(node, cst.For) and isinstance(node.target, cst.Name):
            names.add(node.target.value)
    return frozenset(names), values[::-1]
