"""The macro `entry_point` of a pip repository, in whose place `py_console_script_binary` came.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/entry_points/py_console_script_binary.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.style import quote
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, DOCS, missing, written
from migrations.view import View

_NEW = "//python/entry_points:py_console_script_binary.bzl"
_RULE = "py_console_script_binary"


def find(view: View) -> Iterator[Finding]:
    """Calls of the macro; an alias of one becomes the rule."""
    for load in view.loads:
        canonical = view.canonical(load.label)
        if not canonical.endswith("//:requirements.bzl"):
            continue
        for symbol in load.symbols:
            if symbol.name == "entry_point":
                yield from _uses(view, Symbol(canonical, "entry_point"), load.label, symbol.local)


def _uses(view: View, symbol: Symbol, label: str, local: str) -> Iterator[Finding]:
    repo = label.partition("//")[0]
    for call, _ in view.calls({symbol}):
        message = f"entry_point of {label} is gone"
        fix = _as_rule(view, call, repo, local)
        advice = missing(view) or f"Make a {_RULE} of the package, and name that."
        yield Finding(call.start, call.callee_range[1], message, fix, "" if fix else advice)


def _as_rule(view: View, call: Call, repo: str, local: str) -> Fix | None:
    """The alias around a call made a rule, if that is all there is to it."""
    if missing(view):
        return None
    around = next((item for item in view.all_calls(call.statement) if item.callee == "alias"), None)
    actual = around.argument("actual") if around is not None else None
    if around is None or actual is None or actual.value is not call.node:
        return None
    given = {argument.name or str(index): argument for index, argument in enumerate(call.arguments)}
    pkg = given.get("pkg") or given.get("0")
    script = given.get("script") or given.get("1")
    package = call.string_of(pkg.value) if pkg is not None else None
    if package is None or call.splats or (script is not None and call.string_of(script.value) is None):
        return None
    hub_name = package.lower().replace("-", "_").replace(".", "_")
    put = {"pkg": quote(f"{repo}//{hub_name}").decode()}
    if script is not None:
        put["script"] = call.text(script).decode()
    new = rewrite(around, callee=_RULE, put=put, drop=("actual",))
    return Fix.of(new, bind={_RULE: (written(view, _NEW), _RULE)}, release=frozenset({local}))


MIGRATION = Migration(
    id="entry-point",
    summary="Turn aliases of entry_point into py_console_script_binary.",
    page=Page(
        what=(
            'Turns `alias(actual = entry_point("yapf"))` into a `py_console_script_binary` of the package, with its '
            "`script` if one is named."
        ),
        why="The macro is gone from the repositories that `pip_parse` and `pip.parse` make.",
        safety="Safe: it is the same script. Calls elsewhere than in an alias are left to a person.",
        references=(CHANGES, DOCS + "/api/rules_python/python/entry_points/py_console_script_binary.html"),
    ),
    gate=Gate(module="rules_python", since="0.26.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"entry_point",),
    find=find,
    cases=(
        Case(
            "an alias",
            """load("@pip//:requirements.bzl", "entry_point", "requirement")

alias(
    name = "format",
    actual = entry_point("black", "blackd"),
    visibility = ["//visibility:public"],
)

x(deps = [requirement("black")])
""",
            """load("@pip//:requirements.bzl", "requirement")
load("@rules_python//python/entry_points:py_console_script_binary.bzl", "py_console_script_binary")

py_console_script_binary(
    name = "format",
    pkg = "@pip//black",
    script = "blackd",
    visibility = ["//visibility:public"],
)

x(deps = [requirement("black")])
""",
        ),
        Case(
            "a tool",
            'load("@pip//:requirements.bzl", "entry_point")\n\ngenrule(\n    name = "g",\n    outs = ["o"],\n'
            '    cmd = "true",\n    tools = [entry_point("yapf")],\n)\n',
            person=("entry_point of @pip",),
        ),
        Case("one's own", 'load("//:m.bzl", "entry_point")\n\nentry_point("x")\n'),
    ),
)
