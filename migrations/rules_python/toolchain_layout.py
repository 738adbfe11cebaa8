"""Python toolchains that load or constrain more than they should.

https://rules-python.readthedocs.io/en/latest/toolchains.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._surface import DOCS, path_of
from migrations.view import View

_TARGET = ("//python:toolchain_type", "//python/cc:toolchain_type")
_EXEC = "//python:exec_tools_toolchain_type"
_OLD = "@bazel_tools//tools/python:toolchain_type"


def find(view: View) -> Iterator[Finding]:
    """The `toolchain` targets of a BUILD file."""
    for call, _ in view.calls({Symbol("native", "toolchain")}):
        type_ = call.string("toolchain_type") or ""
        path = "//python:toolchain_type" if view.canonical(type_) == _OLD else path_of(view, type_)
        if path in (*_TARGET, _EXEC):
            yield from _laid_out(view, call, path)


def _laid_out(view: View, call: Call, path: str) -> Iterator[Finding]:
    argument = call.argument("toolchain")
    label = view.label(call.string("toolchain") or "")
    here = view.label(":x")
    if (
        argument is not None
        and label is not None
        and here is not None
        and (label.repo, label.package) == ("", here.package)
    ):
        advice = "Put the toolchain() targets into a package of their own, and register that."
        message = "to look at this toolchain, every build loads what implements it"
        yield Finding(argument.start, argument.end, message, advice=advice, level=Level.NOTE)
    constraint = call.argument("exec_compatible_with")
    if path in _TARGET and constraint is not None and call.text(constraint) != b"[]":
        advice = "Drop it: what runs on the target is constrained by target_compatible_with and target_settings."
        message = "this toolchain is of the target, so where actions run does not constrain it"
        yield Finding(constraint.start, constraint.end, message, advice=advice, level=Level.NOTE)


MIGRATION = Migration(
    id="toolchain-layout",
    summary="List Python toolchains beside their implementation, or with constraints that do not belong.",
    page=Page(
        what=(
            "Lists `toolchain()` targets in the package of what implements them, and `exec_compatible_with` on "
            "toolchains whose type is that of the interpreter or of its C headers."
        ),
        why=(
            "Registered toolchains are loaded in every build, with all that their package loads. Constraints on the "
            "execution platform leave builds without an interpreter that runs on another platform anyway."
        ),
        safety="Nothing is edited: where the targets are to stand is for a person to say.",
        references=(DOCS + "/toolchains.html",),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD,),
    needles=(b"toolchain_type",),
    find=find,
    cases=(
        Case(
            "both at once",
            'toolchain(\n    name = "t",\n    exec_compatible_with = ["@platforms//os:linux"],\n'
            '    toolchain = ":pair",\n'
            '    toolchain_type = "@rules_python//python:toolchain_type",\n)\n',
            notes=("where actions run does not", "every build loads"),
        ),
        Case(
            "the exec tools, in a package of their own",
            'toolchain(\n    name = "t",\n    exec_compatible_with = ["@platforms//os:linux"],\n'
            '    toolchain = "//impl:tools",\n'
            '    toolchain_type = "@rules_python//python:exec_tools_toolchain_type",\n)\n',
        ),
        Case(
            "a toolchain of something else",
            'toolchain(\n    name = "t",\n    toolchain = ":x",\n    toolchain_type = "//:toolchain_type",\n)\n',
        ),
    ),
)
