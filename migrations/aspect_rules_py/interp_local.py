"""`interpreters.local(…)`, the tag for an interpreter of the machine, which has no successor.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.4
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import INTERPRETERS
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.extensions import tags
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """The `local` tags of `python_interpreters`."""
    for call in tags(view, INTERPRETERS, "local"):
        yield Finding(
            call.start,
            call.end,
            "python_interpreters has no tag 'local' any more",
            advice=(
                "Use a downloaded interpreter, toolchain(python_version = …), or define a toolchain of your own whose "
                "interpreter is a file of the build; an interpreter named by its path is refused from 2.0.0-alpha.5 on."
            ),
        )


MIGRATION = Migration(
    id="interp-local",
    summary="Find the tag local of python_interpreters, which is gone.",
    page=Page(
        what="Reports `local` tags of the `python_interpreters` extension.",
        why="From 2.0.0-alpha.4 on there is no such tag, so MODULE.bazel fails to evaluate.",
        safety="Nothing is edited: which interpreter stands in for that of the machine is for a person to say.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.4/py",),
    ),
    gate=Gate(since="2.0.0-alpha.4", plan=False),
    kinds=(FileKind.MODULE,),
    needles=(b".local",),
    find=find,
    cases=(
        Case(
            "under a variable of any name",
            {
                "MODULE.bazel": 'py = use_extension("@aspect_rules_py//py/unstable:extension.bzl", '
                '"python_interpreters")\npy.local(\n    interpreter_path = "/usr/bin/python3",\n)\n'
            },
            person=("no tag 'local'",),
        ),
        Case(
            "a tag of another extension",
            {"MODULE.bazel": 'py = use_extension("@other//:extension.bzl", "python_interpreters")\npy.local()\n'},
        ),
        Case(
            "before 2.0.0-alpha.4",
            {
                "MODULE.bazel": 'py = use_extension("@aspect_rules_py//py:extensions.bzl", "python_interpreters")\n'
                'py.local(interpreter_path = "/usr/bin/python3")\n'
            },
            to="2.0.0-alpha.3",
        ),
    ),
)
