"""Flags that chose among wheels, which are gone.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import dropping, ours, told
from migrations.rules_python._surface import CHANGES, FLAGS, path_of
from migrations.view import View

_GONE = ("pip_whl", "pip_whl_glibc_version", "pip_whl_muslc_version", "pip_whl_osx_arch")
_ADVICE = "See that the wheels are still the ones that were meant: the platforms of pip.parse choose them now."


def find(view: View) -> Iterator[Finding]:
    """The flags in .bazelrc, and their labels in Starlark."""
    if view.file.kind is FileKind.BAZELRC:
        for name, flag in ours(view):
            if name in _GONE:
                yield told(flag, f"the flag {name} is gone", dropping(view.file.data, flag), _ADVICE, Level.NOTE)
        return
    for string in view.strings("pip_whl"):
        name = path_of(view, string.value).removeprefix(FLAGS)
        if name in _GONE:
            advice = "Drop the setting that reads it."
            yield Finding(string.start, string.end, f"the flag {name} is gone", advice=advice)


MIGRATION = Migration(
    id="removed-pip-flags",
    summary="Drop the flags pip_whl and its kind.",
    page=Page(
        what="Takes the flags `pip_whl`, `pip_whl_{glibc,muslc}_version` and `pip_whl_osx_arch` out of .bazelrc.",
        why="They were removed in 2.1.0, and Bazel fails on a flag whose target is not there.",
        safety="Platforms choose the wheels now, so they need a look. Labels of the flags are left to a person.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="2.1.0"),
    kinds=(FileKind.BAZELRC, FileKind.BUILD, FileKind.BZL),
    needles=(b"config_settings:pip_whl",),
    find=find,
    cases=(
        Case(
            "in a .bazelrc",
            {
                ".bazelrc": "build --@rules_python//python/config_settings:pip_whl=only "
                "--@rules_python//python/config_settings:pip_whl_osx_arch=arch\nbuild -k\n"
            },
            {".bazelrc": "build -k\n"},
            notes=("pip_whl is gone", "pip_whl_osx_arch is gone"),
        ),
        Case(
            "in a setting",
            'config_setting(\n    name = "c",\n'
            '    flag_values = {"@rules_python//python/config_settings:pip_whl": "no"},\n)\n',
            person=("pip_whl is gone",),
        ),
        Case(
            "a release that has them",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "2.0.0")\n',
                ".bazelrc": "build --@rules_python//python/config_settings:pip_whl=only\n",
            },
        ),
    ),
)
