"""`uv.override_package(native_inputs = …)`, which only 1.12 has.

https://github.com/aspect-build/rules_py/tree/v1.12.0/uv
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

_GONE = "native_inputs"


def find(view: View) -> Iterator[Finding]:
    """The attribute on tags of `uv`."""
    return gone(
        view,
        UV,
        "override_package",
        _GONE,
        f"uv.override_package has no attribute {_GONE} in v2",
        "Find another way for the package to get them: env and toolchains of the same tag, a patch, or a target in its "
        "stead.",
    )


_DEP = 'bazel_dep(name = "aspect_rules_py", version = "1.12.0")\n'

MIGRATION = Migration(
    id="native-inputs",
    summary="Find native_inputs of uv.override_package, which v2 does not have.",
    page=Page(
        what="Reports `override_package` tags of the `uv` extension that set `native_inputs`.",
        why="The attribute came in 1.12, when v2 had its own branch already; there MODULE.bazel fails to evaluate.",
        safety="Nothing is edited: v2 has nothing that does the same.",
        references=(UPSTREAM + "/tree/v1.12.0/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.MODULE,),
    needles=(_GONE.encode(),),
    find=find,
    cases=(
        Case(
            "the attribute is reported",
            {
                "MODULE.bazel": _DEP + 'uv = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv")\n'
                'uv.override_package(\n    name = "lxml",\n    lock = "//:uv.lock",\n'
                '    native_inputs = ["//third_party:xml2"],\n)\n'
            },
            person=("has no attribute native_inputs",),
        ),
        Case(
            "an extension of another module",
            {
                "MODULE.bazel": 'uv = use_extension("@other//uv:extensions.bzl", "uv")\n'
                'uv.override_package(native_inputs = ["//third_party:xml2"])\n'
            },
        ),
    ),
)
