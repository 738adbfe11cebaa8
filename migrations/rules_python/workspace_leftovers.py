"""What stays in a WORKSPACE once its Python part has gone.

https://bazel.build/external/migration
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _workspace
from migrations.rules_python._workspace import (
    PIP_PARSE,
    REGISTER,
    REGISTER_MULTI,
    REPOSITORIES,
    here,
    hubs_in,
    rules_in,
)
from migrations.view import View

_ID = "workspace-leftovers"
_PYTHON = REPOSITORIES | REGISTER | REGISTER_MULTI | PIP_PARSE


def find(view: View) -> Iterator[Finding]:
    """The calls of a WORKSPACE with a Python part that are not of it."""
    part = here(view, _ID)
    if not part.python:
        return
    python = {found.call.start for found in (*rules_in(view), *hubs_in(view, part))}
    python |= {call.start for call, _ in view.calls(_PYTHON)}
    hubs = {f"@{hub.name}" for hub in part.hubs}
    installs = {item.local for load in view.loads if load.label.partition("//")[0] in hubs for item in load.symbols}
    for statement in view.statements():
        for call in view.all_calls(statement)[:1]:
            registered = call.callee == "register_toolchains" and b"python" in statement.text
            if call.start in python or registered or call.callee in ("workspace", *installs):
                continue
            name = call.string("name")
            what = f"{call.callee} {name}" if name else f"{call.callee}()"
            advice = "Move it to MODULE.bazel by hand, or keep WORKSPACE on (--enable_workspace from Bazel 8 on)."
            message = f"{what} is not Python, and stays in the WORKSPACE"
            yield Finding(call.start, call.callee_range[1], message, advice=advice, level=Level.NOTE)


_HEAD = 'bazel_dep(name = "rules_python", version = "0.31.0")\n'

MIGRATION = Migration(
    id=_ID,
    summary="List what stays in a WORKSPACE once its Python part has gone.",
    page=Page(
        what="Lists the calls of a WORKSPACE that are neither rules_python nor its toolchains and requirements.",
        why="With WORKSPACE off nobody reads them.",
        safety="Nothing is edited.",
        references=("https://bazel.build/external/migration",),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.WORKSPACE,),
    needles=(b"(",),
    find=find,
    scan=_workspace.scan,
    scan_needles=_workspace.SCAN_NEEDLES,
    scan_kinds=_workspace.SCAN_KINDS,
    gather=_workspace.gather,
    cases=(
        Case(
            "an archive of something else",
            {
                "MODULE.bazel": _HEAD,
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'python_register_toolchains(\n    name = "p",\n    python_version = "3.12",\n)\n\n'
                'http_archive(\n    name = "rules_go",\n    url = "u",\n)\n\ngo_rules_dependencies()\n',
            },
            notes=("http_archive rules_go is not Python", "go_rules_dependencies() is not Python"),
        ),
        Case("a WORKSPACE without Python", {"WORKSPACE": 'http_archive(\n    name = "rules_go",\n    url = "u",\n)\n'}),
    ),
)
