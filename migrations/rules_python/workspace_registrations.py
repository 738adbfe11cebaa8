"""`register_toolchains` of Python toolchains in a WORKSPACE, which MODULE.bazel has to say.

https://rules-python.readthedocs.io/en/latest/toolchains.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buildfile.calls import Call
from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.extensions import proxies
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python import _workspace
from migrations.rules_python._extensions import PYTHON
from migrations.rules_python._module import appended, is_root_module
from migrations.rules_python._surface import DOCS, path_of
from migrations.rules_python._workspace import removed, top_level
from migrations.view import View

_ID = "workspace-registrations"
_TYPES = ("//python:toolchain_type", "//python/cc:toolchain_type", "//python:exec_tools_toolchain_type")
_BUILTIN = "@bazel_tools//tools/python:"
_NEEDLES = (b"register_toolchains", b"toolchain_type")
_HUB_NAME = "pythons_hub"
_HUB = (f"@{_HUB_NAME}//:all",)
"""The toolchains of the versions that a module asks for; rules_python registers them, behind the root module's."""


def scan(view: View) -> tuple[str, str, tuple[Any, ...]] | None:
    """Of a WORKSPACE what it registers; of a BUILD file whether it has Python toolchains."""
    where = view.workspace.path
    if view.file.kind is FileKind.WORKSPACE:
        found = _in_order(view)
        return (where, "registered", found) if any(labels != _HUB for labels in found) else None
    for call in view.calls_named("toolchain"):
        type_ = call.string("toolchain_type") or ""
        if path_of(view, type_) in _TYPES or view.canonical(type_) == _BUILTIN + "toolchain_type":
            label = view.label(":x")
            return (where, "package", (label.package,)) if label is not None else None
    return None


def _in_order(view: View) -> tuple[tuple[str, ...], ...]:
    """What a WORKSPACE registers, in its order; the versions that it asks for are toolchains too."""
    places = [(call.start, tuple(labels)) for call, labels in _registered(view)]
    part = _workspace.part_of(view)
    if part is not None and (part.ready or _workspace.in_module(view) is not None):
        places += [(found.call.start, _HUB) for found in _workspace.toolchains_in(view) if not found.why]
    return tuple(labels for _, labels in sorted(places))


def gather(facts: list[tuple[str, Any]]) -> dict[str, tuple[tuple[tuple[str, ...], ...], frozenset[str]]]:
    """By workspace what it registers, and the packages with Python toolchains."""
    found: dict[str, tuple[tuple[tuple[str, ...], ...], frozenset[str]]] = {}
    for _, (where, kind, items) in facts:
        registered, packages = found.get(where, ((), frozenset()))
        if kind == "registered":
            found[where] = registered + items, packages
        else:
            found[where] = registered, packages | set(items)
    return found


def create(facts: dict[str, Any]) -> list[str]:
    """The MODULE.bazel files that are to register them."""
    return [_workspace.module_file(where) for where, (registered, _) in facts.items() if registered]


def find(view: View) -> Iterator[Finding]:
    """Registrations in a WORKSPACE, and what MODULE.bazel lacks."""
    registered, packages = (view.facts.get(_ID) or {}).get(view.workspace.path, ((), frozenset()))
    wanted = [labels for labels in registered if all(_is_python(view, label, packages) for label in labels)]
    if view.file.kind is FileKind.MODULE:
        if not is_root_module(view):
            return
        known = {label for _, labels in _registered(view) for label in labels}
        labels = list(dict.fromkeys(label for labels in wanted for label in labels))
        while labels and (labels[-1],) == _HUB:
            labels.pop()  # it comes behind those of the root module anyway
        missing = [label for label in labels if label not in known and not _moved(view, label, known)]
        hub = _HUB[0] in missing
        proxy = next(iter(proxies(view, PYTHON)), "")
        if missing and (proxy or not hub):
            fix = _using_hub(view, proxy) if hub else None
            fix = fix or appended(view, "", f"register_toolchains({_arguments(missing)})\n")
            yield Finding(0, 0, "the Python toolchains that the WORKSPACE registers are the module's now", fix)
        return
    for call, labels in _registered(view):
        if all(_is_python(view, label, packages) for label in labels):
            message = "register_toolchains of a WORKSPACE is not read under bzlmod"
            fix = removed(view, [call.statement], [], [])
            yield Finding(call.start, call.callee_range[1], message, fix)


def _using_hub(view: View, proxy: str) -> Fix | None:
    """The fix that makes the repository of all versions known in MODULE.bazel; None if it is."""
    fix = None
    for call in view.calls_named("use_repo"):
        arguments = [argument for argument in call.arguments if argument.name is None]
        mine = bool(arguments) and call.text(arguments[0]).decode() == proxy
        if mine and _HUB_NAME.encode() in call.statement.text:
            return None
        if mine and b"\n" not in call.statement.text.rstrip():
            end = arguments[-1].end
            fix = Fix((Edit(end, end, f', "{_HUB_NAME}"'.encode()),))
    return fix or appended(view, proxy, f'use_repo({proxy}, "{_HUB_NAME}")\n')


