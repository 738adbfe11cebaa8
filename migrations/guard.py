"""What a file has to be before it may be edited, and what it has to be afterwards.

Whatever made the edits, a file that is not Starlark throughout is left alone, and a result that does not parse, or in
which targets differ in a way that no fix declared, is refused.
"""

from __future__ import annotations

from buildfile.loads import BadLoad, parse_load, used_too_early
from buildfile.source import STARLARK, SourceFile
from buildfile.syntax import Unparsable, not_starlark, plainly_valid
from buildfile.targets import Change, changes_between, differing


class Breach(Exception):
    """A check that refused the result of the fixes."""


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
    early = used_too_early(new)
    if early and early - used_too_early(old):
        raise Breach(f"the result would use {', '.join(sorted(early))} in front of the statement that loads it")
    try:
        really = changes_between(old, new)
    except Unparsable as error:
        raise Breach(f"the result cannot be compared with the old file: {error}") from None
    undeclared = sorted(change for change in really - declared)
    if undeclared:
        text = ", ".join(f"{change.target or 'a target'}: {change.what}" for change in undeclared[:3])
        raise Breach(f"the result would change targets in a way that no fix declared ({text})")
