"""`py_test(pytest_main = True)`, which became `py_pytest_test`.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Argument, Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.style import string_list
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_TEST = frozenset({Symbol(DEFS, "py_test")})
_NEW = Symbol(DEFS, "py_pytest_test")
_MESSAGE = "py_test has no pytest_main any more; py_pytest_test is the rule for it"


def find(view: View) -> Iterator[Finding]:
    """Calls that say `pytest_main`, and labels of the target that came with it."""
    for call, _ in view.calls(_TEST):
        argument = call.argument("pytest_main")
        if argument is None:
            continue
        value = argument.value.value if isinstance(argument.value, ast.Constant) else None
        if value is False:
            fix = Fix.of(rewrite(call, drop=("pytest_main",)))
            yield Finding(argument.start, argument.end, "py_test has no pytest_main any more, not even False", fix)
        elif value is True:
            yield _converted(view, call, argument)
        else:
            advice = "Call py_pytest_test or py_test by what it says, and do not pass it on."
            yield Finding(argument.start, argument.end, _MESSAGE, advice=advice)
    for string in view.strings(".pytest_paths"):
        label = view.label(string.value) if " " not in string.value else None
        if label is not None and label.name.endswith(".pytest_paths") and string.value.startswith((":", "//")):
            advice = "py_pytest_test passes its srcs to pytest; there is no target for their paths."
            yield Finding(string.start, string.end, f"{string.value} is not made any more", advice=advice)


def _converted(view: View, call: Call, argument: Argument) -> Finding:
    """The call as one of `py_pytest_test`, or why it cannot be."""
    start, end = call.start, call.callee_range[1]
    deps = call.argument("deps")
    if call.argument("main") is not None:
        advice = "It refuses main: drop that, or stay with py_test and drop pytest_main."
        return Finding(start, end, _MESSAGE, advice=advice)
    if deps is not None and any(_is_select(node) for node in ast.walk(deps.value)):
        advice = "Its deps have to be a list: put the select in a py_library, and depend on that."
        return Finding(start, end, _MESSAGE, advice=advice)
    if call.callee is None or view.bindings.root(call.callee) != call.callee:
        return Finding(start, end, _MESSAGE, advice="Call py_pytest_test here instead of the other name of py_test.")
    local, missing = view.bindings.free_name(_local(call.callee), _NEW, at=call.start)
    put = _moved(call)
    fix = Fix.of(
        rewrite(call, callee=local, put=put, drop=("pytest_main",)),
        bind={local: (view.label_of(call.callee), "py_pytest_test")} if missing else {},
        release=frozenset({call.callee}),
    )
    notes = [_of_sources(call), _of_unpacked(call)]
    return Finding(start, end, _MESSAGE, fix, " ".join(note for note in notes if note), Level.NOTE)


def _is_select(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "select"


def _local(callee: str) -> str:
    return callee.replace("py_test", "py_pytest_test") if "py_test" in callee else "py_pytest_test"


def _moved(call: Call) -> dict[str, str]:
    """`srcs` and `data` with the conftest.py moved from one to the other, if both are plain lists."""
    srcs, data = call.strings("srcs"), call.strings("data")
    moving = [text for text in srcs or [] if _base(text) == "conftest.py"]
    if not srcs or not moving or len(moving) == len(srcs) or (call.argument("data") is not None and data is None):
        return {}
    if any(b"#" in call.text(item) for item in call.arguments if item.name in ("srcs", "data")):
        return {}
    indent = b" " * (4 if call.scope.function == "" else 8)
    kept = [text for text in srcs if text not in moving]
    lists = {"srcs": kept, "data": sorted({*(data or []), *moving}, key=lambda text: (text[:1] in ":/@", text))}
    return {name: string_list(items, indent, call.file.newline).decode() for name, items in lists.items()}


def _base(text: str) -> str:
    return text.rpartition("/")[2].rpartition(":")[2]


def _of_sources(call: Call) -> str:
    """What pytest is given now that it was not given before."""
    srcs = call.strings("srcs")
    if srcs is None and call.argument("srcs") is not None:
        return "pytest gets the files of srcs, not their directories: a conftest.py belongs in data, helpers in deps."
    others = [text for text in srcs or [] if not _is_test(_base(text))]
    if _moved(call):
        others = [text for text in others if _base(text) != "conftest.py"]
    if not others:
        return ""
    return (
        f"pytest gets each of srcs as a test: {', '.join(others)} may belong in deps, in a py_library, "
        "and a conftest.py in data."
    )


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or not name.endswith(".py")


def _of_unpacked(call: Call) -> str:
    return "Cannot see into the unpacked arguments: they must not bring main or pytest_main." if call.splats else ""


def _call(name: str, attributes: str) -> str:
    return f'load("@aspect_rules_py//py:defs.bzl", "{name}")\n\n{name}(\n    name = "t",\n{attributes})\n'


MIGRATION = Migration(
    id="pytest-main",
    summary="Turn py_test(pytest_main = True) into py_pytest_test.",
    page=Page(
        what=(
            "Changes the rule and its load, drops `pytest_main`, and moves a `conftest.py` from `srcs` to `data`. "
            "`pytest_main = False` is dropped. `args` stay what they are. The rule inside a wrapper macro changes, "
            "its callers do not."
        ),
        why="From 2.0.0-alpha.5 on `py_test` rejects the attribute, True or False.",
        safety=(
            "v1 gave pytest the directories of `srcs`, v2 gives it the files: helpers and `__init__.py` in `srcs` "
            "are collected as tests, which is listed. With `main`, a `select` in `deps` or a computed `pytest_main` "
            "the call is left to a person, and so are labels of `:t.pytest_paths`."
        ),
        references=(UPSTREAM + "/commit/3916962b", UPSTREAM + "/releases/tag/v2.0.0-alpha.5"),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"pytest_main", b".pytest_paths"),
    find=find,
    cases=(
        Case(
            "a test, beside one that stays",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_test")

py_test(
    name = "t",
    srcs = ["test_t.py"],
    args = ["-v"],
    pytest_main = True,
    deps = ["@pypi//pytest"],
)

py_test(
    name = "u",
    srcs = ["u.py"],
    pytest_main = False,
)
""",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_pytest_test", "py_test")

