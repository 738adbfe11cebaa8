"""Runs migrations over a repository: prefilter, scan, find, settle, check, plan.

A file that has none of the needles is read and no more. Facts are gathered over the whole repository first; then each
file is settled by itself: find, apply what does not overlap, mend the loads, and again until nothing is left to fix.
What comes out is checked before it gets into the plan, whatever made it: it still parses, is Starlark, and its targets
differ from the old ones only in what the fixes said.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from buildfile.edits import Edit, apply, disjoint
from buildfile.loads import BadLoad, change_loads, parse_load
from buildfile.parallel import available_cores, map_chunks, no_collector
from buildfile.plan import Cause, Failure, FileChange, Plan, Skip
from buildfile.repository import (
    Entry,
    Walked,
    Workspace,
    read_bytes,
    walk,
    workspace_of,
    workspaces,
)
from buildfile.source import STARLARK, FileKind, SourceFile, kind_of
from buildfile.syntax import Unparsable, not_starlark, plainly_valid
from buildfile.targets import Change, changes_between, differing
from migrations.finding import Finding, Fix, Level, Safety
from migrations.migration import Migration
from migrations.needles import pattern_of
from migrations.profiles import Target, target_of
from migrations.registry import Registry
from migrations.view import View

MAX_ROUNDS = 50
"""A file that is not quiet after so many rounds has migrations that undo each other."""

_LEAST_TO_READ = 2000
_LEAST_TO_SETTLE = 150
TEMPLATE = re.compile(rb"^\s*(?:\{%|\{\{|<%|@@ -\d|diff --git |--- a/)|\$\{\w+\}|\{%-? ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with the place it has for people.

    Attributes:
        id: the migration's id.
        path: repository-relative.
        line, column: from 1; for a finding that is fixed and done with in the old file, for any other in the new one.
        end_line, end_column: where it ends.
        message, advice: see `Finding`.
        fixed: whether its fix is part of the plan.
        level: what it asks for; None if it is fixed and leaves nothing to do.
        safety: that of its fix; None if it has none.
        text: the lines it stands on, as they are.
    """

    id: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    advice: str
    fixed: bool
    level: Level | None
    safety: Safety | None
    text: str


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


@dataclass(frozen=True)
class Request:
    """What is to be run.

    Attributes:
        root: the repository.
        registry: the migrations.
        to: a profile, or `auto`.
        options: options of the migrations.
        paths: repository-relative files and directories that may be edited; none for all. Everything is known
            whatever may be edited.
        exclude: paths left out altogether, in .gitignore's syntax.
        jobs: processes; 0 for one a core.
        unsafe: apply fixes that may change the meaning, too.
        keep: takes a view, a migration's id and a finding of it; findings it says no to count as not found.
    """

    root: Path
    registry: Registry
    to: str = "auto"
    options: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[str] = ()
    exclude: Sequence[str] = ()
    jobs: int = 0
    unsafe: bool = True
    keep: Callable[[View, str, Finding], bool] | None = None


@dataclass
class Run:
    """What every process of a run knows."""

    request: Request
    workspaces: dict[str, Workspace]
    targets: dict[str, Target]
    active: dict[str, tuple[Migration, ...]]
    facts: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, frozenset[str]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """What a file holds, or is to hold where `contents` says so.

        Raises:
            OSError: it cannot be read.
        """
        data = self.contents.get(path)
        return read_bytes(f"{os.fspath(self.request.root)}/{path}") if data is None else data

    def view(self, file: SourceFile) -> View:
        """The view of a file in its workspace."""
        workspace = workspace_of(file.path, self.workspaces)
        return View(file, workspace, self.targets[workspace.path], self.facts)

    def migrations_for(self, path: str) -> tuple[Migration, ...]:
        """The migrations that its workspace wants for a file."""
        return self.active[workspace_of(path, self.workspaces).path]

    def wanting(self, file: SourceFile) -> list[Migration]:
        """The migrations that look at a file: one of their needles is in it, or they asked for the file."""
        mine = [item for item in self.migrations_for(file.path) if file.kind in item.kinds]
        data = file.data
        found = {needle for needle in {needle for item in mine for needle in item.needles} if needle in data}
        asked = {id for id, paths in self.visits.items() if file.path in paths}
        return [item for item in mine if item.id in asked or not found.isdisjoint(item.needles)]


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


def settle_file(
    file: SourceFile, migrations: Registry, workspace: Workspace, target: Target, facts: Mapping[str, Any] | None = None
) -> FileResult:
    """Settles one file that need not be on disk, for editors and tests; see `run`."""
    request = Request(Path("."), migrations)
    active = tuple(item for item in migrations if not item.gate.why_not(target))
    state = Run(request, {"": workspace}, {workspace.path: target}, {workspace.path: active}, dict(facts or {}))
    return settle(state, file)


