"""`--repo_env=RULES_PY_RELEASE_…`, by which v1 chose where the tools came from.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.2
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

_VARIABLE = re.compile(rb"(?:--repo_env[= ])?['\"]?(?<![A-Za-z_])RULES_PY_RELEASE_(?:FORK|VERSION|URL)\b")


def find(view: View) -> Iterator[Finding]:
    """The variables in .bazelrc files and in scripts."""
    data = view.file.data
    for found in _VARIABLE.finditer(data):
        line = data[data.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        if line.lstrip().startswith(b"#"):
            continue
        yield Finding(
            *found.span(),
            f"{found[0].decode().rpartition('=')[2].strip(chr(34))} does nothing any more",
            advice="Drop it; v2 downloads no tools of its own. Make sure no mirror or fork relies on it.",
            level=Level.NOTE,
        )


MIGRATION = Migration(
    id="release-env",
    summary="Find the variables that chose where the tools of v1 came from.",
    page=Page(
        what="Notes `RULES_PY_RELEASE_FORK`, `…_VERSION` and `…_URL` in .bazelrc files and in scripts.",
        why="From 2.0.0-alpha.2 on nothing reads them: there are no tools to download.",
        safety="Nothing is edited, since the same variables may serve another branch or repository.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.2",),
    ),
    gate=Gate(since="2.0.0-alpha.2", plan=False),
    kinds=(FileKind.BAZELRC, FileKind.TEXT),
    needles=(b"RULES_PY_RELEASE_",),
    find=find,
    cases=(
        Case(
            "a .bazelrc and a workflow",
            {
                ".bazelrc": "# common --repo_env=RULES_PY_RELEASE_URL=x\ncommon --repo_env=RULES_PY_RELEASE_FORK=me\n",
                "ci.yaml": "env:\n  RULES_PY_RELEASE_VERSION: 1.2.3\n",
            },
            notes=("RULES_PY_RELEASE_FORK does nothing", "RULES_PY_RELEASE_VERSION does nothing"),
        ),
        Case("a variable of another name", {".bazelrc": "common --repo_env=MY_RULES_PY_RELEASE_URL=x\n"}),
        Case("the tools are still there", {".bazelrc": "common --repo_env=RULES_PY_RELEASE_FORK=x\n"}, to="v2-plan"),
    ),
)
