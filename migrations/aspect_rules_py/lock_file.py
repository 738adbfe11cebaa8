"""MODULE.bazel.lock, which names extensions by label and versions of modules.

https://bazel.build/external/lockfile
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import MODULE, release_of
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_SOURCE = re.compile(rb"/modules/aspect_rules_py/([^/\"]+)/source\.json")
_OLD_EXTENSION = re.compile(rb"aspect_rules_py[+~][\w.+~-]*//(?:py|uv)/unstable:extension\.bzl%\w+")


def find(view: View) -> Iterator[Finding]:
    """The first sign in a lock file that it is of another version."""
    if view.file.path.rpartition("/")[2] != "MODULE.bazel.lock":
        return
    found = _OLD_EXTENSION.search(view.file.data)
    if found is None and view.option("bump", "yes") != "no":
        wanted = release_of(view.target.profile)
        if not any(item[1].decode() == wanted for item in _SOURCE.finditer(view.file.data)):
            found = _SOURCE.search(view.file.data)
    if found is not None:
        yield Finding(
            *found.span(),
            f"the lock file is of the old {MODULE}",
            advice="Make it anew: bazel mod deps --lockfile_mode=update",
            level=Level.NOTE,
        )


_OLD_LOCK = '{"registryFileHashes": {"https://bcr.bazel.build/modules/aspect_rules_py/1.11.7/source.json": "x"}}\n'

MIGRATION = Migration(
    id="lock-file",
    summary="Find a MODULE.bazel.lock that has to be made anew.",
    page=Page(
        what="Notes a MODULE.bazel.lock that names the old extensions or another version of aspect_rules_py.",
        why="With `--lockfile_mode=error`, usual in CI, Bazel refuses a lock file that does not fit MODULE.bazel.",
        safety="Nothing is edited: only Bazel can write a lock file. `bazel mod deps --lockfile_mode=update` does.",
        references=("https://bazel.build/external/lockfile",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.TEXT, FileKind.MODULE),
    needles=(b"aspect_rules_py",),
    find=find,
    cases=(
        Case(
            "another version",
            {"MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n', "MODULE.bazel.lock": _OLD_LOCK},
            notes=("of the old aspect_rules_py",),
        ),
        Case(
            "an old extension",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n',
                "MODULE.bazel.lock": '{"moduleExtensions": {"@@aspect_rules_py+//uv/unstable:extension.bzl%uv": {}}}\n',
            },
            notes=("of the old aspect_rules_py",),
            options={"bump": "no"},
        ),
        Case(
            "the version that is wanted",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n',
                "MODULE.bazel.lock": _OLD_LOCK.replace("1.11.7", "2.0.0-alpha.6"),
            },
        ),
        Case(
            "a document that quotes one",
            {"MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n', "README.md": _OLD_LOCK},
        ),
    ),
)
