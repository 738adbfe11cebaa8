"""The exec tools toolchain, without which precompiling does nothing, and which was off by default for a while.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.edits import Edit
from buildfile.source import FileKind
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import ours, told
from migrations.rules_python._surface import CHANGES, FLAGS, written
from migrations.view import View

_ON = ("enabled", "force_enabled")


def find(view: View) -> Iterator[Finding]:
    """A flag that turns precompiling on with none beside it that turns the toolchain on."""
    if not view.target.versions.get("rules_python"):
        return
    found = list(ours(view))
    known = {(flag.command, flag.config) for name, flag in found if name == "exec_tools_toolchain"}
    bare = any(not config for _, config in known)
    for name, flag in found:
        if name != "precompile" or flag.value not in _ON or bare or (flag.command, flag.config) in known:
            continue
        text = f" --{written(view, FLAGS + 'exec_tools_toolchain', flag.name)}=enabled"
        message = "precompiling does nothing: from 0.33.2 to 0.36 its toolchain is off by default"
        yield told(flag, message, Fix((Edit(flag.end, flag.end, text.encode()),)))


MIGRATION = Migration(
    id="precompile-exec-tools",
    summary="Turn on the toolchain that precompiling needs where it is off by default.",
    page=Page(
        what="Adds `exec_tools_toolchain=enabled` behind `precompile=enabled` in .bazelrc files.",
        why="From 0.33.2 to 0.36 the toolchain with the precompiler is off, and then nothing is compiled, silently.",
        safety="Safe: it is the default again from 0.37.0 on. The first build fetches the toolchain.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", since="0.33.2", until="0.37.0"),
    kinds=(FileKind.BAZELRC,),
    needles=(b"config_settings:precompile=",),
    find=find,
    cases=(
        Case(
            "in a release between",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.35.0")\n',
                ".bazelrc": "build:p --@rules_python//python/config_settings:precompile=enabled -k\n",
            },
            {
                ".bazelrc": "build:p --@rules_python//python/config_settings:precompile=enabled "
                "--@rules_python//python/config_settings:exec_tools_toolchain=enabled -k\n",
            },
        ),
        Case(
            "it is set",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.35.0")\n',
                ".bazelrc": "common --@rules_python//python/config_settings:exec_tools_toolchain=enabled\n"
                "build:p --@rules_python//python/config_settings:precompile=enabled\n",
            },
        ),
        Case(
            "a later release",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.37.0")\n',
                ".bazelrc": "build --@rules_python//python/config_settings:precompile=enabled\n",
            },
        ),
    ),
)
