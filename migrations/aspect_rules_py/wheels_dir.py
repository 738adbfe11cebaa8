"""`_wheels/`, the directory of a virtualenv that its links went through.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.4
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_PATH = re.compile(rb"[\w.+${}()-]*venv[\w.+${}()-]*/_wheels/|(?<!\w)_wheels/(?:[0-9a-f]{8}|\d+)(?![\w-])")


def find(view: View) -> Iterator[Finding]:
    """Paths through the directory."""
    for found in _PATH.finditer(view.file.data):
        yield Finding(
            *found.span(),
            f"{found[0].decode()} is not there any more; a virtualenv links to the wheels themselves",
            advice="Go through lib/python…/site-packages, or ask importlib for the place.",
        )


MIGRATION = Migration(
    id="wheels-dir",
    summary="Find paths through the _wheels directory of a virtualenv.",
    page=Page(
        what="Lists paths through `_wheels/` in Bazel's files, scripts and settings.",
        why=(
            "The v2.0.0 plan and 2.0.0-alpha.0 to .3 link a package in two steps, by way of `_wheels/`; from "
            "2.0.0-alpha.4 on the links lead to the wheels."
        ),
        safety="Nothing is edited.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.4",),
    ),
    gate=Gate(since="2.0.0-alpha.4", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.TEXT),
    needles=(b"_wheels/",),
    find=find,
    cases=(
        Case(
            "a script",
            {"x.sh": 'ls "$r/p/.x.venv/_wheels/"\ncat _wheels/0a1b2c3d/site-packages/a.py\n'},
            person=("is not there any more", "is not there any more"),
        ),
        Case("another directory", {"x.sh": "ls dist_wheels/1 build/_wheels/linux\n"}),
        Case("the plan has it", {"x.sh": "ls p/.x.venv/_wheels/\n"}, to="v2-plan"),
    ),
)
