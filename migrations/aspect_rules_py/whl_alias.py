"""`@hub//package:whl`, which was the library and is the wheel file.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.calls import Call
from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._extensions import NEEDLES, gather_repos, hubs_of, is_hub
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.aspect_rules_py._uv_module import ON_V1
from migrations.aspect_rules_py._venv_link import is_v2
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import String, View

_ID = "whl-alias"
_LABEL = re.compile(r"(@{1,2}[\w.+~-]+)//([\w.+~-]+):whl")
_LIBRARIES = frozenset({"deps", "resolutions", "virtual_deps", "actual"})


def find(view: View) -> Iterator[Finding]:
    """Labels `:whl` of hubs; in a workspace that is on v2 already those that are no dependency may mean the file."""
    level = Level.NOTE if is_v2(view) else Level.PERSON
    for string in view.strings(":whl"):
        found = _LABEL.fullmatch(string.value)
        if found is None or not is_hub(view.facts.get(_ID, {}).get(view.workspace.path), found[1]):
            continue
        library = f"{found[1]}//{found[2]}"
        message = f"{string.value} was the library, and is the wheel file in v2"
        if _attribute(view, string) in _LIBRARIES:
            fix = Fix(view.replacing(string, library), tuple(view.changes_at(string)))
            yield Finding(string.start, string.end, message, fix)
        else:
            yield Finding(
                string.start,
                string.end,
                message,
                advice=f"Write {library} if the library is meant, or see that what uses it can take a .whl file.",
                level=level,
            )


def _attribute(view: View, string: String) -> str | None:
    """The innermost attribute that a string is part of."""
    around: list[Call] = [
        call for call in view.all_calls(string.statement) if call.start <= string.start and string.end <= call.end
    ]
    for call in reversed(around):
        for argument in call.arguments:
            if argument.name and argument.start <= string.start and string.end <= argument.end:
                return argument.name
    return None


MIGRATION = Migration(
    id=_ID,
    summary="Turn @hub//package:whl in deps into @hub//package, and find its other uses.",
    page=Page(
        what=(
            "In v1 `:whl` of a package in a uv hub was another name of its library. Where it is a dependency, the "
            "label becomes that of the library; anywhere else it is reported."
        ),
        why="In v2 `:whl` is the wheel file: as a dependency it fails, as `data` it silently brings something else.",
        safety="Safe. Uses that may want the file are left to a person.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.0/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=STARLARK,
    needles=(b":whl",),
    find=find,
    scan=hubs_of,
    scan_needles=NEEDLES,
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "a dependency, and data",
            {
                "MODULE.bazel": ON_V1,
                "BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\npy_library(\n    name = "l",\n'
                '    data = ["@pypi//torch:whl"],\n    deps = ["@pypi//numpy:whl"],\n)\n',
            },
            {
                "BUILD.bazel": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n\npy_library(\n    name = "l",\n'
                '    data = ["@pypi//torch:whl"],\n    deps = ["@pypi//numpy"],\n)\n',
            },
            person=("torch:whl was the library",),
        ),
        Case(
            "a hub of rules_python",
            {
                "MODULE.bazel": ON_V1,
                "BUILD.bazel": 'filegroup(\n    name = "w",\n    srcs = ["@pip//torch:whl"],\n)\n',
            },
        ),
        Case(
            "a workspace on v2",
            {
                "MODULE.bazel": ON_V1.replace("1.11.7", "2.0.0-alpha.6"),
                "BUILD.bazel": 'filegroup(\n    name = "w",\n    srcs = ["@pypi//torch:whl"],\n)\n',
            },
            notes=("torch:whl was the library",),
        ),
    ),
)
