"""Prints what `ast` finds imported in the files named on standard input, one JSON line per file.

Runs under any CPython from 2.7 on, so that each version reads its own standard library. A file that this
version cannot parse gives null.
"""

import ast
import json
import sys

_BROKEN = (SyntaxError, ValueError, TypeError, MemoryError, RuntimeError)


def main_guard_in(tree):
    """Whether a module has the plain form of the main guard at top level."""
    for node in tree.body:
        test = getattr(node, "test", None)
        if not isinstance(node, ast.If) or not isinstance(test, ast.Compare) or len(test.ops) != 1:
            continue
        sides = [test.left, test.comparators[0]]
        names = [side.id for side in sides if isinstance(side, ast.Name)]
        texts = [getattr(side, "value", getattr(side, "s", None)) for side in sides if not isinstance(side, ast.Name)]
        if isinstance(test.ops[0], ast.Eq) and names == ["__name__"] and texts == ["__main__"]:
            return True
    return False


def imports_in(tree):
    """The full name and the `from` part of every imported name."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.extend((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * (node.level or 0) + (node.module or "")
            prefix = source if source.endswith(".") else source + "."
            names.extend((prefix + alias.name, source) for alias in node.names)
    return names


def found_in(path):
    """What is found in a file."""
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        tree = ast.parse(data)
    except _BROKEN:
        return None
    return {"imports": sorted(imports_in(tree)), "main_guard": main_guard_in(tree)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(found_in(line.rstrip("\n"))))
