"""What a fix does to the lines it touches: before and after, for reports and editors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from buildfile.source import SourceFile
from migrations.finding import Finding
from migrations.lint.diagnostic import Diagnostic
from migrations.run import Run
from migrations.settle import apply_fixes


@dataclass(frozen=True, slots=True)
class Preview:
    """The lines a fix changes.

    Attributes:
        line: the first of them, from 1, in the file as it is.
        before: the lines as they are, line ends included; empty if lines are only added.
        after: what takes their place.
    """

    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]


def previews(run: Run, file: SourceFile, wanted: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, Preview]]:
    """What the fix of each of some diagnostics of a file does, loads included; those without a fix are left out.

    Args:
        run: a run whose facts are gathered.
        file: the file as it was when the diagnostics were made.
        wanted: the diagnostics.
    """
    by_place = {(item.id, item.start, item.end, item.message): item for item in wanted if item.safety is not None}
    if not by_place:
        return
    view = run.view(file)
    ids = {id for id, *_ in by_place}
    for migration in run.migrations_for(file.path):
        if migration.id not in ids or file.kind not in migration.kinds:
            continue
        for finding in migration.find(view):
            item = by_place.get((migration.id, finding.start, finding.end, finding.message))
            if item is not None and finding.fix is not None:
                yield item, preview(run, file, migration.id, finding)


def preview(run: Run, file: SourceFile, id: str, finding: Finding) -> Preview:
    """What one fix does."""
    now, _ = apply_fixes(file, run.view(file), [(id, finding)])
    old, new = _lines(file.data), _lines(now.data)
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return Preview(first + 1, tuple(old[first : len(old) - last]), tuple(new[first : len(new) - last]))


def _lines(data: bytes) -> list[str]:
    """The lines, which end where those of a place do: at a line feed and nothing else."""
    return [line for line in _ENDS.split(data.decode("utf-8", "replace")) if line]


_ENDS = re.compile(r"(?<=\n)")
