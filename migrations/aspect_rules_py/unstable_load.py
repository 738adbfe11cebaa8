"""Loads and labels of the `unstable` packages, which v2 merged into the stable ones.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.loads import Load
from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._moved_files import mentions
from migrations.aspect_rules_py._surface import (
    DEFS,
    PLAN,
    PRIVATE_VENV_DEFS,
    UNSTABLE_DEFS,
    UPSTREAM,
    UV_DEFS,
    UV_UNSTABLE_DEFS,
    is_part,
)
from migrations.aspect_rules_py._venv_link import stays_v1, unlinked
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_MOVED = {UNSTABLE_DEFS: DEFS, UV_UNSTABLE_DEFS: UV_DEFS, PRIVATE_VENV_DEFS: DEFS}
_TYPES = "@aspect_rules_py//py/private/py_venv:types.bzl"
_GONE = frozenset({"py_venv_binary", "py_venv_test"})


def find(view: View) -> Iterator[Finding]:
    """Loads of the old files, and other strings that are their labels."""
    if is_part(view):
        moving = [load for load in view.loads if view.canonical(load.label) in _MOVED]
        for load in moving[:1]:
            message = "this file is a part of aspect_rules_py itself, and is not rewritten"
            advice = "Take it from the version to move to."
            yield Finding(load.label_start, load.label_end, message, advice=advice, level=Level.NOTE)
        return
    for load in view.loads:
        new = _MOVED.get(view.canonical(load.label))
        if new is not None:
            yield from _moved(view, load, new)
        elif view.canonical(load.label) == _TYPES:
            yield _types(view, load)
    for statement, reason in view.bindings.bad_loads:
        if any(part in statement.text for part in (b"/unstable:defs.bzl", b"/py_venv:defs.bzl")):
            message = f"this load of a file that may be gone cannot be read: {reason}"
            advice = "Make it one that Bazel takes, and run again; what it loads is not followed."
            yield Finding(statement.start, statement.end, message, advice=advice)
    yield from mentions(view, _MOVED, "unstable", "private/py_venv")


def _types(view: View, load: Load) -> Finding:
    names = ", ".join(symbol.name for symbol in load.symbols)
    return Finding(
        load.label_start,
        load.label_end,
        f"{load.label} is private, and {names} of it has other fields in v2",
        advice="See what is done with it: home is gone; bin_python and imports are there.",
    )


def _moved(view: View, load: Load, new: str) -> Iterator[Finding]:
    written = view.spell(new, like=load.label)
    held = [symbol for symbol in load.symbols if symbol.name == "py_venv"] if stays_v1(view) else []
    moving = {
        symbol.local: (written, symbol.name)
        for symbol in load.symbols
        if symbol.name not in _GONE and symbol not in held
    }
    clash = _clash(view, load, new)
    if clash:
        yield Finding(
            load.label_start,
            load.label_end,
            f"{load.label} is gone, and '{clash}' means something else in {written}, which is loaded here too",
            advice=f"Move '{clash}' by hand once the calls of the other one are rewritten (py-venv-meaning).",
        )
        return
    if moving:
        yield Finding(
            load.label_start,
            load.label_end,
            f"{load.label} moved to {written}",
            Fix(bind=moving),
        )
    for symbol in held:
        yield Finding(
            symbol.start,
            symbol.end,
            f"{load.label} is gone, and in v1, which this workspace stays on, py_venv of {written} makes a link",
            advice="Move the version of aspect_rules_py to v2 first, or in the same run (`trekbok migrate`).",
        )
    for symbol in load.symbols:
        if symbol.name in _GONE:
            yield Finding(
                symbol.start,
                symbol.end,
                f"{load.label} is gone and {written} has no '{symbol.name}'",
                advice="Run venv-rules too, and see what it says about the uses that are left in this file.",
                beside="venv-rules",
            )


def _clash(view: View, load: Load, new: str) -> str:
    """The stable name of a `py_venv` that still has its v1 meaning beside the real one of this load."""
    if not any(symbol.name == "py_venv" for symbol in load.symbols):
        return ""
    stable = frozenset({Symbol(new, "py_venv")})
    calls = unlinked(view, (call for call, _ in view.calls(stable)))
    names = [name for name, symbol in view.bindings.loaded.items() if symbol in stable]
    return names[0] if names and (calls or any(view.uses(stable))) else ""


MIGRATION = Migration(
    id="unstable-load",
    summary="Load from //py:defs.bzl and //uv:defs.bzl what the unstable packages had.",
    page=Page(
        what=(
            "Moves loads of `//py/unstable:defs.bzl`, `//uv/unstable:defs.bzl` and the private "
            "`//py/private/py_venv:defs.bzl` to the stable files. A stable load that is there already takes the "
            "symbols in; aliases and the spelling of the repository are kept. Labels of these files in other "
            "strings, such as the deps of a `bzl_library`, follow."
        ),
        why="v2 has no `unstable` packages: the load fails, and with it every target of the package.",
        safety=(
            "Safe. `py_venv_binary` and `py_venv_test` stay where they are until `venv-rules` has rewritten their "
            "uses. A `py_venv` of the stable file keeps its v1 meaning until `py-venv-meaning` has run, and a real one "
            "moves there only if the version moves to v2 in the same run or before: in v1 it would turn into a link. "
            "Mentions in documents are listed and not edited."
        ),
        references=(PLAN, UPSTREAM + "/tree/v2.0.0-alpha.0/py"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=STARLARK | {FileKind.TEXT},
    needles=(b"/unstable:defs", b"/py_venv:defs", b"py/unstable", b"uv/unstable", b"py_venv:types"),
    find=find,
    after=("venv-rules", "py-venv-meaning"),
    cases=(
        Case(
            "a load alone",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
        ),
        Case(
            "merged into the stable load that is there",
            'load("@aspect_rules_py//py:defs.bzl", "py_library")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\n'
            'py_library(name = "l")\n\npy_venv(name = "v")\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_library", "py_venv")\n\n'
            'py_library(name = "l")\n\npy_venv(name = "v")\n',
        ),
        Case(
            "under the name the workspace gives the module",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7", repo_name = "rpy")\n',
                "BUILD.bazel": 'load("@rpy//uv/unstable:defs.bzl", g = "gazelle_python_manifest")\n\ng(name = "m")\n',
            },
            {"BUILD.bazel": 'load("@rpy//uv:defs.bzl", g = "gazelle_python_manifest")\n\ng(name = "m")\n'},
        ),
        Case(
            "a label in a bzl_library",
            'load("@bazel_skylib//:bzl_library.bzl", "bzl_library")\n\nbzl_library(\n    name = "l",\n'
            '    srcs = ["l.bzl"],\n    deps = ["@aspect_rules_py//py/unstable:defs"],\n)\n',
            'load("@bazel_skylib//:bzl_library.bzl", "bzl_library")\n\nbzl_library(\n    name = "l",\n'
            '    srcs = ["l.bzl"],\n    deps = ["@aspect_rules_py//py:defs"],\n)\n',
        ),
        Case(
            "a real py_venv waits for the version",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv", "x")\n\npy_venv(name = "v")\n\nx(name = "x")\n',
            'load("@aspect_rules_py//py:defs.bzl", "x")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n\nx(name = "x")\n',
            person=("this workspace stays on",),
            options={"bump": "no"},
        ),
        Case(
            "labels that become one",
            'bzl_library(\n    name = "l",\n    deps = [\n        "//x",\n        "@aspect_rules_py//py:defs",\n'
            '        "@aspect_rules_py//py/private/py_venv:defs",\n        "@aspect_rules_py//py/unstable:defs",\n'
            '    ],\n)\n\nbzl_library(\n    name = "m",\n    deps = [\n'
            '        "@aspect_rules_py//py/private/py_venv:defs",\n        "@aspect_rules_py//py/unstable:defs",\n'
            "    ],\n)\n",
            'bzl_library(\n    name = "l",\n    deps = [\n        "//x",\n        "@aspect_rules_py//py:defs",\n'
            '    ],\n)\n\nbzl_library(\n    name = "m",\n    deps = ["@aspect_rules_py//py:defs"],\n)\n',
        ),
        Case(
            "a removed symbol stays until its uses are rewritten",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n\npy_venv_binary(name = "b")\n',
            person=("has no 'py_venv_binary'",),
        ),
        Case(
            "the files of the ruleset itself, and a use in its repository",
            {
                "MODULE.bazel": 'module(name = "aspect_rules_py")\n',
                "py/defs.bzl": 'load("//py/private/py_venv:defs.bzl", _a = "py_venv_link")\n\npy_venv_link = _a\n',
                "py/tests/BUILD.bazel": 'load("//py/unstable:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
            },
            {"py/tests/BUILD.bazel": 'load("//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n'},
            notes=("is a part of aspect_rules_py itself",),
        ),
        Case(
            "an unstable package of another ruleset",
            'load("@rules_venv//py/unstable:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n',
        ),
        Case("the stable load", 'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(name = "v")\n'),
        Case(
            "a comment",
            '# load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")\nx = "# //py/unstable"\n',
            notes=("the comment names",),
        ),
        Case(
            "a template in a string",
            {"m.bzl": 'T = """\nload("@aspect_rules_py//py/unstable:defs.bzl", "py_venv_binary")\n"""\n'},
            person=("the text names",),
        ),
        Case(
            "the private provider",
            {
                "m.bzl": 'load("@aspect_rules_py//py/private/py_venv:types.bzl", "VirtualenvInfo")\n\n'
                "x = VirtualenvInfo\n"
            },
            person=("is private",),
        ),
        Case(
            "the stable py_venv still makes a link",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", real_venv = "py_venv")\n\n'
            'py_venv(name = "l")\n\nreal_venv(name = "v")\n',
            person=("means something else",),
        ),
        Case(
            "the stable py_venv makes a link no more",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link")\n'
            'load("@aspect_rules_py//py/unstable:defs.bzl", real_venv = "py_venv")\n\n'
            'py_venv(name = "l_venv")\n\npy_venv_link(\n    name = "l",\n    venv = ":l_venv",\n)\n\n'
            'real_venv(name = "v")\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_venv", "py_venv_link", real_venv = "py_venv")\n\n'
            'py_venv(name = "l_venv")\n\npy_venv_link(\n    name = "l",\n    venv = ":l_venv",\n)\n\n'
            'real_venv(name = "v")\n',
        ),
        Case(
            "a load that is none",
            'load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv", x)\n\npy_venv(name = "v")\n',
            person=("cannot be read",),
        ),
        Case(
            "a macro that passes the real one on",
            {
                "m.bzl": 'load("@aspect_rules_py//py/private/py_venv:defs.bzl", _py_venv = "py_venv")\n\n'
                "py_venv = _py_venv\n"
            },
            {"m.bzl": 'load("@aspect_rules_py//py:defs.bzl", _py_venv = "py_venv")\n\npy_venv = _py_venv\n'},
        ),
        Case(
            "a document",
            {
                "README.md": 'Say `load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")`.\n',
                "BUILD": "# py/unstable\n",
            },
            notes=("moved to",),
        ),
    ),
)
