"""`py_binary_rule` and `py_test_rule`, the rules behind the macros, which are not exported any more.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.0/py/defs.bzl
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._by_name import TURN, by_name
from migrations.aspect_rules_py._renamed import Called, Renaming, renamed
from migrations.aspect_rules_py._surface import DEFS, UPSTREAM, is_part
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_NEW = {"py_binary_rule": "py_binary", "py_test_rule": "py_test"}


def find(view: View) -> Iterator[Finding]:
    """Calls, aliases, values and idle loads of the two rules."""
    if is_part(view):
        return
    old = frozenset(Symbol(DEFS, name) for name in _NEW)
    yield from renamed(view, Renaming(_NEW, old, DEFS, _called, None, ""))


def _called(view: View, call: Call, callee: str | None) -> Called:
    resolutions = call.argument("resolutions")
    if resolutions is None:
        return Called(rewrite(call, callee=callee))
    text, bind = by_name(view, call, resolutions.value)
    if text is None:
        return Called(rewrite(call, callee=callee), advice=TURN)
    return Called(rewrite(call, callee=callee, put={"resolutions": text}), bind)


MIGRATION = Migration(
    id="rule-hatch",
    summary="Use the macros py_binary and py_test instead of the rules behind them.",
    page=Page(
        what="Renames calls, aliases and loads of `py_binary_rule` and `py_test_rule` to `py_binary` and `py_test`.",
        why="v2 exports the macros only.",
        safety=(
            "Safe for calls. A macro is no rule object: what needs one (`with_cfg`, `inherit_attrs`, an aspect that "
            "goes by kind) is left to a person, any other use as a value is renamed and listed."
        ),
        references=(UPSTREAM + "/blob/v2.0.0-alpha.0/py/defs.bzl",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_binary_rule", b"py_test_rule"),
    find=find,
    cases=(
        Case(
            "a call beside the macro",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_binary", "py_binary_rule")

py_binary(name = "a")

py_binary_rule(
    name = "b",
    main = "b.py",
)
""",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

py_binary(name = "a")

py_binary(
    name = "b",
    main = "b.py",
)
""",
        ),
        Case(
            "a re-export and a value",
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", _py_test_rule = "py_test_rule")

my_test = _py_test_rule

RULES = {"test": _py_test_rule}
"""
            },
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", _py_test = "py_test")

my_test = _py_test

RULES = {"test": _py_test}
"""
            },
            notes=("became py_test",),
        ),
        Case(
            "with_cfg needs a rule",
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary_rule")
load("@with_cfg.bzl", "with_cfg")

opt_binary, _opt = with_cfg(py_binary_rule).build()
"""
            },
            person=("used here as a value",),
        ),
        Case(
            "resolutions by label",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_binary_rule")

py_binary_rule(
    name = "b",
    resolutions = {"//a": "a"},
)
""",
            """\
load("@aspect_rules_py//py:defs.bzl", "py_binary", "resolutions")

py_binary(
    name = "b",
    resolutions = resolutions.empty().override({"a": "//a"}),
)
""",
        ),
        Case(
            "the plan keeps the rules",
            'load("@aspect_rules_py//py:defs.bzl", "py_test_rule")\n\npy_test_rule(name = "t")\n',
            to="v2-plan",
        ),
        Case(
            "a rule of the same name of the repository's own",
            'load("//:rules.bzl", "py_test_rule")\n\npy_test_rule(name = "t")\n',
        ),
    ),
)
