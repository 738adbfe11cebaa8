"""`pip_install`, in whose place `pip_parse` came.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.calls import Call
from buildfile.edits import Edit
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES, exported
from migrations.view import View

_HOME = "//python:pip.bzl"
_OLD = exported((_HOME,), ("pip_install",))
_LOCKED = "pip_parse takes a file in which every package has its version: see that this one is."


def find(view: View) -> Iterator[Finding]:
    """Loads and calls of the macro."""
    names = [name for name, symbol in view.bindings.loaded.items() if symbol in _OLD]
    calls = [call for call, _ in view.calls(_OLD)]
    for name in names:
        label = next(load.label for load in view.loads if any(item.local == name for item in load.symbols))
        for call in calls:
            if call.callee == name:
                yield _parsed(view, call, label)
        for use in view.uses(_OLD):
            yield Finding(use.start, use.end, "pip_install is gone", advice="Use pip_parse, and load install_deps.")
        if not calls and not any(view.uses(_OLD)):
            load = next(load for load in view.loads if load.label == label)
            idle = Fix(release=frozenset({name}))
            yield Finding(load.label_start, load.label_end, "pip_install is gone, and is not used", idle)


def _parsed(view: View, call: Call, label: str) -> Finding:
    place = call.start, call.callee_range[1]
    message = "pip_install is gone; pip_parse fetches each package when it is needed"
    name = call.string("name") or ("pip" if call.argument("name") is None else None)
    alone = call.statement.start == call.start and not call.scope.function
    if view.file.kind is not FileKind.WORKSPACE or name is None or call.splats or not alone:
        advice = "Call pip_parse, load install_deps from the requirements.bzl of the repository, and call it."
        return Finding(*place, message, advice=advice)
    put = {} if call.argument("name") is not None else {"name": f'"{name}"'}
    rename = {} if call.argument("requirements_lock") is not None else {"requirements": "requirements_lock"}
    new = rewrite(call, callee="pip_parse", put=put, rename=rename)
    nl = view.file.newline.decode()
    hub, install = f"@{name}//:requirements.bzl", f"{name}_install_deps"
    text = nl.join(["", f'load("{hub}", {install} = "install_deps")', "", f"{install}()", ""])
    end = call.statement.end
    edits = (*new.edits, Edit(end, end, text.encode()))
    fix = Fix(edits, new.changes, {"pip_parse": (label, "pip_parse")}, frozenset({call.callee or ""}))
    return Finding(*place, message, fix, _LOCKED, Level.NOTE)


MIGRATION = Migration(
    id="pip-install",
    summary="Turn pip_install into pip_parse.",
    page=Page(
        what=(
            "Calls `pip_parse` with the requirements as `requirements_lock`, and loads and calls `install_deps` of "
            "the repository behind it."
        ),
        why="`pip_install` is gone; it installed everything before anything could be built.",
        safety=(
            "`requirement()` and the repository's name stay as they are. The file has to have every version pinned, "
            "which is not checked. Calls in a .bzl are left to a person, since the load has to follow in the WORKSPACE."
        ),
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.WORKSPACE, FileKind.BZL),
    needles=(b"pip_install",),
    find=find,
    cases=(
        Case(
            "in a WORKSPACE",
            {
                "WORKSPACE": """load("@rules_python//python:pip.bzl", "pip_install")

pip_install(
    name = "deps",
    requirements = "//:requirements.txt",
)

x(name = "y")
"""
            },
            {
                "WORKSPACE": """load("@rules_python//python:pip.bzl", "pip_parse")

pip_parse(
    name = "deps",
    requirements_lock = "//:requirements.txt",
)

load("@deps//:requirements.bzl", deps_install_deps = "install_deps")

deps_install_deps()

x(name = "y")
"""
            },
            notes=("pip_install is gone",),
        ),
        Case(
            "in a macro",
            {
                "d.bzl": 'load("@rules_python//python:pip.bzl", "pip_install")\n\n'
                'def d():\n    pip_install(name = "deps", requirements = "//:r.txt")\n'
            },
            person=("pip_install is gone",),
        ),
        Case(
            "the macro of another ruleset",
            {"WORKSPACE": 'load("@other//:pip.bzl", "pip_install")\n\npip_install(name = "deps")\n'},
        ),
    ),
)
