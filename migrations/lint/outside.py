"""Checks of one run that know more than BUILD files and the facts in them: what they find is never kept for the next.

They take the place of checks of the same ids that find nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from migrations.migration import Migration
from migrations.run import Run

_BUILD = ("BUILD.bazel", "BUILD")


@dataclass(frozen=True)
class Outside:
    """The checks and what they are about.

    Attributes:
        checks: the checks; they ask for no facts.
        paths: the files they have something to say about.
        problems: why they know less than they should.
    """

    checks: tuple[Migration, ...]
    paths: frozenset[str]
    problems: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the checks."""
        return frozenset(item.id for item in self.checks)

    def with_others(self, others: Outside) -> Outside:
        """These checks and some others."""
        return Outside((*self.checks, *others.checks), self.paths | others.paths, (*self.problems, *others.problems))

    def put_into(self, run: Run) -> Run:
        """A run with these checks in place of those of the same ids."""
        mine = {item.id: item for item in self.checks}
        active = {path: tuple(mine.get(item.id, item) for item in items) for path, items in run.active.items()}
        return replace(run, active=active)

    def asking(self, run: Run) -> Run:
        """A run in which these checks look at their files."""
        return replace(run, visits={**run.visits, **{item.id: self.paths for item in self.checks}})

    def near(self, root: Path, changed: Iterable[str]) -> frozenset[str]:
        """Those of their files whose packages some changed paths belong to."""
        base = os.fspath(root)
        found: set[str] = set()
        known: dict[str, str] = {}
        for path in changed:
            directory = path.rpartition("/")[0]
            if directory not in known:
                known[directory] = _build_file(base, directory)
            found.add(known[directory])
        return self.paths & found


def _build_file(base: str, directory: str) -> str:
    """The BUILD file of the package that a directory belongs to; "" if there is none."""
    while True:
        for name in _BUILD:
            path = f"{directory}/{name}" if directory else name
            if os.path.isfile(f"{base}/{path}"):
                return path
        if not directory:
            return ""
        directory = directory.rpartition("/")[0]
