"""Misspellings that guides and examples have put into circulation.

https://rules-python.readthedocs.io/en/latest/toolchains.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.bindings import Symbol
from buildfile.calls import Call
from buildfile.rewrite import rewrite
from buildfile.source import STARLARK, FileKind
from migrations.extensions import tags
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._extensions import EXTENSIONS, OLD_FILE, PYTHON
from migrations.rules_python._surface import DOCS, path_of, relabelled, rules, written
from migrations.view import String, View

_TOOLCHAIN = {
    "exec_comaptible_with": "exec_compatible_with",
    "exec_compatable_with": "exec_compatible_with",
    "target_comaptible_with": "target_compatible_with",
    "target_compatable_with": "target_compatible_with",
    "target_setting": "target_settings",
}
_RUNTIME = {"implementation": "implementation_name"}
_TAGS = {"ignore_root_user_errors": "ignore_root_user_error"}
_LABELS = {
    "//python/runtime_env_toolchain:all": "//python/runtime_env_toolchains:all",
    "//python:exec_tool_toolchain_type": "//python:exec_tools_toolchain_type",
    "//python:exec_tools_toolchains_type": "//python:exec_tools_toolchain_type",
    "//python:py_cc_toolchain_type": "//python/cc:toolchain_type",
    "//python:cc_toolchain_type": "//python/cc:toolchain_type",
}
_SLASH = re.compile(r"(@(?:platforms|rules_python))/((?:os|cpu|python)(?:/[\w.-]+)*:[\w.-]+)")


def find(view: View) -> Iterator[Finding]:
    """Attributes and labels that are nearly right."""
    for call, _ in view.calls({Symbol("native", "toolchain")}):
        yield from _renamed(call, _TOOLCHAIN)
    for call, _ in view.calls(rules("py_runtime")):
        yield from _renamed(call, _RUNTIME)
    for call in tags(view, PYTHON, "toolchain") if view.file.kind is FileKind.MODULE else ():
        yield from _renamed(call, _TAGS)
    for string in view.strings("@"):
        yield from _label(view, string)


def _renamed(call: Call, names: dict[str, str]) -> Iterator[Finding]:
    for wrong, right in names.items():
        argument = call.argument(wrong)
        if argument is None:
            continue
        message = f"there is no attribute {wrong}; it is {right}"
        if call.argument(right) is not None:
            yield Finding(argument.start, argument.end, message, advice=f"{right} is there too: choose one.")
        else:
            yield Finding(argument.start, argument.end, message, Fix.of(rewrite(call, rename={wrong: right})))


def _label(view: View, string: String) -> Iterator[Finding]:
    slash = _SLASH.fullmatch(string.value)
    if slash:
        right = f"{slash[1]}//{slash[2]}"
        yield relabelled(view, string, right, f"{string.value} lacks a slash; it is {right}")
        return
    path = path_of(view, string.value) if "//" in string.value else ""
    if path in _LABELS:
        right = written(view, _LABELS[path], string.value)
        yield relabelled(view, string, right, f"there is no {string.value}; it is {right}")
    elif path == OLD_FILE and view.file.kind is FileKind.MODULE:
        yield from _extension(view, string)


def _extension(view: View, string: String) -> Iterator[Finding]:
    """The file that once had both extensions."""
    call = next((item for item in view.all_calls(string.statement) if item.callee == "use_extension"), None)
    texts = [call.string_of(argument.value) for argument in call.arguments if argument.name is None] if call else []
    path = EXTENSIONS.get(texts[1] or "") if len(texts) == 2 else None
    if path is not None:
        right = written(view, path, string.value)
        yield relabelled(view, string, right, f"{string.value} is {right}, which has the extension alone")


MIGRATION = Migration(
    id="toolchain-misspellings",
    summary="Correct misspellings of toolchain attributes and labels.",
    page=Page(
        what=(
            "Corrects `exec_comaptible_with`, `@platforms/os:linux`, `@rules_python/python:none`, "
            "`implementation` of a `py_runtime`, `//python:extensions.bzl` and other names that are nearly right."
        ),
        why="Guides and examples have carried them around. Each fails, some only on the platform that it is for.",
        safety="Safe: what is written cannot be what is meant, and there is one name it can mean.",
        references=(DOCS + "/toolchains.html",),
    ),
    gate=Gate(module="rules_python"),
    kinds=STARLARK,
    needles=(
        *(name.encode() for name in (*_TOOLCHAIN, "ignore_root_user_errors")),
        b"py_runtime",
        b"@platforms/os:",
        b"@platforms/cpu:",
        b"@rules_python/python",
        b"runtime_env_toolchain:all",
        b"exec_tool_toolchain_type",
        b"exec_tools_toolchains_type",
        b"cc_toolchain_type",
        b"python:extensions.bzl",
    ),
    find=find,
    cases=(
        Case(
            "a toolchain from the guide",
            """load("@rules_python//python:py_exec_tools_toolchain.bzl", "py_exec_tools_toolchain")
load("@rules_python//python:py_runtime.bzl", "py_runtime")

py_runtime(
    name = "runtime",
    implementation = "cpython",
    interpreter = ":python",
)

py_exec_tools_toolchain(
    name = "tools",
    exec_interpreter = "@rules_python/python:none",
)

toolchain(
    name = "tc",
    exec_comaptible_with = ["@platforms/os:linux"],
    toolchain = "//impl:tools",
    toolchain_type = "@rules_python//python:exec_tools_toolchain_type",
)
""",
            """load("@rules_python//python:py_exec_tools_toolchain.bzl", "py_exec_tools_toolchain")
load("@rules_python//python:py_runtime.bzl", "py_runtime")

py_runtime(
    name = "runtime",
    implementation_name = "cpython",
    interpreter = ":python",
)

py_exec_tools_toolchain(
    name = "tools",
    exec_interpreter = "@rules_python//python:none",
)

toolchain(
    name = "tc",
    exec_compatible_with = ["@platforms//os:linux"],
    toolchain = "//impl:tools",
    toolchain_type = "@rules_python//python:exec_tools_toolchain_type",
)
""",
        ),
        Case(
            "the file of both extensions",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0")\n\n'
                'pip = use_extension("@rules_python//python:extensions.bzl", "pip")\n'
                'python = use_extension("@rules_python//python:extensions.bzl", "python")\n'
            },
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "1.0.0")\n\n'
                'pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")\n'
                'python = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
            },
        ),
        Case(
            "the right name is there too",
            'toolchain(\n    name = "t",\n    exec_comaptible_with = [],\n    exec_compatible_with = [],\n)\n',
            person=("there is no attribute exec_comaptible_with",),
        ),
        Case("a path in a string", 'exports_files(["platforms/os"])\n\nX = "see @platforms/os and more"\n'),
        Case("a rule with such an attribute", 'my_runtime(name = "r", implementation = "py_runtime")\n'),
    ),
)
