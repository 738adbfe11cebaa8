"""`py_venv_binary` and `py_venv_test`, which became `py_binary` and `py_test`.

https://github.com/aspect-build/rules_py/pull/944
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py import _wrappers
from migrations.aspect_rules_py._by_name import TURN, by_name
from migrations.aspect_rules_py._renamed import Called, Renaming, renamed
from migrations.aspect_rules_py._surface import DEFS, PLAN, SHAPED, UPSTREAM, anywhere, is_part
from migrations.aspect_rules_py._unpacked import unpacked, without
from migrations.aspect_rules_py._wrappers import gather_wrappers, reaching, wrappers_in
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "venv-rules"
_NEW = {"py_venv_binary": "py_binary", "py_venv_test": "py_test"}
_OLD = anywhere(*_NEW)
_STABLE = frozenset(Symbol(DEFS, name) for name in _NEW.values())
_DROPPED = ("mode", "debug")
_SHAPE = {"expose_venv": "True", "isolated": "False"}
_HOME = re.compile(rb"bazel-(?:bin|out)/[\w/.$(){}-]*?/?\.(?!runfiles)[\w-]+(?=/(?:bin|lib|pyvenv\.cfg))")


def find(view: View) -> Iterator[Finding]:
    """Calls, aliases, values and idle loads of the two symbols; in text, their names and directories."""
    if view.file.kind is FileKind.TEXT:
        yield from _in_text(view)
        return
    if is_part(view):
        return
    yield from _of_wrappers(view)
    yield from _of_unpacked(view)
    preserve = view.option("semantics", "preserve") == "preserve"
    value = "Use {new} of {label}, and give its targets expose_venv = True, isolated = False where the rule is called."
    what = Renaming(_NEW, _OLD, DEFS, _called, _wrapper if preserve else None, value if preserve else "")
    yield from renamed(view, what)
    for string in view.strings(*_NEW):
        if re.search(r"kind\(\W*py_venv_(?:binary|test)", string.value):
            yield Finding(
                string.start,
                string.end,
                "the query asks for rules that are gone",
                advice="Ask for py_binary and py_test; else it finds nothing, without an error.",
            )


def _of_wrappers(view: View) -> Iterator[Finding]:
    """Attributes that are gone, on calls of macros that pass them on to one of the two rules."""
    facts = view.facts.get(_ID, {})
    wrappers = {name: reaching(view, facts, _OLD, name) for name in _DROPPED if name.encode() in view.file.data}
    for call, symbol in view.calls(frozenset().union(*wrappers.values())):
        gone = [name for name in _DROPPED if symbol in wrappers.get(name, ()) and call.argument(name) is not None]
        if gone:
            message = f"{symbol.name} passes {' and '.join(gone)} on to a rule that does not have it any more"
            yield Finding(call.start, call.callee_range[1], message, Fix.of(rewrite(call, drop=gone)))


def _called(view: View, call: Call, callee: str | None) -> Called:
    hidden = unpacked(view, call)
    put: dict[str, str] = {}
    bind: dict[str, tuple[str, str]] = {}
    if view.option("semantics", "preserve") == "preserve":
        put = {
            name: value for name, value in _SHAPE.items() if call.argument(name) is None and name not in (hidden or {})
        }
    advice = ""
    if "resolutions" in (hidden or {}):
        advice = "The unpacked arguments bring resolutions, which do not work any more."
    resolutions = call.argument("resolutions")
    if resolutions is not None:
        text, needed = by_name(view, call, resolutions.value)
        if text is None:
            advice = TURN
        else:
            put["resolutions"] = text
            bind = needed
    rewritten = rewrite(call, callee=callee, put=put, drop=_DROPPED)
    if advice or hidden is not None:
        return Called(rewritten, bind, advice)
    unseen = "Cannot see into the unpacked arguments: they must not bring mode, debug, expose_venv or isolated."
    return Called(rewritten, bind, unseen, Level.NOTE)


def _of_unpacked(view: View) -> Iterator[Finding]:
    """Calls of the new rules into which something is unpacked that only the old ones had."""
    for call, _ in view.calls(_STABLE, having=(b"**",)) if b"**" in view.file.data else ():
        hidden = unpacked(view, call) or {}
        for name in _DROPPED:
            if name in hidden:
                message = f"the arguments unpacked here bring {name}, which is gone"
                fix = without(view, call, name, lambda other: view.symbol_of(other) in SHAPED)
                advice = "" if fix is not None else "Drop it from the dict."
                yield Finding(call.start, call.callee_range[1], message, fix, advice)


def _wrapper(local: str, rule: str) -> list[str]:
    return [
        f'    """A {rule} with a virtualenv of its own beside it.',
        "",
        "    Args:",
        "      name: the name of the target.",
        f"      **kwargs: the attributes of {rule}.",
        '    """',
        '    kwargs.setdefault("expose_venv", True)',
        '    kwargs.setdefault("isolated", False)',
        f"    {local}(name = name, **kwargs)",
    ]


