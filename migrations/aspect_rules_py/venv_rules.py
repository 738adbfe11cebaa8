"""`py_venv_binary` and `py_venv_test`, which became `py_binary` and `py_test`.

https://github.com/aspect-build/rules_py/pull/944
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.edits import Edit
from buildfile.rewrite import Rewritten, rewrite
from buildfile.source import FileKind
from buildfile.targets import Change
from migrations.aspect_rules_py._surface import DEFS, PLAN, UPSTREAM, anywhere
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import Use, View

_NEW = {"py_venv_binary": "py_binary", "py_venv_test": "py_test"}
_OLD = anywhere(*_NEW)
_DROPPED = ("mode", "debug")


def find(view: View) -> Iterator[Finding]:
    """Calls, aliases, values and idle loads of the two symbols."""
    locals_ = {name: symbol for name, symbol in view.bindings.loaded.items() if symbol in _OLD}
    if not locals_:
        return
    uses = list(view.uses(_OLD))
    calls = [call for call, _ in view.calls(_OLD)]
    for name, symbol in sorted(locals_.items()):
        yield from _local(view, name, symbol, calls, uses)


def _local(view: View, name: str, symbol: Symbol, calls: list[Call], uses: list[Use]) -> Iterator[Finding]:
    """Everything about one local name of one of the symbols."""
    new = _NEW[symbol.name]
    kept = symbol.name not in name
    local, wanted = (name, True) if kept else view.bindings.free_name(name.replace(symbol.name, new), Symbol(DEFS, new))
    label = view.spell(DEFS, like=_label_of(view, name))
    bind = {local: (label, new)} if wanted else {}
    release = frozenset() if kept else frozenset({name})
    mine = [call for call in calls if view.bindings.root(call.callee) == name]
    aliases = [use for use in uses if use.name == name and _aliased(view, use)]
    values = [use for use in uses if view.bindings.root(use.name) == name and use not in aliases]
    wrapped = {_aliased(view, use) for use in aliases} if view.file.kind is FileKind.BZL else set()
    parts: list[Finding] = []
    message = f"{symbol.name} became {new}"
    for call in mine:
        if call.callee not in wrapped:
            fix = Fix.of(_rewritten(view, call, local if call.callee == name else None), bind=bind, release=release)
            advice, level = _left_to_do(call)
            parts.append(Finding(call.start, call.callee_range[1], message, fix, advice, level))
    for use in aliases:
        parts.append(Finding(use.start, use.end, message, _alias_fix(view, use, local, new, bind, release)))
    if values and kept:
        parts = []  # the name cannot mean the old rule for some uses and the new one for others
    yield from _all_or_none(parts) if kept else parts
    for use in values:
        yield Finding(
            use.start,
            use.end,
            f"{symbol.name} is gone, and is used here as a value",
            advice=f"Use {new} of {label}, and give its targets {_added(view)}where the rule is called.",
        )
    if not mine and not aliases and not values:
        idle = f"{symbol.name} is gone, and the name '{name}' is not used"
        yield Finding(*_place_of(view, name), idle, Fix(release=frozenset({name})))


def _all_or_none(parts: list[Finding]) -> Iterator[Finding]:
    """One finding with the fixes of all: a name that is kept changes its meaning once."""
    fixes = [part.fix for part in parts if part.fix is not None]
    if not fixes:
        return
    whole = Fix(
        tuple(edit for fix in fixes for edit in fix.edits),
        tuple(change for fix in fixes for change in fix.changes),
        fixes[0].bind,
    )
    level = Level.PERSON if any(part.advice and part.level is Level.PERSON for part in parts) else Level.NOTE
    advice = " ".join(sorted({part.advice for part in parts if part.advice}))
    yield replace(parts[0], fix=whole, advice=advice, level=level)


def _rewritten(view: View, call: Call, callee: str | None) -> Rewritten:
    put = {}
    if view.option("semantics", "preserve") == "preserve":
        put = {name: value for name, value in _SHAPE.items() if call.argument(name) is None}
    return rewrite(call, callee=callee, put=put, drop=_DROPPED)


_SHAPE = {"expose_venv": "True", "isolated": "False"}


def _added(view: View) -> str:
    return "expose_venv = True, isolated = False " if view.option("semantics", "preserve") == "preserve" else "no more "


def _aliased(view: View, use: Use) -> str:
    """The name that a top-level `name = use` gives; `""` if the use is anything else."""
    found = re.match(rb"([A-Za-z_]\w*)\s*=\s*", use.statement.text)
    if found and use.statement.start + found.end() == use.start and not use.scope.function:
        name = found[1].decode()
        return name if view.bindings.aliases.get(name) == use.name else ""
    return ""


def _alias_fix(
    view: View, use: Use, local: str, new: str, bind: dict[str, tuple[str, str]], release: frozenset[str]
) -> Fix:
    """Another name for the rule: in a .bzl a macro that keeps the v1 shape, else the same for the new rule."""
    if view.file.kind is not FileKind.BZL or view.option("semantics", "preserve") == "plain":
        return Fix((Edit(use.start, use.end, local.encode()),), bind=bind, release=release)
    name, nl = _aliased(view, use), view.file.newline.decode()
    lines = [
        f"def {name}(name, **kwargs):",
        f'    """A {new} with a virtualenv of its own beside it.',
        "",
        "    Args:",
        "      name: the name of the target.",
        f"      **kwargs: the attributes of {new}.",
        '    """',
        '    kwargs.setdefault("expose_venv", True)',
        '    kwargs.setdefault("isolated", False)',
        f"    {local}(name = name, **kwargs)",
    ]
    statement = use.statement
    before = _blank_lines(view.file.data, statement.lead, nl)
    data = view.file.data
    behind = data[statement.end : statement.end + 1] not in (b"", b"\n", b"\r")
    text = before + nl.join(lines) + nl + (nl if behind else "")
    key = "Name(id='name', ctx=Load())"
    return Fix(
        (Edit(statement.start, statement.end, text.encode()),), (Change(key, "added"),), bind=bind, release=release
    )


