"""Settles one file: find, apply what does not overlap, mend the loads, and again until nothing is left to fix.

Whatever comes out is checked, whichever migration made it; see `migrations.guard`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field, replace

from buildfile.edits import Edit, apply, disjoint
from buildfile.loads import change_loads
from buildfile.plan import Cause, Failure, FileChange, Skip
from buildfile.source import SourceFile
from buildfile.targets import Change
from migrations.finding import Finding, Fix, Level, Safety
from migrations.guard import Breach, check, refusal
from migrations.run import Run
from migrations.view import View

MAX_ROUNDS = 50
"""A file that is not quiet after so many rounds has migrations that undo each other."""


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


@dataclass(slots=True)
class FileResult:
    """What became of one file."""

    path: str
    change: FileChange | None = None
    findings: list[Reported] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    failure: Failure | None = None


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


def _report_unparsable(result: FileResult, file: SourceFile, unparsable: list[tuple[int, str]]) -> None:
    template = TEMPLATE.search(file.data) is not None
    offset, reason = unparsable[0]
    line = file.position(offset)[0]
    if template:
        result.skips.append(Skip(file.path, line, f"is a template, not Starlark: {reason}"))
    else:
        result.failure = Failure(file.path, line, f"cannot be parsed, so nothing in it was edited: {reason}")


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
