"""What has to be known of every migration before any is asked, kept in the state directory of the repository.

To import them all takes longer than to look at a few files that changed; with this, a migration is imported once one
of its needles hits.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from buildfile.source import FileKind
from migrations.lint.cache import key_of, load, save
from migrations.migration import Migration
from migrations.profiles import Gate
from migrations.registry import PACKAGES, Registry

_NAME = "lint-migrations"
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_OPTIONAL = ("scan", "gather", "visit", "trace", "conclude", "create")


class Row(NamedTuple):
    """What is kept of a migration; see `Migration`.

    Attributes:
        home: the package it is in.
        without: what it could declare and does not.
    """

    id: str
    home: str
    gate: Gate
    kinds: frozenset[FileKind]
    needles: tuple[bytes, ...]
    scan_needles: tuple[bytes, ...]
    scan_kinds: frozenset[FileKind]
    after: tuple[str, ...]
    without: tuple[str, ...]


@dataclass(slots=True)
class Catalogue:
    """The file.

    Attributes:
        key: what all of it depends on, see `migrations.lint.cache.key_of`.
        rows: one a migration.
    """

    key: str
    rows: tuple[Row, ...]


class _Deferred(Migration):
    """A migration whose module is imported once more is asked of it than its row says."""

    __slots__ = ("_home",)
    _home: str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        module = importlib.import_module(f"migrations.{self._home}.{self.id.replace('-', '_')}")
        value = getattr(module.MIGRATION, name)
        object.__setattr__(self, name, value)
        return value


def read(root: Path) -> tuple[tuple[Migration, str], ...] | None:
    """Our migrations, each with its package, as an earlier run wrote them down; None if there is nothing of use."""
    found = load(root, _NAME)
    if not isinstance(found, Catalogue) or found.key != key_of((), ()):
        return None
    if not all(row.home in PACKAGES and _ID.fullmatch(row.id) for row in found.rows):
        return None  # nothing but our own modules is ever imported
    return tuple((_deferred(row), row.home) for row in found.rows)


def write(root: Path, registry: Registry) -> None:
    """Writes our migrations down."""
    rows = [_row(item, registry.homes[item.id]) for item in registry if registry.homes[item.id] in PACKAGES]
    save(root, _NAME, Catalogue(key_of((), ()), tuple(rows)))


def _row(item: Migration, home: str) -> Row:
    without = tuple(name for name in _OPTIONAL if getattr(item, name) is None)
    kinds, scan_kinds = frozenset(item.kinds), frozenset(item.scan_kinds)
    return Row(item.id, home, item.gate, kinds, item.needles, item.scan_needles, scan_kinds, item.after, without)


def _deferred(row: Row) -> Migration:
    item = object.__new__(_Deferred)
    given = (("_home", row.home), ("id", row.id), ("gate", row.gate), ("kinds", row.kinds), ("needles", row.needles),
             ("scan_needles", row.scan_needles), ("scan_kinds", row.scan_kinds), ("after", row.after))  # fmt: skip
    for name, value in (*given, *((name, None) for name in row.without)):
        object.__setattr__(item, name, value)
    return item
