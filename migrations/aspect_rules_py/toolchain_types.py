"""Toolchain types of the tools written in Rust, their registrations, and toolchains of these types.

https://github.com/aspect-build/rules_py/tree/v2.0.0-alpha.2/py/private/toolchain
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from buildfile.bindings import Symbol
from buildfile.calls import dotted, string_value
from buildfile.labels import BadLabel, Label
from buildfile.source import STARLARK, FileKind
from migrations.aspect_rules_py._extensions import TOOLS, repos_of
from migrations.aspect_rules_py._registrations import Gone, own_labels, own_toolchains, registrations
from migrations.aspect_rules_py._surface import MODULE, PLAN, UPSTREAM
from migrations.extensions import proxies
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_ID = "toolchain-types"
_HUB = "rules_py_tools"
_PACKAGE = "py/private/toolchain"
_TYPES_FILE = "@aspect_rules_py//py/private/toolchain:types.bzl"
_ENTRY = re.compile(r"(venv|shim|unpack)(?:_(?:darwin|linux)_(?:amd64|arm64))?(?:_exec)?_toolchain")
_PAYLOAD = re.compile(r"[\w.-]+\.(?:darwin|linux)_(?:amd64|arm64)")
_RUST_PACKAGE = re.compile(r"py/tools/(py|runfiles|venv_bin|venv_shim|unpack_bin)(?:/.*)?")
_TYPES = {
    "venv_toolchain_type": "VENV_TOOLCHAIN",
    "venv_exec_toolchain_type": "VENV_EXEC_TOOLCHAIN",
    "shim_toolchain_type": "SHIM_TOOLCHAIN",
    "target_exec_toolchain_type": "TARGET_EXEC_TOOLCHAIN",
}
_UNPACK_TYPES = ("unpack_toolchain_type", "unpack_exec_toolchain_type")
_PARTS = (_PACKAGE, "rules_py_tools", "py/tools/", "_toolchain_type")


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one workspace has.

    Attributes:
        hubs: repository names under which the prebuilt tools are known.
        own: canonical labels of toolchains of types that are gone.
    """

    hubs: frozenset[str] = frozenset({_HUB})
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _ScanFact:
    """What one file says: its workspace, names of hubs, canonical labels of own toolchains."""

    workspace: str
    hubs: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


def find(view: View) -> Iterator[Finding]:
    """Toolchains, their registrations, labels of packages that are gone, and constants for the types."""
    facts: _Facts = view.facts.get(_ID, {}).get(view.workspace.path, _Facts())
    gone = _gone(view, facts)
    constants = frozenset(Symbol(_TYPES_FILE, name) for name in _constants(view))
    yield from registrations(view, gone, *_PARTS)
    if view.file.kind in (FileKind.BUILD, FileKind.BZL):
        yield from own_toolchains(view, gone, constants)
        yield from _of_constants(view, constants)
    elif view.file.kind is FileKind.MODULE and view.target.at_least("2.0.0-alpha.2"):
        yield from _payloads(view)


def _payloads(view: View) -> Iterator[Finding]:
    """Repositories of single tools that `use_repo` brings in, `rules_py_tools.linux_amd64`."""
    known = proxies(view, TOOLS)
    for call in view.calls_named("use_repo"):
        if not call.arguments or dotted(call.arguments[0].value) not in known:
            continue
        for argument in call.arguments[1:]:
            text = string_value(argument.value)
            if text is not None and _PAYLOAD.fullmatch(text):
                message = f"the repository {text} is gone: v2 has no such tools"
                yield Finding(argument.start, argument.end, message, advice="Drop it, and what names it.")


def _gone(view: View, facts: _Facts) -> Gone:
    unpack = view.target.at_least("2.0.0-alpha.2")
    types = {*_TYPES, *(_UNPACK_TYPES if unpack else ())}
    tools = {"venv", "shim", *(("unpack",) if unpack else ())}

    def gone(label: str) -> str:
        canonical = view.canonical(label)
        if canonical in facts.own:
            return f"{label} is a toolchain of a type that is gone"
        try:
            parsed = Label.parse(label, view.file.package)
        except BadLabel:
            return ""
        if canonical.startswith(f"@{MODULE}//"):
            return _gone_here(label, parsed, types, tools, unpack)
        hub, _, platform = parsed.repo.lstrip("@").partition(".")
        entry = _ENTRY.fullmatch(parsed.name)
        if parsed.repo and hub in facts.hubs and not parsed.package and entry and entry[1] in tools:
            return f"{label} is gone: v2 has no such tool" if platform else f"{label} is gone from @{hub}"
        return ""

    return gone