def _in_text(view: View) -> Iterator[Finding]:
    """The first mention of each symbol in a file, and paths of virtualenvs."""
    for old, new in _NEW.items():
        found = re.search(rb"(?<![\w/.-])" + old.encode() + rb"(?!\w)", view.file.data)
        if found:
            yield Finding(
                *found.span(), f"{old} became {new}", advice="Change the text where it is about v2.", level=Level.NOTE
            )
    for found in _HOME.finditer(view.file.data):
        yield Finding(
            *found.span(),
            f"{found[0].decode()} may be the virtualenv of a py_venv_binary or py_venv_test, now under another name",
            advice="With expose_venv it ends in .venv; without, it begins with ._ and ends in .venv.",
            level=Level.NOTE,
        )


def _macro(name: str, local: str, rule: str, comment: str = "") -> str:
    return "\n".join([f"def {name}(name, **kwargs):{comment}", *_wrapper(local, rule), ""])


MIGRATION = Migration(
    id=_ID,
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
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.TEXT),
    needles=(
        b"py_venv_binary",
        b"py_venv_test",
        b"bazel-bin/",
        b"bazel-out/",
        b"mode =",
        b"mode=",
        b"debug =",
        b"debug=",
        b'"mode":',
        b'"debug":',
    ),
    find=find,
    scan=wrappers_in,
    scan_needles=_wrappers.NEEDLES,
    scan_kinds=(FileKind.BZL,),
    gather=gather_wrappers,
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
            "py_binary of Bazel itself is used",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
            'py_binary(name = "a")\n\npy_venv_binary(\n    name = "b",\n    main = "b.py",\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", aspect_py_binary = "py_binary")\n\n'
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
            "a macro that passes on what is gone",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", _py_venv_test = "py_venv_test")\n\n'
                "def dev(name, debug, **kwargs):\n    _py_venv_test(name = name, **kwargs)\n",
                "BUILD": 'load(":m.bzl", "dev")\n\ndev(\n    name = "d",\n    debug = True,\n    mode = "m",\n)\n',
                "x/BUILD": 'load(":m.bzl", "dev")\n\ndev(\n    name = "d",\n    mode = "m",\n)\n',
            },
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _py_test = "py_test")\n\n'
                "def dev(name, debug, **kwargs):\n"
                "    _py_test(name = name, expose_venv = True, isolated = False, **kwargs)\n",
                "BUILD": 'load(":m.bzl", "dev")\n\ndev(\n    name = "d",\n    debug = True,\n)\n',
            },
            notes=("became py_test",),
        ),
        Case(
            "the stable symbol is loaded further down",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
            'py_venv_binary(\n    name = "a",\n    main = "a.py",\n)\n\n'
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(name = "b")\n',
            'load("@aspect_rules_py//py:defs.bzl", aspect_py_binary = "py_binary")\n\n'
            'aspect_py_binary(\n    name = "a",\n    expose_venv = True,\n    isolated = False,\n'
            '    main = "a.py",\n)\n\n'
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(name = "b")\n',
        ),
        Case(
            "a name that a parameter has, too",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\n\n'
                "def m(name, py_venv_test):\n    py_venv_test(name = name)\n\n\n"
                'def n(name):\n    py_venv_test(name = name, main = "t.py")\n'
            },
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", "py_test")\n'
                'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\n\n'
                "def m(name, py_venv_test):\n    py_venv_test(name = name)\n\n\n"
                'def n(name):\n    py_test(name = name, main = "t.py", expose_venv = True, isolated = False)\n'
            },
            person=("stands for something else",),
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
            "re-exports in a row, with comments",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", _b = "py_venv_binary", _t = "py_venv_test")\n'
                "\nteam_binary = _b\nteam_test = _t\nX = 1\n\n# Older.\nold_binary = _b  # not for new code\n"
            },
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _b = "py_binary", _t = "py_test")\n\n'
                + _macro("team_binary", "_b", "py_binary")
                + "\n"
                + _macro("team_test", "_t", "py_test")
                + "\nX = 1\n\n# Older.\n"
                + _macro("old_binary", "_b", "py_binary", "  # not for new code")
            },
        ),
        Case(
            "a value is left to a person, and so is its load",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\nload("//:m.bzl", "m")\n\n'
            'm(\n    name = "x",\n    rule = py_venv_test,\n)\n',
            person=("used here as a value",),
        ),
        Case(
            "a load that is not used goes",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\nexports_files(["a"])\n',
            'exports_files(["a"])\n',
        ),
        Case(
            "rules in a list, called in a comprehension",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary", "py_venv_test")\n\n'
            "[rule(\n    name = n,\n    main = n,\n) for rule, n in []]\n\n"
            '[rule(\n    name = "x",\n    main = "x.py",\n) for rule in [\n'
            "    py_venv_binary,\n    py_venv_test,\n]]\n",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary", "py_test")\n\n'
            "[rule(\n    name = n,\n    main = n,\n) for rule, n in []]\n\n"
            '[rule(\n    name = "x",\n    expose_venv = True,\n    isolated = False,\n    main = "x.py",\n'
            ") for rule in [\n    py_binary,\n    py_test,\n]]\n",
        ),
        Case(
            "a loop over the rules in a macro",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary", t = "py_venv_test")\n\n'
                "def m(name):\n    for rule in [py_venv_binary]:\n        rule(name = name)\n    t(name = name + 1)\n"
            },
            {
                "m.bzl": 'load("@aspect_rules_py//py:defs.bzl", "py_binary", t = "py_test")\n\n'
                "def m(name):\n    for rule in [py_binary]:\n"
                "        rule(name = name, expose_venv = True, isolated = False)\n"
                "    t(name = name + 1, expose_venv = True, isolated = False)\n"
            },
        ),
        Case(
            "rules in a dict are left to a person",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
                'RULES = {"bin": py_venv_binary}\n\ndef m(name):\n    RULES["bin"](name = name)\n'
            },
            person=("used here as a value",),
        ),
        Case(
            "a value with plain semantics",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\nload("//:m.bzl", "m")\n\n'
            'm(\n    name = "x",\n    rule = py_venv_test,\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_test")\nload("//:m.bzl", "m")\n\n'
            'm(\n    name = "x",\n    rule = py_test,\n)\n',
            notes=("became py_test",),
            options={"semantics": "plain"},
        ),
        Case(
            "with_cfg needs a rule",
            {
                "m.bzl": 'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\n'
                'load("@with_cfg.bzl", "with_cfg")\n\nx, _x = with_cfg(py_venv_test).build()\n'
            },
            person=("used here as a value",),
            options={"semantics": "plain"},
        ),
        Case(
            "arguments unpacked from a dict that can be seen",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
            'COMMON = {"tags": ["x"]}\n\npy_venv_binary(\n    name = "b",\n    main = "b.py",\n    **COMMON\n)\n\n'
            'py_venv_binary(**dict(name = "c", main = "c.py", mode = "m"))\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\n'
            'COMMON = {"tags": ["x"]}\n\npy_binary(\n    name = "b",\n    expose_venv = True,\n'
            '    isolated = False,\n    main = "b.py",\n    **COMMON\n)\n\n'
            "py_binary(\n    expose_venv = True,\n    isolated = False,\n"
            '    **dict(name = "c", main = "c.py")\n)\n',
        ),
        Case(
            "a dict that something else has too",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_test")\nload(":m.bzl", "m")\n\n'
            'COMMON = {\n    "debug": True,\n    "tags": ["x"],\n}\n\n'
            'py_venv_test(\n    name = "t",\n    **COMMON\n)\n\nm(\n    name = "m",\n    **COMMON\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_test")\nload(":m.bzl", "m")\n\n'
            'COMMON = {\n    "debug": True,\n    "tags": ["x"],\n}\n\n'
            'py_test(\n    name = "t",\n    expose_venv = True,\n    isolated = False,\n    **COMMON\n)\n\n'
            'm(\n    name = "m",\n    **COMMON\n)\n',
            person=("bring debug",),
        ),
        Case(
            "resolutions by label become a struct by name",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n',
                "BUILD.bazel": 'load("@rpy//py/unstable:defs.bzl", "py_venv_binary")\n\npy_venv_binary(\n'
                '    name = "b",\n    main = "b.py",\n    resolutions = {\n        # ours\n'
                '        "//a:six": "six",\n    },\n)\n',
            },
            {
                "BUILD.bazel": 'load("@rpy//py:defs.bzl", "py_binary", "resolutions")\n\npy_binary(\n'
                '    name = "b",\n    expose_venv = True,\n    isolated = False,\n    main = "b.py",\n'
                "    resolutions = resolutions.empty().override({\n        # ours\n"
                '        "six": "//a:six",\n    }),\n)\n',
            },
        ),
        Case(
            "resolutions by label become a dict by name on the branch",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\npy_venv_binary(\n    name = "b",\n'
            '    main = "b.py",\n    resolutions = {"//a:six": "six"},\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\npy_binary(\n    name = "b",\n'
            '    expose_venv = True,\n    isolated = False,\n    main = "b.py",\n'
            '    resolutions = {"six": "//a:six"},\n)\n',
            to="main",
        ),
        Case(
            "resolutions that are a struct again, and some that cannot be turned",
            'load("@aspect_rules_py//py:defs.bzl", "resolutions")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\n'
            'R = resolutions.from_requirements({"a": "b"})\n\n'
            'py_venv_binary(\n    name = "b",\n    main = "b.py",\n    resolutions = R.to_label_keyed_dict(),\n)\n\n'
            'py_venv_binary(\n    name = "c",\n    main = "c.py",\n    resolutions = BY_LABEL,\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_binary", "resolutions")\n\n'
            'R = resolutions.from_requirements({"a": "b"})\n\n'
            'py_binary(\n    name = "b",\n    expose_venv = True,\n    isolated = False,\n    main = "b.py",\n'
            "    resolutions = R,\n)\n\n"
            'py_binary(\n    name = "c",\n    expose_venv = True,\n    isolated = False,\n    main = "c.py",\n'
            "    resolutions = BY_LABEL,\n)\n",
            person=("became py_binary",),
        ),
        Case(
            "a query for the rule",
            'genquery(\n    name = "q",\n    expression = "kind(py_venv_test, //...)",\n    scope = [],\n)\n',
            person=("the query asks",),
        ),
        Case(
            "documents and scripts are not edited",
            {
                "README.md": "Use py_venv_binary. Use py_venv_binary.\n",
                "run.sh": "bazel-bin/p/.app/bin/python x\nbazel-bin/p/x.runfiles/bin/y\n",
            },
            notes=("became py_binary", "another name"),
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
