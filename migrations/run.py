"""What is to be run, and what every process of a run knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from buildfile.repository import Workspace, read_bytes, workspace_of
from buildfile.source import SourceFile
from migrations.finding import Finding
from migrations.migration import Migration
from migrations.profiles import Target
from migrations.registry import Registry
from migrations.view import View


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
