"""A finding: a place in a file, what is wrong there, and the fix or the reason why there is none."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from buildfile.edits import Edit
from buildfile.rewrite import Rewritten
from buildfile.targets import Change


class Safety(enum.Enum):
    """Whether a fix keeps the meaning."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Level(enum.Enum):
    """What a finding without a fix asks for."""

    PERSON = "person"
    """A person has to decide; the run ends with 1."""
    NOTE = "note"
    """Worth knowing: behaviour that changes where no text does, something that could not be seen through."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about a finding, all of it or nothing.

    Attributes:
        edits: byte edits, disjoint.
        changes: what they do to targets, for the check before writing; none for edits that touch no target.
        bind: local name to (label as it is to be written, name there): names that are to be loaded.
        release: local names whose loads go once nothing uses them.
        safety: whether the meaning is kept.
    """

    edits: tuple[Edit, ...] = ()
    changes: tuple[Change, ...] = ()
    bind: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    release: frozenset[str] = frozenset()
    safety: Safety = Safety.SAFE

    @staticmethod
    def of(
        *rewritten: Rewritten,
        bind: Mapping[str, tuple[str, str]] | None = None,
        release: frozenset[str] = frozenset(),
        safety: Safety = Safety.SAFE,
    ) -> Fix:
        """A fix made of rewritten calls."""
        return Fix(
            tuple(edit for one in rewritten for edit in one.edits),
            tuple(change for one in rewritten for change in one.changes),
            bind or {},
            release,
            safety,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a migration found in a file.

    Attributes:
        start, end: the byte range in the file.
        message: what is wrong, one sentence without a full stop.
        fix: what to do about it; None if a person has to.
        advice: the next step for a person. With a fix: what the fix leaves to do, so that the finding is reported
            though it is fixed; `""` if nothing is.
        level: what it asks for if it has no fix, or if its fix leaves something to do.
        beside: id of a migration that says as much wherever it finds something in the same file; a linter that runs
            both reports that one only.
    """

    start: int
    end: int
    message: str
    fix: Fix | None = None
    advice: str = ""
    level: Level = Level.PERSON
    beside: str = ""
