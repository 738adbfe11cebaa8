"""`include_user_site_packages`, which is gone.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import RUN, SHAPED, UPSTREAM
from migrations.aspect_rules_py._wrappers import NEEDLES, gather_wrappers, reaching, wrappers_in
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "user-site"
_ATTRIBUTE = "include_user_site_packages"


def find(view: View) -> Iterator[Finding]:
    """Calls with the attribute, of the rules and of the repository's own macros over them."""
    wrappers = reaching(view, view.facts.get(_ID, {}), SHAPED, _ATTRIBUTE)
    for call, symbol in view.calls(SHAPED | wrappers):
        argument = call.argument(_ATTRIBUTE)
        if argument is None:
            continue
        message = f"{_ATTRIBUTE} is gone"
        drop = Fix.of(rewrite(call, drop=(_ATTRIBUTE,)))
        value = argument.value.value if isinstance(argument.value, ast.Constant) else None
        if value is False:
            yield Finding(argument.start, argument.end, message, drop)
        elif value is True and (symbol in SHAPED - RUN or _not_isolated(call)):
            advice = "Without -I the interpreter finds the user's packages by itself; see that it still does."
            yield Finding(argument.start, argument.end, message, drop, advice, Level.NOTE)
        else:
            advice = "Drop it; where the user's packages are needed, say isolated = False."
            yield Finding(argument.start, argument.end, message, advice=advice)


def _not_isolated(call: Call) -> bool:
    isolated = call.argument("isolated")
    return isolated is not None and isinstance(isolated.value, ast.Constant) and isolated.value.value is False


def _case(attributes: str) -> str:
    return f'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n{attributes})\n'


MIGRATION = Migration(
    id=_ID,
    summary="Drop include_user_site_packages.",
    page=Page(
        what=(
            "Drops `include_user_site_packages` where it is False, and where it is True but the interpreter runs "
            "without `-I` (`isolated = False`, a `py_venv`), which lets the user's packages in anyway."
        ),
        why="v2 has no such attribute from 2.0.0-alpha.5 on; it is an error.",
        safety=(
            "Safe for False. For True without `isolated = False`, and for anything that is not a plain True or "
            "False, it is left to a person."
        ),
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.5",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(_ATTRIBUTE.encode(),),
    find=find,
    scan=wrappers_in,
    scan_needles=NEEDLES,
    scan_kinds=(FileKind.BZL,),
    gather=gather_wrappers,
    cases=(
        Case(
            "a macro that passes it on",
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
                "def tool(name, **kwargs):\n    py_binary(name = name, **kwargs)\n",
                "BUILD": 'load(":m.bzl", "tool")\n\n'
                'tool(\n    name = "a",\n    include_user_site_packages = False,\n)\n\n'
                'tool(\n    name = "b",\n    include_user_site_packages = True,\n)\n',
            },
            {
                "BUILD": 'load(":m.bzl", "tool")\n\ntool(\n    name = "a",\n)\n\n'
                'tool(\n    name = "b",\n    include_user_site_packages = True,\n)\n',
            },
            person=("is gone",),
        ),
        Case(
            "a macro that takes it itself",
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
                "def tool(name, include_user_site_packages = False, **kwargs):\n    py_binary(name = name, **kwargs)\n",
                "BUILD": 'load(":m.bzl", "tool")\n\n'
                'tool(\n    name = "a",\n    include_user_site_packages = False,\n)\n',
            },
        ),
        Case("False", _case("    include_user_site_packages = False,\n"), _case("")),
        Case(
            "True without isolation",
            _case("    include_user_site_packages = True,\n    isolated = False,\n"),
            _case("    isolated = False,\n"),
            notes=("is gone",),
        ),
        Case("True with isolation", _case("    include_user_site_packages = True,\n"), person=("is gone",)),
        Case("computed", _case("    include_user_site_packages = X,\n    isolated = False,\n"), person=("is gone",)),
        Case(
            "a virtualenv",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\n'
            'py_venv(\n    name = "v",\n    include_user_site_packages = True,\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(\n    name = "v",\n)\n',
            notes=("is gone",),
        ),
        Case("before alpha.5", _case("    include_user_site_packages = False,\n"), to="2.0.0-alpha.4"),
        Case("another rule", 'x(\n    name = "x",\n    include_user_site_packages = True,\n)\n'),
    ),
)