def _gone_here(label: str, parsed: Label, types: set[str], tools: set[str], unpack: bool) -> str:
    """Why a label of aspect_rules_py itself is gone."""
    if parsed.package == _PACKAGE:
        return f"the toolchain type {label} is gone" if parsed.name in types else ""
    inner = parsed.package.removeprefix(_PACKAGE + "/")
    if inner != parsed.package and inner.split("/")[0] in tools:
        return f"{label} is gone: v2 has no such tool"
    rust = _RUST_PACKAGE.fullmatch(parsed.package)
    if rust and (unpack or rust[1] in ("venv_bin", "venv_shim")):
        return f"{label} is gone with the tools written in Rust"
    return ""


def _constants(view: View) -> set[str]:
    names = set(_TYPES.values())
    if view.target.at_least("2.0.0-alpha.2"):
        names.add("UNPACK_TOOLCHAIN")
    if view.target.at_least("2.0.0-alpha.5"):
        names.add("SH_TOOLCHAIN")
    return names


def _of_constants(view: View, constants: frozenset[Symbol]) -> Iterator[Finding]:
    """Uses of the constants other than in toolchains, and loads of those that are not used."""
    inside = {
        argument.value_start
        for call in view.calls_named("toolchain")
        if call.callee in ("toolchain", "native.toolchain") and (argument := call.argument("toolchain_type"))
    }
    uses = list(view.uses(constants))
    for use in uses:
        if use.start not in inside:
            name = use.symbol.name
            advice = "Drop the toolchain from the rule; v2 has no tool of that type."
            if name == "SH_TOOLCHAIN":
                advice = 'Write "@bazel_tools//tools/sh:toolchain_type" in its stead.'
            yield Finding(use.start, use.end, f"the constant {name} is gone", advice=advice)
    used = {view.bindings.root(use.name) for use in uses}
    for load in view.loads:
        if view.canonical(load.label) == _TYPES_FILE:
            for symbol in load.symbols:
                if Symbol(_TYPES_FILE, symbol.name) in constants and symbol.local not in used:
                    message = f"the constant {symbol.name} is gone, and is not used here"
                    yield Finding(symbol.start, symbol.end, message, Fix(release=frozenset({symbol.local})))


def scan(view: View) -> _ScanFact | None:
    """The hubs a MODULE.bazel or WORKSPACE file declares, or the own toolchains of a BUILD file."""
    if view.file.kind is FileKind.BUILD:
        constants = frozenset(Symbol(_TYPES_FILE, name) for name in _constants(view))
        own = own_labels(view, _gone(view, _Facts()), constants)
        return _ScanFact(view.workspace.path, own=tuple(own)) if own else None
    if view.file.kind is FileKind.MODULE:
        repos = repos_of(view, TOOLS, {"rules_py_tools": "name"})
        declared = {_HUB, *(repos.declared if repos else ())}
        hubs = {apparent for apparent, real in (repos.apparent if repos else ()) if real in declared}
        return _ScanFact(view.workspace.path, tuple(sorted(hubs)))
    names = [
        name
        for call in view.calls_named("rules_py_toolchains")
        for argument in call.arguments
        if argument.name in (None, "name") and (name := string_value(argument.value))
    ]
    return _ScanFact(view.workspace.path, tuple(names)) if names else None


def gather(facts: list[tuple[str, _ScanFact]]) -> dict[str, _Facts]:
    """By workspace directory, what its files say together."""
    found: dict[str, _Facts] = {}
    for _, fact in facts:
        old = found.get(fact.workspace, _Facts())
        found[fact.workspace] = _Facts(old.hubs | frozenset(fact.hubs), old.own | frozenset(fact.own))
    return found


_MODULE = 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n\n'
_TYPE = "@aspect_rules_py//py/private/toolchain:"

