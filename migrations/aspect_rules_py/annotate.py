"""The tag `uv.unstable_annotate_packages`, which became `uv.annotate_packages`.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from buildfile.targets import Change
from migrations.aspect_rules_py._extensions import UV
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.extensions import renamed_tag, tags
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_OLD, _NEW = "unstable_annotate_packages", "annotate_packages"


def find(view: View) -> Iterator[Finding]:
    """The tags of the old name on proxies of `uv`."""
    for call in tags(view, UV, _OLD):
        fix = Fix((renamed_tag(call, _NEW),), (Change(call.key, "kind"),) if call.key else ())
        yield Finding(*call.callee_range, f"the tag {_OLD} became {_NEW}", fix)


MIGRATION = Migration(
    id="annotate",
    summary="Rename the tag unstable_annotate_packages of the uv extension to annotate_packages.",
    page=Page(
        what="Renames the tag, whatever the variable is called that stands for the extension.",
        why="From 2.0.0-alpha.5 on the extension has no tag of the old name, so MODULE.bazel fails to evaluate.",
        safety="Safe. The attributes of the tag are the same.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.5/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=(FileKind.MODULE,),
    needles=(_OLD.encode(),),
    find=find,
    cases=(
        Case(
            "under a variable of any name",
            {
                "MODULE.bazel": """\
python = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")
python.unstable_annotate_packages(
    src = "//:annotations.toml",
    lock = "//:uv.lock",
)
"""
            },
            {
                "MODULE.bazel": """\
python = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")
python.annotate_packages(
    src = "//:annotations.toml",
    lock = "//:uv.lock",
)
"""
            },
        ),
        Case(
            "after unstable-ext, without a variable",
            {
                "MODULE.bazel": 'use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")'
                '.unstable_annotate_packages(lock = "//:uv.lock")\n'
            },
            {
                "MODULE.bazel": 'use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")'
                '.annotate_packages(lock = "//:uv.lock")\n'
            },
        ),
        Case(
            "an extension of another module",
            {
                "MODULE.bazel": 'uv = use_extension("@other//uv:extensions.bzl", "uv")\n'
                'uv.unstable_annotate_packages(lock = "//:uv.lock")\n'
            },
        ),
        Case(
            "before 2.0.0-alpha.5",
            {
                "MODULE.bazel": 'uv = use_extension("@aspect_rules_py//uv:extensions.bzl", "uv")\n'
                'uv.unstable_annotate_packages(lock = "//:uv.lock")\n'
            },
            to="2.0.0-alpha.4",
        ),
    ),
)
