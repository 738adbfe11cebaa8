"""Targets `:lib` and `:dist_info` of the packages in a uv hub, which are gone.

https://github.com/aspect-build/rules_py/tree/main/uv
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._extensions import NEEDLES, gather_repos, hubs_of, is_hub
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.aspect_rules_py._uv_module import ON_V2
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "hub-targets"
_LABEL = re.compile(r"(@{1,2}[\w.+~-]+)//([\w.+~-]+):(lib|dist_info)")
_QUICK = re.compile(rb"@[\w.+~-]+//[\w./+~-]*:(?:lib|dist_info|gazelle_index_whl)[\"']")
_INDEX = re.compile(r"@@?([\w.+~-]+)//[\w./+~-]*:gazelle_index_whl")


def find(view: View) -> Iterator[Finding]:
    """Labels of the targets that are gone."""
    if not _QUICK.search(view.file.data):
        return
    hubs = view.facts.get(_ID, {}).get(view.workspace.path)

    def becomes(label: str) -> str | None:
        found = _LABEL.fullmatch(label)
        return f"{found[1]}//{found[2]}" if found and found[3] == "lib" and is_hub(hubs, found[1]) else None

    for string in view.strings(":lib", ":dist_info", ":gazelle_index_whl"):
        place = string.start, string.end
        found = _LABEL.fullmatch(string.value)
        if found is not None and is_hub(hubs, found[1]):
            library = becomes(string.value)
            if library is not None:
                fix = Fix(view.replacing(string, library, becomes), tuple(view.changes_at(string)))
                yield Finding(*place, f"{string.value} is {library} now", fix)
            else:
                advice = f"Take the metadata from the installed tree of {found[1]}//{found[2]}, or from the wheel file."
                yield Finding(*place, f"{string.value} is gone", advice=advice)
        elif (index := _INDEX.fullmatch(string.value)) and _is_wheel(index[1]):
            yield Finding(
                *place,
                f"{string.value} is gone",
                advice="Use gazelle_python_manifest, which reads the wheels of a hub by itself.",
            )


def _is_wheel(repo: str) -> bool:
    """Whether a repository is one of a wheel, as the uv extension names them."""
    return repo.startswith("whl_install__") or "+uv+" in repo or "~uv~" in repo


MIGRATION = Migration(
    id=_ID,
    summary="Turn @hub//package:lib into @hub//package, and find uses of :dist_info.",
    page=Page(
        what=(
            "Changes labels `:lib` of packages in a uv hub to the package's own target. `:dist_info` and the "
            "`:gazelle_index_whl` of wheel repositories are reported."
        ),
        why="On the branch after 2.0.0-alpha.6 a package of a hub has its library and its wheel only.",
        safety="Safe for `:lib`, which was the same target. The others have no successor.",
        references=(UPSTREAM + "/tree/main/uv",),
    ),
    gate=Gate(since="main", plan=False),
    kinds=STARLARK,
    needles=(b':lib"', b":lib'", b":dist_info", b":gazelle_index_whl"),
    find=find,
    scan=hubs_of,
    scan_needles=NEEDLES,
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "a library and the metadata",
            {
                "MODULE.bazel": ON_V2,
                "BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\npy_library(\n    name = "l",\n'
                '    data = ["@pypi//numpy:dist_info"],\n    deps = ["@pypi//numpy:lib"],\n)\n',
            },
            {
                "BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\npy_library(\n    name = "l",\n'
                '    data = ["@pypi//numpy:dist_info"],\n    deps = ["@pypi//numpy"],\n)\n',
            },
            person=("dist_info is gone",),
            to="main",
        ),
        Case(
            "a library of one's own",
            {
                "MODULE.bazel": ON_V2,
                "BUILD.bazel": 'alias(\n    name = "a",\n    actual = "//numpy:lib",\n)\n\n'
                'alias(\n    name = "b",\n    actual = "@other//numpy:lib",\n)\n',
            },
            to="main",
        ),
        Case(
            "the last alpha has them",
            {
                "MODULE.bazel": ON_V2,
                "BUILD.bazel": 'alias(\n    name = "a",\n    actual = "@pypi//numpy:lib",\n)\n',
            },
        ),
    ),
)