def _moved(view: View, label: str, known: set[str]) -> bool:
    """Whether a label of the autodetecting toolchain is registered under its new name already."""
    old = "autodetecting_toolchain" in label
    return old and any(path_of(view, other) == "//python/runtime_env_toolchains:all" for other in known)


def _arguments(labels: list[str]) -> str:
    if len(labels) == 1:
        return f'"{labels[0]}"'
    return "\n" + "".join(f'    "{label}",\n' for label in labels)


def _registered(view: View) -> Iterator[tuple[Call, list[str]]]:
    """The calls with nothing but literal labels, and these."""
    for call in view.calls_named("register_toolchains"):
        texts = [call.string_of(argument.value) if argument.name is None else None for argument in call.arguments]
        labels = [text for text in texts if text is not None]
        if labels and len(labels) == len(texts) and (view.file.kind is FileKind.MODULE or top_level(view, call)):
            yield call, labels


def _is_python(view: View, label: str, packages: frozenset[str]) -> bool:
    if (label,) == _HUB:
        return True
    if path_of(view, label).startswith("//python") or view.canonical(label).startswith(_BUILTIN):
        return True
    parsed = view.label(label)
    return parsed is not None and parsed.repo in ("", "@") and parsed.package in packages


_DEP = 'bazel_dep(name = "rules_python", version = "1.0.0")\n'

MIGRATION = Migration(
    id=_ID,
    summary="Register the Python toolchains of a WORKSPACE in MODULE.bazel.",
    page=Page(
        what=(
            "Moves `register_toolchains` from the WORKSPACE to MODULE.bazel where every label is of rules_python, or "
            "of a package of the repository that has Python toolchains."
        ),
        why="With bzlmod on, toolchains that MODULE.bazel registers come first, and with WORKSPACE off they are all.",
        safety=(
            "Safe: the order among them is kept. What a root module registers comes before everything else, so where "
            "the WORKSPACE asks for Python versions first, `@pythons_hub//:all`, which has these, is registered "
            "first. Toolchains of other languages stay."
        ),
        references=(DOCS + "/toolchains.html", "https://bazel.build/external/migration"),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.WORKSPACE, FileKind.MODULE),
    needles=(b"register_toolchains",),
    find=find,
    scan=scan,
    scan_needles=_NEEDLES,
    scan_kinds=(FileKind.WORKSPACE, FileKind.BUILD),
    gather=gather,
    create=create,
    after=("workspace-pip-parse",),
    cases=(
        Case(
            "toolchains of one's own, and of another language",
            {
                "MODULE.bazel": _DEP,
                "WORKSPACE": 'register_toolchains("//py:tc", "//py:cc")\n\nregister_toolchains("//go:tc")\n',
                "py/BUILD.bazel": 'toolchain(\n    name = "tc",\n    toolchain = "//impl:x",\n'
                '    toolchain_type = "@rules_python//python:toolchain_type",\n)\n',
            },
            {
                "MODULE.bazel": _DEP + '\nregister_toolchains(\n    "//py:tc",\n    "//py:cc",\n)\n',
                "WORKSPACE": 'register_toolchains("//go:tc")\n',
            },
        ),
        Case(
            "the ones of rules_python",
            {
                "MODULE.bazel": _DEP,
                "WORKSPACE": 'register_toolchains("@rules_python//python/runtime_env_toolchains:all")\n',
            },
            {
                "MODULE.bazel": _DEP + '\nregister_toolchains("@rules_python//python/runtime_env_toolchains:all")\n',
                "WORKSPACE": "",
            },
        ),
        Case(
            "versions that come first, and stay first",
            {
                "MODULE.bazel": _DEP
                + '\npython = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'python.toolchain(python_version = "3.12")\nuse_repo(\n    python,\n    p = "python_3_12",\n)\n',
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'register_toolchains("@rules_python//python:first")\n\n'
                'python_register_toolchains(\n    name = "p",\n    python_version = "3.12",\n)\n\n'
                'register_toolchains("@rules_python//python/runtime_env_toolchains:all")\n',
            },
            {
                "MODULE.bazel": _DEP
                + '\npython = use_extension("@rules_python//python/extensions:python.bzl", "python")\n'
                'python.toolchain(python_version = "3.12")\nuse_repo(\n    python,\n    p = "python_3_12",\n)\n'
                'use_repo(python, "pythons_hub")\n\nregister_toolchains(\n    "@rules_python//python:first",\n'
                '    "@pythons_hub//:all",\n    "@rules_python//python/runtime_env_toolchains:all",\n)\n',
                "WORKSPACE": 'load("@rules_python//python:repositories.bzl", "python_register_toolchains")\n\n'
                'python_register_toolchains(\n    name = "p",\n    python_version = "3.12",\n)\n',
            },
        ),
        Case("another language alone", {"WORKSPACE": 'register_toolchains("//go:tc")\n'}),
    ),
)
