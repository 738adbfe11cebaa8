"""Which findings are wanted: by id, by the words an id begins with, by the package of the migration, by path."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from buildfile.ignore import Matcher, gitignore
from migrations.registry import PACKAGES, Registry

ALL = "ALL"


class SelectionError(Exception):
    """A selector that names nothing; the message is for people.

    Attributes:
        selector: the selector.
    """

    def __init__(self, message: str, selector: str) -> None:
        super().__init__(message)
        self.selector = selector


@dataclass(frozen=True)
class Selection:
    """The wanted ids, and those that are not wanted below some paths.

    Attributes:
        ids: the ids that are wanted at all.
        per_path: patterns in .gitignore's syntax, relative to the root, and the ids not wanted there.
    """

    ids: frozenset[str]
    per_path: tuple[tuple[str, frozenset[str]], ...] = ()

    def wants(self, id: str, path: str) -> bool:
        """Whether a finding is wanted at a path."""
        return id in self.ids and not any(id in ids and matches(path, False) for matches, ids in self._matchers)

    @cached_property
    def _matchers(self) -> tuple[tuple[Matcher, frozenset[str]], ...]:
        found = ((gitignore(pattern, ""), ids) for pattern, ids in self.per_path)
        return tuple((matcher, ids) for matcher, ids in found if matcher is not None)


def select(
    registry: Registry,
    wanted: Sequence[str] = (),
    unwanted: Sequence[str] = (),
    per_path: Mapping[str, Sequence[str]] | None = None,
) -> Selection:
    """The selection that some selectors make.

    Args:
        registry: everything there is.
        wanted: selectors of what is wanted; none for all. `ALL`, an id, the words an id begins with (`precompile`
            for `precompile-level`), or a package of migrations (`starlark`).
        unwanted: selectors of what is not. The one that says more counts: `--select venv-rules --ignore venv` keeps
            `venv-rules`.
        per_path: the same by path pattern.

    Raises:
        SelectionError: a selector names nothing.
    """
    ids: dict[str, int] = {}
    for selector in wanted or (ALL,):
        for id in _named(registry, selector):
            ids[id] = max(ids.get(id, 0), _weight(selector))
    for selector in unwanted:
        for id in _named(registry, selector):
            if ids.get(id, -1) <= _weight(selector):
                ids.pop(id, None)
    paths = tuple(
        (pattern, frozenset(id for selector in selectors for id in _named(registry, selector)))
        for pattern, selectors in (per_path or {}).items()
    )
    return Selection(frozenset(ids), paths)


def _weight(selector: str) -> int:
    return 0 if selector == ALL else 1 if selector in PACKAGES else 1 + len(selector)


def _named(registry: Registry, selector: str) -> list[str]:
    if selector == ALL:
        return [item.id for item in registry]
    words = selector.rstrip("-")
    found = [
        item.id
        for item in registry
        if item.id == words or item.id.startswith(words + "-") or registry.homes.get(item.id) == selector
    ]
    if not found:
        ids = [item.id for item in registry]
        near = difflib.get_close_matches(selector, [*ids, *PACKAGES, ALL], 2)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `trekbok list` shows them all"
        raise SelectionError(f"no finding is called '{selector}' or begins so{hint}", selector)
    return found
