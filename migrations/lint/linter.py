"""Runs the linter: looks at the files, gathers the facts, leaves out what is suppressed, not wanted or in the baseline,
and fixes what is left until nothing is.

What is found is what the migrations find, at the places where it stands in the files as they are. Nothing here writes
to the repository but the cache.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from buildfile.parallel import available_cores, map_chunks
from buildfile.plan import Failure, FileChange
from buildfile.repository import BOUNDARIES, Entry, Walked, read_bytes, walk
from buildfile.source import FileKind, SourceFile, kind_of
from migrations.engine import allowed_path, gather, prepare, without_twins
from migrations.finding import Finding, Level, Safety
from migrations.lint import own, untracked
from migrations.lint.baseline import Entry as BaselineEntry
from migrations.lint.baseline import Matcher
from migrations.lint.cache import Facts, Files, Record, digest_of, key_of, load_facts, load_files, save
from migrations.lint.changed import Changes, Question, Snapshot, paths_between
from migrations.lint.check import Examined, Examiner, NoFacts, Seen, suppressed_by
from migrations.lint.diagnostic import Diagnostic, diagnostic_of, failure_of, numbered
from migrations.lint.judge import judge
from migrations.lint.outside import Outside
from migrations.lint.preview import Preview, previews
from migrations.lint.selection import Selection
from migrations.lint.suppressions import Suppression, suppressions_of
from migrations.migration import Migration
from migrations.rollout.pages import HAZARDS
from migrations.run import Request, Run
from migrations.settle import settle
from migrations.view import View

MAX_ROUNDS = 10
"""How often fixes in some files may bring on fixes in others."""

_LEAST = 300
_FRESH = 2_000_000_000
"""A file changed so shortly before the cache was written (in nanoseconds) may change again without its time telling."""


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
    baseline: tuple[BaselineEntry, ...] = ()
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
    stale: list[tuple[BaselineEntry, int]] = field(default_factory=list)
    kept: list[BaselineEntry] = field(default_factory=list)
    changes: list[FileChange] = field(default_factory=list)
    fixed: Counter[str] = field(default_factory=Counter)
    checked: int = 0
    profiles: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)


def lint(job: Job, progress: Callable[[str, int, int], None] | None = None) -> Result:
    """Lints a repository, and plans the fixes if the job says so.

    Raises:
        migrations.lint.changed.GitError: `since` cannot be answered.
    """
    return Linter(job, progress).lint()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the files of a repository.

    Attributes:
        records: by path.
        touched: paths with another content than the last time, or that were not there.
        same_facts: whether the facts are what they were.
        stale: whether the cache does not say all this.
    """

    records: dict[str, Record]
    touched: set[str]
    same_facts: bool
    stale: bool


