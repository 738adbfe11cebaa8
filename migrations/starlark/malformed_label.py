"""Labels that are none, which Bazel says only when it comes to them.

https://bazel.build/concepts/labels
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.calls import Call, string_value
from buildfile.edits import Edit
from buildfile.source import STARLARK
from buildfile.style import quote
from buildfile.targets import Change
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.starlark._checks import ALWAYS
from migrations.view import View

_ATTRIBUTES = frozenset(
    {
        "actual",
        "binary",
        "build_file",
        "compatible_with",
        "constraint_values",
        "data",
        "default_visibility",
        "deps",
        "dist_folder",
        "exec_compatible_with",
        "exec_interpreter",
        "exports",
        "extra_deps",
        "flag_values",
        "hdrs",
        "headers",
        "implementation_deps",
        "interpreter",
        "libs",
        "main",
        "pkg",
        "plugins",
        "precompiler",
        "py3_runtime",
        "restricted_to",
        "runtime",
        "runtime_deps",
        "srcs",
        "target_compatible_with",
        "target_settings",
        "tests",
        "toolchain",
        "toolchain_type",
        "toolchains",
        "tools",
        "visibility",
    }
)
_RULESETS = ("@aspect_rules_py", "@rules_python", "@bazel_skylib")
_CALLS = frozenset({"Label", "register_execution_platforms", "register_toolchains", "select", "use_extension"})

_SLASH = re.compile(r"(@@?[\w.+~-]+)/(?!/)(.*)")
_BEFORE_COLON = re.compile(r"((?:@@?[\w.+~-]*)?//[^:]*[^:/])/+(:.*)?")
_ONE = re.compile(r"/(?!/)(.+:.+)")
_THREE = re.compile(r"((?:@@?[\w.+~-]*)?)/{3,}(.*)")
_SUSPECT = re.compile(
    rb"[\"'](?:[ \t]+(?:@|//|:)|@@?[\w.+~-]+/(?!/)|/(?!/)[^\"'\n]*:"
    rb"|(?:@@?[\w.+~-]*)?//(?:/|[^\"'\n]*(?:/[/:\"']|:[\"':]"
    rb"|:[^\"'\n]*:|[ \t][\"']))|:[@:/\"']|[\w.-][\w./-]*:[\w./-]+[\"'])"
)


def find(view: View) -> Iterator[Finding]:
    """Loads and label attributes whose labels do not parse."""
    if _SUSPECT.search(view.file.data) is None:
        return
    for load in view.loads:
        problem, better = _problem(load.label)
        if problem:
            edits = (Edit(load.label_start, load.label_end, quote(better)),)
            yield _finding(load.label_start, load.label_end, load.label, problem, Fix(edits) if better else None)
    for statement in view.file.statements:
        if statement.is_load or _SUSPECT.search(statement.data, statement.start, statement.end) is None:
            continue
        done: set[int] = set()
        for call in view.all_calls(statement):
            for node, text in _labels(call):
                start, end = call.tree.start(node), call.tree.end(node)
                problem, better = _problem(text)
                if not problem or start in done or not (_certain(text) or _takes_labels(view, call)):
                    continue
                done.add(start)
                changes = tuple(
                    Change(other.key, argument.name)
                    for other in view.all_calls(statement)
                    for argument in other.arguments
                    if argument.name and argument.start <= start < argument.end
                )
                fix = Fix((Edit(start, end, quote(better)),), changes) if better else None
                yield _finding(start, end, text, problem, fix)


def _labels(call: Call) -> Iterator[tuple[ast.expr, str]]:
    """The string literals of a call that are labels, with their text."""
    every = call.callee in _CALLS
    for argument in call.arguments:
        if argument.name not in _ATTRIBUTES and not (every and argument.name is None):
            continue
        stack: list[ast.expr] = [argument.value]
        while stack:
            node = stack.pop()
            text = string_value(node)
            if text is not None:
                yield node, text
            elif isinstance(node, ast.List | ast.Tuple):
                stack += node.elts
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and not _joined(node):
                stack += [node.left, node.right]
            elif isinstance(node, ast.Dict) and call.callee == "select":
                stack += [item for item in node.keys if item is not None]


def _certain(text: str) -> bool:
    """Whether text is meant as a label, whatever takes it: `@types/node` may be a package of npm, `a:b` anything."""
    return text.strip().startswith(("@", "/")) and ":" in text


def _takes_labels(view: View, call: Call) -> bool:
    """Whether a call is of something that is known to take labels, and not of a macro that may take anything."""
    symbol = view.bindings.symbol(call.callee, call.scope)
    return symbol is not None and (symbol.label == "native" or symbol.label.partition("//")[0] in _RULESETS)


def _joined(node: ast.BinOp) -> bool:
    """Whether strings are put together, so that a literal is only a part of a label."""
    return any(string_value(side) is not None for side in (node.left, node.right))


def _problem(text: str) -> tuple[str, str]:
    """What is wrong with a label and the label that is meant, each `""` if there is none."""
    if text != text.strip() and re.match(r"\s*(?:@|//|:)", text):
        return "has white space around it", text.strip()
    if text.startswith("@") and (found := _SLASH.fullmatch(text)):
        return "has one slash behind the repository", f"{found[1]}//{found[2]}"
    if found := _THREE.fullmatch(text):
        return "has too many slashes", f"{found[1]}//{found[2]}"
    if found := _ONE.fullmatch(text):
        return "begins with one slash", f"//{found[1]}"
    absolute = text.startswith("//") or (text.startswith("@") and "//" in text)
    if absolute:
        package, colon, name = text.partition("//")[2].partition(":")
        if "//" in package:
            return "has an empty part in its package", ""
        if ":" in name:
            return "has two colons", ""
        if found := _BEFORE_COLON.fullmatch(text):
            return "has a slash at the end of its package", found[1] + (found[2] or "")
        return ("names no target", "") if colon and not name else ("", "")
    if re.match(r":[@:/]|:$", text):
        return "begins with a colon and names no target of the package", ""
    if re.fullmatch(r"[\w./-]+:[\w./-]+", text):
        return "names another package and lacks the // in front", ""
    return "", ""


def _finding(start: int, end: int, text: str, problem: str, fix: Fix | None) -> Finding:
    advice = "" if fix else "Write it as @repository//package:target, //package:target or :target."
    return Finding(start, end, f"the label '{text}' {problem}", fix, advice)


MIGRATION = Migration(
    id="malformed-label",
    summary="Write labels that are labels.",
    page=Page(
        what=(
            "Reports labels that Bazel cannot read, in loads, in attributes that take labels and in `select()`: one "
            "slash behind a repository (`@rules_python/python:none`), too many or too few in front, an empty part, two "
            "colons, none of the slashes."
        ),
        why="Bazel reads a label once it comes to the target, or to the branch of a select; until then all is well.",
        safety="Safe where only one label can be meant. Else a person has to say which.",
        references=("https://bazel.build/concepts/labels",),
    ),
    gate=ALWAYS,
    kinds=STARLARK,
    needles=(b'"', b"'"),
    find=find,
    cases=(
        Case(
            "one slash behind the repository",
            'py_exec_tools_toolchain(\n    name = "t",\n    exec_interpreter = "@rules_python/python:none",\n)\n',
            'py_exec_tools_toolchain(\n    name = "t",\n    exec_interpreter = "@rules_python//python:none",\n)\n',
        ),
        Case(
            "in a load, in a list and in a select",
            'load("@r/a:m.bzl", "x")\n\nx(\n    name = "x",\n    deps = [\n        "/a/b:c",\n        "///d:f",\n'
            '        "//e/:f",\n    ] + select({\n        "@p/os:linux": [],\n'
            '        "//conditions:default": [],\n    }),\n)\n',
            'load("@r//a:m.bzl", "x")\n\nx(\n    name = "x",\n    deps = [\n        "//a/b:c",\n        "//d:f",\n'
            '        "//e:f",\n    ] + select({\n        "@p//os:linux": [],\n'
            '        "//conditions:default": [],\n    }),\n)\n',
        ),
        Case(
            "what only a person knows",
            'py_library(\n    name = "x",\n    deps = [\n        "//a:b:c",\n        "//a//b:c",\n        "lib:a",\n'
            '        "//a:",\n    ],\n)\n',
            person=("two colons", "an empty part", "lacks the //", "names no target"),
        ),
        Case(
            "strings that are no labels",
            'load(":m.bzl", "x")\n\nx(\n    name = "x",\n    args = ["@a/b:c"],\n    tags = ["team:a"],\n'
            '    url = "https://x//y",\n'
            '    deps = ["@types/node", "maven:x"],\n)\n',
        ),
        Case(
            "labels of every kind",
            'x(\n    name = "x",\n    srcs = ["a/b.py"],\n    data = ["@r", "@@r+//:x", ":a/b", "//:a"],\n'
            '    deps = ["//" + P + ":x"],\n    visibility = ["//visibility:public", "//a:__subpackages__"],\n)\n',
        ),
    ),
)
