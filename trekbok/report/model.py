"""The result of a run of the linter as every format gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from migrations.lint.diagnostic import Diagnostic
from migrations.lint.preview import Preview
from migrations.migration import Migration


@dataclass(frozen=True)
class Report:
    """What is reported.

    Attributes:
        version: of this program.
        diagnostics: by path and place.
        rules: id to the migration or check, for all that ran.
        checked: how many files were looked at.
        suppressed: how many findings comments suppress, by id.
        baselined: how many findings the baseline has, by id.
        fixed: how many findings were fixed, by id.
        changed: paths that were changed.
        exit_code: how the run ends.
        previews: what the fixes of some of the diagnostics do.
    """

    version: str
    diagnostics: tuple[Diagnostic, ...]
    rules: Mapping[str, Migration]
    checked: int = 0
    suppressed: Mapping[str, int] = field(default_factory=dict)
    baselined: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    exit_code: int = 0
    previews: Mapping[Diagnostic, Preview] = field(default_factory=dict)

    @cached_property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What has to be dealt with."""
        return tuple(item for item in self.diagnostics if item.blocks)

    @cached_property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What is only worth knowing."""
        return tuple(item for item in self.diagnostics if not item.blocks)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of what is reported, sorted."""
        return tuple(sorted({item.id for item in self.diagnostics}))


def severity(diagnostic: Diagnostic) -> str:
    """`error` or `note`."""
    return "error" if diagnostic.blocks else "note"


def whole_message(diagnostic: Diagnostic) -> str:
    """The message with what else there is to say: that it counts again, and the next step."""
    parts = [diagnostic.message]
    if diagnostic.expired:
        parts[0] += f" ({diagnostic.expired})"
    if diagnostic.advice and diagnostic.advice.rstrip(".") not in diagnostic.message:
        parts.append(diagnostic.advice)
    return ". ".join(part.rstrip(".") for part in parts) if len(parts) > 1 else parts[0]
