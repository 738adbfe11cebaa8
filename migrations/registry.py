"""The migrations there are, as one sorted object that is handed around.

Ours are found by a walk of the packages below this one; a user's by the paths in their configuration. Nothing
registers itself.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrations.lint.own import DEPENDENCIES, OWN
from migrations.migration import Migration
from migrations.rollout.pages import HAZARDS

PACKAGES = ("aspect_rules_py", "rules_python", "starlark")


class RegistryError(Exception):
    """A migration that cannot be loaded or found; the message is for people."""


@dataclass(frozen=True)
class Registry:
    """Migrations in the order in which their fixes take precedence.

    Attributes:
        migrations: the migrations.
        homes: id to the package below `migrations` that it is in; `"user"` for a user's own, `"lint"` for what the
            linter reports itself, `"generator"` and `"rollout"` for what others know.
    """

    migrations: tuple[Migration, ...]
    homes: Mapping[str, str]

    def keep(self, wanted: Callable[[Migration], bool]) -> Registry:
        """The same without those that are not wanted."""
        return Registry(tuple(migration for migration in self.migrations if wanted(migration)), self.homes)

    def __iter__(self) -> Iterator[Migration]:
        return iter(self.migrations)

    def get(self, id: str) -> Migration:
        """The migration of that id.

        Raises:
            RegistryError: there is none; the message names near matches.
        """
        for migration in self.migrations:
            if migration.id == id:
                return migration
        near = difflib.get_close_matches(id, [migration.id for migration in self.migrations], 3)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `trekbok list` shows them all"
        raise RegistryError(f"no migration is called '{id}'{hint}")

    def select(self, only: Sequence[str] = (), skip: Sequence[str] = ()) -> Registry:
        """The migrations with some ids, or all, less those with some other ids.

        Raises:
            RegistryError: an id that no migration has.
        """
        wanted = {self.get(id).id for id in only} if only else None
        dropped = {self.get(id).id for id in skip}
        return self.keep(lambda item: (wanted is None or item.id in wanted) and item.id not in dropped)


def load(
    user: Iterable[Path | str] = (),
    declared: Iterable[Migration] = (),
    ours: Sequence[tuple[Migration, str]] | None = None,
) -> Registry:
    """All migrations: ours, those in some Python files, and those that the configuration declares.

    Args:
        user: the Python files.
        declared: what the configuration declares.
        ours: ours, each with its package, where they are known already.

    Raises:
        RegistryError: a module that cannot be imported, has no `MIGRATION`, or an id that is taken or is not its
            file's name.
    """
    found: list[tuple[Migration, str]] = []
    homes: dict[str, str] = {}
    for migration, package in _ours() if ours is None else ours:
        found.append((migration, f"migrations.{package}"))
        homes[migration.id] = package
    for path in map(Path, user):
        spec = importlib.util.spec_from_file_location(f"trekbok_user_{path.stem}", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise RegistryError(
                f"{path}: the configuration names this as a migration, but there is no such Python file"
            )
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise RegistryError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
        migration = _migration_of(module, path.stem)
        found.append((migration, str(path)))
        homes.setdefault(migration.id, "user")
    for migration in declared:
        found.append((migration, "the configuration"))
        homes.setdefault(migration.id, "user")
    for migration in OWN:
        found.append((migration, "migrations.lint.own"))
        homes[migration.id] = "lint"
    for migration in HAZARDS:
        found.append((migration, "migrations.rollout.pages"))
        homes[migration.id] = "rollout"
    for migration in DEPENDENCIES:
        found.append((migration, "migrations.lint.own"))
        homes[migration.id] = "generator"
    taken: dict[str, str] = {}
    for migration, where in found:
        if migration.id in taken:
            raise RegistryError(f"{where}: the id '{migration.id}' is taken by {taken[migration.id]}")
        taken[migration.id] = where
    return Registry(_ordered([migration for migration, _ in found]), homes)


def _ours() -> Iterator[tuple[Migration, str]]:
    """Our migrations, each with the package it is in."""
    for package in PACKAGES:
        parent = importlib.import_module(f"migrations.{package}")
        for info in pkgutil.iter_modules(parent.__path__):
            if not info.name.startswith("_"):
                module = importlib.import_module(f"{parent.__name__}.{info.name}")
                yield _migration_of(module, info.name), package


def _migration_of(module: object, stem: str) -> Migration:
    migration = getattr(module, "MIGRATION", None)
    if not isinstance(migration, Migration):
        raise RegistryError(f"{stem}.py: has no MIGRATION, a migrations.migration.Migration")
    if migration.id.replace("-", "_") != stem:
        raise RegistryError(f"{stem}.py: its migration is called '{migration.id}', which is not the file's name")
    return migration


def _ordered(migrations: list[Migration]) -> tuple[Migration, ...]:
    """By id, but each behind those it says it comes after."""
    by_id = {migration.id: migration for migration in sorted(migrations, key=lambda item: item.id)}
    done: dict[str, Migration] = {}
    waiting: set[str] = set()

    def add(id: str) -> None:
        if id in done or id not in by_id:
            return
        if id in waiting:
            raise RegistryError(f"the order of the migrations is a circle at '{id}'")
        waiting.add(id)
        for earlier in by_id[id].after:
            add(earlier)
        done[id] = by_id[id]

    for id in by_id:
        add(id)
    return tuple(done.values())
