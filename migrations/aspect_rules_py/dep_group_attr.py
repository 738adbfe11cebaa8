"""The attribute `venv`, a group of the packages in a uv hub, which became `dep_group`.

https://github.com/aspect-build/rules_py/commit/5ffed3ad
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call, string_value
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py import _wrappers
from migrations.aspect_rules_py._surface import UPSTREAM, UV_DEFS, UV_UNSTABLE_DEFS, anywhere
from migrations.aspect_rules_py._unpacked import renamed_key, unpacked
from migrations.aspect_rules_py._wrappers import gather_wrappers, reaching, wrappers_in
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "dep-group-attr"
_OLD, _NEW = "venv", "dep_group"
_RULES = anywhere("py_binary", "py_test", "py_venv", "py_venv_binary", "py_venv_test")
_CONSOLE = frozenset(Symbol(label, "py_console_script_binary") for label in (UV_DEFS, UV_UNSTABLE_DEFS))
_ON_DICTS = frozenset({"pop", "setdefault", "get", "set"})
_NEEDLES = (b" venv =", b"\tvenv =", b"venv=", b'"venv"', b"'venv'")


def find(view: View) -> Iterator[Finding]:
    """The attribute on calls of the rules and of the repository's own macros over them."""
    rules = _RULES | (_CONSOLE if view.target.at_least("2.0.0-alpha.2") else frozenset())
    wrappers = reaching(view, view.facts.get(_ID, {}), rules, _OLD)
    targets = rules | wrappers
    passed_on = False
    for call, _ in view.calls(targets):
        argument = call.argument(_OLD)
        passed_on = passed_on or bool(call.splats)
        if argument is not None:
            yield _of_call(call)
        elif (value := (unpacked(view, call) or {}).get(_OLD)) is not None:
            splat = call.splats[0]
            message = f"the arguments unpacked here bring {_OLD}, which is {_NEW} now"
            fix = None
            if not _is_label(value):
                fix = renamed_key(view, call, _OLD, _NEW, lambda other: view.symbol_of(other) in targets)
            advice = "" if fix is not None else f"Rename the key '{_OLD}' to '{_NEW}' in the dict."
            yield Finding(splat.start, splat.end, message, fix, advice)
    if passed_on and view.file.kind is FileKind.BZL:
        yield from _on_kwargs(view)


def _of_call(call: Call) -> Finding:
    argument = call.argument(_OLD)
    assert argument is not None
    place = argument.start, argument.end
    if _is_label(argument.value):
        return Finding(
            *place,
            f"{_OLD} names a group of dependencies, not a target, and is {_NEW} now",
            advice=(
                "Drop it, or name a group with dep_group. v2 makes the virtualenv of each binary from its own deps; "
                "there is no public attribute that takes one from another target."
            ),
        )
    if call.argument(_NEW) is not None:
        return Finding(*place, f"{_OLD} is {_NEW} now, and both are given", advice="Keep one of them.")
    return Finding(*place, f"{_OLD} is {_NEW} now", Fix.of(rewrite(call, rename={_OLD: _NEW})))


def _is_label(value: ast.expr) -> bool:
    """Whether a value is, or one of a `select` is, shaped like a label."""
    if isinstance(value, ast.Dict):
        return any(_is_label(item) for item in value.values)
    if isinstance(value, ast.Call):
        return any(_is_label(item) for item in value.args)
    if isinstance(value, ast.BinOp):
        return _is_label(value.left)
    text = string_value(value)
    return text is not None and text.startswith((":", "//", "@"))


def _on_kwargs(view: View) -> Iterator[Finding]:
    """`kwargs["venv"]` and the like, in a file that passes arguments on."""
    for string in view.strings(_OLD):
        if string.value != _OLD or not string.scope.function:
            continue
        before = view.file.data[string.statement.start : string.start].rstrip()
        method = re.search(rb"\.(\w+)\($", before)
        after = view.file.data[string.end : string.end + 1]
        if (before.endswith(b"[") and after == b"]") or (method and method[1].decode() in _ON_DICTS):
            yield Finding(
                string.start,
                string.end,
                f"the attribute {_OLD} is {_NEW} now, and this may be about it",
                advice=f"Write '{_NEW}' if these arguments go to a py_binary, py_test or py_venv.",
            )


_LOAD = 'load("@aspect_rules_py//py:defs.bzl", {})\n\n'

