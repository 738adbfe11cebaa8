"""Names of the proposals for precompiling, as they stand in forks and in configurations written ahead of time.

https://github.com/bazel-contrib/rules_python/issues/1761
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.calls import Argument, Call
from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from buildfile.style import quote
from migrations.finding import Finding, Fix, Safety
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import Flag, ours, replaced, told, valued
from migrations.rules_python._precompile import PAGE, targets
from migrations.rules_python._surface import FLAGS, UPSTREAM, written
from migrations.view import View

_MODES: dict[str, dict[str, str]] = {
    "auto": {},
    "py-only": {"precompile": "disabled"},
    "pyc-only": {"precompile": "enabled", "precompile_source_retention": "omit_source"},
    "checked": {"precompile": "enabled", "precompile_invalidation_mode": "checked_hash"},
    "unchecked": {"precompile": "enabled", "precompile_invalidation_mode": "unchecked_hash"},
}
"""Values of the one attribute `compile_mode` or `pyc_mode`, and the attributes that say the same."""

_PRECOMPILE = {
    "all": {"precompile": "enabled"},
    "always": {"precompile": "enabled"},
    "none": {"precompile": "disabled"},
    "only": {"precompile": "enabled", "precompile_source_retention": "omit_source"},
}
_ATTRIBUTES = {"compile_mode": _MODES, "pyc_mode": _MODES, "precompile": _PRECOMPILE}

_FLAGS = {
    "precompile_default": ("precompile", ""),
    "precompile_force": ("precompile", "force_"),
    "precompile_force_retain_sources": ("precompile_source_retention", ""),
}
_FLAG_VALUES = {
    "all": "enabled",
    "always": "enabled",
    "enabled": "enabled",
    "true": "enabled",
    "none": "disabled",
    "disabled": "disabled",
    "false": "disabled",
}
_RETENTION = {"keep_source": "keep_source", "true": "keep_source", "omit_source": "omit_source", "false": "omit_source"}


def find(view: View) -> Iterator[Finding]:
    """Attributes, values and flags that no release had."""
    if view.file.kind is FileKind.BAZELRC:
        for name, flag in ours(view):
            if name in _FLAGS:
                yield _renamed_flag(view, name, flag)
            elif name == "precompile" and flag.value in ("all", "none", "always"):
                new = "force_enabled" if flag.value == "always" else _FLAG_VALUES[flag.value]
                yield told(flag, f"precompile={flag.value} was a proposal; it is {new}", valued(flag, new))
        return
    for call, _ in targets(view):
        for name, values in _ATTRIBUTES.items():
            argument = call.argument(name)
            if argument is not None:
                yield from _attribute(call, argument, name, values)


def _attribute(call: Call, argument: Argument, name: str, values: dict[str, dict[str, str]]) -> Iterator[Finding]:
    value = call.string(name)
    new = values.get(value or "")
    if new is None:
        if name != "precompile":
            advice = "Write precompile, precompile_source_retention and precompile_invalidation_mode by hand."
            yield Finding(argument.start, argument.end, f"there is no attribute {name}", advice=advice)
        return
    clash = [attribute for attribute in new if attribute != name and call.argument(attribute) is not None]
    message = f'{name} = "{value}" was a proposal'
    if clash:
        yield Finding(argument.start, argument.end, message, advice=f"{clash[0]} is set too: choose one.")
        return
    put = {attribute: quote(text).decode() for attribute, text in new.items()}
    fix = Fix.of(rewrite(call, put=put, drop=() if name in new else (name,)), safety=Safety.UNSAFE)
    shown = ", ".join(f'{attribute} = "{text}"' for attribute, text in new.items()) or "the default"
    yield Finding(argument.start, argument.end, f"{message}; it is {shown}", fix)


def _renamed_flag(view: View, name: str, flag: Flag) -> Finding:
    new, prefix = _FLAGS[name]
    values = _RETENTION if new == "precompile_source_retention" else _FLAG_VALUES
    value = values.get((flag.value or "true").lower())
    message = f"the flag {name} was a proposal; it is {new}"
    if value is None or flag.negated:
        return told(flag, message, advice="Its value has no counterpart: choose one.")
    return told(flag, message, replaced(flag, f"--{written(view, FLAGS + new, flag.name)}={prefix}{value}"))


MIGRATION = Migration(
    id="precompile-proposals",
    summary="Replace names of the proposals for precompiling by those that were released.",
    page=Page(
        what=(
            "Turns `compile_mode` and `pyc_mode`, `precompile` with the values `all`, `only`, `none` and `always`, "
            "and the flags `precompile_default`, `precompile_force` and `precompile_force_retain_sources` into what "
            "they became."
        ),
        why="No release of rules_python has them, so each fails.",
        safety="What is meant is read from the proposals. What is set under both names is left to a person.",
        references=(UPSTREAM + "/issues/1761", PAGE),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.BAZELRC),
    needles=(b"compile_mode", b"pyc_mode", b"precompile"),
    find=find,
    cases=(
        Case(
            "attributes",
            """load("@rules_python//python:defs.bzl", "py_binary", "py_library")

py_library(
    name = "l",
    compile_mode = "unchecked",
)

py_library(
    name = "m",
    pyc_mode = "auto",
    srcs_version = "PY3",
)

py_binary(
    name = "b",
    precompile = "only",
)
""",
            """load("@rules_python//python:defs.bzl", "py_binary", "py_library")

py_library(
    name = "l",
    precompile = "enabled",
    precompile_invalidation_mode = "unchecked_hash",
)

py_library(
    name = "m",
    srcs_version = "PY3",
)

py_binary(
    name = "b",
    precompile = "enabled",
    precompile_source_retention = "omit_source",
)
""",
        ),
        Case(
            "flags",
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile_default=enabled\n"
                "build:f --@rules_python//python/config_settings:precompile_force=disabled\n"
                "build:g --@rules_python//python/config_settings:precompile_force_retain_sources=keep_source\n"
                "build:h --@rules_python//python/config_settings:precompile=always\n"
            },
            {
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=enabled\n"
                "build:f --@rules_python//python/config_settings:precompile=force_disabled\n"
                "build:g --@rules_python//python/config_settings:precompile_source_retention=keep_source\n"
                "build:h --@rules_python//python/config_settings:precompile=force_enabled\n"
            },
        ),
        Case(
            "set under both names",
            'load("@rules_python//python:defs.bzl", "py_library")\n\n'
            'py_library(\n    name = "l",\n    precompile = "disabled",\n    pyc_mode = "checked",\n)\n',
            person=("pyc_mode",),
        ),
        Case(
            "released names",
            'load("@rules_python//python:defs.bzl", "py_library")\n\n'
            'py_library(\n    name = "l",\n    precompile = "enabled",\n)\n',
        ),
        Case(
            "another ruleset",
            'load("@o//:o.bzl", "py_library")\n\npy_library(\n    name = "l",\n    pyc_mode = "auto",\n)\n',
        ),
    ),
)
