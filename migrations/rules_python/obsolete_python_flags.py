"""Flags of the move to Python 3 and to toolchains, which are over.

https://github.com/bazelbuild/bazel/issues/15684
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import Flag, dropping, flags, told
from migrations.rules_python._surface import DOCS
from migrations.view import View

_ON = {
    "incompatible_allow_python_version_transitions",
    "incompatible_disallow_legacy_py_provider",
    "incompatible_py2_outputs_are_suffixed",
    "incompatible_py3_is_default",
    "incompatible_python_disable_py2",
    "incompatible_remove_old_python_version_api",
    "incompatible_use_python_toolchains",
}
"""Flags whose one value left is true."""

_VERSION = {"force_python", "host_force_python", "python_version"}
_OTHERS = {
    "python_top": "Register a toolchain of a py_runtime_pair with that runtime.",
    "python2_path": "Drop it: nothing runs Python 2.",
    "python3_path": "Register a toolchain with that interpreter.",
}
_FALSE = ("0", "false", "no", "f", "n")


def find(view: View) -> Iterator[Finding]:
    """The flags that are over."""
    for flag in flags(view.file.data):
        off = flag.name.removeprefix("no") in _ON and flag.name not in _ON
        name = flag.name.removeprefix("no") if off else flag.name
        if name in _ON:
            yield _switch(view, flag, name, off or (flag.value or "true").lower() in _FALSE)
        elif name in _VERSION:
            yield _version(view, flag)
        elif name in _OTHERS:
            yield told(flag, f"--{name} has no effect on rules that use toolchains", advice=_OTHERS[name])


def _switch(view: View, flag: Flag, name: str, off: bool) -> Finding:
    if off:
        advice = "Drop it, and see to what breaks: Bazel has no other way any more."
        return told(flag, f"--{name} cannot be turned off any more", advice=advice)
    return told(flag, f"--{name} is over: nothing else is left", dropping(view.file.data, flag))


def _version(view: View, flag: Flag) -> Finding:
    if flag.value == "PY3":
        return told(flag, f"--{flag.name}=PY3 says what holds anyway", dropping(view.file.data, flag))
    advice = "Drop it; the version of Python 3 is --@rules_python//python/config_settings:python_version."
    return told(flag, f"--{flag.name}={flag.value or ''} is over: there is no Python 2", advice=advice)


MIGRATION = Migration(
    id="obsolete-python-flags",
    summary="Drop the flags of the move to Python 3 and to toolchains.",
    page=Page(
        what=(
            "Takes `--python_version=PY3`, `--incompatible_use_python_toolchains`, `--incompatible_py3_is_default` "
            "and their kind out of .bazelrc files."
        ),
        why="They say what has been the default for years, and Bazel 9 refuses flags that it does not know.",
        safety=(
            "Safe: only the value that is the default is dropped. A flag that asks for the old way, and "
            "`--python_top`, are left to a person."
        ),
        references=("https://github.com/bazelbuild/bazel/issues/15684", DOCS + "/toolchains.html"),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BAZELRC,),
    needles=tuple(name.encode() for name in sorted({*_ON, *_VERSION, *_OTHERS})),
    find=find,
    cases=(
        Case(
            "the values that hold anyway",
            {
                ".bazelrc": "# Python\nbuild --python_version PY3\nbuild --incompatible_use_python_toolchains -k\n"
                "test --a --host_force_python=PY3 --b --incompatible_py3_is_default=true\n"
            },
            {".bazelrc": "# Python\nbuild -k\ntest --a --b\n"},
        ),
        Case(
            "what asks for the old way",
            {
                ".bazelrc": "build --noincompatible_use_python_toolchains\nbuild --python_version=PY2\n"
                "build --python_top=//t:rt\n"
            },
            person=("cannot be turned off", "there is no Python 2", "has no effect"),
        ),
        Case(
            "the flag of rules_python",
            {".bazelrc": "build --@rules_python//python/config_settings:python_version=3.12\n"},
        ),
        Case("a comment", {".bazelrc": "# --python_version=PY3\n"}),
    ),
)
