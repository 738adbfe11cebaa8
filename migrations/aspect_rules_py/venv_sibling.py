"""`:x.venv`, the target that v1 made beside every `py_binary` and `py_test` and v2 makes on request.

https://github.com/aspect-build/rules_py/blob/v2.0.0-alpha.2/py/defs.bzl
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from buildfile.calls import Call
from buildfile.edits import Edit
from buildfile.rewrite import rewrite
from buildfile.source import STARLARK, FileKind
from buildfile.style import quote
from buildfile.targets import Change
from migrations.aspect_rules_py._sibling_refs import (
    NEEDLE,
    OWNERS,
    Kind,
    Reference,
    computed,
    matches,
    references,
    unreadable,
)
from migrations.aspect_rules_py._surface import DEFS, MODULE, UPSTREAM
from migrations.aspect_rules_py._unpacked import unpacked
from migrations.aspect_rules_py._venv_link import LINKS, is_v2
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "venv-sibling"
_FOREIGN = ("rules_python", "rules_venv", "rules_pyvenv", "py_venv", "rules_uv")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A sibling that something refers to.

    Attributes:
        package: the directory, repository-relative.
        owner: the name of the target it is the sibling of.
        kinds: what the references want.
        places: `path:line` of each.
    """

    package: str
    owner: str
    kinds: frozenset[Kind]
    places: tuple[str, ...]

    @property
    def where(self) -> str:
        more = f" and {len(self.places) - 3} more" if len(self.places) > 3 else ""
        return ", ".join(self.places[:3]) + more


@dataclass(frozen=True, slots=True)
class _Facts:
    """All references, what they want, and where it comes from.

    Attributes:
        found: path and reference.
        wanted: by package and owner's name.
        made: by package and owner's name, how the package makes the owner: `call`, `exposed` (a call that says
            itself whether the sibling is made), `linked` (one that has a link beside it, too), `computed`, `macro`,
            `target` (there is a target of the sibling's own name), `""`.
    """

    found: list[tuple[str, Reference]]
    wanted: dict[tuple[str, str], _Wanted]
    made: dict[tuple[str, str], str]


def gather(facts: list[tuple[str, list[Reference]]]) -> _Facts:
    """What is referred to, from all files."""
    found = [(path, item) for path, items in facts for item in items]
    return _Facts(found, _wanted((path, item, package) for path, item in found for package in item.packages), {})


def _wanted(found: Iterable[tuple[str, Reference, str]]) -> dict[tuple[str, str], _Wanted]:
    wanted: dict[tuple[str, str], _Wanted] = {}
    for path, item, package in found:
        old = wanted.get((package, item.owner), _Wanted(package, item.owner, frozenset(), ()))
        places = (*old.places, f"{path}:{item.line}")
        wanted[package, item.owner] = replace(old, kinds=old.kinds | {item.kind}, places=places)
    return wanted


def visit(facts: _Facts) -> Collection[str]:
    """The BUILD files of the packages that are referred to."""
    return [f"{package}/{name}".lstrip("/") for package, _ in facts.wanted for name in ("BUILD.bazel", "BUILD")]


def trace(view: View) -> dict[tuple[str, str], str]:
    """How a package makes the targets whose siblings are wanted."""
    return {
        (item.package, item.owner): _made(view, item.owner)[0]
        for item in view.facts[_ID].wanted.values()
        if item.package == view.file.package
    }


def conclude(facts: _Facts, traced: list[tuple[str, dict[tuple[str, str], str]]]) -> _Facts:
    """All of it: of the packages that a reference may mean, the first that has the owner."""
    made: dict[tuple[str, str], str] = {}
    for _, one in sorted(traced, key=lambda item: item[0].endswith("BUILD.bazel")):  # Bazel prefers this one
        made.update(one)
    wanted = _wanted(
        (path, item, package) for path, item in facts.found if (package := _package(item, made)) is not None
    )
    return _Facts(facts.found, wanted, made)


def _package(item: Reference, made: Mapping[tuple[str, str], str]) -> str | None:
    return next((package for package in item.packages if made.get((package, item.owner))), None)


