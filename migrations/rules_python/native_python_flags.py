"""Flags of Bazel's own Python rules in .bazelrc, of which some are flags of rules_python now and some are over.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/config_settings/index.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import Flag, flags, replaced, told
from migrations.rules_python._surface import CHANGES, DOCS, FLAGS, missing, written
from migrations.view import View

_MOVED = {
    "build_python_zip",
    "experimental_python_import_all_repositories",
    "incompatible_default_to_explicit_init_py",
    "python_path",
}
_TRUTH = {"1": "true", "true": "true", "yes": "true", "t": "true", "y": "true"}
_TRUTH |= {"0": "false", "false": "false", "no": "false", "f": "false", "n": "false"}


def find(view: View) -> Iterator[Finding]:
    """The flags that have moved."""
    for flag in flags(view.file.data):
        positive = flag.name in _MOVED
        name = flag.name if positive else flag.name.removeprefix("no")
        if name in _MOVED and (positive or name != "python_path"):
            yield _moved(view, flag, name, positive)


def _moved(view: View, flag: Flag, name: str, positive: bool) -> Finding:
    message = f"--{name} is a flag of rules_python now"
    if first := missing(view):
        return told(flag, message, advice=first)
    value = flag.value
    if name != "python_path":
        if value == "auto":
            return told(flag, f"--{name}=auto says what holds anyway", advice="Drop it.", level=Level.NOTE)
        value = _TRUTH.get((value or "true").lower()) if positive else "false"
    if value is None:
        return told(flag, message, advice="Its value is none that it can have: choose one.")
    fix: Fix = replaced(flag, f"--{written(view, FLAGS + name)}={value}")
    return told(flag, message, fix)


MIGRATION = Migration(
    id="native-python-flags",
    summary="Set the Python flags of rules_python instead of those of Bazel.",
    page=Page(
        what=(
            "Turns `--build_python_zip`, `--incompatible_default_to_explicit_init_py`, `--python_path` and "
            "`--experimental_python_import_all_repositories` of a .bazelrc into the flags of these names in "
            "`@rules_python//python/config_settings`, with the value spelt out."
        ),
        why="Bazel 9 does not have them any more.",
        safety="Safe from rules_python 1.7.0 on, which has the flags. Those in scripts and CI files are not seen.",
        references=(DOCS + "/api/rules_python/python/config_settings/index.html", CHANGES),
    ),
    gate=Gate(module="rules_python", since="1.7.0"),
    kinds=(FileKind.BAZELRC,),
    needles=tuple(name.encode() for name in sorted(_MOVED)),
    find=find,
    cases=(
        Case(
            "each way to write them",
            {
                ".bazelrc": "# build_python_zip\nbuild --build_python_zip --keep_going\n"
                "test:ci --noincompatible_default_to_explicit_init_py\nbuild --python_path=/usr/bin/python3\n"
                "build --experimental_python_import_all_repositories=0\n"
            },
            {
                ".bazelrc": "# build_python_zip\n"
                "build --@rules_python//python/config_settings:build_python_zip=true --keep_going\n"
                "test:ci --@rules_python//python/config_settings:incompatible_default_to_explicit_init_py=false\n"
                "build --@rules_python//python/config_settings:python_path=/usr/bin/python3\n"
                "build --@rules_python//python/config_settings:experimental_python_import_all_repositories=false\n"
            },
        ),
        Case("the default", {".bazelrc": "build --build_python_zip=auto\n"}, notes=("says what holds",)),
        Case(
            "a release without the flags",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.6.0")\n',
                ".bazelrc": "build --build_python_zip\n",
            },
        ),
        Case(
            "without rules_python",
            {"MODULE.bazel": "", ".bazelrc": "build --build_python_zip\n"},
            person=("is a flag of rules_python",),
        ),
    ),
)
