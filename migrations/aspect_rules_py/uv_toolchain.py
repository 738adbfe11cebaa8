"""The toolchain of `uv_bin`, which nothing asks for any more.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.5
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.labels import BadLabel, Label
from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._extensions import UV_BIN, Repos, gather_repos, repos_of
from migrations.aspect_rules_py._registrations import own_toolchains, registrations
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "uv-toolchain"
_DEFAULT = "uv"
_TYPE = "@aspect_rules_py//uv/private/toolchain:toolchain_type"


def find(view: View) -> Iterator[Finding]:
    """Registrations of the repository's toolchains, and toolchains of the type."""
    repos: Repos | None = view.facts.get(_ID, {}).get(view.workspace.path)

    def gone(label: str) -> str:
        if view.canonical(label) == _TYPE:
            return f"the toolchain type {label} is gone"
        try:
            parsed = Label.parse(label)
        except BadLabel:
            return ""
        if _is_ours(repos, parsed.repo) and not parsed.package and parsed.name != "uv":
            return f"{label} has no toolchains any more"
        return ""

    yield from registrations(view, gone, "uv/private/toolchain")
    if view.file.kind in (FileKind.BUILD, FileKind.BZL):
        yield from own_toolchains(view, gone)


def _is_ours(repos: Repos | None, repo: str) -> bool:
    """Whether a repository is one that `uv_bin` brings."""
    declared = {_DEFAULT, *repos.declared} if repos is not None else set()
    return repos is not None and any(repo == "@" + apparent and real in declared for apparent, real in repos.apparent)


def scan(view: View) -> Repos | None:
    """What a MODULE.bazel file says of the repositories of `uv_bin`."""
    return repos_of(view, UV_BIN, {"toolchain": "name"})


_MODULE = """\
bazel_dep(name = "aspect_rules_py", version = "1.11.7")

bin = use_extension("@aspect_rules_py//uv/unstable:extension.bzl", "uv_bin")
"""

MIGRATION = Migration(
    id=_ID,
    summary="Drop registrations of the uv toolchain.",
    page=Page(
        what=(
            "Drops `@uv//:all` of the `uv_bin` extension, under whatever name it has, from `register_toolchains` and "
            "`--extra_toolchains`, and removes toolchains of the type `//uv/private/toolchain:toolchain_type`."
        ),
        why="From 2.0.0-alpha.5 on the registration does nothing, and the type does not exist.",
        safety="Safe. `@uv//:uv`, the program, stays. Rules that ask for the type are reported.",
        references=(UPSTREAM + "/tree/v2.0.0-alpha.5/uv",),
    ),
    gate=Gate(since="2.0.0-alpha.5", plan=False),
    kinds=STARLARK | {FileKind.BAZELRC, FileKind.TEXT},
    needles=(b"register_toolchains", b"extra_toolchains", b"uv/private/toolchain"),
    find=find,
    scan=scan,
    scan_needles=(b"uv_bin",),
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "the usual name",
            {
                "MODULE.bazel": _MODULE
                + 'bin.toolchain(version = "0.8.0")\nuse_repo(bin, "uv")\n\nregister_toolchains("@uv//:all")\n'
            },
            {"MODULE.bazel": _MODULE + 'bin.toolchain(version = "0.8.0")\nuse_repo(bin, "uv")\n'},
        ),
        Case(
            "another name and another registration",
            {
                "MODULE.bazel": _MODULE + 'bin.toolchain(name = "uv_8", version = "0.8.0")\n'
                'use_repo(bin, u = "uv_8")\n\nregister_toolchains(\n    "//:x",\n    "@u//:all",\n)\n',
                "BUILD.bazel": 'alias(\n    name = "uv",\n    actual = "@u//:uv",\n)\n',
            },
            {
                "MODULE.bazel": _MODULE + 'bin.toolchain(name = "uv_8", version = "0.8.0")\n'
                'use_repo(bin, u = "uv_8")\n\nregister_toolchains(\n    "//:x",\n)\n',
            },
        ),
        Case(
            "a rule that asks for the type",
            {
                "r.bzl": "r = rule(implementation = lambda ctx: [], "
                'toolchains = ["@aspect_rules_py//uv/private/toolchain:toolchain_type"])\n'
            },
            person=("toolchain_type is gone",),
        ),
        Case(
            "the uv repository of rules_uv",
            {
                "MODULE.bazel": _MODULE + 'uv = use_extension("@rules_uv//:extensions.bzl", "uv")\n'
                'use_repo(uv, "uv")\n\nregister_toolchains("@uv//:all")\n'
            },
        ),
    ),
)