MIGRATION = Migration(
    id=_ID,
    summary="Rename the attribute venv of binaries and tests to dep_group.",
    page=Page(
        what=(
            'Renames `venv = "group"` to `dep_group = "group"` on `py_binary`, `py_test`, `py_venv`, '
            "`py_venv_binary`, `py_venv_test` and, from 2.0.0-alpha.2 on, `py_console_script_binary`; also where the "
            "call is of a macro of the repository that passes its arguments on to one of them."
        ),
        why="v2 has another attribute of the name `venv` inside its macros, so a call that has it fails.",
        safety=(
            "Safe. A value that is a label is no group and is reported, as are arguments that are unpacked from a dict "
            "or taken from `kwargs`. `venv` of `py_venv_link` is a label and stays, as do `venvs`."
        ),
        references=(UPSTREAM + "/commit/5ffed3ad",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=_NEEDLES,
    find=find,
    scan=wrappers_in,
    scan_needles=_wrappers.NEEDLES,
    scan_kinds=(FileKind.BZL,),
    gather=gather_wrappers,
    after=("py-venv-meaning", "venv-link-sig", "venv-rules"),
    cases=(
        Case(
            "a binary and a test, under an alias",
            _LOAD.format('"py_binary", test = "py_test"')
            + 'py_binary(\n    name = "b",\n    venv = "prod",\n    deps = ["@pypi//x"],\n)\n\n'
            'test(\n    name = "t",\n    srcs = ["t.py"],\n    main = "t.py",\n    venv = "dev",\n)\n',
            _LOAD.format('"py_binary", test = "py_test"')
            + 'py_binary(\n    name = "b",\n    dep_group = "prod",\n    deps = ["@pypi//x"],\n)\n\n'
            'test(\n    name = "t",\n    srcs = ["t.py"],\n    dep_group = "dev",\n    main = "t.py",\n)\n',
        ),
        Case(
            "a select, a variable, and a comprehension",
            _LOAD.format('"py_test"')
            + '[py_test(\n    name = "t_" + g,\n    venv = g,\n) for g in [\n    "a",\n    "b",\n]]\n\n'
            'py_test(\n    name = "s",\n    venv = select({\n        ":x": "a",\n'
            '        "//conditions:default": "b",\n    }),\n)\n',
            _LOAD.format('"py_test"')
            + '[py_test(\n    name = "t_" + g,\n    dep_group = g,\n) for g in [\n    "a",\n    "b",\n]]\n\n'
            'py_test(\n    name = "s",\n    dep_group = select({\n        ":x": "a",\n'
            '        "//conditions:default": "b",\n    }),\n)\n',
        ),
        Case(
            "a macro that passes its arguments on, and one that takes venv itself",
            {
                "tools/BUILD.bazel": "",
                "tools/py.bzl": _LOAD.format('_py_test = "py_test"')
                + "def my_test(name, **kwargs):\n    _py_test(name = name, **kwargs)\n\n"
                "def our_test(name, venv = None, **kwargs):\n    _py_test(name = name, venv = venv, **kwargs)\n",
                "BUILD.bazel": 'load("//tools:py.bzl", "my_test", "our_test")\n\n'
                'my_test(\n    name = "m",\n    venv = "a",\n)\n\nour_test(\n    name = "o",\n    venv = "a",\n)\n',
            },
            {
                "tools/py.bzl": _LOAD.format('_py_test = "py_test"')
                + "def my_test(name, **kwargs):\n    _py_test(name = name, **kwargs)\n\n"
                "def our_test(name, venv = None, **kwargs):\n    _py_test(name = name, dep_group = venv, **kwargs)\n",
                "BUILD.bazel": 'load("//tools:py.bzl", "my_test", "our_test")\n\n'
                'my_test(\n    name = "m",\n    dep_group = "a",\n)\n\n'
                'our_test(\n    name = "o",\n    venv = "a",\n)\n',
            },
        ),
        Case(
            "a re-export of a re-export",
            {
                "a.bzl": _LOAD.format('_b = "py_binary"') + "py_binary = _b\n",
                "b.bzl": 'load(":a.bzl", _b = "py_binary")\n\nour_py_binary = _b\n',
                "BUILD.bazel": 'load(":b.bzl", "our_py_binary")\n\n'
                'our_py_binary(\n    name = "b",\n    venv = "g",\n)\n',
            },
            {
                "BUILD.bazel": 'load(":b.bzl", "our_py_binary")\n\n'
                'our_py_binary(\n    name = "b",\n    dep_group = "g",\n)\n'
            },
        ),
        Case(
            "a label is no group",
            _LOAD.format('"py_binary"') + 'py_binary(\n    name = "b",\n    venv = ":v",\n)\n',
            person=("names a group of dependencies",),
        ),
        Case(
            "arguments from a dict, and from kwargs",
            {
                "BUILD.bazel": _LOAD.format('"py_test"')
                + '_COMMON = {"venv": "a"}\n\npy_test(\n    name = "t",\n    **_COMMON\n)\n',
                "m.bzl": _LOAD.format('"py_test"')
                + 'def m(name, **kwargs):\n    kwargs.setdefault("venv", "a")\n    py_test(name = name, **kwargs)\n',
            },
            {
                "BUILD.bazel": _LOAD.format('"py_test"')
                + '_COMMON = {"dep_group": "a"}\n\npy_test(\n    name = "t",\n    **_COMMON\n)\n',
            },
            person=("may be about it",),
        ),
        Case(
            "dicts that are for two rules, and in the call",
            {
                "BUILD.bazel": _LOAD.format('"py_binary", "py_test"')
                + 'COMMON = dict(\n    srcs = ["x.py"],\n    venv = "a",\n)\n\n'
                'py_test(\n    name = "t",\n    **COMMON\n)\n\npy_binary(\n    name = "b",\n    **COMMON\n)\n\n'
                'py_binary(\n    name = "c",\n    **{"venv": "b"}\n)\n'
            },
            {
                "BUILD.bazel": _LOAD.format('"py_binary", "py_test"')
                + 'COMMON = dict(\n    srcs = ["x.py"],\n    dep_group = "a",\n)\n\n'
                'py_test(\n    name = "t",\n    **COMMON\n)\n\npy_binary(\n    name = "b",\n    **COMMON\n)\n\n'
                'py_binary(\n    name = "c",\n    **{"dep_group": "b"}\n)\n'
            },
        ),
        Case(
            "dicts that are used otherwise, can be loaded, or hold a label",
            {
                "BUILD.bazel": _LOAD.format('"py_test"') + 'A = {"venv": "a"}\n\nB = {"venv": ":v"}\n\nprint(A)\n\n'
                'py_test(\n    name = "a",\n    **A\n)\n\npy_test(\n    name = "b",\n    **B\n)\n',
                "m.bzl": _LOAD.format('"py_test"')
                + 'C = {"venv": "a"}\n\ndef m(name):\n    py_test(name = name, **C)\n',
            },
            person=("bring venv", "bring venv", "bring venv"),
        ),
        Case(
            "attributes of that name that mean something else",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary", "py_venv_link")\n'
            'load("@aspect_rules_py//uv:defs.bzl", "gazelle_python_manifest")\n'
            'load("@rules_venv//python/venv:defs.bzl", "py_venv_test")\n\n'
            'py_binary(\n    name = "b",\n    expose_venv = True,\n)\n\n'
            'py_venv_link(\n    name = "l",\n    venv = ":b.venv",\n)\n\n'
            'py_venv_test(\n    name = "t",\n    venv = "x",\n)\n\n'
            'gazelle_python_manifest(\n    name = "m",\n    venvs = ["a"],\n)\n',
        ),
        Case(
            "the console script, before it had dep_group",
            'load("@aspect_rules_py//uv:defs.bzl", "py_console_script_binary")\n\n'
            'py_console_script_binary(\n    name = "c",\n    pkg = "@pypi//x",\n    venv = "a",\n)\n',
            to="2.0.0-alpha.1",
        ),
        Case(
            "the console script",
            'load("@aspect_rules_py//uv:defs.bzl", "py_console_script_binary")\n\n'
            'py_console_script_binary(\n    name = "c",\n    pkg = "@pypi//x",\n    venv = "a",\n)\n',
            'load("@aspect_rules_py//uv:defs.bzl", "py_console_script_binary")\n\n'
            'py_console_script_binary(\n    name = "c",\n    dep_group = "a",\n    pkg = "@pypi//x",\n)\n',
        ),
        Case(
            "the v2.0.0 plan keeps the attribute",
            _LOAD.format('"py_binary"') + 'py_binary(\n    name = "b",\n    venv = "a",\n)\n',
            to="v2-plan",
        ),
    ),
)
