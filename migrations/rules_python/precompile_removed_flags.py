"""The flags `precompile_add_to_runfiles` and `pyc_collection`, which rules_python 0.37.0 removed.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import Flag, dropping, ours, replaced, told
from migrations.rules_python._precompile import PAGE
from migrations.rules_python._surface import CHANGES, FLAGS, path_of, written
from migrations.view import View

_GONE = ("precompile_add_to_runfiles", "pyc_collection")


def find(view: View) -> Iterator[Finding]:
    """The flags in .bazelrc, and their labels in Starlark."""
    if view.file.kind is FileKind.BAZELRC:
        found = list(ours(view))
        for name, flag in found:
            if name in _GONE:
                yield _removed(view, name, flag, found)
        return
    for string in view.strings("config_settings:p"):
        name = path_of(view, string.value).removeprefix(FLAGS)
        if name in _GONE:
            advice = "Set the flag precompile, or pyc_collection of the binary, instead."
            yield Finding(string.start, string.end, f"the flag {name} was removed in 0.37.0", advice=advice)


def _removed(view: View, name: str, flag: Flag, found: list[tuple[str, Flag]]) -> Finding:
    message = f"the flag {name} was removed in 0.37.0"
    if name == "pyc_collection" and flag.value == "include_pyc":
        beside = any(
            other == "precompile" and (it.command, it.config) == (flag.command, flag.config) for other, it in found
        )
        if not beside:
            new = written(view, FLAGS + "precompile", flag.name)
            return told(flag, f"{message}; binaries follow the flag precompile", replaced(flag, f"--{new}=enabled"))
        advice = "Binaries follow the flag precompile, which is set here too: see that it is enabled."
        return told(flag, message, dropping(view.file.data, flag), advice, Level.NOTE)
    advice = "" if flag.value in ("decided_elsewhere", "disabled") else "The binary decides: set pyc_collection on it."
    return told(flag, message, dropping(view.file.data, flag), advice, Level.NOTE)


MIGRATION = Migration(
    id="precompile-removed-flags",
    summary="Drop the flags precompile_add_to_runfiles and pyc_collection.",
    page=Page(
        what=(
            "Turns the flag `pyc_collection=include_pyc` into `precompile=enabled`, which binaries follow since, and "
            "takes `pyc_collection=disabled` and `precompile_add_to_runfiles` out of .bazelrc files."
        ),
        why="The flags were removed in 0.37.0, and Bazel fails on a flag whose target is not there.",
        safety=(
            "`precompile=enabled` also compiles what no binary asks for. `precompile_add_to_runfiles=always` has no "
            "successor: since then the binary adds the files, so the place is listed. Labels of the flags in BUILD "
            "files are left to a person."
        ),
        references=(PAGE, CHANGES),
    ),
    gate=Gate(module="rules_python", since="0.37.0"),
    kinds=(FileKind.BAZELRC, FileKind.BUILD, FileKind.BZL),
    needles=(b"config_settings:precompile_add_to_runfiles", b"config_settings:pyc_collection"),
    find=find,
    cases=(
        Case(
            "what they become",
            {
                ".bazelrc": "common --@rules_python//python/config_settings:pyc_collection=include_pyc\n"
                "build:a --@rules_python//python/config_settings:pyc_collection=disabled -k\n"
                "build:b --@rules_python//python/config_settings:precompile_add_to_runfiles=always\n"
            },
            {
                ".bazelrc": "common --@rules_python//python/config_settings:precompile=enabled\nbuild:a -k\n",
            },
            notes=("precompile_add_to_runfiles was removed",),
        ),
        Case(
            "precompile is set beside",
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=enabled\n"
                "build --@rules_python//python/config_settings:pyc_collection=include_pyc\n"
            },
            {".bazelrc": "build --@rules_python//python/config_settings:precompile=enabled\n"},
            notes=("pyc_collection was removed",),
        ),
        Case(
            "a setting that reads the flag",
            'config_setting(\n    name = "c",\n'
            '    flag_values = {"@rules_python//python/config_settings:pyc_collection": "include_pyc"},\n)\n',
            person=("pyc_collection was removed",),
        ),
        Case(
            "a release that has them",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.36.0")\n',
                ".bazelrc": "build --@rules_python//python/config_settings:pyc_collection=include_pyc\n",
            },
        ),
        Case("a flag of another module", {".bazelrc": "build --//python/config_settings:pyc_collection=include_pyc\n"}),
    ),
)
