"""Entries for aspect_rules_py in a Bazel registry that is kept in the repository.

https://bazel.build/external/registry
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.aspect_rules_py._surface import release_of
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.view import View

_PATH = re.compile(r"(?:(.*)/)?modules/aspect_rules_py/([^/]+)/MODULE\.bazel")


def find(view: View) -> Iterator[Finding]:
    """The MODULE.bazel of each entry."""
    found = _PATH.fullmatch(view.file.path)
    if found is None or found[2].startswith("2"):
        return
    wanted = release_of(view.target.profile) or "the commit that is wanted"
    yield Finding(
        0,
        len(view.file.data.partition(b"\n")[0]),
        f"the registry {found[1] or '.'} has aspect_rules_py {found[2]}; its files are the module's own, and stay",
        advice=f"Add an entry for {wanted} beside it, and to metadata.json.",
        level=Level.NOTE,
    )


_ENTRY = "third_party/registry/modules/aspect_rules_py/{}/"
_THEIRS = """\
module(name = "aspect_rules_py", version = "1.11.7")

register_toolchains("@aspect_rules_py//py/private/toolchain/venv/...")
"""

MIGRATION = Migration(
    id="vendored-registry",
    summary="Find entries for aspect_rules_py v1 in a registry that the repository keeps.",
    page=Page(
        what=(
            "Notes `modules/aspect_rules_py/<version>` in a Bazel registry inside the repository. No other migration "
            "looks at such an entry."
        ),
        why="With a registry of one's own Bazel finds v2 only if it has an entry for it.",
        safety="Nothing is edited: what an entry has is part of the release it stands for.",
        references=("https://bazel.build/external/registry",),
    ),
    gate=Gate(since="2.0.0-alpha.0"),
    kinds=(FileKind.TEXT, FileKind.MODULE),
    needles=(b"aspect_rules_py",),
    find=find,
    cases=(
        Case(
            "an entry for v1",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n',
                _ENTRY.format("1.11.7") + "MODULE.bazel": _THEIRS,
                _ENTRY.format("1.11.7") + "source.json": "{}",
            },
            notes=("the registry third_party/registry has aspect_rules_py 1.11.7",),
        ),
        Case(
            "an entry for v2, and one for another module",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n',
                _ENTRY.format("2.0.0") + "MODULE.bazel": _THEIRS,
                _ENTRY.format("2.0.0") + "source.json": "{}",
                "registry/modules/x/1.0/MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n',
                "registry/modules/x/1.0/source.json": "{}",
            },
        ),
        Case(
            "a workspace in a directory of that name",
            {
                "MODULE.bazel": 'bazel_dep(name = "aspect_rules_py", version = "1.11.7")\n',
                "examples/aspect_rules_py/1.11.7/MODULE.bazel": 'bazel_dep(name = "aspect_rules_py")\n',
            },
        ),
    ),
)
