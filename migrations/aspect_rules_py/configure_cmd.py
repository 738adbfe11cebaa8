"""`uv.project(unstable_configure_command = …)`, which has no successor.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import UV, gone
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_GONE = "unstable_configure_command"


def find(view: View) -> Iterator[Finding]:
    """The attribute on tags of `uv`."""
    return gone(
        view,
        UV,
        "project",
        _GONE,
        f"uv.project has no attribute {_GONE} any more",
        "Drop it, and see whether the packages it was for still build; what one of them needs can be given with "
        "uv.override_package (env, toolchains, pre_build_patches, or a target in its stead).",
    )


MIGRATION = Migration(
    id="configure-cmd",
    summary="Find unstable_configure_command of uv.project, which is gone.",
    page=Page(
        what="Reports `project` tags of the `uv` extension that set `unstable_configure_command`.",
        why="From 2.0.0-alpha.5 on the attribute does not exist, so MODULE.bazel fails to evaluate.",
        safety="Nothing is edited: the attribute has no successor that does the same.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.5/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.MODULE,),
    needles=(_GONE.encode(),),
    find=find,
    cases=(
        Case(
            "the attribute is reported",
            {
                "MODULE.bazel": 'uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")\n'
                'uv.project(\n    hub_name = "pypi",\n    unstable_configure_command = ["tool"],\n)\n'
            },
            person=("no attribute unstable_configure_command",),
        ),
        Case(
            "an extension of another module",
            {
                "MODULE.bazel": 'uv = use_extension("@other//uv:extensions.bzl", "uv")\n'
                'uv.project(unstable_configure_command = ["tool"])\n'
            },
        ),
        Case(
            "before 2.0.0-alpha.5",
            {
                "MODULE.bazel": 'uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")\n'
                'uv.project(unstable_configure_command = ["tool"])\n'
            },
            to="2.0.0-alpha.0",
        ),
    ),
)
