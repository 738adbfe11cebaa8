"""`_virtualenv.py` and `_virtualenv.pth`, which virtualenvs do not have any more.

https://github.com/aspect-build/rules_py/commits/main/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_NAME = re.compile(rb"""(?<![\w-])_virtualenv\.(?:py|pth)(?!\w)|(?<=["'])_virtualenv(?=["'])""")


def find(view: View) -> Iterator[Finding]:
    """Mentions of the files, and of the module by its name alone."""
    for found in _NAME.finditer(view.file.data):
        yield Finding(
            *found.span(),
            f"a virtualenv of Python 3.10 or later has no {found[0].decode()} any more",
            advice="Drop what expects the file, or the module _virtualenv in sys.modules.",
            level=Level.NOTE,
        )


MIGRATION = Migration(
    id="distutils-shim",
    summary="Find mentions of the distutils shim of virtualenvs.",
    page=Page(
        what="Lists mentions of `_virtualenv.py`, `_virtualenv.pth` and the module in Bazel's files, scripts, sources.",
        why="The files patched distutils; they are not made for Python 3.10 and later, and later not at all.",
        safety="Nothing is edited.",
        references=(UPSTREAM + "/commits/main/",),
    ),
    gate=Gate(since="main", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.TEXT),
    needles=(b"_virtualenv.p", b'_virtualenv"', b"_virtualenv'"),
    find=find,
    cases=(
        Case(
            "a list of files to leave out",
            'x(\n    name = "x",\n    exclude = ["**/_virtualenv.py"],\n)\n',
            notes=("has no _virtualenv.py",),
            to="main",
        ),
        Case(
            "a test of sys.modules",
            {"t.py": 'assert "_virtualenv" in sys.modules and "my_virtualenv" not in sys.modules\n'},
            notes=("has no _virtualenv",),
            to="main",
        ),
        Case("the alphas have it", {"x.sh": "rm _virtualenv.pth\n"}),
        Case("another file", {"x.sh": "rm my_virtualenv.py _virtualenv.pyi\n"}, to="main"),
    ),
)