def _made(view: View, owner: str) -> tuple[str, Call | None]:
    """How a BUILD file makes a target, and by which call."""
    computed_by: Call | None = None
    macro: Call | None = None
    own = [call for call, _ in view.calls(OWNERS)]
    for statement in view.statements():
        if (owner + ".venv").encode() in statement.text:
            for call in view.all_calls(statement):
                if call.string("name") == owner + ".venv":
                    return "target", call
    for call in own:
        if call.string("name") == owner:
            if _is_linked(view, call, owner):
                return "linked", call
            exposed = call.argument("expose_venv") is not None or call.argument("expose_venv_link") is not None
            return "exposed" if exposed else "call", call
        name = call.argument("name")
        if computed_by is None and name is not None and call.string("name") is None and matches(name.value, owner):
            computed_by = call
        elif computed_by is None and name is None and call.splats:
            known = unpacked(view, call)
            value = known.get("name") if known is not None else None
            if isinstance(value, ast.Constant) and value.value == owner:
                return "exposed" if "expose_venv" in (known or {}) else "call", call
    for statement in view.statements():
        if quote(owner) in statement.text or b"'" + owner.encode() + b"'" in statement.text:
            for call in view.all_calls(statement):
                if call.string("name") == owner and macro is None and _may_wrap(view, call):
                    macro = call
    if macro is not None:
        return "macro", macro
    return ("computed", computed_by) if computed_by is not None else ("", None)


def _is_linked(view: View, call: Call, owner: str) -> bool:
    """Whether there is a link of the virtualenv of a target, as v2 makes it."""
    if call.argument("expose_venv_link") is not None:
        return not _is_false(call, "expose_venv_link")
    return any(link.string("name") == f"{owner}.venv_link" for link, _ in view.calls(LINKS))


def _may_wrap(view: View, call: Call) -> bool:
    """Whether a call may be that of a macro around `py_binary`: it is neither Bazel's nor a known ruleset's."""
    symbol = view.bindings.symbol(call.callee, call.scope)
    module = symbol.label.partition("//")[0].lstrip("@") if symbol is not None else ""
    return symbol is not None and symbol.label != "native" and module not in (*_FOREIGN, MODULE)


def find(view: View) -> Iterator[Finding]:
    """References that a person has to change, and the owners of siblings that are referred to."""
    facts: _Facts = view.facts.get(_ID, _Facts([], {}, {}))
    if NEEDLE in view.file.data:
        for reference in references(view):
            yield from _reference(view, facts, reference)
        if view.file.kind in STARLARK:
            yield from _computed(view)
        for start, end in unreadable(view):
            yield Finding(
                start,
                end,
                "the command may be for the sibling of a py_binary or py_test, which is not made by itself any more",
                advice=f"If it is: give that target {_asked(view)}, and run its :….venv_link.",
                level=Level.NOTE,
            )
    if view.file.kind is FileKind.BUILD:
        for wanted in facts.wanted.values():
            if wanted.package == view.file.package:
                yield from _owner(view, wanted)


def _has_link(view: View) -> bool:
    """Whether `expose_venv_link` exists in the version to move to."""
    return view.target.at_least("2.0.0-alpha.2")


def _asked(view: View) -> str:
    return "expose_venv_link = True" if _has_link(view) else "expose_venv = True and a py_venv_link of it"


def _reference(view: View, facts: _Facts, item: Reference) -> Iterator[Finding]:
    """What is to be said, or done, at a reference."""
    package = _package(item, facts.made)
    made = facts.made[package, item.owner] if package is not None else ""
    if package is None or made == "target":
        return
    if item.kind is Kind.COMMAND:
        new = item.text.removesuffix(".venv") + ".venv_link"
        message = f"{item.text} made a link when it was run, and is not made by itself any more"
        if made == "exposed":
            message = f"{item.text} made a link when it was run, and opens an interpreter now"
        advice = f"Run {new} instead; {item.owner} has {_asked(view)} for it."
        level = Level.NOTE if item.note or made == "exposed" else Level.PERSON
        yield Finding(item.start, item.end, message, advice=advice, level=level)
    elif item.kind is Kind.LINK and made == "call":
        for string in view.strings(item.text):
            if string.start == item.start:
                edit = Edit(item.start, item.end, quote(item.text + "_link"))
                message = f"{item.text} made a link when it was run; {item.text}_link does now"
                yield Finding(item.start, item.end, message, Fix((edit,), tuple(view.changes_at(string))))


