"""Strip docstrings and nothing else, which no optimization level of compile() does."""

import _ast

DOCUMENTED = (_ast.Module, _ast.ClassDef, _ast.FunctionDef, _ast.AsyncFunctionDef)


def without_docstrings(source, name):
    """Give the syntax tree of `source` (bytes), file `name`, without docstrings. Raises what compile() does."""
    tree = compile(source, name, "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    pending = [tree]
    for node in pending:  # grows
        if isinstance(node, DOCUMENTED):
            strip(node)
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, field, None)
            if type(below) is list:  # not so in lambdas and conditional expressions
                pending += below
    return tree


def strip(node):
    """Remove the docstring of a module, class or function.

    Strings that follow it go too: the first of them would become the docstring, and they do nothing anyway.
    """
    strings = []
    while node.body and is_string(node.body[0]):
        strings.append(node.body.pop(0))
    if strings and not node.body and not isinstance(node, _ast.Module):
        place = {key: getattr(strings[0], key) for key in strings[0]._attributes}
        node.body.append(_ast.Pass(**place))


def is_string(statement):
    """Whether a statement is nothing but a string."""
    if not isinstance(statement, _ast.Expr) or not isinstance(statement.value, _ast.Constant):
        return False
    return isinstance(statement.value.value, str)