def prepare(request: Request, walked: Walked) -> tuple[Run, Outcome]:
    """What a run knows before it has searched anything, and its outcome so far."""
    found = workspaces(request.root, walked)
    outcome = Outcome(ignored_roots=walked.ignored_roots)
    state = Run(request, found, {}, {})
    reasons: dict[str, str] = {}
    running: set[str] = set()
    for path, workspace in found.items():
        target = target_of(workspace, request.to, request.options)
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


@dataclass(slots=True)
class FileResult:
    """What became of one file."""

    path: str
    change: FileChange | None = None
    findings: list[Reported] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    failure: Failure | None = None


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


def settle(state: Run, file: SourceFile, *, new: bool = False) -> FileResult:
    """Settles one file, which does not exist yet if it is new.

    Whatever a migration does wrong is a failure of that file and nothing more.
    """
    keep = state.request.keep
    running = ""
    result = FileResult(file.path)
    fixed: list[Reported] = []
    left: list[tuple[str, Finding]] = []  # fixed, but with something left to do; moved along as the file changes
    declared: set[Change] = set()
    now = file
    try:
        for _ in range(MAX_ROUNDS):
            view = state.view(now)
            found: list[tuple[str, Finding]] = []
            for migration in state.wanting(now):
                running = migration.id
                found += [
                    (migration.id, finding)
                    for finding in migration.find(view)
                    if keep is None or keep(view, migration.id, finding)
                ]
            running = ""
            fixable = [(id, item) for id, item in found if _applies(state, item)]
            if view.unparsable and not fixable:
                _report_unparsable(result, now, view.unparsable)
            if not fixable:
                result.findings = [item for item in fixed if item.level is None]
                result.findings += [_reported(id, now, item, fixed=True) for id, item in left]
                result.findings += [_reported(id, now, item) for id, item in found]
                break
            refused = refusal(now) if now is file else None
            if refused is not None:
                offset, reason = refused
                _report_unparsable(result, now, [(offset, reason)])
                result.findings = [_reported(id, now, replace(item, level=Level.PERSON)) for id, item in found]
                return result
            accepted = _compatible(fixable, now)
            if not accepted:
                raise Breach(f"{_names(fixable)}: a fix whose own edits want the same bytes")
            now, steps = apply_fixes(now, view, accepted)
            fixed += [_reported(id, view.file, item, fixed=True) for id, item in accepted]
            left = [(id, _moved(item, steps)) for id, item in (*left, *((i, f) for i, f in accepted if f.advice))]
            declared.update(change for _, item in accepted if item.fix for change in item.fix.changes)
            if now.data == view.file.data:
                raise Breach(f"{_names(accepted)}: a fix that changes nothing")
        else:
            raise Breach(f"does not settle after {MAX_ROUNDS} rounds: {_names(fixable)}")
        if now.data != file.data:
            check(file, now, declared)
            result.change = FileChange(file.path, None if new else file.data, now.data, _causes(fixed))
    except Breach as breach:
        return FileResult(file.path, failure=Failure(file.path, 0, f"left as it was: {breach}"))
    except Exception as error:
        culprit = f"{running}: " if running else ""
        reason = f"left as it was: {culprit}internal error, please report it: {type(error).__name__}: {error}"
        return FileResult(file.path, failure=Failure(file.path, 0, reason))
    return result


class Breach(Exception):
    """A check that refused the result of the fixes."""


def _applies(state: Run, finding: Finding) -> bool:
    return finding.fix is not None and (state.request.unsafe or finding.fix.safety is Safety.SAFE)


def _names(accepted: list[tuple[str, Finding]]) -> str:
    return ", ".join(sorted({id for id, _ in accepted}))


def _compatible(fixable: list[tuple[str, Finding]], file: SourceFile) -> list[tuple[str, Finding]]:
    """As many fixes as can be applied in one go, earlier ones first.

    What a migration writes into a statement depends on how it looked, so no two write into the same one.
    """
    accepted: list[tuple[str, Finding]] = []
    taken: list[Edit] = []
    bound: dict[str, tuple[str, str]] = {}
    writers: dict[int, str] = {}
    starts = [statement.lead for statement in file.statements]
    for id, finding in fixable:
        fix = finding.fix
        assert fix is not None
        if any(bound.get(local, target) != target for local, target in fix.bind.items()):
            continue
        if not disjoint(fix.edits) or any(_collides(taken, edit) for edit in fix.edits):
            continue
        mine = {bisect_right(starts, edit.start) for edit in fix.edits} if starts else set()
        if any(writers.get(at, id) != id for at in mine):
            continue
        for edit in fix.edits:
            insort(taken, edit)
        bound.update(fix.bind)
        writers.update(dict.fromkeys(mine, id))
        accepted.append((id, finding))
    return accepted