class Linter:
    """One run. `look` first; `report` says what there is to say; `fix` plans fixes and reports what they leave."""

    def __init__(self, job: Job, progress: Callable[[str, int, int], None] | None = None) -> None:
        self.job = job
        self._tell = progress or (lambda stage, done, total: None)
        self._root = job.request.root
        self._jobs = job.request.jobs or available_cores()
        self._contents: dict[str, bytes] = dict(job.texts)
        self._examined: dict[str, Examined] = {}
        self._later: dict[str, list[Seen]] = {}
        self._entries: dict[str, Entry] = {}
        self._reported: list[str] = []
        self._notes: list[Diagnostic] = []
        self._facts: dict[str, tuple[tuple[str, str, Any], ...]] = {}
        self._failed: dict[str, Diagnostic] = {}
        self._checked = 0
        self._near: frozenset[str] = frozenset()
        self._unasked = _OUTSIDE - (job.outside.ids if job.outside is not None else frozenset())
        self.run: Run

    def lint(self) -> Result:
        """All of it."""
        self.look()
        result = self.report()
        if self.job.fix:
            self.fix(result)
        return result

    # What there is

    def look(self) -> None:
        """Looks at the files."""
        key = key_of((self.job.key, self.job.request.to, sorted(self.job.request.options.items())), ())
        changes = self.job.since.answer() if self.job.since is not None else None
        if changes is not None and self.job.outside is not None:
            self._near = self.job.outside.near(self._root, (*changes.paths, *changes.gone)) - {*changes.paths}
        if (changes or self.job.texts) and self.job.cache and self._look_at_some(key, changes):
            return
        self._look_at_all(key, changes)

    def _look_at_all(self, key: str, changes: Changes | None) -> None:
        self._tell("walk", 0, 1)
        kinds = {kind for item in self.job.request.registry for kind in (*item.kinds, *item.scan_kinds)}
        began = time.time_ns()
        walked = walk(self._root, text=FileKind.TEXT in kinds, exclude=self.job.request.exclude)
        self._prepare(walked)
        entries, twins = without_twins(self._root, walked.entries)
        for twin in twins:
            file = SourceFile(twin.path, kind_of(twin.path.rpartition("/")[2]) or FileKind.TEXT, b"")
            self._notes.append(
                replace(failure_of(own.UNREADABLE_FILE, file, 0, twin.reason), failure=False, level=Level.NOTE)
            )
        for path, reason in walked.unlisted:
            self._notes.append(failure_of(own.UNREADABLE_FILE, SourceFile(path, FileKind.TEXT, b""), 0, reason))
        entries = [entry for entry in entries if entry.kind is not FileKind.TEXT or entry.kind in kinds]
        self._entries = {entry.path: entry for entry in entries}
        for path in self._contents:
            self._entries.setdefault(path, _entry(path))
        key_here = f"{key} {self.run.workspaces!r}"
        before = load_files(self._root, key_here) if self.job.cache else Files(key_here)
        known = self._examine_all([entry for entry in entries if entry.path not in self._contents], before)
        self._examine([self._entries[path] for path in self._contents])
        visited = self._gather_anew(known, before)
        allowed = set(changes.paths) if changes is not None else set(self._contents) or None
        self._reported = [
            path
            for path in sorted(self._entries)
            if (allowed is None or path in allowed) and allowed_path(path, self.job.request.paths)
        ]
        about = None if allowed is None else {_shown(path) for path in allowed}
        self._notes = [
            note
            for note in self._notes
            if note.failure
            or ((about is None or note.path in about) and allowed_path(note.path, self.job.request.paths))
        ]
        if self.job.cache and not self._contents and (known.stale or known.records.keys() != before.records.keys()):
            snapshot = Snapshot(self._root)
            later = {path: seen for path, seen in self._later.items() if seen}
            save(self._root, "lint-files", Files(key_here, time.time_ns(), known.records, later, visited))
            if not walked.unlisted:
                self._save_facts(snapshot, key, walked, began)

    def _gather_anew(self, known: _Known, before: Files) -> frozenset[str]:
        """Asks the migrations that need the facts, as far as what they said last time may have changed.

        Returns:
            The paths that the facts led to.
        """
        reusable = known.same_facts and not self._contents and not known.touched & before.visited
        if not reusable:
            return self._gather([path for path, item in self._examined.items() if item.waiting])
        self._later = {path: seen for path, seen in before.later.items() if path not in known.touched}
        waiting = [path for path in known.touched if (item := self._examined.get(path)) is not None and item.waiting]
        return self._gather(waiting) if waiting else before.visited

    def _save_facts(self, snapshot: Snapshot, key: str, walked: Walked, began: int) -> None:
        known = snapshot.finish()
        if known is None:
            return
        head, dirty, new = known
        with contextlib.suppress(OSError):
            untracked.keep(os.fspath(self._root), began, walked.directories, walked.ignoring, (*walked.closed, *new))
        settings = tuple(
            entry for entry in walked.entries if entry.kind not in (FileKind.BUILD, FileKind.BZL, FileKind.TEXT)
        )
        facts = {path: item.facts for path, item in self._examined.items() if item.facts}
        kept = Walked(settings, walked.roots, walked.ignored_roots)
        save(self._root, "lint-facts", Facts(key, head, dirty, kept, facts))

    def _look_at_some(self, key: str, changes: Changes | None) -> bool:
        """Looks at what changed only, with the facts that an earlier run kept; False if that cannot be done."""
        kept = load_facts(self._root, key)
        if kept is None:
            return False
        now = changes or Question(self._root, "HEAD").answer()
        between = paths_between(self._root, kept.head, now.base)
        if between is None:
            return False
        differ = {*between, *now.paths, *now.gone, *kept.dirty}
        settings = {entry.path for entry in kept.walked.entries}
        if any(path in settings or path.rpartition("/")[2] in _SETTINGS or self._special(path) for path in differ):
            return False
        self._prepare(kept.walked)
        self._facts = {path: facts for path, facts in kept.facts.items() if path not in differ}
        self._entries = _OnDisk(self._root)
        present = [path for path in sorted(differ) if self._wanted(path)]
        self._examine([_entry(path) for path in present if path not in self._contents])
        self._examine([_entry(path) for path in sorted(self._contents)])
        mine = set(self._contents) if self._contents else set(now.paths)
        self._reported = [
            path for path in sorted(mine) if path in self._examined and allowed_path(path, self.job.request.paths)
        ]
        needed = [path for path in self._reported if self._examined[path].waiting]
        if needed or any(item.visit or item.create for item in self._migrations()):
            self._gather(needed, only=set(self._reported))
        return True

    def _special(self, path: str) -> bool:
        """Whether only a walk over everything tells what to do with a file: a link, a name that is not UTF-8."""
        if kind_of(path.rpartition("/")[2]) is None:
            return False
        return os.path.islink(f"{self._root}/{path}") or _shown(path) != path

    def _wanted(self, path: str) -> bool:
        """Whether a walk would have come to a file."""
        from buildfile.ignore import bazel_ignores, gitignore

        if kind_of(path.rpartition("/")[2]) is None or not os.path.isfile(f"{self._root}/{path}"):
            return False
        matchers = [
            item for item in (bazel_ignores(self._root), gitignore("\n".join(self.job.request.exclude), "")) if item
        ]
        parts = path.split("/")
        return not any(
            matches("/".join(parts[:end]), end < len(parts)) for matches in matchers for end in range(1, len(parts) + 1)
        )

    def _prepare(self, walked: Walked) -> None:
        self.run, outcome = prepare(self.job.request, walked)
        if self.job.outside is not None:
            self.run = self.job.outside.put_into(self.run)
        self.run.contents = self._contents
        self._profiles, self._not_run = outcome.profiles, outcome.not_run

    def _migrations(self) -> list[Migration]:
        return list({item.id: item for active in self.run.active.values() for item in active}.values())

    def _examine_all(self, entries: list[Entry], before: Files) -> _Known:
        """Looks at files, those left out that are known."""
        records: dict[str, Record] = {}
        new: list[Entry] = []
        root, old, fresh = os.fspath(self._root), before.records, before.written - _FRESH
        for entry in entries:
            record = old.get(entry.path)
            if record is not None:
                try:
                    status = os.stat(f"{root}/{entry.path}")
                except OSError:
                    status = None
                if status and status.st_mtime_ns == record.time < fresh and status.st_size == record.size:
                    records[entry.path] = record
                    continue
            new.append(entry)
        self._tell("check", len(records), len(entries))
        same = True
        touched: set[str] = set()
        self.run.facts = NoFacts()
        for chunk in map_chunks(self._examiner(old, len(new)), new, jobs=self._jobs, least=_LEAST):
            for path, result in chunk:
                if isinstance(result, Diagnostic):
                    self._failed[path] = result
                    continue
                was = old.get(path)
                if was is not None and was.digest == result.digest:
                    result = Record(result.time, result.size, result.digest, was.examined)
                else:
                    touched.add(path)
                    same = same and _facts(was) == _facts(result)
                records[path] = result
        same = same and all(path in records or not _facts(record) for path, record in old.items())
        self._examined = {path: record.examined for path, record in records.items() if record.examined is not None}
        self._tell("check", len(entries), len(entries))
        self._checked = len(entries)
        return _Known(records, touched, same, bool(new))

    def _examiner(
        self, old: Mapping[str, Record], count: int
    ) -> Callable[[Sequence[Entry]], list[tuple[str, Record | Diagnostic]]]:
        root, run = os.fspath(self._root), self.run

        def work(chunk: Sequence[Entry]) -> list[tuple[str, Record | Diagnostic]]:
            examiner = Examiner(run, count)
            results: list[tuple[str, Record | Diagnostic]] = []
            for entry in chunk:
                try:
                    status = os.stat(f"{root}/{entry.path}")
                    data = read_bytes(f"{root}/{entry.path}")
                except OSError as error:
                    results.append((entry.path, _unreadable(entry, error)))
                    continue
                digest = digest_of(data)
                was = old.get(entry.path)
                examined = None
                if was is None or was.digest != digest:
                    examined = examiner.examine(SourceFile(entry.path, entry.kind, data))
                record = Record(
                    status.st_mtime_ns, status.st_size, digest, examined if examined and not examined.empty else None
                )
                results.append((entry.path, record))
            return results

        return work

    def _examine(self, entries: list[Entry]) -> None:
        """Looks at some files, here and now."""
        self.run.facts = NoFacts()
        examiner = Examiner(self.run, len(entries))
        for entry in entries:
            try:
                data = self.run.read(entry.path)
            except OSError as error:
                self._failed[entry.path] = _unreadable(entry, error)
                continue
            self._examined[entry.path] = examiner.examine(SourceFile(entry.path, entry.kind, data))
            self._checked += 1

    def _gather(self, waiting: Sequence[str], only: set[str] | None = None) -> frozenset[str]:
        """Gathers the facts and asks the migrations that waited for them; gives the paths the facts led to."""
        self._tell("gather", 0, 1)
        facts = [fact for path in self._facts for fact in self._facts[path] if path not in self._examined]
        facts += [fact for item in self._examined.values() for fact in item.facts]
        self.run.facts = {}
        self.run.visits.clear()
        gather(self.run, facts, [], self._entries)
        visited = {path for paths in self.run.visits.values() for path in paths}
        targets = sorted({*waiting, *(path for path in visited if only is None or path in only)})
        self._tell("settle", 0, len(targets))
        for chunk in map_chunks(self._asker(), targets, jobs=self._jobs, least=_LEAST):
            for path, seen in chunk:
                self._later[path] = seen
        return frozenset(visited)

    def _asker(self) -> Callable[[Sequence[str]], list[tuple[str, list[Seen]]]]:
        run, examined, entries = self.run, self._examined, self._entries

        def work(chunk: Sequence[str]) -> list[tuple[str, list[Seen]]]:
            examiner = Examiner(run, 0)
            results = []
            for path in chunk:
                entry = entries[path]
                try:
                    data = b"" if entry.new else run.read(path)
                except OSError:
                    continue  # reported when it was to be examined
                before = examined.get(path) or Examined()
                ids = {*before.waiting, *(id for id, paths in run.visits.items() if path in paths)}
                results.append((path, examiner.examine_again(SourceFile(path, entry.kind, data), ids, before)))
            return results

        return work

    # What is said

    def report(self) -> Result:
        """What there is to say."""
        result = Result(checked=self._checked, profiles=self._profiles, not_run=self._not_run)
        missing = (
            {entry.path for entry in self.job.baseline if not os.path.lexists(self._root / entry.path)}
            if self.job.baseline
            else ()
        )
        matcher = Matcher(self.job.baseline, missing, self.job.today)
        for path in self._reported:
            if path in self._failed:
                self._add(result, matcher, [self._failed[path]])
                continue
            examined = self._examined.get(path)
            seen = [*(examined.seen if examined else ()), *self._later.get(path, ()), *self._seen_outside(path)]
            if seen or (examined and examined.suppressions):
                self._add(result, matcher, self._unsuppressed(result, path, examined, seen))
        for path in self._near:
            if path in self._entries and allowed_path(path, self.job.request.paths):
                self._add(result, matcher, self._unsuppressed(result, path, None, self._seen_outside(path)))
        self._add(result, matcher, self._notes)
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
        file = SourceFile(path, self._entries[path].kind, self.run.read(path))
        before = self._examined.get(path) or Examined(suppressions=suppressions_of(file))
        return Examiner(self.run, 0).examine_again(file, outside.ids, before)

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
            file = SourceFile(path, self._entries[path].kind, self.run.read(path))
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
            for item in self.run.migrations_for(file.path)
            if file.kind in item.kinds and self.job.selection.wants(item.id, file.path) and item.id not in self._unasked
        }
        return judge(file, suppressions, used, self.job.ids or [item.id for item in self.job.request.registry], asked)

    def previews(self, diagnostics: Sequence[Diagnostic]) -> dict[Diagnostic, Preview]:
        """What the fixes of some diagnostics do."""
        self._have_facts()
        by_path: dict[str, list[Diagnostic]] = {}
        for item in diagnostics:
            if item.safety is not None and item.path in self._entries:
                by_path.setdefault(item.path, []).append(item)
        found: dict[Diagnostic, Preview] = {}
        for path, items in by_path.items():
            entry = self._entries[path]
            file = SourceFile(path, entry.kind, b"" if entry.new else self.run.read(path))
            found.update(previews(self.run, file, items))
        return found

    def _have_facts(self) -> None:
        """Gathers the facts if the cache has made that unnecessary so far."""
        if isinstance(self.run.facts, NoFacts):
            self._gather([])

    # What is fixed

    def fix(self, result: Result) -> None:
        """Plans the fixes of what is reported, round after round, and puts what they leave in the result."""
        originals: dict[str, bytes] = {}
        fixed: Counter[str] = Counter()
        failed: dict[str, Diagnostic] = {}
        self._have_facts()
        unreadable = {item.path for item in result.diagnostics if item.failure}
        for _ in range(MAX_ROUNDS):
            targets = sorted(
                {item.path for item in result.diagnostics if self._fixable(item)} - failed.keys() - unreadable
            )
            if not targets:
                break
            again: list[str] = []
            self._tell("fix", 0, len(targets))
            for chunk in map_chunks(self._fixer(), targets, jobs=self._jobs, least=_LEAST):
                for path, change, causes, failure in chunk:
                    if failure is not None:
                        failed[path] = failure
                    if change is None:
                        continue
                    originals.setdefault(path, change.old or b"")
                    self._contents[path] = change.new or b""
                    fixed.update(causes)
                    again.append(path)
            if not again:
                break
            self._examine([self._entries[path] for path in again])
            self._checked -= len(again)
            self._later = {}
            self._gather([path for path, item in self._examined.items() if item.waiting])
            self._reported = sorted({*self._reported, *again} - self._near)
            new = self.report()
            result.__dict__.update(new.__dict__)
        result.fixed = fixed
        result.diagnostics += [item for path, item in failed.items()]
        result.diagnostics.sort(key=lambda item: (item.path, item.start, item.end, item.id))
        result.changes = [
            FileChange(path, None if self._entries[path].new else old, self._contents[path])
            for path, old in sorted(originals.items())
            if old != self._contents[path] or self._entries[path].new
        ]

    def _fixable(self, item: Diagnostic) -> bool:
        return item.safety is Safety.SAFE or (item.safety is Safety.UNSAFE and self.job.unsafe)

    def _fixer(self) -> Callable[[Sequence[str]], list[tuple[str, FileChange | None, list[str], Diagnostic | None]]]:
        def work(chunk: Sequence[str]) -> list[tuple[str, FileChange | None, list[str], Diagnostic | None]]:
            results: list[tuple[str, FileChange | None, list[str], Diagnostic | None]] = []
            for path in chunk:
                entry = self._entries[path]
                try:
                    file = SourceFile(path, entry.kind, b"" if entry.new else self.run.read(path))
                except OSError as error:  # it has gone meanwhile
                    results.append((path, None, [], _unreadable(entry, error)))
                    continue
                gate = _Gate(self)
                request = replace(self.job.request, keep=gate.keep, unsafe=self.job.unsafe)
                outside = self.job.outside
                asking = outside.asking(self.run) if outside is not None else self.run
                active = {where: (*items, gate.last) for where, items in self.run.active.items()}
                if outside is not None and path in self._near:
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

    def __init__(self, linter: Linter) -> None:
        self._linter = linter
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
        self._matcher = Matcher(self._linter.job.baseline, (), self._linter.job.today)

    def keep(self, view: View, id: str, finding: Finding) -> bool:
        """Whether a finding counts."""
        self._enter(view)
        covering = suppressed_by(id, finding, self._suppressions)
        self._used.update((number, id) for number in covering)
        if covering or not self._linter.job.selection.wants(id, view.file.path):
            return False
        if not self._linter.job.baseline:
            return True
        entry = self._matcher.take(diagnostic_of(id, view.file, finding))
        return entry is None or self._matcher.expired(entry)

    def _stale(self, view: View) -> list[Finding]:
        self._enter(view)
        about = self._linter.judge(view.file, self._suppressions, self._used)
        return [finding for id, finding in about if id == own.STALE_SUPPRESSION]


