"""`py_venv(mode = …)`, which chose how the virtualenv was built and is gone.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.0
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.rewrite import rewrite
from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import SHAPED, UPSTREAM, anywhere
from migrations.aspect_rules_py._unpacked import unpacked, without
from migrations.finding import Finding, Fix
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Calls that say `mode`; those of `py_venv_binary` and `py_venv_test` are `venv-rules`'s."""
    for call, _ in view.calls(anywhere("py_venv", "py_venv_link")):
        argument = call.argument("mode")
        if argument is not None:
            fix = Fix.of(rewrite(call, drop=("mode",)))
            yield Finding(argument.start, argument.end, "py_venv has no mode any more", fix)
        elif "mode" in (unpacked(view, call) or {}):
            inside = without(view, call, "mode", lambda other: view.symbol_of(other) in SHAPED)
            advice = "" if inside is not None else "Drop it from what is unpacked here."
            yield Finding(call.start, call.callee_range[1], "py_venv has no mode any more", inside, advice)


MIGRATION = Migration(
    id="py-venv-mode",
    summary="Drop the mode of py_venv.",
    page=Page(
        what="Drops `mode` from calls of `py_venv` and `py_venv_link`.",
        why="There is one way to build a virtualenv in v2; the attribute is an error.",
        safety="Safe; what `mode` chose between made the same environment.",
        references=(UPSTREAM + "/releases/tag/v2.0.0-alpha.0",),
    ),
    gate=Gate(since="2.0.0-alpha.0", plan=False),
    kinds=(FileKind.BUILD, FileKind.BZL),
    needles=(b"py_venv",),
    find=find,
    cases=(
        Case(
            "a virtualenv with a mode",
            """\
load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")

py_venv(
    name = "v",
    mode = "static-symlink",
    deps = [],
)
""",
            """\
load("@aspect_rules_py//py/unstable:defs.bzl", "py_venv")

py_venv(
    name = "v",
    deps = [],
)
""",
        ),
        Case(
            "unpacked",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\nX = {"mode": "x"}\n\n'
            'py_venv(\n    name = "v",\n    **X\n)\n',
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\nX = {}\n\npy_venv(\n    name = "v",\n    **X\n)\n',
        ),
        Case(
            "the plan ignores it",
            'load("@aspect_rules_py//py:defs.bzl", "py_venv")\n\npy_venv(\n    name = "v",\n    mode = "x",\n)\n',
            to="v2-plan",
        ),
        Case(
            "the mode of something else",
            'load("@py_venv//:venv.bzl", "py_venv")\n\npy_venv(\n    name = "v",\n    mode = "x",\n)\n\n'
            'x(\n    name = "x",\n    mode = "0755",\n)\n',
        ),
    ),
)
