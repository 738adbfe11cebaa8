"""`package_collisions`, whose default became `"warning"` and which looks at other things.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import MODULE, SHAPED, UPSTREAM
from migrations.aspect_rules_py._venv_link import is_v2
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ATTRIBUTE = "package_collisions"


def find(view: View) -> Iterator[Finding]:
    """Calls that say what to do about collisions, and for those that do not the dependency itself."""
    if view.file.kind in (FileKind.MODULE, FileKind.WORKSPACE):
        dependency = view.workspace.dependencies.get(MODULE)
        if dependency is None or is_v2(view):
            return
        for call in view.calls_named("bazel_dep", "http_archive", "git_repository", "archive_override"):
            if call.string("name") == (dependency.name if call.callee == "bazel_dep" else dependency.apparent):
                yield Finding(
                    call.start,
                    call.callee_range[1],
                    'package_collisions is "warning" by default now, and was "error"',
                    advice=f'Say package_collisions = "error" where a collision has to fail. {_winner(view)}',
                    level=Level.NOTE,
                )
        return
    for call, _ in view.calls(SHAPED):
        argument = call.argument(_ATTRIBUTE)
        if argument is not None:
            yield Finding(
                argument.start,
                argument.end,
                "package_collisions goes by top-level names of packages now, and went by files",
                advice=f"Two packages may collide that did not, and the other way round. {_winner(view)}",
                level=Level.NOTE,
            )


def _winner(view: View) -> str:
    """Which of two packages is used, in the version to move to."""
    if view.target.at_least("2.0.0-alpha.5"):
        return "Directories are merged, and the last file wins, as in v1."
    if view.target.at_least("2.0.0-alpha.4"):
        return "The last package wins as a whole; in v1 it was the last file."
    return "The first package wins as a whole; in v1 it was the last file."


MIGRATION = Migration(
    id="collisions",
    summary="Say where package_collisions behaves otherwise.",
    page=Page(
        what=(
            "Lists each `package_collisions`, and once, at the dependency on aspect_rules_py, that the default changed "
            'from `"error"` to `"warning"`.'
        ),
        why=(
            "No error says so: packages that collided and failed the build get through, and what counts as a collision "
            "is a top-level name, no longer a file. Which package wins changed in 2.0.0-alpha.0, .4 and .5."
        ),
        safety="Nothing is edited.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.0", UPSTREAM + "/releases/tag/v2.0.0-alpha.4"),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.MODULE, FileKind.WORKSPACE),
    needles=(b"package_collisions", b'"aspect_rules_py"', b"aspect-build/rules_py"),
    find=find,
    cases=(
        Case(
            "a binary that says so, and the dependency",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    package_collisions = "error",\n)\n\npy_binary(name = "c")\n',
            notes=("goes by top-level names", "by default now"),
        ),
        Case(
            "a workspace that is on v2",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.3")\n',
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(name = "c")\n',
            },
        ),
        Case("another module", {"MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0")\n'}),
    ),
)