def _computed(view: View) -> Iterator[Finding]:
    """References made of the owner's name, beside the call that makes the owner."""
    calls = [call for call, _ in view.calls(OWNERS)]
    for item in computed(view):
        mine = [
            call
            for call in calls
            if (name := call.argument("name")) is not None
            and ast.dump(name.value) == item.owner
            and call.scope.function == item.scope.function
        ]
        for call in mine:
            if call.argument("expose_venv") is None and "expose_venv" not in (unpacked(view, call) or {}):
                message = f"{item.source} is referred to, and is not made by itself any more"
                fix = Fix.of(rewrite(call, put={"expose_venv": "True"}))
                advice = (
                    f"Run, it opens an interpreter; for a link give the target {_asked(view)}." if item.runs else ""
                )
                level = Level.PERSON if item.runs else Level.NOTE
                yield Finding(call.start, call.callee_range[1], message, fix, advice or _hidden(call), level)
            elif item.runs and is_v2(view) and call.argument("expose_venv_link") is None:
                yield Finding(
                    item.start,
                    item.end,
                    f"{item.source} made a link when it was run, and opens an interpreter now",
                    advice=f"For a link give the target {_asked(view)}, and name its :….venv_link here.",
                    level=Level.NOTE,
                )
        if not mine and any(symbol in OWNERS for symbol in view.bindings.loaded.values()):
            yield Finding(
                item.start,
                item.end,
                f"{item.source} may be the sibling of a py_binary or py_test, which is not made by itself any more",
                advice="Give the target it belongs to expose_venv = True.",
            )


def _hidden(call: Call) -> str:
    return "Cannot see into the unpacked arguments: they must not bring expose_venv." if call.splats else ""


def _owner(view: View, wanted: _Wanted) -> Iterator[Finding]:
    """The target whose sibling is referred to."""
    made, call = _made(view, wanted.owner)
    if call is None or made == "target":
        return
    off = [name for name in ("expose_venv", "expose_venv_link") if _is_false(call, name)]
    start, end = call.start, call.callee_range[1]
    sibling = f":{wanted.owner}.venv"
    if made in ("macro", "computed"):
        what = f"the macro {call.callee}" if made == "macro" else "a name that is computed"
        yield Finding(
            start,
            end,
            f"{sibling} is referred to ({wanted.where}), is not made by itself any more, and comes of {what}",
            advice=f"See to it that the py_binary or py_test behind it gets {_attributes(view, wanted)}.",
        )
        return
    message = f"{sibling} is referred to ({wanted.where}), and is not made by itself any more"
    if made in ("exposed", "linked"):
        if off:
            yield Finding(start, end, message, advice=f"It says {off[0]} = False; decide which of the two is right.")
        return
    adding: dict[str, str] = {}
    links = bool(wanted.kinds & {Kind.LINK, Kind.COMMAND})
    if Kind.VENV in wanted.kinds or (links and not _has_link(view)):
        adding["expose_venv"] = "True"
    if links and _has_link(view):
        adding["expose_venv_link"] = "True"
    extra = links and not _has_link(view)
    if links and quote(f"{wanted.owner}.venv_link") in view.file.data:
        advice = f"The name {wanted.owner}.venv_link is taken: rename that target, or link by hand."
        yield Finding(start, end, message, advice=advice)
        return
    fix = Fix.of(rewrite(call, put=adding))
    if extra:
        more = _link_target(view, call, wanted.owner)
        if more is None:
            advice = f'Add py_venv_link(name = "{wanted.owner}.venv_link", venv = "{sibling}") and expose_venv = True.'
            yield Finding(start, end, message, advice=advice)
            return
        fix = replace(fix, edits=fix.edits + more.edits, changes=fix.changes + more.changes, bind=more.bind)
    yield Finding(start, end, message, fix, _advice(call), Level.NOTE)


def _advice(call: Call) -> str:
    """What the public sibling of v2 does otherwise."""
    if call.argument("target_compatible_with") is not None:
        return "The sibling does not get target_compatible_with: it is built by //... where the target is not."
    return _hidden(call)


def _attributes(view: View, wanted: _Wanted) -> str:
    names = []
    if Kind.VENV in wanted.kinds:
        names.append("expose_venv = True")
    if wanted.kinds & {Kind.LINK, Kind.COMMAND}:
        names.append(_asked(view))
    return " and ".join(names)


def _is_false(call: Call, name: str) -> bool:
    argument = call.argument(name)
    return argument is not None and isinstance(argument.value, ast.Constant) and argument.value.value is False


def _link_target(view: View, call: Call, owner: str) -> Fix | None:
    """A `py_venv_link` behind a call that is a statement of its own."""
    statement, data, nl = call.statement, view.file.data, view.file.newline
    if not call.alone or statement.start != call.start or data[call.end : statement.end].partition(b"#")[0].strip():
        return None
    local, missing = view.bindings.free_name("py_venv_link", *LINKS, at=call.start)
    name = f"{owner}.venv_link"
    text = nl + local.encode() + b"(" + nl + b"    name = " + quote(name) + b"," + nl
    text += b"    venv = " + quote(f":{owner}.venv") + b"," + nl + b")" + nl
    at = statement.end
    finished = data[at - 1 : at] == b"\n"
    edit = Edit(at, at, text if finished else nl + text.removesuffix(nl))
    like = next((load.label for load in view.loads if view.canonical(load.label) == DEFS), "")
    bind = {local: (view.spell(DEFS, like=like), "py_venv_link")} if missing else {}
    return Fix((edit,), (Change(name, "added"),), bind)


