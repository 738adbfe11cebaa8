"""Looks at the files of a repository: all of them, or those that changed with the facts that an earlier run kept.

What is found stands in `Known`; nothing is left out of it. Nothing here writes to the repository but the cache.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from buildfile.parallel import available_cores, map_chunks
from buildfile.repository import BOUNDARIES, Entry, Walked, read_bytes, walk
from buildfile.source import FileKind, SourceFile, kind_of
from migrations.engine import allowed_path, gather, prepare, without_twins
from migrations.finding import Level
from migrations.lint import own, untracked
from migrations.lint.cache import Facts, Files, Record, digest_of, key_of, load_facts, load_files, save
from migrations.lint.changed import Changes, Question, Snapshot, paths_between
from migrations.lint.check import Examined, Examiner, NoFacts, Seen
from migrations.lint.diagnostic import Diagnostic, failure_of
from migrations.lint.job import Job
from migrations.migration import Migration
from migrations.run import Run

LEAST = 300
_FRESH = 2_000_000_000
"""A file changed so shortly before the cache was written (in nanoseconds) may change again without its time telling."""


_SETTINGS = frozenset((*BOUNDARIES, ".bazelignore", ".gitignore", ".bazelrc", ".bazelversion"))
"""Files that say where workspaces begin, what is looked at, and what is deprecated."""


@dataclass(frozen=True, slots=True)
class _Records:
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


class Known:
    """What is known of a repository.

    Attributes:
        run: what the migrations are asked with.
        profiles, not_run: see `migrations.lint.job.Result`.
        entries: the files, by path.
        contents: those of files that are not what the disk says, by path.
        reported: the paths that are reported on, in order.
        near: paths where only the checks that know more have something to say.
        examined: what was found in each file by itself.
        later: what was found in it with the facts of all.
        failed: what could not be read.
        notes: what there is to say of no such file.
        checked: how many files were looked at.
    """

    def __init__(self, job: Job, progress: Callable[[str, int, int], None] | None = None) -> None:
        self.job = job
        self.tell = progress or (lambda stage, done, total: None)
        self.jobs = job.request.jobs or available_cores()
        self.contents: dict[str, bytes] = dict(job.texts)
        self.examined: dict[str, Examined] = {}
        self.later: dict[str, list[Seen]] = {}
        self.entries: dict[str, Entry] = {}
        self.reported: list[str] = []
        self.notes: list[Diagnostic] = []
        self.failed: dict[str, Diagnostic] = {}
        self.checked = 0
        self.near: frozenset[str] = frozenset()
        self._root = job.request.root
        self._facts: dict[str, tuple[tuple[str, str, Any], ...]] = {}
        self.run: Run

    def look(self) -> None:
        """Looks at the files."""
        key = key_of((self.job.key, self.job.request.to, sorted(self.job.request.options.items())), ())
        changes = self.job.since.answer() if self.job.since is not None else None
        if changes is not None and self.job.outside is not None:
            self.near = self.job.outside.near(self._root, (*changes.paths, *changes.gone)) - {*changes.paths}
        if (changes or self.job.texts) and self.job.cache and self._look_at_some(key, changes):
            return
        self._look_at_all(key, changes)

    def _look_at_all(self, key: str, changes: Changes | None) -> None:
        self.tell("walk", 0, 1)
        kinds = {kind for item in self.job.request.registry for kind in (*item.kinds, *item.scan_kinds)}
        began = time.time_ns()
        walked = walk(self._root, text=FileKind.TEXT in kinds, exclude=self.job.request.exclude)
        self._prepare(walked)
        entries, twins = without_twins(self._root, walked.entries)
        for twin in twins:
            file = SourceFile(twin.path, kind_of(twin.path.rpartition("/")[2]) or FileKind.TEXT, b"")
            self.notes.append(
                replace(failure_of(own.UNREADABLE_FILE, file, 0, twin.reason), failure=False, level=Level.NOTE)
            )
        for path, reason in walked.unlisted:
            self.notes.append(failure_of(own.UNREADABLE_FILE, SourceFile(path, FileKind.TEXT, b""), 0, reason))
        entries = [entry for entry in entries if entry.kind is not FileKind.TEXT or entry.kind in kinds]
        self.entries = {entry.path: entry for entry in entries}
        for path in self.contents:
            self.entries.setdefault(path, _entry(path))
        key_here = f"{key} {self.run.workspaces!r}"
        before = load_files(self._root, key_here) if self.job.cache else Files(key_here)
        known = self._examine_all([entry for entry in entries if entry.path not in self.contents], before)
        self.examine([self.entries[path] for path in self.contents])
        visited = self._gather_anew(known, before)
        allowed = set(changes.paths) if changes is not None else set(self.contents) or None
        self.reported = [
            path
            for path in sorted(self.entries)
            if (allowed is None or path in allowed) and allowed_path(path, self.job.request.paths)
        ]
        about = None if allowed is None else {_shown(path) for path in allowed}
        self.notes = [
            note
            for note in self.notes
            if note.failure
            or ((about is None or note.path in about) and allowed_path(note.path, self.job.request.paths))
        ]
        if self.job.cache and not self.contents and (known.stale or known.records.keys() != before.records.keys()):
            snapshot = Snapshot(self._root)
            later = {path: seen for path, seen in self.later.items() if seen}
            save(self._root, "lint-files", Files(key_here, time.time_ns(), known.records, later, visited))
            if not walked.unlisted:
                self._save_facts(snapshot, key, walked, began)

    def _gather_anew(self, known: _Records, before: Files) -> frozenset[str]:
        """Asks the migrations that need the facts, as far as what they said last time may have changed.

        Returns:
            The paths that the facts led to.
        """
        reusable = known.same_facts and not self.contents and not known.touched & before.visited
        if not reusable:
            return self.gather([path for path, item in self.examined.items() if item.waiting])
        self.later = {path: seen for path, seen in before.later.items() if path not in known.touched}
        waiting = [path for path in known.touched if (item := self.examined.get(path)) is not None and item.waiting]
        return self.gather(waiting) if waiting else before.visited

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
        facts = {path: item.facts for path, item in self.examined.items() if item.facts}
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
        self.entries = _OnDisk(self._root)
        present = [path for path in sorted(differ) if self._wanted(path)]
        self.examine([_entry(path) for path in present if path not in self.contents])
        self.examine([_entry(path) for path in sorted(self.contents)])
        mine = set(self.contents) if self.contents else set(now.paths)
        self.reported = [
            path for path in sorted(mine) if path in self.examined and allowed_path(path, self.job.request.paths)
        ]
        needed = [path for path in self.reported if self.examined[path].waiting]
        if needed or any(item.visit or item.create for item in self._migrations()):
            self.gather(needed, only=set(self.reported))
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
        self.run.contents = self.contents
        self.profiles, self.not_run = outcome.profiles, outcome.not_run

    def _migrations(self) -> list[Migration]:
        return list({item.id: item for active in self.run.active.values() for item in active}.values())

    def _examine_all(self, entries: list[Entry], before: Files) -> _Records:
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
        self.tell("check", len(records), len(entries))
        same = True
        touched: set[str] = set()
        self.run.facts = NoFacts()
        for chunk in map_chunks(self._examiner(old, len(new)), new, jobs=self.jobs, least=LEAST):
            for path, result in chunk:
                if isinstance(result, Diagnostic):
                    self.failed[path] = result
                    continue
                was = old.get(path)
                if was is not None and was.digest == result.digest:
                    result = Record(result.time, result.size, result.digest, was.examined)
                else:
                    touched.add(path)
                    same = same and _facts(was) == _facts(result)
                records[path] = result
        same = same and all(path in records or not _facts(record) for path, record in old.items())
        self.examined = {path: record.examined for path, record in records.items() if record.examined is not None}
        self.tell("check", len(entries), len(entries))
        self.checked = len(entries)
        return _Records(records, touched, same, bool(new))

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
                    results.append((entry.path, unreadable(entry, error)))
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

    def examine(self, entries: list[Entry]) -> None:
        """Looks at some files, here and now."""
        self.run.facts = NoFacts()
        examiner = Examiner(self.run, len(entries))
        for entry in entries:
            try:
                data = self.run.read(entry.path)
            except OSError as error:
                self.failed[entry.path] = unreadable(entry, error)
                continue
            self.examined[entry.path] = examiner.examine(SourceFile(entry.path, entry.kind, data))
            self.checked += 1

    def gather(self, waiting: Sequence[str], only: set[str] | None = None) -> frozenset[str]:
        """Gathers the facts and asks the migrations that waited for them; gives the paths the facts led to."""
        self.tell("gather", 0, 1)
        facts = [fact for path in self._facts for fact in self._facts[path] if path not in self.examined]
        facts += [fact for item in self.examined.values() for fact in item.facts]
        self.run.facts = {}
        self.run.visits.clear()
        gather(self.run, facts, [], self.entries)
        visited = {path for paths in self.run.visits.values() for path in paths}
        targets = sorted({*waiting, *(path for path in visited if only is None or path in only)})
        self.tell("settle", 0, len(targets))
        for chunk in map_chunks(self._asker(), targets, jobs=self.jobs, least=LEAST):
            for path, seen in chunk:
                self.later[path] = seen
        return frozenset(visited)

    def _asker(self) -> Callable[[Sequence[str]], list[tuple[str, list[Seen]]]]:
        run, examined, entries = self.run, self.examined, self.entries

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

    def have_facts(self) -> None:
        """Gathers the facts if the cache has made that unnecessary so far."""
        if isinstance(self.run.facts, NoFacts):
            self.gather([])


class _OnDisk(dict[str, Entry]):
    """Entries of whatever files there are, without a walk."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = os.fspath(root)

    def __contains__(self, path: object) -> bool:
        return super().__contains__(path) or os.path.isfile(f"{self._root}/{path}")

    def __missing__(self, path: str) -> Entry:
        return _entry(path)


def _entry(path: str) -> Entry:
    return Entry(path, kind_of(path.rpartition("/")[2]) or FileKind.TEXT)


def _shown(path: str) -> str:
    """A path as it is shown: bytes that are no UTF-8 as escapes."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _facts(record: Record | None) -> tuple[tuple[str, str, Any], ...]:
    return record.examined.facts if record is not None and record.examined is not None else ()


def unreadable(entry: Entry, error: OSError) -> Diagnostic:
    """What there is to say about a file that cannot be read."""
    file = SourceFile(entry.path, entry.kind, b"")
    return failure_of(own.UNREADABLE_FILE, file, 0, f"cannot be read: {error.strerror or error}")
