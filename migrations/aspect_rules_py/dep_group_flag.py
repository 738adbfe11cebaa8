"""The flag `venv` of a uv hub and its settings, which became `dep_group`.

https://github.com/aspect-build/rules_py/commit/5ffed3ad
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._extensions import NEEDLES, Repos, gather_repos, hubs_of, is_hub
from migrations.aspect_rules_py._moved_labels import Moved, flags_in, moved_labels
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.aspect_rules_py._uv_module import ON_V1
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "dep-group-flag"
_OLD_SETTING = "@aspect_rules_py//uv/private/constraints/venv:venv"
_NEW_SETTING = "uv/private/constraints/dep_group:dep_group"
_TRANSITIONS = "@aspect_rules_py//py/private:transitions.bzl"
_COMMENT_LINE = re.compile(rb"^[ \t]*#[^\n]*", re.MULTILINE)
_COMPUTED = re.compile(r"@(?:%s|\{\w*\})//venv(?![\w/])")
_HUB_LABEL = re.compile(r"(@{1,2}[\w.+~-]+)//venv(?::([\w.+~-]+))?")


def find(view: View) -> Iterator[Finding]:
    """Labels and flags of the package `venv` of hubs, of the setting behind them, and the constant for it."""
    repos: Repos | None = view.facts.get(_ID, {}).get(view.workspace.path)

    def moved(label: str) -> str | None:
        hub = _HUB_LABEL.fullmatch(label)
        if hub and is_hub(repos, hub[1]):
            name = {None: "", "venv": ":dep_group"}.get(hub[2], f":{hub[2]}")
            return f"{hub[1]}//dep_group{name}"
        if "constraints/venv" in label and view.canonical(label) == _OLD_SETTING:
            return f"{label.partition('//')[0]}//{_NEW_SETTING}"
        return None

    yield from moved_labels(view, moved, "//venv", "constraints/venv", what="flag or setting")
    yield from _in_comments(view, moved)
    if view.file.kind in (FileKind.BAZELRC, FileKind.TEXT):
        yield from _of_unknown_hubs(view, repos)
    for string in view.strings("//venv") if repos is not None else ():
        if _COMPUTED.search(string.value):
            advice = "If it is one, write dep_group for venv."
            yield Finding(string.start, string.end, f"{string.value} may be the flag of a uv hub", advice=advice)
    for load in view.loads if b"VENV_FLAG" in view.file.data else ():
        if view.canonical(load.label) == _TRANSITIONS:
            for symbol in load.symbols:
                if symbol.name == "VENV_FLAG":
                    fix = Fix(bind={symbol.local: (load.label, "DEP_GROUP_FLAG")})
                    yield Finding(symbol.start, symbol.end, "VENV_FLAG became DEP_GROUP_FLAG", fix)


def _in_comments(view: View, moved: Moved) -> Iterator[Finding]:
    """Flags in comments, of Starlark and of .bazelrc files."""
    data = view.file.data
    ranges = list(view.comments(b"//venv", b"constraints/venv"))
    if view.file.kind is FileKind.BAZELRC:
        ranges = [found.span() for found in _COMMENT_LINE.finditer(data)]
    for comment, end in ranges:
        for at, stop, old, new in flags_in(data[comment:end], moved):
            yield Finding(
                comment + at,
                comment + stop,
                f"the comment has the flag {old}, which is {new} now",
                advice="Change it, if it is to be followed or uncommented some day.",
                level=Level.NOTE,
            )


def _of_unknown_hubs(view: View, repos: Repos | None) -> Iterator[Finding]:
    """Flags that look like those of a hub, of a repository that no MODULE.bazel file that can be read brings."""

    def unknown(label: str) -> str | None:
        hub = _HUB_LABEL.fullmatch(label)
        if hub is None or hub[2] not in (None, "venv") or hub[1].startswith("@@") or is_hub(repos, hub[1]):
            return None
        name = hub[1][1:]
        known = name in view.workspace.names or (repos is not None and name in repos.others)
        return None if known else ""

    for start, end, label, _ in flags_in(view.file.data, unknown):
        yield Finding(
            start,
            end,
            f"{label} looks like the flag of a uv hub, but no MODULE.bazel file declares that hub",
            advice="If it is one, write dep_group for venv.",
            level=Level.NOTE,
        )


MIGRATION = Migration(
    id=_ID,
    summary="Rename the flag @hub//venv and its settings to @hub//dep_group.",
    page=Page(
        what=(
            "Renames `--@hub//venv=…`, `@hub//venv:<group>` and "
            "`@aspect_rules_py//uv/private/constraints/venv:venv` wherever a label or a flag can stand: in .bazelrc "
            "and what it imports, `select()`, `config_setting`, `platform(flags = …)`, transitions, docstrings, "
            "scripts and CI files. Which repositories are hubs is read from MODULE.bazel. `VENV_FLAG` of "
            "`//py/private:transitions.bzl` is loaded as `DEP_GROUP_FLAG`."
        ),
        why="v2 calls a set of packages that are resolved together a dependency group; the old labels do not exist.",
        safety=(
            "Safe. Documents, comments and sources in Python and Go are listed, not edited, as is a label that is put "
            "together of the name of a hub. A flag that looks like one of a hub that nothing declares is noted."
        ),
        references=(UPSTREAM + "/commit/5ffed3ad",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=frozenset(FileKind),
    needles=(b"//venv", b"constraints/venv", b"VENV_FLAG"),
    find=find,
    scan=hubs_of,
    scan_needles=NEEDLES,
    scan_kinds=(FileKind.MODULE,),
    gather=gather_repos,
    cases=(
        Case(
            "a .bazelrc, what it imports, and a script",
            {
                "MODULE.bazel": ON_V1,
                ".bazelrc": "common --@pypi//venv=default # why\n# common --@pypi//venv=x\n"
                "build:ci --config=x --@pypi//venv:venv=ci\ntry-import %workspace%/tools/dev.rc\n",
                "tools/dev.rc": 'common "--@pypi//venv=dev"\n',
                "ci.sh": "bazel test --@pypi//venv=ci //...\nbazel query 'rdeps(//..., @pypi//venv:ci)'\n",
                "ci.py": 'run("bazel", "test", "--@pypi//venv=ci")\n',
            },
            {
                ".bazelrc": "common --@pypi//dep_group=default # why\n# common --@pypi//venv=x\n"
                "build:ci --config=x --@pypi//dep_group:dep_group=ci\ntry-import %workspace%/tools/dev.rc\n",
                "tools/dev.rc": 'common "--@pypi//dep_group=dev"\n',
                "ci.sh": "bazel test --@pypi//dep_group=ci //...\nbazel query 'rdeps(//..., @pypi//dep_group:ci)'\n",
            },
            notes=("the comment has the flag",),
            person=("@pypi//venv is @pypi//dep_group now",),
        ),
        Case(
            "a label that is computed",
            {
                "MODULE.bazel": ON_V1,
                "m.bzl": "def flag(hub):\n"
                '    return ["@%s//venv" % hub, "@{}//venv:{}".format(hub, hub), "@%s//venv/x" % hub]\n',
            },
            person=("@%s//venv may be", "@{}//venv:{} may be"),
        ),
        Case(
            "select keys, a config_setting and a platform",
            {
                "MODULE.bazel": ON_V1,
                "BUILD.bazel": """\