MIGRATION = Migration(
    id=_ID,
    summary="Remove toolchains of the tools written in Rust, and what registers them.",
    page=Page(
        what=(
            "Removes the `toolchain` targets of the types for `venv`, `shim` and, from 2.0.0-alpha.2 on, `unpack`, and "
            "every registration of them: in `register_toolchains` of MODULE.bazel and WORKSPACE, in "
            "`--extra_toolchains` of .bazelrc, as entries of `@rules_py_tools` or a hub of another name, as packages "
            "below `//py/private/toolchain`, and as labels of the repository's own toolchains. Constants for the types "
            "and labels of the Rust packages are reported where they are used."
        ),
        why=(
            "v2 makes virtualenvs without these tools. The types, and the packages with the toolchains, do not exist, "
            "so a registration that names one fails every build."
        ),
        safety=(
            "Safe. `@rules_py_tools//:all` and `//py/private/toolchain/...` stay, they name other toolchains too. "
            "The implementation of a removed toolchain stays and is noted. Command lines in scripts are reported."
        ),
        references=(PLAN, UPSTREAM + "/tree/v2.0.0-alpha.2/py/private/toolchain"),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=STARLARK | {FileKind.BAZELRC, FileKind.TEXT},
    needles=(b"register_toolchains", b"extra_toolchains", _PACKAGE.encode(), b"rules_py_tools", b"//py/tools/"),
    find=find,
    scan=scan,
    scan_needles=(_PACKAGE.encode(), b"py_tools", b"rules_py_toolchains"),
    scan_kinds=(FileKind.BUILD, FileKind.MODULE, FileKind.WORKSPACE),
    gather=gather,
    cases=(
        Case(
            "entries of the hub and packages of the sources",
            {
                "MODULE.bazel": _MODULE
                + """\
register_toolchains(
    "@rules_py_tools//:venv_linux_amd64_toolchain",
    "@rules_py_tools//:all",
    "@aspect_rules_py//py/private/toolchain/shim:shim_source_toolchain",
    "@aspect_rules_py//py/private/toolchain/...",
    "@aspect_rules_py//py/private/toolchain/venv/...",
)

# The virtualenvs.
register_toolchains("@rules_py_tools//:shim_darwin_arm64_toolchain", dev_dependency = True)

register_toolchains("@rules_py_tools.linux_amd64//:venv_toolchain", "//:mine")
"""
            },
            {
                "MODULE.bazel": _MODULE
                + """\
register_toolchains(
    "@rules_py_tools//:all",
    "@aspect_rules_py//py/private/toolchain/...",
)

register_toolchains("//:mine")
"""
            },
        ),
        Case(
            "a toolchain of one's own, registered by its label",
            {
                "MODULE.bazel": _MODULE
                + 'register_toolchains("//tools:venv", "//tools:cc")\n\nregister_toolchains("//tools/...")\n',
                "tools/BUILD.bazel": f"""\
toolchain(
    name = "venv",
    toolchain = ":venv_tool",
    toolchain_type = "{_TYPE}venv_toolchain_type",
)

toolchain(
    name = "cc",
    toolchain = ":cc_tool",
    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
)
""",
                ".bazelrc": "build --extra_toolchains=//tools:venv,//tools:cc\n",
            },
            {
                "MODULE.bazel": _MODULE + 'register_toolchains("//tools:cc")\n\nregister_toolchains("//tools/...")\n',
                "tools/BUILD.bazel": """\
toolchain(
    name = "cc",
    toolchain = ":cc_tool",
    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
)
""",
                ".bazelrc": "build --extra_toolchains=//tools:cc\n",
            },
            notes=("venv_toolchain_type is gone",),
        ),
        Case(
            "the type by its constant",
            {
                "BUILD.bazel": """\
load("@aspect_rules_py//py/private/toolchain:types.bzl", "NATIVE_BUILD_TOOLCHAIN", "SHIM_TOOLCHAIN")

toolchain(
    name = "shim",
    toolchain_type = SHIM_TOOLCHAIN,
)

toolchain(
    name = "native",
    toolchain_type = NATIVE_BUILD_TOOLCHAIN,
)
""",
                "r.bzl": """\
load("@aspect_rules_py//py/private/toolchain:types.bzl", "VENV_TOOLCHAIN")

r = rule(implementation = lambda ctx: [], toolchains = [VENV_TOOLCHAIN])
""",
            },
            {
                "BUILD.bazel": """\
load("@aspect_rules_py//py/private/toolchain:types.bzl", "NATIVE_BUILD_TOOLCHAIN")

toolchain(
    name = "native",
    toolchain_type = NATIVE_BUILD_TOOLCHAIN,
)
""",
            },
            person=("the constant VENV_TOOLCHAIN is gone",),
        ),
        Case(
            "a renamed hub",
            {
                "MODULE.bazel": _MODULE
                + """\
py_tools = use_extension("@aspect_rules_py//py:extensions.bzl", "py_tools")
py_tools.rules_py_tools(name = "tools")
use_repo(py_tools, rpt = "tools")

register_toolchains("@rpt//:unpack_linux_amd64_exec_toolchain")
"""
            },
            {
                "MODULE.bazel": _MODULE
                + """\
py_tools = use_extension("@aspect_rules_py//py:extensions.bzl", "py_tools")
py_tools.rules_py_tools(name = "tools")
use_repo(py_tools, rpt = "tools")
"""
            },
        ),
        Case(
            "the repository of the tools for one platform",
            {
                "MODULE.bazel": 't = use_extension("@aspect_rules_py//py:extensions.bzl", "py_tools")\n'
                'use_repo(t, "rules_py_tools", "rules_py_tools.linux_amd64")\n'
            },
            person=("rules_py_tools.linux_amd64 is gone",),
        ),
        Case(
            "WORKSPACE and .bazelrc, one flag among others",
            {
                "WORKSPACE": """\
http_archive(
    name = "aspect_rules_py",
    url = "https://github.com/aspect-build/rules_py/releases/download/v1.6.0/rules_py-v1.6.0.tar.gz",
)

register_toolchains("@rules_py_tools//:venv_linux_amd64_toolchain")
""",
                ".bazelrc": "build --extra_toolchains=@rules_py_tools//:venv_linux_amd64_toolchain\n"
                "test --x --extra_toolchains @rules_py_tools//:shim_linux_amd64_toolchain --y # z\n",
            },
            {
                "WORKSPACE": """\
http_archive(
    name = "aspect_rules_py",
    url = "https://github.com/aspect-build/rules_py/releases/download/v1.6.0/rules_py-v1.6.0.tar.gz",
)
""",
                ".bazelrc": "test --x --y # z\n",
            },
        ),
        Case(
            "unpack stays until 2.0.0-alpha.2",
            {
                "MODULE.bazel": _MODULE
                + 'register_toolchains("@rules_py_tools//:unpack_linux_amd64_exec_toolchain")\n',
            },
            to="2.0.0-alpha.1",
        ),
        Case(
            "unpack stays in the plan, venv does not",
            {
                "MODULE.bazel": _MODULE
                + 'register_toolchains("@aspect_rules_py//py/private/toolchain/unpack:unpack_exec_source_toolchain")\n'
                "\n"
                'register_toolchains("@aspect_rules_py//py/private/toolchain/venv:venv_source_toolchain")\n',
            },
            {
                "MODULE.bazel": _MODULE
                + 'register_toolchains("@aspect_rules_py//py/private/toolchain/unpack:unpack_exec_source_toolchain")\n',
            },
            to="v2-plan",
        ),
        Case(
            "in a macro, in a rule and in a script",
            {
                "t.bzl": f"""\
def setup(name):
    native.register_toolchains("@rules_py_tools//:venv_linux_amd64_toolchain")
    native.toolchain(name = name, toolchain_type = "{_TYPE}venv_toolchain_type")

r = rule(implementation = lambda ctx: [], toolchains = ["{_TYPE}shim_toolchain_type"])
""",
                "ci.sh": "bazel build --extra_toolchains=@rules_py_tools//:venv_linux_amd64_toolchain //...\n",
            },
            person=(
                "from @rules_py_tools",
                "from @rules_py_tools",
                "venv_toolchain_type is gone",
                "shim_toolchain_type",
            ),
        ),
        Case(
            "the sources of a tool",
            'filegroup(\n    name = "f",\n    srcs = ["@aspect_rules_py//py/tools/venv_shim"],\n)\n',
            person=("gone with the tools written in Rust",),
        ),
        Case(
            "a hub that is not ours, and a type that stays",
            {
                "MODULE.bazel": _MODULE + 'register_toolchains("@other_tools//:venv_linux_amd64_toolchain")\n',
                "BUILD.bazel": 'toolchain(\n    name = "n",\n'
                f'    toolchain_type = "{_TYPE}native_build_toolchain_type",\n)\n',
            },
        ),
    ),
)
