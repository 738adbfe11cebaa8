"""The oldest Bazel that the pinned rules_python runs on.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import CHANGES
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """The dependency on rules_python, if `.bazelversion` asks for a Bazel before 7."""
    major = re.match(r"(\d+)", view.workspace.bazel)
    dependency = view.workspace.dependencies.get("rules_python")
    if not major or int(major[1]) >= 7 or dependency is None or dependency.path != view.file.path:
        return
    start, end = max(dependency.start, 0), max(dependency.end, 0)
    message = f"rules_python {dependency.version} needs Bazel 7, and .bazelversion says {view.workspace.bazel}"
    yield Finding(start, end, message, advice="Move .bazelversion to Bazel 7 or later first.")


MIGRATION = Migration(
    id="bazel-floor",
    summary="Point at a Bazel that is too old for the pinned rules_python.",
    page=Page(
        what="Compares `.bazelversion` with what the pinned rules_python needs.",
        why="rules_python 1.1.0 gave Bazel 6 up, and precompiling needs Bazel 7.",
        safety="Nothing is edited.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="1.1.0"),
    kinds=(FileKind.MODULE,),
    needles=(b"rules_python",),
    find=find,
    cases=(
        Case(
            "Bazel 6",
            {"MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.1.0")\n', ".bazelversion": "6.5.0\n"},
            person=("needs Bazel 7",),
        ),
        Case(
            "Bazel 7",
            {"MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.1.0")\n', ".bazelversion": "7.4.1\n"},
        ),
        Case(
            "an older rules_python",
            {"MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0")\n', ".bazelversion": "6.5.0\n"},
        ),
    ),
)
