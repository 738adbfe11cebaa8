"""The version of the `bazel_dep` on aspect_rules_py itself.

https://github.com/aspect-build/rules_py/releases
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.style import quote
from migrations.aspect_rules_py._surface import MODULE, UPSTREAM, release_of
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_RELEASE = re.compile(r"(?<![\w.])(?:rules_py-)?v?(\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?)(?![\w-])")
_OVERRIDES = ("single_version_override", "archive_override", "git_override", "local_path_override")


def find(view: View) -> Iterator[Finding]:
    """The `bazel_dep`, and overrides that have the last word on its version."""
    if view.option("bump", "yes") == "no":
        return
    wanted = release_of(view.target.profile)
    overrides = [call for call in view.calls_named(*_OVERRIDES) if call.string("module_name") == MODULE]
    for call in overrides:
        yield from _override(call, wanted)
    for call in view.calls_named("bazel_dep"):
        if call.string("name") == MODULE:
            yield from _bumped(view, call, wanted, pinned=_is_pinned(view, overrides))


def _is_pinned(view: View, overrides: list[Call]) -> bool:
    dependency = view.workspace.dependencies.get(MODULE)
    return bool(overrides) or (dependency is not None and bool(dependency.override))


def _bumped(view: View, call: Call, wanted: str, *, pinned: bool) -> Iterator[Finding]:
    version = call.argument("version")
    written = call.string("version")
    if version is None or not written or _number(written) is None:
        if not pinned:
            message = "cannot tell which version of aspect_rules_py this asks for"
            yield Finding(call.start, call.callee_range[1], message, advice=f"Ask for {wanted}.")
        return
    branch = view.target.profile == "main" and not pinned
    if _older(written, wanted):
        fix = Fix.of(rewrite(call, put={"version": quote(wanted).decode()}))
        message = f"{MODULE} is {written}, and is to be {wanted}"
        yield Finding(version.start, version.end, message, fix)
    elif branch and written == wanted:
        advice = f"No release has what it has: add a git_override of {MODULE} with a commit of {UPSTREAM}."
        yield Finding(version.start, version.end, f"{MODULE} {written} is not the branch main", advice=advice)
    elif written != wanted and _older(wanted, written) and view.target.profile != "v2-plan":
        yield Finding(
            version.start,
            version.end,
            f"{MODULE} is {written} already, later than {wanted}",
            advice="Run with --to auto, or name the version that is wanted; versions are not lowered.",
            level=Level.NOTE,
        )


def _named(call: Call) -> list[str]:
    """The versions that an override names: in an address, a prefix, a tag."""
    named = ("url", "urls", "strip_prefix", "tag", "branch")
    text = b" ".join(call.text(item) for item in call.arguments if item.name in named).decode("utf-8", "replace")
    return [version for version in _RELEASE.findall(text) if _number(version) is not None]


def _override(call: Call, wanted: str) -> Iterator[Finding]:
    """What pins the module, unless it is a version that is new enough."""
    kind = (call.callee or "").rpartition(".")[2]
    pinned = call.string("version")
    if kind == "single_version_override":
        if pinned is None or _number(pinned) is None or not _older(pinned, wanted):
            return
        argument = call.argument("version")
        if argument is None or call.argument("patches") is not None:
            advice = f"Pin {wanted}, and see whether the patches are still needed."
            yield Finding(call.start, call.callee_range[1], f"this pins {MODULE} {pinned}", advice=advice)
            return
        fix = Fix.of(rewrite(call, put={"version": quote(wanted).decode()}))
        yield Finding(argument.start, argument.end, f"this pins {MODULE} {pinned}, and is to pin {wanted}", fix)
        return
    old = [version for version in _named(call) if _older(version, wanted)]
    if old:
        message = f"this {kind} brings {MODULE} {old[0]}, whatever bazel_dep asks for"
        yield Finding(call.start, call.callee_range[1], message, advice=f"Make it bring {wanted}, or drop it.")
        return
    yield Finding(
        call.start,
        call.callee_range[1],
        f"this {kind} decides which {MODULE} is used, whatever bazel_dep asks for",
        advice=f"See that it brings {wanted} or later, or drop it.",
        level=Level.NOTE,
    )


def _number(version: str) -> Version | None:
    try:
        return Version(version.replace("-alpha.", "a"))
    except InvalidVersion:
        return None


def _older(one: str, other: str) -> bool:
    first, second = _number(one), _number(other)
    return first is not None and second is not None and first < second


_DEP = 'bazel_dep(name = "aspect_rules_py", version = "{}")\n'

MIGRATION = Migration(
    id="bazel-dep-version",
    summary="Ask for the version of aspect_rules_py that the repository is moved to.",
    page=Page(
        what=(
            'Raises the version of `bazel_dep(name = "aspect_rules_py")`, and that of a `single_version_override` '
            "without patches, to the version of the profile: `v2-plan` is 2.0.0, an alpha is itself, `main` is the "
            "last alpha before it. `--no-bump` leaves them."
        ),
        why="What the other migrations write is for that version.",
        safety=(
            "Safe together with the other migrations. A version is never lowered. The branch `main` has no release, so "
            "that an override has to bring it; this is reported, as is an override that has the last word."
        ),
        references=(UPSTREAM + "/releases", "https://bazel.build/rules/lib/globals/module"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.MODULE,),
    needles=(b"aspect_rules_py",),
    find=find,
    cases=(
        Case("to an alpha", {"MODULE.bazel": _DEP.format("1.11.7")}, {"MODULE.bazel": _DEP.format("2.0.0-alpha.6")}),
        Case(
            "to the release of the plan, in an included file",
            {"MODULE.bazel": 'include("//:py.MODULE.bazel")\n', "py.MODULE.bazel": _DEP.format("1.8.0")},
            {"py.MODULE.bazel": _DEP.format("2.0.0")},
            to="v2-plan",
        ),
        Case(
            "by itself, to the release of the plan",
            {"MODULE.bazel": _DEP.format("1.11.7")},
            {"MODULE.bazel": _DEP.format("2.0.0")},
            to="auto",
        ),
        Case("an alpha stays what it is by itself", {"MODULE.bazel": _DEP.format("2.0.0-alpha.3")}, to="auto"),
        Case("no bump", {"MODULE.bazel": _DEP.format("1.11.7")}, options={"bump": "no"}),
        Case(
            "the branch main",
            {"MODULE.bazel": _DEP.format("1.11.7")},
            {"MODULE.bazel": _DEP.format("2.0.0-alpha.6")},
            person=("is not the branch main",),
            to="main",
        ),
        Case(
            "an archive of an old version, and one of a new one",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\narchive_override(\n'
                '    module_name = "aspect_rules_py",\n    strip_prefix = "rules_py-1.11.7",\n'
                '    urls = ["https://example.org/v1.11.7.tar.gz"],\n)\n',
                "x/MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\ngit_override(\n'
                '    module_name = "aspect_rules_py",\n    tag = "v2.0.0-alpha.6",\n)\n',
            },
            person=("this archive_override brings aspect_rules_py 1.11.7",),
            notes=("this git_override decides",),
        ),
        Case(
            "the branch main, by a git_override",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n'
                'git_override(\n    module_name = "aspect_rules_py",\n    commit = "x",\n)\n'
            },
            notes=("this git_override decides",),
            to="main",
        ),
        Case(
            "pinned, and dependencies of other names",
            {
                "MODULE.bazel": _DEP.format("1.11.7")
                + 'single_version_override(\n    module_name = "aspect_rules_py",\n    version = "1.11.7",\n)\n'
                'bazel_dep(name = "rules_python", version = "1.5.0")\n'
            },
            {
                "MODULE.bazel": _DEP.format("2.0.0-alpha.6")
                + 'single_version_override(\n    module_name = "aspect_rules_py",\n    version = "2.0.0-alpha.6",\n)\n'
                'bazel_dep(name = "rules_python", version = "1.5.0")\n'
            },
        ),
        Case(
            "a later version than the one that is named",
            {"MODULE.bazel": _DEP.format("2.0.0-alpha.6")},
            notes=("later than 2.0.0-alpha.2",),
            to="2.0.0-alpha.2",
        ),
        Case(
            "no version",
            {"MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n'},
            person=("cannot tell which version",),
        ),
    ),
)
