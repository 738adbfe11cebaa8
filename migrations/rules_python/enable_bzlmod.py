"""`--noenable_bzlmod` in a .bazelrc, with which nobody reads MODULE.bazel.

https://bazel.build/external/migration
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _workspace
from migrations.rules_python._flags import flags, replaced, told
from migrations.rules_python._workspace import here
from migrations.view import View

_ID = "enable-bzlmod"
_OFF = ("0", "false", "no", "f", "n")


def find(view: View) -> Iterator[Finding]:
    """The flag, where a Python part moves to MODULE.bazel."""
    if not here(view, _ID).python:
        return
    for flag in flags(view.file.data):
        off = flag.name == "enable_bzlmod" and (flag.value or "").lower() in _OFF
        if flag.name == "noenable_bzlmod" or off:
            message = "bzlmod is off, and MODULE.bazel has the Python part now"
            yield told(flag, message, replaced(flag, "--enable_bzlmod"))


MIGRATION = Migration(
    id=_ID,
    summary="Turn bzlmod on where the Python part of a WORKSPACE moves to MODULE.bazel.",
    page=Page(
        what="Turns `--noenable_bzlmod` and `--enable_bzlmod=false` of a .bazelrc into `--enable_bzlmod`.",
        why="Without bzlmod nobody reads MODULE.bazel.",
        safety="The WORKSPACE is read as before by Bazel 7, so what stays in it keeps working.",
        references=("https://bazel.build/external/migration",),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BAZELRC,),
    needles=(b"enable_bzlmod",),
    find=find,
    scan=_workspace.scan,
    scan_needles=_workspace.SCAN_NEEDLES,
    scan_kinds=_workspace.SCAN_KINDS,
    gather=_workspace.gather,
    cases=(
        Case(
            "off, with a Python part",
            {
                "WORKSPACE": 'local_repository(\n    name = "rules_python",\n    path = "r",\n)\n',
                ".bazelrc": "common --noenable_bzlmod -k\n",
            },
            {".bazelrc": "common --enable_bzlmod -k\n"},
        ),
        Case("off, without one", {"WORKSPACE": "", ".bazelrc": "common --noenable_bzlmod\n"}),
    ),
)
