"""Module extensions of the `unstable` packages, which v2 has in `py:extensions.bzl` and `uv:extensions.bzl`.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._extensions import (
    PY_EXTENSIONS,
    PY_UNSTABLE_EXTENSION,
    UV_EXTENSIONS,
    UV_UNSTABLE_EXTENSION,
)
from migrations.aspect_rules_py._moved_files import mentions
from migrations.aspect_rules_py._surface import PLAN, UPSTREAM
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_FILES = {PY_UNSTABLE_EXTENSION: PY_EXTENSIONS, UV_UNSTABLE_EXTENSION: UV_EXTENSIONS}


def find(view: View) -> Iterator[Finding]:
    """Labels of the old files, as arguments of `use_extension`, in loads and in any other string."""
    for load in view.loads:
        new = _FILES.get(view.canonical(load.label))
        if new is not None:
            written = view.spell(new, like=load.label)
            moving = {symbol.local: (written, symbol.name) for symbol in load.symbols}
            yield Finding(load.label_start, load.label_end, f"{load.label} moved to {written}", Fix(bind=moving))
    yield from mentions(view, _FILES, "/unstable:extension")


MIGRATION = Migration(
    id="unstable-ext",
    summary="Use the module extensions of //py:extensions.bzl and //uv:extensions.bzl.",
    page=Page(
        what=(
            "Changes `//py/unstable:extension.bzl` to `//py:extensions.bzl` and `//uv/unstable:extension.bzl` to "
            "`//uv:extensions.bzl`, in MODULE.bazel, the files it includes, and wherever else the label stands. "
            "Variables, `dev_dependency` and tags stay as they are."
        ),
        why="v2 has no `unstable` packages, so the module graph cannot be resolved and nothing builds.",
        safety=(
            "Safe. MODULE.bazel.lock names extensions by label and has to be made anew (`lock-file`). Mentions in "
            "comments and documents are listed and not edited, strings with code in them are left to a person."
        ),
        references=(PLAN, UPSTREAM + "/tree/v2.0.0-alpha.0/uv"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=STARLARK | {FileKind.TEXT},
    needles=(b"unstable:extension",),
    find=find,
    cases=(
        Case(
            "two proxies of one extension, one of them for development",
            {
                "MODULE.bazel": """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")
uv_dev = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv", dev_dependency = True)
interpreters = use_extension(
    "@aspect_rules_py//py/unstable:extension.bzl",
    "python_interpreters",
)
""",
            },
            {
                "MODULE.bazel": """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")
uv_dev = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv", dev_dependency = True)
interpreters = use_extension(
    "@aspect_rules_py//py:extensions.bzl",
    "python_interpreters",
)
""",
            },
        ),
        Case(
            "an included file, under the name the workspace gives the module",
            {
                "MODULE.bazel": (
                    'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n\n'
                    'include("//py:python.MODULE.bazel")\n'
                ),
                "py/python.MODULE.bazel": 'uv = use_extension("@rpy//uv/unstable:extension.bzl", "uv")\n',
            },
            {"py/python.MODULE.bazel": 'uv = use_extension("@rpy//uv:extensions.bzl", "uv")\n'},
        ),
        Case(
            "the module's own label",
            {
                "MODULE.bazel": 'module(name = "aspect_rules_py")\n\n'
                'uv = use_extension("//uv/unstable:extension.bzl", "uv", dev_dependency = True)\n'
            },
            {
                "MODULE.bazel": 'module(name = "aspect_rules_py")\n\n'
                'uv = use_extension("//uv:extensions.bzl", "uv", dev_dependency = True)\n'
            },
        ),
        Case(
            "a label in a bzl_library and a load",
            {
                "BUILD.bazel": 'load("@bazel_skylib//:bzl_library.bzl", "bzl_library")\n\nbzl_library(\n'
                '    name = "l",\n    srcs = ["l.bzl"],\n    deps = ["@aspect_rules_py//uv/unstable:extension"],\n)\n',
                "l.bzl": 'load("@aspect_rules_py//uv/unstable:extension.bzl", _uv = "uv")\n\nuv = _uv\n',
            },
            {
                "BUILD.bazel": 'load("@bazel_skylib//:bzl_library.bzl", "bzl_library")\n\nbzl_library(\n'
                '    name = "l",\n    srcs = ["l.bzl"],\n    deps = ["@aspect_rules_py//uv:extensions"],\n)\n',
                "l.bzl": 'load("@aspect_rules_py//uv:extensions.bzl", _uv = "uv")\n\nuv = _uv\n',
            },
        ),
        Case(
            "the extension of another module",
            {"MODULE.bazel": 'uv = use_extension("@other//uv/unstable:extension.bzl", "uv")\n'},
        ),
        Case(
            "an own package of that name",
            {"MODULE.bazel": 'module(name = "m")\n\nuv = use_extension("//uv/unstable:extension.bzl", "uv")\n'},
        ),
        Case(
            "commented out",
            {"MODULE.bazel": '# uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")\n'},
            notes=("the comment names",),
        ),
        Case(
            "what a repository rule writes, and an example in a docstring",
            {
                "r.bzl": '''\
"""Say use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")."""

def _impl(ctx):
    ctx.file("MODULE.bazel", "use_extension(\\"@aspect_rules_py//uv/unstable:extension.bzl\\", \\"uv\\")")
'''
            },
            person=("the text names",),
            notes=("the docstring names",),
        ),
        Case(
            "a document",
            {
                "README.md": '```\nuv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")\n```\n',
                "MODULE.bazel": (
                    'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n\n# see unstable:extension\n'
                ),
            },
            notes=("moved to",),
        ),
        Case(
            "a template that only looks like a MODULE.bazel",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n',
                "tpl/x.MODULE.bazel": (
                    '{% if python %}\nuv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")\n'
                    "{% endif %}\n"
                ),
            },
            person=("moved to",),
        ),
    ),
)