def _collides(taken: list[Edit], edit: Edit) -> bool:
    """Whether an edit wants bytes that another has, or inserts where another one starts."""
    at = bisect_left(taken, edit)
    before = taken[at - 1] if at else None
    behind = taken[at] if at < len(taken) else None
    return (before is not None and (before.end > edit.start or before.start == edit.start)) or (
        behind is not None and (edit.end > behind.start or edit.start == behind.start)
    )


def apply_fixes(
    file: SourceFile, view: View, accepted: list[tuple[str, Finding]]
) -> tuple[SourceFile, list[list[Edit]]]:
    """The file with some fixes made and its loads mended, and the edits of both steps."""
    fixes: list[Fix] = [finding.fix for _, finding in accepted if finding.fix is not None]
    steps = [sorted(edit for fix in fixes for edit in fix.edits)]
    data = apply(file.data, steps[0])
    bind = {local: target for fix in fixes for local, target in fix.bind.items()}
    release = {local for fix in fixes for local in fix.release}
    now = SourceFile(file.path, file.kind, data)
    if bind or release:
        steps.append(sorted(change_loads(now, bind, release, view.same_file)))
        now = SourceFile(file.path, file.kind, apply(data, steps[1]))
    return now, steps


def _moved(finding: Finding, steps: list[list[Edit]]) -> Finding:
    """The same finding at the place it has after some edits."""
    start, end = finding.start, finding.end
    for edits in steps:
        start, end = _shifted(start, edits), _shifted(end, edits)
    return replace(finding, start=start, end=max(start, end))


def _shifted(offset: int, edits: list[Edit]) -> int:
    shift = 0
    for edit in edits:
        if edit.start >= offset:
            break
        if edit.end > offset:
            return edit.start + shift + min(offset - edit.start, len(edit.text))
        shift += len(edit.text) - (edit.end - edit.start)
    return offset + shift


def refusal(file: SourceFile) -> tuple[int, str] | None:
    """Why a file must not be edited: the first thing in it that does not parse, or that Starlark does not have."""
    if file.kind not in STARLARK:
        return None
    for statement in file.statements:
        try:
            if statement.is_load and statement.error is None:
                parse_load(statement)
            elif not plainly_valid(file.data, statement.start, statement.end):
                wrong = not_starlark(statement.tree)
                if wrong is not None:
                    return wrong[1], wrong[0]
        except Unparsable as error:
            return error.offset, error.reason
        except BadLoad as error:
            return statement.start, str(error)
    return None


def _report_unparsable(result: FileResult, file: SourceFile, unparsable: list[tuple[int, str]]) -> None:
    template = TEMPLATE.search(file.data) is not None
    offset, reason = unparsable[0]
    line = file.position(offset)[0]
    if template:
        result.skips.append(Skip(file.path, line, f"is a template, not Starlark: {reason}"))
    else:
        result.failure = Failure(file.path, line, f"cannot be parsed, so nothing in it was edited: {reason}")


def check(old: SourceFile, new: SourceFile, declared: set[Change]) -> None:
    """What every result has to pass before it may be written.

    Raises:
        Breach: it does not.
    """
    if old.kind not in STARLARK:
        return
    for statement in differing(old, new)[1]:
        line = new.position(statement.start)[0]
        try:
            if statement.is_load and statement.error is None:
                parse_load(statement)
                continue
            wrong = not_starlark(statement.tree)
        except (Unparsable, BadLoad) as error:
            raise Breach(f"the result would not parse at line {line}: {error}") from None
        if wrong is not None:
            raise Breach(f"the result would not be Starlark at line {line}: {wrong[0]}")
    try:
        really = changes_between(old, new)
    except Unparsable as error:
        raise Breach(f"the result cannot be compared with the old file: {error}") from None
    undeclared = sorted(change for change in really - declared)
    if undeclared:
        text = ", ".join(f"{change.target or 'a target'}: {change.what}" for change in undeclared[:3])
        raise Breach(f"the result would change targets in a way that no fix declared ({text})")


def _causes(fixed: list[Reported]) -> tuple[Cause, ...]:
    return tuple(Cause(item.id, item.line, item.message) for item in fixed)


def _reported(id: str, file: SourceFile, finding: Finding, *, fixed: bool = False) -> Reported:
    line, column = file.position(finding.start)
    end_line, end_column = file.position(finding.end)
    first = file.data.rfind(b"\n", 0, finding.start) + 1
    last = file.data.find(b"\n", max(finding.start, finding.end - 1))
    text = file.data[first : last if last >= 0 else len(file.data)]
    return Reported(
        id,
        file.path,
        line,
        column,
        end_line,
        end_column,
        finding.message,
        finding.advice,
        fixed,
        None if fixed and not finding.advice else finding.level,
        finding.fix.safety if finding.fix is not None else None,
        text[:2000].decode("utf-8", "replace").rstrip("\r"),
    )
