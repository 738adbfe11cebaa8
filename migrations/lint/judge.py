"""What suppression comments are themselves worth: those that are badly written, and those that nothing needs."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from buildfile.edits import Edit
from buildfile.source import FileKind, SourceFile
from migrations.finding import Finding, Fix
from migrations.lint.own import BAD_SUPPRESSION, OWN, STALE_SUPPRESSION
from migrations.lint.suppressions import Suppression

_LINTERS = frozenset(item.id for item in OWN)


def judge(
    file: SourceFile,
    suppressions: tuple[Suppression, ...],
    used: Collection[tuple[int, str]],
    known: Collection[str],
    judged: Collection[str],
) -> list[tuple[str, Finding]]:
    """What is wrong with the suppressions of a file.

    Args:
        file: the file.
        suppressions: its suppressions.
        used: index and id of each that a finding needed.
        known: every id there is.
        judged: the ids whose findings were asked for; what else is suppressed may be needed.
    """
    found: list[tuple[str, Finding]] = []
    if file.kind is FileKind.TEXT:
        return found
    for number, item in enumerate(suppressions):
        if not item.ours:
            continue
        found += [(BAD_SUPPRESSION, finding) for finding in _bad(item, known)]
        stale = [id for id in item.ids if _stale(number, id, used, known, judged)]
        if stale:
            message = f"nothing here needs the suppression of {', '.join(stale)}"
            found.append((STALE_SUPPRESSION, Finding(item.start, item.end, message, _without(file, item, stale))))
    return found


def _stale(
    number: int, id: str, used: Collection[tuple[int, str]], known: Collection[str], judged: Collection[str]
) -> bool:
    named = _named(id, known)
    return (
        bool(named)
        and all(one in judged and one not in _LINTERS for one in named)
        and not any((number, one) in used for one in named)
    )


def _named(id: str, known: Collection[str]) -> list[str]:
    return [one for one in known if one == id or one.startswith(id + "-")]


def _bad(item: Suppression, known: Collection[str]) -> list[Finding]:
    """What is wrong with a suppression as it is written."""
    if item.problem:
        return [Finding(item.start, item.end, item.problem)]
    found = []
    for id in item.ids:
        if not _named(id, known):
            near = difflib.get_close_matches(id, known, 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            found.append(Finding(item.start, item.end, f"no finding is called '{id}'{hint}"))
    if not item.reason:
        advice = "Say why in parentheses behind the ids."
        found.append(Finding(item.start, item.end, "this suppression gives no reason", advice=advice))
    return found


def _without(file: SourceFile, item: Suppression, stale: list[str]) -> Fix:
    """Takes ids out of a suppression, or all of it away."""
    data = file.data
    kept = [id for id in item.ids if id not in stale]
    if kept:
        at = data.index(b"=", item.start) + 1
        first = data.index(item.ids[0].encode(), at)
        last = first
        for id in item.ids:
            last = data.index(id.encode(), last) + len(id)
        return Fix((Edit(first, last, ", ".join(kept).encode()),))
    start, end = item.start, item.end
    line = data.rfind(b"\n", 0, start) + 1
    if data[line:start].strip():
        while data[start - 1 : start] in (b" ", b"\t"):
            start -= 1
        return Fix((Edit(start, end, b""),))
    newline = data.find(b"\n", end)
    return Fix((Edit(line, len(data) if newline < 0 else newline + 1, b""),))
