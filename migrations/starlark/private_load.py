"""Loads of files that are private to a ruleset.

https://github.com/bazelbuild/buildtools/blob/main/WARNINGS.md#bzl-visibility
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.loads import Load
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import PRIVATE_VENV_DEFS
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.rules_python._surface import HOMES
from migrations.starlark._checks import ALWAYS, WARNINGS
from migrations.view import View

_RULESETS = ("aspect_rules_py", "rules_python")
_MOVED = frozenset({PRIVATE_VENV_DEFS})  # unstable-load knows where to


def find(view: View) -> Iterator[Finding]:
    """Loads, and extensions in use, of private files of the two rulesets."""
    for load in view.loads:
        module = _private(view, load.label)
        if module:
            yield _loaded(view, load, module)
    for string in view.strings("/private"):
        if string.value.endswith(".bzl") and (module := _private(view, string.value)):
            yield Finding(
                string.start,
                string.end,
                f"{string.value} is private to {module}",
                advice=f"Use what {module} offers in public instead.",
            )


def _private(view: View, label: str) -> str:
    """The ruleset to which a label is private; `""` if it is not, or not from here."""
    if "/private" not in label:
        return ""
    canonical = view.canonical(label)
    module, _, rest = canonical.removeprefix("@").partition("//")
    if module not in _RULESETS or module == view.workspace.module or canonical in _MOVED:
        return ""
    return module if "private" in rest.partition(":")[0].split("/") else ""


def _loaded(view: View, load: Load, module: str) -> Finding:
    message = f"{load.label} is private to {module}"
    if module == "rules_python" and load.symbols and all(symbol.name in HOMES for symbol in load.symbols):
        bind = {
            symbol.local: (view.spell(f"@{module}{HOMES[symbol.name]}", like=load.label), symbol.name)
            for symbol in load.symbols
        }
        return Finding(load.label_start, load.label_end, message, Fix(bind=bind))
    return Finding(
        load.label_start,
        load.label_end,
        message,
        advice=f"Load what {module} exports in public instead; what is private changes without notice.",
    )


MIGRATION = Migration(
    id="private-load",
    summary="Load from the public files of a ruleset.",
    page=Page(
        what="Reports loads of files below a `private` directory of rules_python or aspect_rules_py.",
        why="Private files move, change and go in any release, and nothing announces it.",
        safety="Safe: where rules_python exports the symbol in public, the load moves there. All else is reported.",
        references=(WARNINGS + "#bzl-visibility",),
    ),
    gate=ALWAYS,
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.MODULE, FileKind.WORKSPACE),
    needles=(b"/private",),
    find=find,
    after=("unstable-load",),
    cases=(
        Case(
            "a symbol that is public elsewhere",
            {"m.bzl": 'load("@rules_python//python/private:py_info.bzl", "PyInfo")\n\nX = PyInfo\n'},
            {"m.bzl": 'load("@rules_python//python:py_info.bzl", "PyInfo")\n\nX = PyInfo\n'},
        ),
        Case(
            "a symbol that is not",
            {"m.bzl": 'load("@aspect_rules_py//py/private:transitions.bzl", "x")\n\nX = x\n'},
            person=("private to aspect_rules_py",),
        ),
        Case("the private files of another ruleset", 'load("@rules_x//private:a.bzl", "x")\n\nx(name = "x")\n'),
        Case(
            "a ruleset's own private files",
            {
                "MODULE.bazel": 'module(name = "rules_python")\n',
                "m.bzl": 'load("//python/private:py_info.bzl", "PyInfo")\n\nX = PyInfo\n',
            },
        ),
    ),
)