py_pytest_test(
    name = "t",
    srcs = ["test_t.py"],
    args = ["-v"],
    deps = ["@pypi//pytest"],
)

py_test(
    name = "u",
    srcs = ["u.py"],
)
""",
        ),
        Case(
            "conftest.py goes to data, helpers are named",
            _call(
                "py_test",
                '    srcs = [\n        "__init__.py",\n        "conftest.py",\n        "test_t.py",\n    ],\n'
                '    data = ["x.txt"],\n    pytest_main = True,\n',
            ),
            _call(
                "py_pytest_test",
                '    srcs = [\n        "__init__.py",\n        "test_t.py",\n    ],\n'
                '    data = [\n        "conftest.py",\n        "x.txt",\n    ],\n',
            ),
            notes=("py_pytest_test is the rule",),
        ),
        Case(
            "a glob of sources",
            _call("py_test", '    srcs = glob(["*.py"]),\n    pytest_main = True,\n'),
            _call("py_pytest_test", '    srcs = glob(["*.py"]),\n'),
            notes=("py_pytest_test is the rule",),
        ),
        Case(
            "inside a wrapper macro",
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", _py_test = "py_test")

def py_test(name, srcs, **kwargs):
    _py_test(name = name, srcs = srcs, pytest_main = True, **kwargs)

def switch(name, pytest_main = True, **kwargs):
    _py_test(name = name, pytest_main = pytest_main, **kwargs)
"""
            },
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", _py_pytest_test = "py_pytest_test", _py_test = "py_test")

def py_test(name, srcs, **kwargs):
    _py_pytest_test(name = name, srcs = srcs, **kwargs)

def switch(name, pytest_main = True, **kwargs):
    _py_test(name = name, pytest_main = pytest_main, **kwargs)
"""
            },
            person=("py_pytest_test is the rule",),
            notes=("py_pytest_test is the rule",),
        ),
        Case(
            "a main, and a select in deps",
            'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\n'
            'py_test(\n    name = "a",\n    main = "m.py",\n    pytest_main = True,\n)\n\n'
            'py_test(\n    name = "b",\n    pytest_main = True,\n    deps = select({"//c": ["//d"]}),\n)\n',
            person=("py_pytest_test is the rule", "py_pytest_test is the rule"),
        ),
        Case(
            "a label of the paths",
            'filegroup(\n    name = "f",\n    srcs = [":t.pytest_paths"],\n)\n',
            person=("is not made any more",),
        ),
        Case("before alpha.5", _call("py_test", "    pytest_main = True,\n"), to="2.0.0-alpha.4"),
        Case(
            "py_pytest_main stays",
            'load("@aspect_rules_py//py:defs.bzl", "py_pytest_main", "py_test")\n\npy_pytest_main(name = "m")\n\n'
            'py_test(\n    name = "t",\n    srcs = [":m"],\n    main = ":__test__m__.py",\n)\n',
        ),
        Case(
            "a wrapper's own pytest_main",
            'load("//:m.bzl", "py_test")\n\npy_test(\n    name = "t",\n    pytest_main = True,\n)\n',
        ),
    ),
)
