"""Labels of the repository of one package, which are packages of the hub under bzlmod.

https://rules-python.readthedocs.io/en/latest/pypi/index.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buildfile.source import FileKind
from migrations.extensions import tags
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._extensions import PIP
from migrations.rules_python._surface import DOCS, relabelled
from migrations.rules_python._workspace import hubs_in
from migrations.view import View

_ID = "pip-hub-labels"
_TARGETS = ("data", "dist_info", "extracted_whl_files", "pkg", "whl")


def scan(view: View) -> tuple[str, tuple[str, ...]] | None:
    """The hubs that a file declares, with the directory of its workspace."""
    if view.file.kind is FileKind.MODULE:
        names = [call.string("hub_name") or "" for call in tags(view, PIP, "parse")]
    else:
        names = [hub.name for found in hubs_in(view) if not found.why for hub in found.meaning]
    return (view.workspace.path, tuple(name for name in names if name)) if names else None


def gather(facts: list[tuple[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The hubs by workspace, longest names first."""
    hubs: dict[str, set[str]] = {}
    for _, (where, names) in facts:
        hubs.setdefault(where, set()).update(names)
    return {where: tuple(sorted(names, key=lambda name: (-len(name), name))) for where, names in hubs.items()}


def find(view: View) -> Iterator[Finding]:
    """Labels such as `@pip_numpy//:pkg`."""
    hubs = (view.facts.get(_ID) or {}).get(view.workspace.path, ())
    for string in view.strings(*(f"@{hub}_" for hub in hubs)) if hubs else ():
        repo, slashes, target = string.value.partition("//:")
        name = repo.removeprefix("@")
        hub = next((hub for hub in hubs if name.startswith(hub + "_")), "")
        if not slashes or not hub or target not in _TARGETS or name in view.workspace.names:
            continue
        package = name.removeprefix(hub + "_")
        new = f"@{hub}//{package}" + ("" if target == "pkg" else f":{target}")
        yield relabelled(view, string, new)


_PARSE = """bazel_dep(name = "rules_python", version = "1.0.0")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "pip",
    python_version = "3.12",
)
use_repo(pip, "pip")
"""

MIGRATION = Migration(
    id=_ID,
    summary="Name packages of the hub instead of the repositories of single packages.",
    page=Page(
        what="Turns `@pip_numpy//:pkg` into `@pip//numpy`, and `:whl`, `:data` and `:dist_info` likewise.",
        why="Under bzlmod the repository of one package cannot be seen; its hub has a package for each.",
        safety="Safe: it is the same target. `requirement()` gives the new label by itself.",
        references=(DOCS + "/pypi/index.html",),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"//:pkg", b"//:whl", b"//:data", b"//:dist_info", b"//:extracted_whl_files"),
    find=find,
    scan=scan,
    scan_needles=(b"pip_parse", b"pip_install", b"hub_name"),
    scan_kinds=(FileKind.WORKSPACE, FileKind.MODULE),
    gather=gather,
    cases=(
        Case(
            "a dependency and a wheel",
            {
                "MODULE.bazel": _PARSE,
                "BUILD.bazel": 'py_library(\n    name = "l",\n    data = ["@pip_six//:whl"],\n'
                '    deps = [\n        ":a",\n        "@pip_python_dateutil//:pkg",\n    ],\n)\n',
            },
            {
                "BUILD.bazel": 'py_library(\n    name = "l",\n    data = ["@pip//six:whl"],\n'
                '    deps = [\n        ":a",\n        "@pip//python_dateutil",\n    ],\n)\n',
            },
        ),
        Case(
            "no hub of that name",
            {"MODULE.bazel": _PARSE, "BUILD.bazel": 'x(\n    name = "l",\n    deps = ["@other_six//:pkg"],\n)\n'},
        ),
        Case("no hub at all", 'x(\n    name = "l",\n    deps = ["@pip_six//:pkg"],\n)\n'),
    ),
)
