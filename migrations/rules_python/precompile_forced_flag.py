"""`precompile=force_enabled` and `force_disabled` in a .bazelrc, which overrule every target.

https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

from collections.abc import Iterator

from buildfile.source import FileKind
from migrations.finding import Finding, Level
from migrations.migration import Case, Migration, Page
from migrations.profiles import Gate
from migrations.rules_python._flags import ours, told
from migrations.rules_python._precompile import PAGE
from migrations.view import View


def find(view: View) -> Iterator[Finding]:
    """Such flags that hold for every build."""
    for name, flag in ours(view):
        if name == "precompile" and (flag.value or "").startswith("force_") and not flag.config:
            message = f"precompile={flag.value} overrules what the targets say"
            advice = f"Write {(flag.value or '').removeprefix('force_')}, or keep it for a --config."
            yield told(flag, message, advice=advice, level=Level.NOTE)


MIGRATION = Migration(
    id="precompile-forced-flag",
    summary="List a forced precompile flag that holds for every build.",
    page=Page(
        what="Lists `precompile=force_enabled` and `precompile=force_disabled` in .bazelrc files.",
        why=(
            "They are meant for a try: no target can opt out of the one or into the other, and with `force_enabled` "
            "libraries ship pycs to binaries that said no."
        ),
        safety="Nothing is edited.",
        references=(PAGE,),
    ),
    gate=Gate(module="rules_python"),
    kinds=(FileKind.BAZELRC,),
    needles=(b"precompile=force_",),
    find=find,
    cases=(
        Case(
            "for every build",
            {".bazelrc": "common --@rules_python//python/config_settings:precompile=force_disabled\n"},
            notes=("overrules what the targets say",),
        ),
        Case(
            "for one configuration",
            {".bazelrc": "build:fast --@rules_python//python/config_settings:precompile=force_disabled\n"},
        ),
    ),
)