config_setting(
    name = "ci",
    flag_values = {"@pypi//venv": "ci"},
)

platform(
    name = "p",
    flags = ["--@pypi//venv=ci"],
)

alias(
    name = "a",
    actual = select({
        "@pypi//venv:ci": ":x",
        "//conditions:default": ":y",
    }),
)
""",
            },
            {
                "BUILD.bazel": """\
config_setting(
    name = "ci",
    flag_values = {"@pypi//dep_group": "ci"},
)

platform(
    name = "p",
    flags = ["--@pypi//dep_group=ci"],
)

alias(
    name = "a",
    actual = select({
        "@pypi//dep_group:ci": ":x",
        "//conditions:default": ":y",
    }),
)
""",
            },
        ),
        Case(
            "a transition of one's own and a docstring, under another name of the hub",
            {
                "MODULE.bazel": ON_V1.replace('use_repo(uv, "pypi")', 'use_repo(uv, deps = "pypi")'),
                "t.bzl": '"""Build with --@deps//venv=x."""\n\n_VENV_FLAG = "@deps//venv"\n'
                '_SETTING = "@aspect_rules_py//uv/private/constraints/venv:venv"\n_OTHER = "@pypi//venv"\n',
            },
            {
                "t.bzl": '"""Build with --@deps//dep_group=x."""\n\n_VENV_FLAG = "@deps//dep_group"\n'
                '_SETTING = "@aspect_rules_py//uv/private/constraints/dep_group:dep_group"\n'
                '_OTHER = "@pypi//venv"\n',
            },
        ),
        Case(
            "the constant of the private transitions",
            {
                "t.bzl": 'load("@aspect_rules_py//py/private:transitions.bzl", "VENV_FLAG")\n\nFLAGS = [VENV_FLAG]\n',
            },
            {
                "t.bzl": 'load("@aspect_rules_py//py/private:transitions.bzl", VENV_FLAG = "DEP_GROUP_FLAG")\n\n'
                "FLAGS = [VENV_FLAG]\n",
            },
        ),
        Case(
            "a package of that name, and that of a repository that is no hub",
            {
                "MODULE.bazel": ON_V1 + 'bazel_dep(name = "other", version = "1")\n',
                ".bazelrc": "build --//venv=x --@other//venv=y\n",
                "BUILD.bazel": 'alias(\n    name = "a",\n    actual = "//venv:pypi",\n)\n\n'
                'exports_files(["@pypi//venv is a flag"])\n',
            },
        ),
        Case(
            "a document, and a hub that nothing declares",
            {
                "MODULE.bazel": ON_V1,
                "README.md": "Run `bazel run --@pypi//venv=dev //:x`.\n",
                ".bazelrc": "common --@mystery//venv=default\n",
            },
            notes=("looks like the flag of a uv hub", "@pypi//venv is @pypi//dep_group now"),
        ),
        Case(
            "the v2.0.0 plan keeps the flag",
            {"MODULE.bazel": ON_V1, ".bazelrc": "common --@pypi//venv=default\n"},
            to="v2-plan",
        ),
    ),
)
