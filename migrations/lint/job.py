"""What is to be linted, and what comes of it."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from buildfile.plan import FileChange
from migrations.lint.baseline import Entry
from migrations.lint.changed import Question
from migrations.lint.diagnostic import Diagnostic
from migrations.lint.outside import Outside
from migrations.lint.selection import Selection
from migrations.run import Request


@dataclass(frozen=True)
class Job:
    """What is to be linted.

    Attributes:
        request: the root, the migrations, the profile, the options, the paths that are reported on.
        selection: what is reported.
        baseline: what is not, for the time being.
        outside: checks that know more than BUILD files; None if they are not to run.
        since: asks git what changed, and only that is reported on; None for everything.
        texts: contents that stand in for those of files, by path; only these files are reported on.
        fix: plan fixes, too.
        unsafe: plan those that may change the meaning, too.
        cache: keep what came of it for the next run, and use what the last one kept.
        key: what the registry was made from, beside the files of this program.
        ids: every id there is, those that are switched off among them; none for those of the request.
        today: the day that decides which entries of the baseline have expired.
    """

    request: Request
    selection: Selection
    baseline: tuple[Entry, ...] = ()
    outside: Outside | None = None
    since: Question | None = None
    texts: Mapping[str, bytes] = field(default_factory=dict)
    fix: bool = False
    unsafe: bool = False
    cache: bool = True
    key: str = ""
    ids: tuple[str, ...] = ()
    today: datetime.date = field(default_factory=datetime.date.today)

    @property
    def whole(self) -> bool:
        """Whether it is about the whole repository."""
        return not (self.since is not None or self.texts or any(path not in ("", ".") for path in self.request.paths))


@dataclass
class Result:
    """What came of it.

    Attributes:
        diagnostics: what is reported, by path and place.
        suppressed: how many findings comments suppress, by id.
        baselined: how many the baseline has, by id.
        stale: entries of the baseline that stand for nothing, with how many are left over.
        kept: what is left of the baseline without them.
        changes: what the fixes do.
        fixed: what was fixed, by id.
        checked: how many files were looked at.
        profiles: workspace directory to the profile it is checked for.
        not_run: migration id to why it does not hold for any workspace.
    """

    diagnostics: list[Diagnostic] = field(default_factory=list)
    suppressed: Counter[str] = field(default_factory=Counter)
    baselined: Counter[str] = field(default_factory=Counter)
    stale: list[tuple[Entry, int]] = field(default_factory=list)
    kept: list[Entry] = field(default_factory=list)
    changes: list[FileChange] = field(default_factory=list)
    fixed: Counter[str] = field(default_factory=Counter)
    checked: int = 0
    profiles: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
