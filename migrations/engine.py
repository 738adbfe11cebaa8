"""Runs migrations over a repository: prefilter, scan, find, settle, check, plan.

A file that has none of the needles is read and no more. Facts are gathered over the whole repository first; then each
file is settled by itself (`migrations.settle`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from buildfile.parallel import available_cores, map_chunks, no_collector
from buildfile.plan import Failure, Plan, Skip
from buildfile.repository import Entry, Walked, read_bytes, walk, workspaces
from buildfile.source import FileKind, SourceFile, kind_of
from migrations.emitted import with_emitted
from migrations.migration import Migration
from migrations.needles import pattern_of
from migrations.profiles import target_of
from migrations.run import Request, Run
from migrations.settle import FileResult, Reported, settle

_LEAST_TO_READ = 2000
_LEAST_TO_SETTLE = 150


@dataclass
class Outcome:
    """What a run found and wants to do.

    Attributes:
        plan: the changes, skips and failures.
        findings: everything found, fixed or not, by path and place.
        profiles: workspace directory to the profile it is moved to.
        not_run: migration id to why it was not run for any workspace.
        ignored_roots: workspaces nested in what Bazel ignores, which were not looked at.
        searched: how many files were read.
    """

    plan: Plan = field(default_factory=Plan)
    findings: list[Reported] = field(default_factory=list)
    profiles: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    ignored_roots: tuple[str, ...] = ()
    searched: int = 0


Progress = Callable[[str, int, int], None]


def run(request: Request, progress: Progress | None = None) -> Outcome:
    """Finds and settles over a whole repository; writes nothing.

    Args:
        request: what to run.
        progress: called with the name of the stage, how much is done and how much there is.
    """
    with no_collector():
        return _run(request, progress)


def _run(request: Request, progress: Progress | None) -> Outcome:
    jobs = request.jobs or available_cores()
    tell = progress or (lambda stage, done, total: None)
    wants_text = any(FileKind.TEXT in item.kinds or FileKind.TEXT in item.scan_kinds for item in request.registry)
    tell("walk", 0, 1)
    walked = walk(request.root, text=wants_text, exclude=request.exclude)
    state, outcome = prepare(request, walked)
    entries, twins = without_twins(request.root, walked.entries)
    outcome.plan.skips += twins
    first = [entry for entry in entries if entry.kind is not FileKind.TEXT]
    tell("search", 0, len(first))
    hits, facts = _search(state, first, jobs, outcome)
    if hits or facts or _in_use(state):
        texts = [entry for entry in entries if entry.kind is FileKind.TEXT]
        tell("search", len(first), len(first) + len(texts))
        more_hits, more_facts = _search(state, texts, jobs, outcome)
        hits, facts = hits + more_hits, facts + more_facts
    by_path = {entry.path: entry for entry in entries}
    hits = gather(state, facts, hits, by_path)
    allowed = [entry for entry in hits if allowed_path(entry.path, request.paths)]
    tell("settle", 0, len(allowed))
    for results in map_chunks(_settler(state), allowed, jobs=jobs, least=_LEAST_TO_SETTLE):
        for result in results:
            _collect(outcome, result)
    outcome.plan.sort()
    outcome.findings.sort(key=lambda item: (item.path, item.line, item.column, item.id))
    tell("settle", len(allowed), len(allowed))
    return outcome


def _in_use(state: Run) -> bool:
    """Whether a workspace has the module that a migration of its text files is about."""
    return any(
        migration.gate.module in (*state.workspaces[path].dependencies, state.workspaces[path].module)
        for path, active in state.active.items()
        for migration in active
        if FileKind.TEXT in migration.kinds or FileKind.TEXT in migration.scan_kinds
    )


def prepare(request: Request, walked: Walked) -> tuple[Run, Outcome]:
    """What a run knows before it has searched anything, and its outcome so far."""
    found = {path: with_emitted(request.root, item) for path, item in workspaces(request.root, walked).items()}
    outcome = Outcome(ignored_roots=walked.ignored_roots)
    outcome.plan.failures += [Failure(path, 0, reason) for path, reason in walked.unlisted]
    state = Run(request, found, {}, {})
    reasons: dict[str, str] = {}
    running: set[str] = set()
    for path, workspace in found.items():
        options = request.options
        if request.paths and not any(allowed_path(file, request.paths) for file in workspace.module_files):
            options = {**options, "bump": "no"}
        target = target_of(workspace, request.to, options)
        state.targets[path] = target
        outcome.profiles[path] = target.profile
        active = []
        for migration in request.registry:
            reason = migration.gate.why_not(target)
            if reason:
                reasons.setdefault(migration.id, reason)
            else:
                active.append(migration)
                running.add(migration.id)
        state.active[path] = tuple(active)
    outcome.not_run = {id: reason for id, reason in reasons.items() if id not in running}
    return state, outcome


def without_twins(root: Path, entries: tuple[Entry, ...]) -> tuple[list[Entry], list[Skip]]:
    """The entries without links to files that are walked themselves or lie outside the repository.

    Nor are those among them whose name is no text: Bazel does not take it, and no report could hold it.
    """
    kept: list[Entry] = []
    skips: list[Skip] = []
    real: set[str] | None = None
    base = os.path.realpath(root)
    for entry in entries:
        if not entry.path.isascii() and not _is_unicode(entry.path):
            if entry.kind is not FileKind.TEXT:
                shown = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
                skips.append(Skip(shown, 0, "has a name that is not UTF-8, which Bazel does not take"))
            continue
        if entry.linked is not None:
            if real is None:
                real = {f"{base}/{other.path}" for other in entries if other.linked is None}
            if entry.linked in real:
                continue
            if not entry.linked.startswith(base + "/"):
                if entry.kind is not FileKind.TEXT:
                    skips.append(Skip(entry.path, 0, "is a link that leads out of the repository; not followed"))
                continue
            real.add(entry.linked)
        kept.append(entry)
    return kept, skips


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _pattern(needles: Iterable[bytes]) -> re.Pattern[bytes] | None:
    wanted = set(needles)
    return pattern_of(wanted) if wanted else None


def _search(state: Run, entries: list[Entry], jobs: int, outcome: Outcome) -> tuple[list[Entry], list[Any]]:
    """The files that any needle hits, and the facts of the files that any scan looks at."""
    kinds = {entry.kind for entry in entries}
    every = {migration.id: migration for active in state.active.values() for migration in active}.values()
    patterns = {
        kind: (
            _pattern(needle for item in every if kind in item.kinds for needle in item.needles),
            _pattern(needle for item in every if item.scan and kind in item.scan_kinds for needle in item.scan_needles),
        )
        for kind in kinds
    }
    root = os.fspath(state.request.root)

    def search(chunk: Sequence[Entry]) -> tuple[list[Entry], list[tuple[str, str, Any]], list[Failure]]:
        hits: list[Entry] = []
        facts: list[tuple[str, str, Any]] = []
        failures: list[Failure] = []
        for entry in chunk:
            find, scan = patterns[entry.kind]
            if find is None and scan is None:
                continue
            try:
                data = read_bytes(f"{root}/{entry.path}")
            except OSError as error:
                failures.append(Failure(entry.path, 0, f"cannot be read: {error.strerror or error}"))
                continue
            if find is not None and find.search(data):
                hits.append(entry)
            if scan is not None and scan.search(data):
                facts += facts_of(state, SourceFile(entry.path, entry.kind, data))
        return hits, facts, failures

    hits: list[Entry] = []
    facts: list[tuple[str, str, Any]] = []
    for some_hits, some_facts, failures in map_chunks(search, entries, jobs=jobs, least=_LEAST_TO_READ):
        hits += some_hits
        facts += some_facts
        outcome.plan.failures += failures
    outcome.searched += len(entries)
    return hits, facts


def facts_of(state: Run, file: SourceFile) -> list[tuple[str, str, Any]]:
    """What the scans say about a file: `(migration id, path, fact)`."""
    view = state.view(file)
    facts = []
    for migration in state.migrations_for(file.path):
        if (
            migration.scan is not None
            and file.kind in migration.scan_kinds
            and any(needle in file.data for needle in migration.scan_needles)
        ):
            fact = migration.scan(view)
            if fact is not None:
                facts.append((migration.id, file.path, fact))
    return facts


def gather(state: Run, facts: list[Any], hits: list[Entry], by_path: dict[str, Entry]) -> list[Entry]:
    """Gathers the facts; gives the files to look at, those that facts ask for among them, in order."""
    wanted = {entry.path for entry in hits}
    migrations = {item.id: item for active in state.active.values() for item in active}
    by_id: dict[str, list[tuple[str, Any]]] = {}
    for id, path, fact in facts:
        by_id.setdefault(id, []).append((path, fact))
    for id, migration in migrations.items():
        if migration.gather is None:
            continue
        state.facts[id] = migration.gather(sorted(by_id.get(id, []), key=lambda item: item[0]))
        paths = {path for path in migration.visit(state.facts[id]) if path in by_path} if migration.visit else set()
        if migration.trace is not None and migration.conclude is not None:
            found = _traced(state, migration, [by_path[path] for path in sorted(paths)])
            state.facts[id] = migration.conclude(state.facts[id], found)
        if migration.create is not None:
            paths.update(_made_room(migration.create(state.facts[id]), by_path))
        state.visits[id] = frozenset(paths)
        wanted.update(paths)
    return [by_path[path] for path in sorted(wanted)]


def _traced(state: Run, migration: Migration, entries: list[Entry]) -> list[tuple[str, Any]]:
    """What a migration's `trace` says about files that its facts led to; those that cannot be read say nothing."""
    trace = migration.trace
    assert trace is not None

    def look(chunk: Sequence[Entry]) -> list[tuple[str, Any]]:
        found = []
        for entry in chunk:
            try:
                data = state.read(entry.path)
            except OSError:
                continue  # settling the file says so
            fact = trace(state.view(SourceFile(entry.path, entry.kind, data)))
            if fact is not None:
                found.append((entry.path, fact))
        return found

    chunks = map_chunks(look, entries, jobs=state.request.jobs or available_cores(), least=_LEAST_TO_SETTLE)
    return [item for chunk in chunks for item in chunk]