_APP = """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

py_binary(
    name = "app",
    srcs = ["app.py"],
)
"""

MIGRATION = Migration(
    id=_ID,
    summary="Ask for the virtualenv beside a py_binary or py_test where something refers to it.",
    page=Page(
        what=(
            "Finds every reference to `:x.venv`: labels in BUILD and .bzl files, `$(location …)`, commands in scripts, "
            "Makefiles, CI files, documents, settings, sources in Python and Go, .bazelrc files, comments. The "
            "`py_binary` or `py_test` it belongs to, in whatever package, gets `expose_venv = True` if the virtualenv "
            "is wanted, and "
            "`expose_venv_link = True` if a link is, because the reference runs it. Where the version to move to has "
            "no `expose_venv_link` it gets a `py_venv_link` called `x.venv_link`. Labels in `alias` and `multirun` "
            "are changed to `:x.venv_link`; commands in text are listed and not edited."
        ),
        why="v1 made the target by itself; v2 makes it on request. References fail, or start an interpreter.",
        safety=(
            "Safe for targets. A target whose name is computed or that a macro makes is left to a person, and so is "
            "every command. The sibling now has the visibility of its target, and not its `target_compatible_with`."
        ),
        references=(
            UPSTREAM + "/blob/v1.11.7/py/defs.bzl",
            UPSTREAM + "/blob/v2.0.0-alpha.2/py/defs.bzl",
        ),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=frozenset(FileKind),
    needles=(NEEDLE,),
    find=find,
    scan=lambda view: references(view) or None,
    scan_needles=(NEEDLE,),
    scan_kinds=frozenset(FileKind),
    gather=gather,
    visit=visit,
    trace=trace,
    conclude=conclude,
    cases=(
        Case(
            "a label in another package wants the virtualenv",
            {
                "app/BUILD.bazel": _APP,
                "t/BUILD": """\
sh_test(
    name = "t",
    srcs = ["t.sh"],
    args = ["$(location //app:app.venv)"],
    data = ["//app:app.venv"],
)
""",
            },
            {
                "app/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

py_binary(
    name = "app",
    srcs = ["app.py"],
    expose_venv = True,
)
""",
            },
        ),
        Case(
            "commands that run it want a link",
            {
                "app/BUILD.bazel": _APP,
                "Makefile": "venv:\n\tbazel run //app:app.venv\n",
                ".vscode/tasks.json": '{"command": "bazel", "args": ["run", "--config=build", "//app:app.venv"]}\n',
                "app/README.md": "Run `bazel run :app.venv`.\n",
                "x.py": 'run(["bazel", "run", "//app:app.venv"])\nf = lambda app: app.venv\n',
                "y.go": 'var x = Run("bazel", "run", "//app:app.venv")\n',
            },
            {
                "app/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

py_binary(
    name = "app",
    srcs = ["app.py"],
    expose_venv_link = True,
)
""",
            },
            person=(*["//app:app.venv made a link"] * 2, ":app.venv made a link", *["//app:app.venv made a link"] * 2),
        ),
        Case(
            "commands that run it, in the plan",
            {"app/BUILD.bazel": _APP, "Makefile": "venv:\n\tbazel run //app:app.venv\n"},
            {
                "app/BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary", "py_venv_link")

py_binary(
    name = "app",
    srcs = ["app.py"],
    expose_venv = True,
)

py_venv_link(
    name = "app.venv_link",
    venv = ":app.venv",
)
""",
            },
            person=("//app:app.venv made a link",),
            to="v2-plan",
        ),
        Case(
            "aliases and multirun run it",
            {
                "app/BUILD": _APP,
                "BUILD": """\
load("@rules_multirun//:defs.bzl", "command", "multirun")

alias(
    name = "venv",
    actual = "//app:app.venv",
)

multirun(
    name = "all",
    commands = ["//app:app.venv"],
)
""",
            },
            {
                "app/BUILD": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

py_binary(
    name = "app",
    srcs = ["app.py"],
    expose_venv_link = True,
)
""",
                "BUILD": """\
load("@rules_multirun//:defs.bzl", "command", "multirun")

alias(
    name = "venv",
    actual = "//app:app.venv_link",
)

multirun(
    name = "all",
    commands = ["//app:app.venv_link"],
)
""",
            },
        ),
        Case(
            "both, in one package, with a computed reference in a macro",
            {
                "BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_test")
load("@bazel_skylib//rules:build_test.bzl", "build_test")

# bazel run //:t.venv
py_test(
    name = "t",
    srcs = ["t.py"],
    target_compatible_with = ["@platforms//os:linux"],
)

build_test(
    name = "b",
    targets = [":t.venv"],
)
""",
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

def tool(name, **kwargs):
    py_binary(name = name, **kwargs)
    native.filegroup(name = name + ".files", srcs = [":" + name + ".venv"])

def other(name):
    native.filegroup(name = name, srcs = [":%s.venv" % name])
""",
            },
            {
                "BUILD.bazel": """\
load("@aspect_rules_py//py:defs.bzl", "py_test")
load("@bazel_skylib//rules:build_test.bzl", "build_test")

# bazel run //:t.venv
py_test(
    name = "t",
    srcs = ["t.py"],
    expose_venv = True,
    expose_venv_link = True,
    target_compatible_with = ["@platforms//os:linux"],
)

build_test(
    name = "b",
    targets = [":t.venv"],
)
""",
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

def tool(name, **kwargs):
    py_binary(name = name, expose_venv = True, **kwargs)
    native.filegroup(name = name + ".files", srcs = [":" + name + ".venv"])

def other(name):
    native.filegroup(name = name, srcs = [":%s.venv" % name])
""",
            },
            person=("may be the sibling",),
            notes=("//:t.venv made a link", ":t.venv is referred to", "is referred to"),
        ),
        Case(
            "a macro with an alias that is run",
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

def tool(name):
    py_binary(name = name)
    native.alias(name = name + "_env", actual = "{}.venv".format(name))
""",
            },
            {
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

def tool(name):
    py_binary(name = name, expose_venv = True)
    native.alias(name = name + "_env", actual = "{}.venv".format(name))
""",
            },
            person=('"{}.venv".format(name) is referred to',),
        ),
        Case(
            "a macro with an alias that is run, once the workspace is on v2",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "2.0.0-alpha.6")\n',
                "m.bzl": """\
load("@aspect_rules_py//py:defs.bzl", "py_binary")

def tool(name):
    py_binary(name = name, expose_venv = True)
    native.alias(name = name + "_env", actual = "{}.venv".format(name))
""",
            },
            notes=("opens an interpreter now",),
        ),
        Case(
            "a macro and a comprehension make the targets",
            {
                "a/BUILD": 'load("//:m.bzl", "tool")\n\ntool(name = "x")\n',
                "b/BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\n'
                '[py_test(\n    name = "t_%s" % v,\n    srcs = ["t.py"],\n) for v in ["1"]]\n',
                "ci.yml": "- run: bazel build //a:x.venv\n- run: bazel run -- //b:t_1.venv\n",
            },
            person=("comes of the macro tool", "comes of a name", "//b:t_1.venv made a link"),
        ),
        Case(
            "what the target says itself stays",
            {
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
                'py_binary(\n    name = "a",\n    expose_venv = False,\n)\n\n'
                'py_binary(\n    name = "b",\n    expose_venv = True,\n)\n\n'
                'filegroup(\n    name = "f",\n    srcs = [\n        ":a.venv",\n        ":b.venv",\n    ],\n)\n',
                "x.sh": "bazel run //:b.venv\n",
            },
            person=(":a.venv is referred to",),
            notes=("//:b.venv made a link",),
        ),
        Case(
            "the name of the link is taken",
            {
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(name = "a")\n\n'
                'filegroup(name = "a.venv_link")\n',
                "x.sh": "bazel run //:a.venv\n",
            },
            person=(":a.venv is referred to", "//:a.venv made a link"),
        ),
        Case(
            "a command that cannot be read",
            {"x.sh": 'for t in a b; do bazel run "//p:$t.venv"; done\nsource "$HOME/.venv/bin/activate"\n'},
            notes=("may be for the sibling",),
        ),
        Case(
            "virtualenvs that are none of these",
            {
                "BUILD": 'load("@aspect_rules_py//py:defs.bzl", "py_library")\n'
                'load("@rules_python//python:defs.bzl", "py_binary")\n\n'
                'py_library(name = "l")\n\npy_binary(name = "a")\n\nfilegroup(name = "b.venv")\n\n'
                'filegroup(\n    name = "f",\n    srcs = [\n        ":a.venv",\n        ":b.venv",\n        "c.venv",\n'
                "    ],\n)\n",
                "x.sh": ". .venv/bin/activate\nbazel run //:a.venv //:b.venv @other//:a.venv\nls x/app.venv/bin\n",
            },
        ),
    ),
)
