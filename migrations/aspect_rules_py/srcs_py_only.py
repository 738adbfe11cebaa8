"""`srcs` of a `py_binary` or `py_test`, which take `.py` files only.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.0/py/defs.bzl
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.calls import Argument, Call, string_value
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import RUN, UPSTREAM
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_OTHER = re.compile(r"[^:]*\.(?!py$)[A-Za-z]\w*")
_OPEN = re.compile(r".*(?<!\.py)")
_NEEDLES = (
    b'.pyi"',
    b'.pyx"',
    b'.so"',
    b'.pyd"',
    b'.json"',
    b'.yaml"',
    b'.yml"',
    b'.toml"',
    b'.txt"',
    b'.csv"',
    b'.md"',
    b'.html"',
    b'.sql"',
    b'.sh"',
    b'.cfg"',
    b'.ini"',
    b'.typed"',
    b'.proto"',
    b'.pem"',
    b'.j2"',
    b'.ipynb"',
    b'.xml"',
    b'.png"',
    b'.pkl"',
    b'*"',
)


def find(view: View) -> Iterator[Finding]:
    """Files in `srcs` that are not Python's, and globs that may bring some."""
    for call, symbol in view.calls(RUN):
        srcs = call.argument("srcs")
        if srcs is None:
            continue
        for text, start, end, pattern in _items(call, srcs):
            if pattern:
                message = f"the glob '{text}' may bring files into the srcs of {symbol.name} that are not .py"
                advice = "If it does, make it match .py files only, and put the others in data."
                yield Finding(start, end, message, advice=advice, level=Level.NOTE)
            else:
                message = f"{text} is not a .py file, and srcs of {symbol.name} take no other now"
                yield Finding(start, end, message, advice="Put it in data; a stub or an extension module in deps.")


def _items(call: Call, srcs: Argument) -> Iterator[tuple[str, int, int, bool]]:
    """Strings of interest, and whether they are patterns of a glob."""
    keys = {
        id(key) for node in ast.walk(srcs.value) if isinstance(node, ast.Dict) for key in node.keys if key is not None
    }
    globbed: set[int] = set()
    excluded: set[int] = set()
    for node in ast.walk(srcs.value):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "glob":
            globbed.update(id(inner) for inner in ast.walk(node))
            excluded.update(
                id(inner)
                for keyword in node.keywords
                if keyword.arg not in ("include", None)
                for inner in ast.walk(keyword.value)
            )
            excluded.update(id(inner) for value in node.args[1:] for inner in ast.walk(value))
    for node in ast.walk(srcs.value):
        text = string_value(node)
        if text is None or not isinstance(node, ast.expr) or id(node) in keys or id(node) in excluded:
            continue
        pattern = id(node) in globbed
        if (_OPEN if pattern else _OTHER).fullmatch(text):
            yield text, call.tree.start(node), call.tree.end(node), pattern


def _case(srcs: str, ruleset: str = "aspect_rules_py//py") -> str:
    return f'load("@{ruleset}:defs.bzl", "py_binary")\n\npy_binary(\n    name = "a",\n    srcs = {srcs},\n)\n'


MIGRATION = Migration(
    id="srcs-py-only",
    summary="Find files in srcs of binaries and tests that are not .py files.",
    page=Page(
        what="Lists stubs, data files and extension modules in `srcs`, and patterns of a `glob` that may match some.",
        why="v1 took any file; the launcher of v2 takes `.py` files, and fails on others.",
        safety="Nothing is edited: a file may belong in `data` or in `deps`. What targets in `srcs` make is not known.",
        references=(UPSTREAM + "/blob/v2.0.0-alpha.0/py/defs.bzl",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=_NEEDLES,
    find=find,
    cases=(
        Case(
            "data and a stub",
            _case('[\n        "a.py",\n        "a.pyi",\n        "data/a.json",\n    ]'),
            person=("a.pyi is not a .py file", "data/a.json is not a .py file"),
        ),
        Case(
            "a glob of everything",
            _case('glob(\n        ["**/*"],\n        exclude = ["*.txt"],\n    )'),
            notes=("the glob '**/*'",),
        ),
        Case("a select", _case('select({"//:x.y": ["a.so"]})'), person=("a.so is not a .py file",)),
        Case("Python files, targets, and globs of Python files", _case('["a.py", ":gen", "//x.y:z"] + glob(["*.py"])')),
        Case("another ruleset", _case('["a.txt"]', "rules_python//python")),
    ),
)
