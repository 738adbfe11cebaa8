"""Old loads, extensions and flags that are commented out.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import STARLARK, FileKind
from buildfile.statements import STRING
from migrations.aspect_rules_py import _extensions
from migrations.aspect_rules_py._extensions import gather_repos, hubs_of, is_hub
from migrations.aspect_rules_py._quoted import NEEDLES, old_labels
from migrations.aspect_rules_py._surface import PLAN
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "commented-out"
_TOKEN = re.compile(rb"((?:[ \t]*#[^\n]*\n?)+)|" + STRING, re.DOTALL)
_COMMENT_LINES = re.compile(rb"^[ \t]*#[^\n]*\n?", re.MULTILINE)
_HUB_FLAG = re.compile(rb"--(@{1,2}[\w.+~-]+)//venv(?::venv)?(?==)")


def find(view: View) -> Iterator[Finding]:
    """What stands in comments and would not work any more without the `#`."""
    data = view.file.data
    pattern = _COMMENT_LINES if view.file.kind is FileKind.BAZELRC else _TOKEN
    for comment in pattern.finditer(data):
        if pattern is _TOKEN and comment[1] is None:
            continue
        for start, end, label, new in old_labels(view, *comment.span()):
            yield _finding(start, end, label, new)
        if view.target.plan:
            continue
        for found in _HUB_FLAG.finditer(data, *comment.span()):
            repo = found[1].decode()
            if is_hub(view.facts.get(_ID, {}).get(view.workspace.path), repo):
                yield _finding(*found.span(), found[0].decode(), f"--{repo}//dep_group")


def _finding(start: int, end: int, old: str, new: str) -> Finding:
    return Finding(
        start,
        end,
        f"a comment has {old}, which is {new} now",
        advice="Change the comment, or drop it; comments are not edited.",
        level=Level.NOTE,
    )


_MODULE = """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")
uv.declare_hub(hub_name = "pypi")
use_repo(uv, "pypi")
"""

MIGRATION = Migration(
    id=_ID,
    summary="Find commented-out code with labels that are gone.",
    page=Page(
        what=(
            "Notes loads and `use_extension` calls of the `unstable` packages, and flags `--@hub//venv`, in comments "
            "of Starlark and .bazelrc files."
        ),
        why="Whoever takes the `#` away gets an error that the rest of the repository has been spared.",
        safety="Nothing is edited: a comment may be about the past.",
        references=(PLAN,),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=STARLARK | {FileKind.BAZELRC},
    needles=(*NEEDLES, b"//venv"),
    find=find,
    scan=hubs_of,
    scan_needles=_extensions.NEEDLES,
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "an extension, a load over several lines, and a flag",
            {
                "MODULE.bazel": _MODULE
                + '\n# uv_bin = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv_bin")\n',
                "BUILD.bazel": '# load(\n#     "@aspect_rules_py//py/unstable:defs.bzl",\n#     "py_venv",\n# )\n\n'
                'exports_files(["a"])  # load("@aspect_rules_py//uv/unstable:defs.bzl", "x")\n',
                ".bazelrc": "# common --@pypi//venv=x --@other//venv=y\ncommon --@pypi//venv=z\n",
            },
            notes=("--@pypi//venv", "py/unstable:defs.bzl", "uv/unstable:defs.bzl", "uv/unstable:extension.bzl"),
        ),
        Case(
            "code, and a string with a #",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\n'
            "exports_files([\"# load('@aspect_rules_py//py/unstable:defs.bzl')\"])\n",
        ),
        Case("another module", '# load("@other//py/unstable:defs.bzl", "py_venv")\n'),
        Case("prose", "# See py/unstable:defs.bzl for why.\n"),
    ),
)