def _made_room(paths: Collection[str], by_path: dict[str, Entry]) -> Iterator[str]:
    """The paths, each with an entry; those of files that do not exist yet get one that is marked as new."""
    for path in paths:
        kind = kind_of(path.rpartition("/")[2])
        if path not in by_path and kind is not None:
            by_path[path] = Entry(path, kind, new=True)
        yield path


def allowed_path(path: str, allowed: Sequence[str]) -> bool:
    """Whether a path is one of some files and directories or below one of them; always if there are none."""
    return not allowed or any(item in ("", ".") or path == item or path.startswith(item + "/") for item in allowed)


def _collect(outcome: Outcome, result: FileResult) -> None:
    if result.change is not None:
        outcome.plan.changes.append(result.change)
    outcome.findings += result.findings
    outcome.plan.skips += result.skips
    if result.failure is not None:
        outcome.plan.failures.append(result.failure)


def _settler(state: Run) -> Callable[[Sequence[Entry]], list[FileResult]]:
    def work(chunk: Sequence[Entry]) -> list[FileResult]:
        results = []
        for entry in chunk:
            if entry.new:
                results.append(settle(state, SourceFile(entry.path, entry.kind, b""), new=True))
                continue
            try:
                data = state.read(entry.path)
            except OSError as error:
                reason = f"cannot be read: {error.strerror or error}"
                results.append(FileResult(entry.path, failure=Failure(entry.path, 0, reason)))
                continue
            results.append(settle(state, SourceFile(entry.path, entry.kind, data)))
        return results

    return work
