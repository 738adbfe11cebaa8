"""Strings that hold Starlark: what a repository rule or a generator writes.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._quoted import NEEDLES, old_labels
from migrations.aspect_rules_py._surface import PLAN
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import String, View


def find(view: View) -> Iterator[Finding]:
    """String literals with old loads and extensions in them."""
    for string in view.strings("/unstable:", "/py_venv:defs"):
        documented = _is_docstring(view, string)
        for start, end, label, new in old_labels(view, string.start, string.end):
            if documented:
                message, advice = f"a docstring has {label}, which is {new} now", "Change the example."
            else:
                message = f"this string has {label}, which is {new} now; what it is written to will not load"
                advice = "Change it by hand, with what it loads; strings with code in them are not edited."
            yield Finding(start, end, message, advice=advice, level=Level.NOTE if documented else Level.PERSON)


def _is_docstring(view: View, string: String) -> bool:
    """Whether a string stands as a statement of its own."""
    data, line = view.file.data, view.file.data.rfind(b"\n", 0, string.start) + 1
    before = data[line : string.start].strip(b" \t\xef\xbb\xbfr")
    return not before and data[string.end : string.end + 2].strip() in (b"", b"#") and not _in_brackets(view, string)


def _in_brackets(view: View, string: String) -> bool:
    return any(call.start <= string.start < call.end for call in view.all_calls(string.statement))


MIGRATION = Migration(
    id="template-strings",
    summary="Find strings with Starlark in them that loads from where nothing is any more.",
    page=Page(
        what=(
            "Reports string literals with loads or `use_extension` calls of the `unstable` packages in them: the "
            "BUILD file a repository rule writes, the template of a generator. Examples in docstrings are noted."
        ),
        why="What is written from such a string fails to load, far from here and often only in some configuration.",
        safety="Nothing is edited: a string may have escapes, placeholders and code that no parser sees through.",
        references=(PLAN,),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BZL, FileKind.BUILD),
    needles=NEEDLES,
    find=find,
    cases=(
        Case(
            "what a repository rule writes",
            {
                "r.bzl": '''\
def _impl(ctx):
    ctx.file("BUILD.bazel", """\\
load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")

py_venv_binary(name = "{name}")
""")
    ctx.file("MODULE.bazel", "use_extension(\\"@aspect_rules_py//uv/unstable:extension.bzl\\", \\"uv\\")")
'''
            },
            person=("py/unstable:defs.bzl", "uv/unstable:extension.bzl"),
        ),
        Case(
            "an example in a docstring",
            {
                "r.bzl": '''\
"""Rules.

    load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")
"""
'''
            },
            notes=("a docstring has",),
        ),
        Case(
            "a label by itself, and another module",
            'x(\n    name = "x",\n    a = "@aspect_rules_py//py/unstable:defs.bzl",\n'
            "    b = \"load('@other//py/unstable:defs.bzl')\",\n)\n",
        ),
        Case("a load", 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n'),
    ),
)
