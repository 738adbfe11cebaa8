"""`precompile_source_retention=auto`, which came with rules_python 0.36.0.

https://rules-python.readthedocs.io/en/latest/changelog.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import dropping, ours, told
from migrations.rules_python._surface import CHANGES
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """The flag with that value, where the release is known and does not have it."""
    if not view.target.versions.get("rules_python"):
        return
    for name, flag in ours(view):
        if name == "precompile_source_retention" and flag.value == "auto":
            message = "precompile_source_retention=auto needs rules_python 0.36.0; the default keeps sources too"
            yield told(flag, message, dropping(view.file.data, flag))


MIGRATION = Migration(
    id="precompile-retention-auto",
    summary="Drop precompile_source_retention=auto before the release that has it.",
    page=Page(
        what="Takes the flag out of .bazelrc files of a repository whose rules_python is older than 0.36.0.",
        why="The value is not known before, and the build fails.",
        safety="Safe: `auto` means `keep_source`, which was the default.",
        references=(CHANGES,),
    ),
    gate=Gate(module="rules_python", until="0.36.0"),
    kinds=(FileKind.BAZELRC,),
    needles=(b"precompile_source_retention=auto",),
    find=find,
    cases=(
        Case(
            "an old release",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.35.0")\n',
                ".bazelrc": "build --@rules_python//python/config_settings:precompile_source_retention=auto\n# x\n",
            },
            {".bazelrc": "# x\n"},
        ),
        Case(
            "a release that has it",
            {
                "MODULE.bazel": 'bazel_dep(name = "rules_python", version = "0.36.0")\n',
                ".bazelrc": "build --@rules_python//python/config_settings:precompile_source_retention=auto\n",
            },
        ),
        Case(
            "an unknown release",
            {".bazelrc": "build --@rules_python//python/config_settings:precompile_source_retention=auto\n"},
        ),
    ),
)
