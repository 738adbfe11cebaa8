"""Plans the fixes of what the linter reports, round after round until nothing is left to fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from buildfile.parallel import map_chunks
from buildfile.plan import Failure, FileChange
from buildfile.source import FileKind, SourceFile
from migrations.finding import Finding, Safety
from migrations.lint import own
from migrations.lint.baseline import Matcher
from migrations.lint.check import suppressed_by
from migrations.lint.diagnostic import Diagnostic, diagnostic_of, failure_of
from migrations.lint.job import Result
from migrations.lint.look import LEAST, Known, unreadable
from migrations.lint.sieve import Sieve
from migrations.lint.suppressions import suppressions_of
from migrations.settle import settle
from migrations.view import View

MAX_ROUNDS = 10
"""How often fixes in some files may bring on fixes in others."""


def fix(sieve: Sieve, known: Known, result: Result) -> None:
    """Plans the fixes of what is reported, round after round, and puts what they leave in the result."""
    originals: dict[str, bytes] = {}
    fixed: Counter[str] = Counter()
    failed: dict[str, Diagnostic] = {}
    known.have_facts()
    broken = {item.path for item in result.diagnostics if item.failure}
    for _ in range(MAX_ROUNDS):
        targets = sorted(
            {item.path for item in result.diagnostics if _fixable(item, sieve.job.unsafe)} - failed.keys() - broken
        )
        if not targets:
            break
        again: list[str] = []
        known.tell("fix", 0, len(targets))
        for chunk in map_chunks(_fixer(sieve, known), targets, jobs=known.jobs, least=LEAST):
            for path, change, causes, failure in chunk:
                if failure is not None:
                    failed[path] = failure
                if change is None:
                    continue
                originals.setdefault(path, change.old or b"")
                known.contents[path] = change.new or b""
                fixed.update(causes)
                again.append(path)
        if not again:
            break
        known.examine([known.entries[path] for path in again])
        known.checked -= len(again)
        known.later = {}
        known.gather([path for path, item in known.examined.items() if item.waiting])
        known.reported = sorted({*known.reported, *again} - known.near)
        new = sieve.report()
        result.__dict__.update(new.__dict__)
    result.fixed = fixed
    result.diagnostics += [item for path, item in failed.items()]
    result.diagnostics.sort(key=lambda item: (item.path, item.start, item.end, item.id))
    result.changes = [
        FileChange(path, None if known.entries[path].new else old, known.contents[path])
        for path, old in sorted(originals.items())
        if old != known.contents[path] or known.entries[path].new
    ]


def _fixable(item: Diagnostic, unsafe: bool) -> bool:
    return item.safety is Safety.SAFE or (item.safety is Safety.UNSAFE and unsafe)


def _fixer(
    sieve: Sieve, known: Known
) -> Callable[[Sequence[str]], list[tuple[str, FileChange | None, list[str], Diagnostic | None]]]:
    def work(chunk: Sequence[str]) -> list[tuple[str, FileChange | None, list[str], Diagnostic | None]]:
        results: list[tuple[str, FileChange | None, list[str], Diagnostic | None]] = []
        for path in chunk:
            entry = known.entries[path]
            try:
                file = SourceFile(path, entry.kind, b"" if entry.new else known.run.read(path))
            except OSError as error:  # it has gone meanwhile
                results.append((path, None, [], unreadable(entry, error)))
                continue
            gate = _Gate(sieve)
            request = replace(sieve.job.request, keep=gate.keep, unsafe=sieve.job.unsafe)
            outside = sieve.job.outside
            asking = outside.asking(known.run) if outside is not None else known.run
            active = {where: (*items, gate.last) for where, items in known.run.active.items()}
            if outside is not None and path in known.near:
                active = dict.fromkeys(active, outside.checks)
            run = replace(asking, request=request, active=active)
            outcome = settle(run, file, new=entry.new)
            failure = _refused(file, outcome.failure) if outcome.failure else None
            done = [item.id for item in outcome.findings if item.fixed]
            results.append((path, outcome.change, done, failure))
        return results

    return work


class _Gate:
    """Says, while a file is being fixed, which findings count: those that would be reported.

    Its last migration finds the suppressions that are stale, which is known once all others have been asked.
    """

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._view: View | None = None
        self.last = replace(
            next(item for item in own.OWN if item.id == own.STALE_SUPPRESSION),
            find=self._stale,
            kinds=frozenset(FileKind),
        )

    def _enter(self, view: View) -> None:
        if self._view is view:
            return
        self._view = view
        self._suppressions = suppressions_of(view.file)
        self._used: set[tuple[int, str]] = set()
        self._matcher = Matcher(self._sieve.job.baseline, (), self._sieve.job.today)

    def keep(self, view: View, id: str, finding: Finding) -> bool:
        """Whether a finding counts."""
        self._enter(view)
        covering = suppressed_by(id, finding, self._suppressions)
        self._used.update((number, id) for number in covering)
        if covering or not self._sieve.job.selection.wants(id, view.file.path):
            return False
        if not self._sieve.job.baseline:
            return True
        entry = self._matcher.take(diagnostic_of(id, view.file, finding))
        return entry is None or self._matcher.expired(entry)

    def _stale(self, view: View) -> list[Finding]:
        self._enter(view)
        about = self._sieve.judge(view.file, self._suppressions, self._used)
        return [finding for id, finding in about if id == own.STALE_SUPPRESSION]


def _refused(file: SourceFile, failure: Failure) -> Diagnostic:
    offset = 0
    for _ in range(failure.line - 1):
        offset = file.data.find(b"\n", offset) + 1
    return failure_of(own.FAILED_CHECK, file, offset, failure.reason)
