"""`python.toolchain(is_default = True)`, in whose place `python.defaults` came.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/extensions/python.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from buildfile.calls import Call
from buildfile.edits import Edit
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.extensions import tags
from migrations.finding import Finding, Fix, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._extensions import PYTHON
from migrations.rules_python._surface import CHANGES, DOCS
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Each toolchain tag with `is_default`, where the release is known: the old form serves every release."""
    if not view.target.versions.get("rules_python"):
        return
    toolchains = list(tags(view, PYTHON, "toolchain"))
    defaults = list(tags(view, PYTHON, "defaults"))
    for call in toolchains:
        argument = call.argument("is_default")
        if argument is None:
            continue
        value = argument.value
        message = "is_default is what python.defaults says now"
        if defaults:
            message = "is_default is ignored beside python.defaults"
            fix = Fix.of(rewrite(call, drop=("is_default",)))
            said, meant = defaults[0].string("python_version"), call.string("python_version")
            differs = isinstance(value, ast.Constant) and value.value is True and said != meant
            advice = f"The default stays {said or 'what python.defaults says'}, not {meant}." if differs else ""
            yield Finding(argument.start, argument.end, message, fix, advice, Level.NOTE)
        elif not isinstance(value, ast.Constant):
            advice = "Write python.defaults by hand; which toolchain is the default is computed here."
            yield Finding(argument.start, argument.end, message, advice=advice)
        elif value.value is True:
            yield from _declared(view, call, toolchains, message)
        else:
            yield Finding(argument.start, argument.end, message, Fix.of(rewrite(call, drop=("is_default",))))


def _declared(view: View, call: Call, toolchains: list[Call], message: str) -> Iterator[Finding]:
    """Puts `python.defaults` in front of the first toolchain of the same proxy."""
    argument, version = call.argument("is_default"), call.argument("python_version")
    if argument is None:
        return
    proxy = (call.callee or "").rpartition(".")[0]
    if version is None or call.splats or call.scope.repeated or not proxy:
        advice = "Write python.defaults by hand; the version is computed here, or the extension has no name."
        yield Finding(argument.start, argument.end, message, advice=advice)
        return
    first = next(item for item in toolchains if (item.callee or "").startswith(proxy + "."))
    at = first.statement.start
    nl = view.file.newline.decode()
    text = f"{proxy}.defaults(python_version = {call.text(version).decode()}){nl}"
    dropped = rewrite(call, drop=("is_default",))
    fix = Fix((Edit(at, at, text.encode()), *dropped.edits), dropped.changes)
    yield Finding(argument.start, argument.end, message, fix)


_HEAD = """bazel_dep(name = "rules_python", version = "1.5.0")

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
"""

MIGRATION = Migration(
    id="python-defaults",
    summary="Say the default Python version in python.defaults instead of is_default.",
    page=Page(
        what="Adds `python.defaults(python_version = …)` and drops `is_default` from the toolchains.",
        why=(
            "`is_default` is ignored as soon as `python.defaults` is used, and only that can take the version from "
            "elsewhere."
        ),
        safety=(
            "Safe in the root module, whose default alone counts. `is_default` of a module that others depend on "
            "never counted for them, and neither does `python.defaults`."
        ),
        references=(DOCS + "/api/rules_python/python/extensions/python.html", CHANGES),
    ),
    gate=Gate(module="rules_python", since="1.3.0"),
    kinds=(FileKind.MODULE,),
    needles=(b"is_default",),
    find=find,
    cases=(
        Case(
            "two toolchains",
            {
                "MODULE.bazel": _HEAD
                + """python.toolchain(python_version = "3.11")
python.toolchain(
    is_default = True,
    python_version = "3.12",
)
"""
            },
            {
                "MODULE.bazel": _HEAD
                + """python.defaults(python_version = "3.12")
python.toolchain(python_version = "3.11")
python.toolchain(
    python_version = "3.12",
)
"""
            },
        ),
        Case(
            "the new form is there, and says otherwise",
            {
                "MODULE.bazel": _HEAD
                + """python.defaults(python_version = "3.11")
python.toolchain(
    is_default = True,
    python_version = "3.12",
)
python.toolchain(python_version = "3.11")
"""
            },
            {
                "MODULE.bazel": _HEAD
                + """python.defaults(python_version = "3.11")
python.toolchain(
    python_version = "3.12",
)
python.toolchain(python_version = "3.11")
"""
            },
            notes=("is ignored",),
        ),
        Case(
            "toolchains in a loop are left to a person",
            {
                "MODULE.bazel": _HEAD
                + """[python.toolchain(
    is_default = v == "3.12",
    python_version = v,
) for v in [
    "3.11",
    "3.12",
]]
"""
            },
            person=("is what python.defaults says",),
        ),
        Case(
            "an extension of the same name of another module",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.5.0")\n\n'
                'python = use_extension("@other//:e.bzl", "python")\n'
                'python.toolchain(\n    is_default = True,\n    python_version = "3.12",\n)\n'
            },
        ),
        Case(
            "an unknown release",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.5.0")\n'
                'local_path_override(\n    module_name = "rules_python",\n    path = "../r",\n)\n\n'
                'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'python.toolchain(\n    is_default = True,\n    python_version = "3.12",\n)\n'
            },
        ),
        Case(
            "a release without the tag",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.2.0")\n\n'
                'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'python.toolchain(\n    is_default = True,\n    python_version = "3.12",\n)\n'
            },
        ),
    ),
)