def _blank_lines(data: bytes, lead: int, nl: str) -> str:
    """What sets a function off from a statement right above it."""
    return "" if lead == 0 or data[:lead].endswith((b"\n\n", b"\n\r\n")) else nl


def _left_to_do(call: Call) -> tuple[str, Level]:
    """What the new rule does otherwise with this call, for a person; `""` if nothing."""
    text = call.string("main")
    if text is not None and not text.endswith(".py"):
        return f'main = "{text}" has to end in .py: rename the file, or the out of the target.', Level.PERSON
    if call.splats:
        unseen = "Cannot see into the unpacked arguments: they must not bring mode, debug, expose_venv or isolated."
        return unseen, Level.NOTE
    return "", Level.PERSON


def _label_of(view: View, name: str) -> str:
    return next((load.label for load in view.loads if any(item.local == name for item in load.symbols)), "")


def _place_of(view: View, name: str) -> tuple[int, int]:
    return next((item.start, item.end) for load in view.loads for item in load.symbols if item.local == name)


MIGRATION = Migration(
    id="venv-rules",
    summary="Turn py_venv_binary and py_venv_test into py_binary and py_test.",
    page=Page(
        what=(
            "Renames the calls and their loads. With `--semantics preserve`, the default, the targets get "
            "`expose_venv = True, isolated = False`: the virtualenv stays a target of its own and the interpreter "
            "runs without `-I`, as v1 did; with `plain` nothing is added. `mode` and `debug` go. A name that is "
            "taken gets the prefix `aspect_`. In a .bzl a symbol that is exported under another name becomes a macro "
            "that adds the two attributes."
        ),
        why="v2 has one binary rule and one test rule; the other two do not exist in it.",
        safety=(
            "Safe with `preserve`. The directory of the virtualenv changes (`.x` becomes `.x.venv`), so scripts that "
            "name it need a look. Uses as a value are left to a person, since attributes cannot be added to them; "
            "the load stays as long as one of them does."
        ),
        references=(PLAN, UPSTREAM + "/commit/afa44184"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_venv_binary", b"py_venv_test"),
    find=find,
    cases=(
        Case(
            "a plain call",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
            'py_venv_binary(\n    name = "b",\n    srcs = ["b.py"],\n    main = "b.py",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
            'py_binary(\n    name = "b",\n    srcs = ["b.py"],\n    expose_venv = True,\n    isolated = False,\n'
            '    main = "b.py",\n)\n',
        ),
        Case(
            "a plain call, plain semantics",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\n\n'
            'py_venv_test(\n    name = "t",\n    srcs = ["t.py"],\n    main = "t.py",\n    mode = "x",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_test")\n\n'
            'py_test(\n    name = "t",\n    srcs = ["t.py"],\n    main = "t.py",\n)\n',
            options={"semantics": "plain"},
        ),
        Case(
            "the stable symbols are loaded already, and another load stays",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary", "py_library")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv", "py_venv_binary")\n\n'
            'py_library(name = "l")\n\npy_venv(name = "v")\n\npy_binary(name = "a")\n\npy_venv_binary(name = "b")\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_binary", "py_library")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\n'
            'py_library(name = "l")\n\npy_venv(name = "v")\n\npy_binary(name = "a")\n\n'
            'py_binary(\n    name = "b",\n    expose_venv = True,\n    isolated = False,\n)\n',
        ),
        Case(
            "py_binary of another ruleset is loaded",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n'
            'load("@rules_python//python:defs.bzl", "py_binary")\n\n'
            'py_binary(name = "a")\n\npy_venv_binary(\n    name = "b",\n    main = "b.py",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", aspect_py_binary = "py_binary")\n'
            'load("@rules_python//python:defs.bzl", "py_binary")\n\n'
            'py_binary(name = "a")\n\naspect_py_binary(\n    name = "b",\n    expose_venv = True,\n'
            '    isolated = False,\n    main = "b.py",\n)\n',
        ),
        Case(
            "a macro with a private alias and kwargs",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", _py_venv_binary = "py_venv_binary")\n\n'
                "def dev(name, **kwargs):\n    _py_venv_binary(name = name, **kwargs)\n"
            },
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _py_binary = "py_binary")\n\n'
                "def dev(name, **kwargs):\n"
                "    _py_binary(name = name, expose_venv = True, isolated = False, **kwargs)\n"
            },
            notes=("became py_binary",),
        ),
        Case(
            "an alias with a name of its own is kept",
            'load("@aspect_rules_py//py/unstable:defs.bzl", dev = "py_venv_binary")\n\n'
            '[dev(\n    name = n,\n    main = n + ".py",\n) for n in [\n    "a",\n    "b",\n]]\n\n'
            'dev(\n    name = "c",\n    main = "c.py",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", dev = "py_binary")\n\n'
            "[dev(\n    name = n,\n    expose_venv = True,\n    isolated = False,\n"
            '    main = n + ".py",\n) for n in [\n    "a",\n    "b",\n]]\n\n'
            'dev(\n    name = "c",\n    expose_venv = True,\n    isolated = False,\n    main = "c.py",\n)\n',
        ),
        Case(
            "a re-export becomes a macro",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", _py_venv_test = "py_venv_test")\n\n'
                "py_venv_test = _py_venv_test\n"
            },
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _py_test = "py_test")\n\n'
                'def py_venv_test(name, **kwargs):\n    """A py_test with a virtualenv of its own beside it.\n\n'
                "    Args:\n      name: the name of the target.\n      **kwargs: the attributes of py_test.\n"
                '    """\n    kwargs.setdefault("expose_venv", True)\n    kwargs.setdefault("isolated", False)\n'
                "    _py_test(name = name, **kwargs)\n"
            },
        ),
        Case(
            "a value is left to a person, and so is its load",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\nload("//:m.bzl", "m")\n\n'
            'm(\n    name = "x",\n    rule = py_venv_test,\n)\n',
            person=("used here as a value",),
        ),
        Case(
            "a main without .py",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
            'py_venv_binary(\n    name = "b",\n    main = ":gen",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
            'py_binary(\n    name = "b",\n    expose_venv = True,\n    isolated = False,\n    main = ":gen",\n)\n',
            person=("became py_binary",),
        ),
        Case(
            "a load that is not used goes",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\nexports_files(["a"])\n',
            'exports_files(["a"])\n',
        ),
        Case(
            "the same name of another ruleset",
            'load("@rules_venv//python/venv:defs.bzl", "py_venv_binary")\n\npy_venv_binary(name = "b")\n',
        ),
        Case("a name that nothing loads", 'py_venv_binary(name = "b")\n'),
        Case(
            "a parameter of the same name",
            {
                "m.bzl": 'load("@rules_venv//python/venv:defs.bzl", "py_venv_test")\n\n'
                "def m(name, py_venv_binary):\n    py_venv_binary(name = name)\n    py_venv_test(name = name)\n"
            },
        ),
        Case("a string", 'exports_files(["py_venv_binary"])\n'),
    ),
)
