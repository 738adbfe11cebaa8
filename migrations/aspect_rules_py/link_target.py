"""The link to a virtualenv, which leads to its runfiles tree in later versions.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.4
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import UPSTREAM, in_use
from migrations.aspect_rules_py._venv_link import LINKS, VENVS
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "link-target"
_INSIDE = rb"(?=/(?:bin|lib|include|Scripts|pyvenv\.cfg))"
_SIBLING = re.compile(rb"(?<![\w+.-])\.((?:[\w-]+\+)*)([\w-]+)\.venv" + _INSIDE)


def scan(view: View) -> list[str] | None:
    """The names that a file gives to links, where it says them."""
    names = [
        text
        for call, _ in view.calls(LINKS | VENVS)
        for text in (call.string("venv_name"), call.string("link_name"))
        if text is not None
    ]
    return names or None


def gather(facts: list[tuple[str, Any]]) -> frozenset[str]:
    """All of them."""
    return frozenset(name for _, names in facts for name in names)


def find(view: View) -> Iterator[Finding]:
    """Paths into a link: `.pkg+x.venv/bin/…`, or below a name that a target gives to its link."""
    if not in_use(view):
        return
    data = view.file.data
    module = "_main" if view.workspace.module_files else view.workspace.module or "__main__"
    seen: set[int] = set()
    for found in _SIBLING.finditer(data):
        if b"bazel-" in data[data.rfind(b"\n", 0, found.start()) + 1 : found.start()].rpartition(b" ")[2]:
            continue
        seen.add(found.start())
        package = found[1].decode().replace("+", "/")
        yield _finding(*found.span(), found[0].decode(), f"{module}/{package}.{found[2].decode()}.venv")
    for name in sorted(view.facts.get(_ID, ())):
        if name.startswith("."):
            for found in re.finditer(rb"(?<![\w+.-])" + re.escape(name.encode()) + _INSIDE, data):
                if found.start() not in seen:
                    yield _finding(*found.span(), name, f"{module}/<package>/.<name of the virtualenv>")


def _finding(start: int, end: int, link: str, inside: str) -> Finding:
    return Finding(
        start,
        end,
        f"the link {link} leads to a runfiles tree now, and the virtualenv is in it",
        advice=f"Go by {link}/{inside}, and make the link again; what is run from there needs RUNFILES_DIR.",
    )


MIGRATION = Migration(
    id=_ID,
    summary="Find paths through the link to a virtualenv.",
    page=Page(
        what=(
            "Lists paths such as `.app+main.venv/bin/python` in settings of editors, `.envrc`, scripts and documents, "
            "and those through names that `py_venv_link` and `py_venv` give to their links, and says where to go."
        ),
        why=(
            "From 2.0.0-alpha.4 on the link leads to the runfiles tree and not to the virtualenv. The link is still "
            "made, so nothing says so but the editor that finds no interpreter."
        ),
        safety="Nothing is edited.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.4",),
    ),
    gate=Gate(since="2.0.0-alpha.4", plan=False),
    kinds=(FileKind.TEXT,),
    needles=(b"venv",),
    find=find,
    scan=scan,
    scan_needles=(b"venv_name", b"link_name"),
    scan_kinds=(FileKind.BUILD, FileKind.BZL),
    gather=gather,
    cases=(
        Case(
            "settings of an editor, and a script",
            {
                ".vscode/settings.json": '{"python.defaultInterpreterPath": ".tools+dev+app.venv/bin/python"}\n',
                "dev.sh": "source .app.venv/bin/activate\nsource .venv/bin/activate\nls bazel-bin/app/.app.venv/bin\n",
                ".gitignore": "*.venv\n.app.venv\n",
            },
            person=("the link .tools+dev+app.venv", "the link .app.venv"),
        ),
        Case(
            "a name that a target gives",
            {
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_venv_link")\n\n'
                'py_venv_link(\n    name = "l",\n    link_name = ".venv",\n    venv = ":v",\n)\n',
                ".envrc": "source .venv/bin/activate\n",
            },
            person=("the link .venv leads",),
        ),
        Case("the usual .venv", {"dev.sh": "source .venv/bin/activate\n"}),
        Case("before alpha.4", {"dev.sh": "source .app.venv/bin/activate\n"}, to="2.0.0-alpha.3"),
        Case(
            "no aspect_rules_py here",
            {"MODULE.bazel": "", "dev.sh": "source .app.venv/bin/activate\n"},
        ),
    ),
)
