"""Environment variables that the launcher of v1 exported.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from buildfile.calls import string_value
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import SHAPED, UPSTREAM
from migrations.aspect_rules_py._unpacked import unpacked
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_READ = re.compile(rb"(?<!\w)(?:BAZEL_TARGET_NAME|BAZEL_TARGET|BAZEL_WORKSPACE)(?!\w)")


def find(view: View) -> Iterator[Finding]:
    """`VIRTUAL_ENV` in the `env` of a target, and text that names one of the others."""
    if view.file.kind is FileKind.TEXT:
        for found in _READ.finditer(view.file.data):
            name = found[0].decode()
            yield Finding(
                *found.span(),
                f"the launcher of a py_binary does not export {name} any more",
                advice="It is set by bazel run and bazel test only; in an image set it there.",
                level=Level.NOTE,
            )
        return
    for call, _ in view.calls(SHAPED):
        argument = call.argument("env")
        env = argument.value if argument is not None else (unpacked(view, call) or {}).get("env")
        if isinstance(env, ast.Dict) and any(key and string_value(key) == "VIRTUAL_ENV" for key in env.keys):
            start, end = (argument.start, argument.end) if argument is not None else (call.start, call.callee_range[1])
            yield Finding(
                start,
                end,
                "VIRTUAL_ENV in env is an error now; the rule sets it, to a path relative to the runfiles",
                advice="Drop it, and make what reads it look below RUNFILES_DIR.",
            )


MIGRATION = Migration(
    id="env-vars",
    summary="Find environment variables that the launcher sets no more, or that targets must not set.",
    page=Page(
        what=(
            "Lists `VIRTUAL_ENV` in the `env` of a target, and scripts, sources, Dockerfiles and the like that name "
            "`BAZEL_TARGET`, `BAZEL_WORKSPACE` or `BAZEL_TARGET_NAME`."
        ),
        why=(
            "The launcher of v1 exported the four. In v2 they come with `bazel run` and `bazel test` only, and are "
            "missing without an error where the program is started otherwise, as in an image. `VIRTUAL_ENV` is a path "
            "relative to the runfiles, and `env` must not set it."
        ),
        safety="Nothing is edited.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.0",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL, FileKind.TEXT),
    needles=(b"VIRTUAL_ENV", b"BAZEL_TARGET", b"BAZEL_WORKSPACE"),
    find=find,
    cases=(
        Case(
            "a target that sets it, directly and unpacked",
            'load("@aspect_rules_py//py:defs.bzl", "py_binary")\n\nX = {"env": {"VIRTUAL_ENV": "x"}}\n\n'
            'py_binary(\n    name = "a",\n    env = {"VIRTUAL_ENV": "x"},\n)\n\n'
            'py_binary(\n    name = "b",\n    **X\n)\n',
            person=("is an error now", "is an error now"),
        ),
        Case(
            "a script that reads one",
            {"entrypoint.sh": 'echo "$BAZEL_TARGET" "$MY_BAZEL_TARGET" "$VIRTUAL_ENV"\n'},
            notes=("does not export BAZEL_TARGET any more",),
        ),
        Case(
            "the environment of something else",
            'sh_test(\n    name = "a",\n    env = {"VIRTUAL_ENV": "x"},\n)\n',
        ),
        Case(
            "the launcher of the plan exports them",
            {"entrypoint.sh": 'echo "$BAZEL_TARGET"\n'},
            to="v2-plan",
        ),
    ),
)
