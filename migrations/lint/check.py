"""Looks at one file: can it be read as Starlark, what do the migrations find in it, what suppresses that."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, NoReturn

from buildfile.repository import workspace_of
from buildfile.source import STARLARK, FileKind, SourceFile
from buildfile.syntax import Unparsable, not_starlark, plainly_valid
from migrations.engine import facts_of
from migrations.finding import Finding, Fix
from migrations.lint.diagnostic import Diagnostic, diagnostic_of, failure_of
from migrations.lint.own import FAILED_CHECK, SYNTAX_ERROR
from migrations.lint.suppressions import Suppression, suppressions_of
from migrations.migration import Migration
from migrations.needles import Needles
from migrations.run import Run
from migrations.settle import TEMPLATE
from migrations.view import View

_KEYWORDS = re.compile(rb"(?:^|[(,])[ \t]*([A-Za-z_]\w*)[ \t]*=(?!=)", re.MULTILINE)
_OFTEN = 2000
"""A run over so many files is worth the time it takes to compile the pattern of plain statements."""


class Seen(NamedTuple):
    """A finding of a file.

    Attributes:
        diagnostic: the finding.
        suppressed: the suppressions that cover it, as indices.
        fix: what tells its fix from others; `""` if it has none that does anything by itself.
        beside: see `Finding.beside`.
    """

    diagnostic: Diagnostic
    suppressed: tuple[int, ...] = ()
    fix: str = ""
    beside: str = ""


class Examined(NamedTuple):
    """What came of a file.

    Attributes:
        seen: what was found.
        suppressions: the suppression comments.
        waiting: ids of migrations that need the facts of the whole repository to say anything.
        facts: what the scans say: `(migration id, path, fact)`.
    """

    seen: tuple[Seen, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    waiting: tuple[str, ...] = ()
    facts: tuple[tuple[str, str, Any], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say about the file."""
        return not (self.seen or self.suppressions or self.waiting or self.facts)


class _FactsNeeded(BaseException):
    """A migration asked for facts before they were gathered; no error, and so not to be caught as one."""


class NoFacts(dict[str, Any]):
    """Stands for the facts of the repository while there are none: whoever asks is asked again later."""

    def _refuse(self, *_: object) -> NoReturn:
        raise _FactsNeeded

    __getitem__ = get = __contains__ = __iter__ = items = values = keys = _refuse


_Wanting = tuple[Migration, frozenset[bytes]]


class Examiner:
    """Examines files of a run, one after the other.

    Args:
        run: the run, whose facts are not known yet.
        count: how many files are to come.
    """

    def __init__(self, run: Run, count: int) -> None:
        self._run = run
        self._quick = count >= _OFTEN
        self._active: dict[tuple[str, FileKind], tuple[Needles, list[_Wanting]]] = {}

    def examine(self, file: SourceFile) -> Examined:
        """Everything that can be said about a file by itself."""
        seen: list[Seen] = []
        waiting: list[str] = []
        suppressions = suppressions_of(file)
        view = self._run.view(file)
        problem = _problem(view, self._quick) if file.kind in STARLARK else None
        if problem is not None:
            offset, reason = problem
            if TEMPLATE.search(file.data):
                reason = f"is a template, not Starlark: {reason}"
            seen.append(_seen(failure_of(SYNTAX_ERROR, file, offset, reason), suppressions))
        facts: tuple[tuple[str, str, Any], ...] = ()
        try:
            facts = tuple(facts_of(self._run, file))
        except Exception as error:
            seen.append(_broken(file, "a scan", error))
        for migration in self._wanted(file):
            try:
                seen += _found(file, view, migration, suppressions)
            except _FactsNeeded:
                waiting.append(migration.id)
        return Examined(tuple(seen), suppressions, tuple(waiting), facts)

    def examine_again(self, file: SourceFile, ids: Collection[str], before: Examined) -> list[Seen]:
        """What the migrations that waited for the facts have to say."""
        view = self._run.view(file)
        seen: list[Seen] = []
        for migration in self._run.migrations_for(file.path):
            if migration.id in ids and file.kind in migration.kinds:
                seen += _found(file, view, migration, before.suppressions)
        return seen

    def _wanted(self, file: SourceFile) -> list[Migration]:
        """The migrations one of whose needles is in a file."""
        key = workspace_of(file.path, self._run.workspaces).path, file.kind
        if key not in self._active:
            active = [item for item in self._run.active[key[0]] if file.kind in item.kinds]
            needles = Needles({needle for item in active for needle in item.needles})
            self._active[key] = needles, [(item, frozenset(item.needles)) for item in active]
        needles, mine = self._active[key]
        there = needles.among(file.data)
        return [migration for migration, wanted in mine if not there.isdisjoint(wanted)]


def _found(file: SourceFile, view: View, migration: Migration, suppressions: tuple[Suppression, ...]) -> Iterator[Seen]:
    """What one migration finds; an error in it is a finding too."""
    try:
        found = list(migration.find(view))
    except Exception as error:
        yield _broken(file, migration.id, error)
        return
    for finding in found:
        covering = suppressed_by(migration.id, finding, suppressions)
        yield Seen(diagnostic_of(migration.id, file, finding), covering, _told(finding.fix), finding.beside)


def _told(fix: Fix | None) -> str:
    """What tells a fix from others."""
    if fix is None or not (fix.edits or fix.release):
        return ""
    return repr((fix.edits, sorted(fix.bind.items()), () if fix.edits else sorted(fix.release)))


def suppressed_by(id: str, finding: Finding, suppressions: tuple[Suppression, ...]) -> tuple[int, ...]:
    """The indices of the suppressions that cover a finding."""
    return tuple(number for number, item in enumerate(suppressions) if item.suppresses(id, finding))


def _seen(diagnostic: Diagnostic, suppressions: tuple[Suppression, ...]) -> Seen:
    finding = Finding(diagnostic.start, diagnostic.end, diagnostic.message)
    return Seen(diagnostic, suppressed_by(diagnostic.id, finding, suppressions))


def _broken(file: SourceFile, what: str, error: Exception) -> Seen:
    message = f"{what} broke on this file, please report it: {type(error).__name__}: {error}"
    return Seen(failure_of(FAILED_CHECK, file, 0, message))


def _problem(view: View, quick: bool) -> tuple[int, str] | None:
    """The first thing in a file that Bazel cannot read, with its offset."""
    file = view.file
    bad = {statement.start: reason for statement, reason in view.bindings.bad_loads}
    for statement in file.statements:
        if statement.is_load and statement.error is None:
            if statement.start in bad:
                return statement.start, bad[statement.start]
            continue
        try:
            if quick and plainly_valid(file.data, statement.start, statement.end):
                names = _KEYWORDS.findall(statement.text)
                if len(names) == len(set(names)):
                    continue
            wrong = not_starlark(statement.tree)
        except Unparsable as error:
            return min(error.offset, len(file.data)), error.reason
        except RecursionError:
            return statement.start, "nested too deeply"
        if wrong is not None:
            return wrong[1], wrong[0]
    return None