class _OnDisk(dict[str, Entry]):
    """Entries of whatever files there are, without a walk."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = os.fspath(root)

    def __contains__(self, path: object) -> bool:
        return super().__contains__(path) or os.path.isfile(f"{self._root}/{path}")

    def __missing__(self, path: str) -> Entry:
        return _entry(path)


_OUTSIDE = frozenset(item.id for item in (*own.DEPENDENCIES, *HAZARDS))

_SETTINGS = frozenset((*BOUNDARIES, ".bazelignore", ".gitignore", ".bazelrc", ".bazelversion"))
"""Files that say where workspaces begin, what is looked at, and what is deprecated."""


def _entry(path: str) -> Entry:
    return Entry(path, kind_of(path.rpartition("/")[2]) or FileKind.TEXT)


def _shown(path: str) -> str:
    """A path as it is shown: bytes that are no UTF-8 as escapes."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _facts(record: Record | None) -> tuple[tuple[str, str, Any], ...]:
    return record.examined.facts if record is not None and record.examined is not None else ()


def _unreadable(entry: Entry, error: OSError) -> Diagnostic:
    file = SourceFile(entry.path, entry.kind, b"")
    return failure_of(own.UNREADABLE_FILE, file, 0, f"cannot be read: {error.strerror or error}")


def _refused(file: SourceFile, failure: Failure) -> Diagnostic:
    offset = 0
    for _ in range(failure.line - 1):
        offset = file.data.find(b"\n", offset) + 1
    return failure_of(own.FAILED_CHECK, file, offset, failure.reason)
