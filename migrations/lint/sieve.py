"""Leaves out of what was found what is suppressed, not wanted, or in the baseline."""

from __future__ import annotations

import os
from dataclasses import replace

from buildfile.source import SourceFile
from migrations.engine import allowed_path
from migrations.finding import Finding
from migrations.lint import own
from migrations.lint.baseline import Matcher
from migrations.lint.check import Examined, Examiner, Seen, suppressed_by
from migrations.lint.diagnostic import Diagnostic, diagnostic_of, numbered
from migrations.lint.job import Job, Result
from migrations.lint.judge import judge
from migrations.lint.look import Known
from migrations.lint.suppressions import Suppression, suppressions_of
from migrations.rollout.pages import HAZARDS

_OUTSIDE = frozenset(item.id for item in (*own.DEPENDENCIES, *HAZARDS))


class Sieve:
    """Says what there is to say of what is known."""

    def __init__(self, job: Job, known: Known) -> None:
        self.job = job
        self._known = known
        self._unasked = _OUTSIDE - (job.outside.ids if job.outside is not None else frozenset())

    def report(self) -> Result:
        """What there is to say."""
        result = Result(checked=self._known.checked, profiles=self._known.profiles, not_run=self._known.not_run)
        missing = (
            {entry.path for entry in self.job.baseline if not os.path.lexists(self.job.request.root / entry.path)}
            if self.job.baseline
            else ()
        )
        matcher = Matcher(self.job.baseline, missing, self.job.today)
        for path in self._known.reported:
            if path in self._known.failed:
                self._add(result, matcher, [self._known.failed[path]])
                continue
            examined = self._known.examined.get(path)
            seen = [*(examined.seen if examined else ()), *self._known.later.get(path, ()), *self._seen_outside(path)]
            if seen or (examined and examined.suppressions):
                self._add(result, matcher, self._unsuppressed(result, path, examined, seen))
        for path in self._known.near:
            if path in self._known.entries and allowed_path(path, self.job.request.paths):
                self._add(result, matcher, self._unsuppressed(result, path, None, self._seen_outside(path)))
        self._add(result, matcher, self._known.notes)
        if self.job.whole:
            result.stale = [item for item in matcher.stale() if item[0].id not in self._unasked]
            result.kept = matcher.kept()
            result.kept += [entry for entry in self.job.baseline if entry.id in self._unasked]
        result.not_run = {**result.not_run, **dict.fromkeys(self._unasked, "nothing names it")}
        result.diagnostics.sort(key=lambda item: (item.path, item.start, item.end, item.id))
        return result

    def _seen_outside(self, path: str) -> list[Seen]:
        """What the checks that know more find in a file as it is now."""
        outside = self.job.outside
        if outside is None or path not in outside.paths:
            return []
        file = SourceFile(path, self._known.entries[path].kind, self._known.run.read(path))
        before = self._known.examined.get(path) or Examined(suppressions=suppressions_of(file))
        return Examiner(self._known.run, 0).examine_again(file, outside.ids, before)

    def _unsuppressed(self, result: Result, path: str, examined: Examined | None, seen: list[Seen]) -> list[Diagnostic]:
        suppressions = examined.suppressions if examined else ()
        used: set[tuple[int, str]] = set()
        left: list[Diagnostic] = []
        fixes: set[str] = set()
        there = {item.diagnostic.id for item in seen if self.job.selection.wants(item.diagnostic.id, path)}
        for item in self._telling_first(seen):
            id = item.diagnostic.id
            used.update((number, id) for number in item.suppressed)
            if id in there:  # two checks that would make the same edits say the same
                if item.fix in fixes or item.beside in there:
                    continue
                fixes.update((item.fix,) if item.fix else ())
            if not item.suppressed:
                left.append(item.diagnostic)
            elif id in there:
                result.suppressed[id] += 1
        if suppressions:
            file = SourceFile(path, self._known.entries[path].kind, self._known.run.read(path))
            for id, finding in self.judge(file, suppressions, used):
                covering = suppressed_by(id, finding, suppressions)
                if covering:
                    result.suppressed[id] += 1
                else:
                    left.append(diagnostic_of(id, file, finding))
        if any(item.failure for item in left):  # nothing is edited in a file that cannot be read
            left = [replace(item, safety=None) if item.safety is not None else item for item in left]
        return numbered(left)

    def _telling_first(self, seen: list[Seen]) -> list[Seen]:
        """The same with the checks of the language behind those of a ruleset, which say why as well."""
        homes = self.job.request.registry.homes
        return sorted(seen, key=lambda item: homes.get(item.diagnostic.id) == "starlark") if len(seen) > 1 else seen

    def _add(self, result: Result, matcher: Matcher, diagnostics: list[Diagnostic]) -> None:
        for item in diagnostics:
            if not self.job.selection.wants(item.id, item.path):
                continue
            entry = matcher.take(item) if self.job.baseline and not item.failure else None
            if entry is None:
                result.diagnostics.append(item)
            elif matcher.expired(entry):
                whose = f", owner {entry.owner}" if entry.owner else ""
                result.diagnostics.append(replace(item, expired=f"in the baseline until {entry.expires}{whose}"))
            else:
                result.baselined[item.id] += 1

    def judge(
        self, file: SourceFile, suppressions: tuple[Suppression, ...], used: set[tuple[int, str]]
    ) -> list[tuple[str, Finding]]:
        """What is wrong with the suppressions of a file."""
        asked = {
            item.id
            for item in self._known.run.migrations_for(file.path)
            if file.kind in item.kinds and self.job.selection.wants(item.id, file.path) and item.id not in self._unasked
        }
        return judge(file, suppressions, used, self.job.ids or [item.id for item in self.job.request.registry], asked)
