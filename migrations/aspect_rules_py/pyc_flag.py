"""The flag `uv/private/pyc:invalidation_mode` and its settings, which got longer names and another default.

https://github.com/aspect-build/rules_py/releases/tag/v2.0.0-alpha.6
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.bazelrc import lines_of
from buildfile.source import FileKind
from migrations.aspect_rules_py._moved_labels import moved_labels, relabelled
from migrations.aspect_rules_py._surface import UPSTREAM
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_PYC = "@aspect_rules_py//uv/private/pyc:"
_MODE, _NEW_MODE = _PYC + "invalidation_mode", _PYC + "whl_install_pyc_invalidation_mode"
_MOVED = {_MODE: _NEW_MODE, _PYC + "is_timestamp": _PYC + "is_whl_install_timestamp"}
_GONE = _PYC + "is_unchecked_hash"


def find(view: View) -> Iterator[Finding]:
    """Uses of the old labels, and precompiling that relied on the old default."""
    yield from moved_labels(view, relabelled(view, _MOVED), "pyc:", "is_timestamp", what="flag or setting")
    if view.file.kind is FileKind.BAZELRC:
        yield from _by_default(view)
    for string in view.strings("is_unchecked_hash"):
        if view.canonical(string.value) == _GONE:
            yield Finding(
                string.start,
                string.end,
                f"{string.value} is gone",
                advice=(
                    f"Use {view.spell(_PYC + 'is_whl_install_checked_hash', like=string.value)}, its opposite, and "
                    "swap the branches."
                ),
            )


def _by_default(view: View) -> Iterator[Finding]:
    words = [word for line in lines_of(view.file.data) for word in line.words[1:]]
    flags = [(word, view.canonical(word.text.removeprefix("--").partition("=")[0])) for word in words]
    if any(label in (_MODE, _NEW_MODE) for _, label in flags):
        return
    for word, label in flags:
        if label == _PYC + "precompile":
            mode = view.workspace.spell(_NEW_MODE)
            yield Finding(
                word.start,
                word.end,
                "the .pyc files of wheels are unchecked-hash by default now, and were checked-hash",
                advice=f"Nothing to do, unless you edit files of wheels in place; then set --{mode}=checked-hash.",
                level=Level.NOTE,
            )


MIGRATION = Migration(
    id="pyc-flag",
    summary="Rename the flag for the invalidation mode of wheels' .pyc files.",
    page=Page(
        what=(
            "Renames `//uv/private/pyc:invalidation_mode` to `:whl_install_pyc_invalidation_mode` and `:is_timestamp` "
            "to `:is_whl_install_timestamp`, in Starlark, .bazelrc and scripts."
        ),
        why="2.0.0-alpha.6 renamed them; the old labels do not exist any more.",
        safety=(
            "Safe. `:is_unchecked_hash` has only an opposite, `:is_whl_install_checked_hash`, and is reported. Where "
            "precompiling is on and no mode is set, the new default is noted."
        ),
        references=(UPSTREAM + "/tree/v2.0.0-alpha.6/uv/private/pyc",),
    ),
    gate=Gate(since="2.0.0-alpha.6", plan=False),
    kinds=frozenset(FileKind),
    needles=(b"uv/private/pyc",),
    find=find,
    cases=(
        Case(
            "a flag in .bazelrc and in a script",
            {
                ".bazelrc": "build --@aspect_rules_py//uv/private/pyc:precompile "
                "--@aspect_rules_py//uv/private/pyc:invalidation_mode=timestamp\n",
                "b.sh": "bazel build --@aspect_rules_py//uv/private/pyc:invalidation_mode=timestamp //...\n",
            },
            {
                ".bazelrc": "build --@aspect_rules_py//uv/private/pyc:precompile "
                "--@aspect_rules_py//uv/private/pyc:whl_install_pyc_invalidation_mode=timestamp\n",
                "b.sh": "bazel build "
                "--@aspect_rules_py//uv/private/pyc:whl_install_pyc_invalidation_mode=timestamp //...\n",
            },
        ),
        Case(
            "settings: one renamed, one turned round",
            'alias(\n    name = "a",\n    actual = select({\n'
            '        "@aspect_rules_py//uv/private/pyc:is_timestamp": ":x",\n'
            '        "@aspect_rules_py//uv/private/pyc:is_unchecked_hash": ":y",\n    }),\n)\n',
            'alias(\n    name = "a",\n    actual = select({\n'
            '        "@aspect_rules_py//uv/private/pyc:is_whl_install_timestamp": ":x",\n'
            '        "@aspect_rules_py//uv/private/pyc:is_unchecked_hash": ":y",\n    }),\n)\n',
            person=("is_unchecked_hash is gone",),
        ),
        Case(
            "precompiling by default",
            {".bazelrc": "build --@aspect_rules_py//uv/private/pyc:precompile=true\n"},
            notes=("unchecked-hash by default now",),
        ),
        Case(
            "another module's flag",
            {".bazelrc": "build --@other//uv/private/pyc:invalidation_mode=timestamp\n"},
        ),
        Case(
            "before 2.0.0-alpha.6",
            {".bazelrc": "build --@aspect_rules_py//uv/private/pyc:invalidation_mode=timestamp\n"},
            to="2.0.0-alpha.5",
        ),
    ),
)
