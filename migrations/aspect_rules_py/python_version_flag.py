"""The flag for the Python version, which has a public label.

https://github.com/aspect-build/rules_py/blob/main/py/BUILD.bazel
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._moved_labels import moved_labels, relabelled
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_NEW = "@aspect_rules_py//py:python_version"
_OLD = {
    "@aspect_rules_py//py:interpreter_version": _NEW,
    "@aspect_rules_py//py/private/interpreter:python_version": _NEW,
}


def find(view: View) -> Iterator[Finding]:
    """Uses of the two old labels."""
    yield from moved_labels(
        view, relabelled(view, _OLD), ":interpreter_version", "private/interpreter:python_version", what="flag"
    )


MIGRATION = Migration(
    id="python-version-flag",
    summary="Use the public label of the flag for the Python version.",
    page=Page(
        what=(
            "Changes `//py:interpreter_version`, its name up to 1.8, and the private "
            "`//py/private/interpreter:python_version` to `//py:python_version`, in Starlark, .bazelrc and scripts."
        ),
        why="The first is gone since 1.9, and private labels may move with any release.",
        safety="Safe: all three are, or were, the same flag. Documents are listed and not edited.",
        references=(UPSTREAM + "/blob/v2.0.0-alpha.0/py/BUILD.bazel",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=frozenset(FileKind),
    needles=(b":interpreter_version", b"private/interpreter:python_version"),
    find=find,
    cases=(
        Case(
            "the private flag in .bazelrc, under the name the workspace gives the module",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n',
                ".bazelrc": "common --@rpy//py/private/interpreter:python_version=3.12\n"
                "common --@aspect_rules_py//py/private/interpreter:freethreaded\n",
            },
            {
                ".bazelrc": "common --@rpy//py:python_version=3.12\n"
                "common --@aspect_rules_py//py/private/interpreter:freethreaded\n",
            },
        ),
        Case(
            "a transition and a canonical label",
            {
                "t.bzl": 'FLAGS = [\n    "@aspect_rules_py//py:interpreter_version",\n'
                '    "@@aspect_rules_py+//py/private/interpreter:python_version",\n]\n'
            },
            {
                "t.bzl": 'FLAGS = [\n    "@aspect_rules_py//py:python_version",\n'
                '    "@@aspect_rules_py+//py:python_version",\n]\n'
            },
        ),
        Case("a flag of one's own", {".bazelrc": "build --//py:interpreter_version=3.12\n"}),
        Case(
            "the public label",
            {".bazelrc": "# :interpreter_version\nbuild --@aspect_rules_py//py:python_version=3.12\n"},
        ),
        Case(
            "a document",
            {
                "README.md": "`--@aspect_rules_py//py/private/interpreter:python_version=3.12`\n",
                ".bazelrc": "# :interpreter_version\n",
            },
            notes=("is @aspect_rules_py//py:python_version now",),
        ),
    ),
)
