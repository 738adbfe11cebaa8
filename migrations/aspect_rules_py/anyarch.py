"""`uv.project(elide_sbuilds_with_anyarch = …)`, which v2 does not have.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import UV
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.extensions import tags
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_GONE = "elide_sbuilds_with_anyarch"


def find(view: View) -> Iterator[Finding]:
    """The attribute on `project` tags of `uv`."""
    for call in tags(view, UV, "project"):
        argument = call.argument(_GONE)
        if argument is not None:
            fix = Fix.of(rewrite(call, drop=(_GONE,)))
            yield Finding(argument.start, argument.end, f"uv.project has no attribute {_GONE}", fix)


MIGRATION = Migration(
    id="anyarch",
    summary="Drop elide_sbuilds_with_anyarch from uv.project.",
    page=Page(
        what="Drops the attribute from `project` tags of the `uv` extension.",
        why="v2 has no such attribute, so MODULE.bazel fails to evaluate.",
        safety="Safe. v2 always prefers a wheel for any architecture to a build from source, as `True` did.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.0/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.MODULE,),
    needles=(_GONE.encode(),),
    find=find,
    cases=(
        Case(
            "the attribute goes, its neighbours stay",
            {
                "MODULE.bazel": """\
uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")
uv.project(
    hub_name = "pypi",
    elide_sbuilds_with_anyarch = False,
    lock = "//:uv.lock",
    pyproject = "//:pyproject.toml",
)
"""
            },
            {
                "MODULE.bazel": """\
uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")
uv.project(
    hub_name = "pypi",
    lock = "//:uv.lock",
    pyproject = "//:pyproject.toml",
)
"""
            },
        ),
        Case(
            "another tag of that name",
            {
                "MODULE.bazel": 'x = use_extension("@other//:extensions.bzl", "uv")\n'
                "x.project(elide_sbuilds_with_anyarch = True)\n"
            },
        ),
        Case(
            "a comment",
            {
                "MODULE.bazel": 'uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")\n'
                '# elide_sbuilds_with_anyarch = True\nuv.project(hub_name = "pypi")\n'
            },
        ),
    ),
)
