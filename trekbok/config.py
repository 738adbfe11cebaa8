"""The configuration: `trekbok.toml`, or `[tool.trekbok]` of `pyproject.toml`, at the root of the repository.

Unknown keys are errors. Where both files have a configuration, `trekbok.toml` counts and the other is named.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from migrations.symbols import Deprecation, Policy


class ConfigError(Exception):
    """A configuration that cannot be used; the message says where and what to do."""


class Lint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What a repository configures of `lint`; see `trekbok lint --help` for the selectors.

    Attributes:
        select: selectors of the findings that are wanted; none for all.
        ignore: selectors of those that are not.
        per-path-ignores: pattern in .gitignore's syntax to selectors of findings that are not wanted there.
        baseline: the file with the findings that do not count yet, relative to the root.
        unsafe-fixes: whether `--fix` makes fixes that may change the meaning.
        history: the file that keeps the counts of earlier runs, relative to the root; `""` for one in `.trekbok`.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: dict[str, tuple[str, ...]] = {}
    baseline: str = ""
    unsafe_fixes: bool = False
    history: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What a repository configures.

    Attributes:
        to: the profile `migrate` moves to, or `auto`.
        semantics: `preserve` or `plain`, see `trekbok explain venv-rules`.
        exclude: paths left out by every command, in .gitignore's syntax.
        migrations: Python files with migrations of the repository's own, relative to the root.
        skip: ids of migrations that are not run.
        lint: what `lint` reports.
        deprecated: what is not to be used any more, see `migrations.symbols.Deprecation`.
        policy: what attributes have to be, see `migrations.symbols.Policy`.
    """

    to: str = "auto"
    semantics: str = "preserve"
    exclude: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    lint: Lint = Lint()
    deprecated: tuple[Deprecation, ...] = ()
    policy: tuple[Policy, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration and where it is from.

    Attributes:
        config: the values.
        source: the file, repository-relative; `""` if there is none.
        given: the keys that the file gives; all others are defaults.
    """

    config: Config
    source: str
    given: frozenset[str]


def load(root: Path) -> Loaded:
    """The configuration of a repository.

    Raises:
        ConfigError: a file that is no TOML, an unknown key, a value of the wrong type.
    """
    for name, table in (("trekbok.toml", ()), ("pyproject.toml", ("tool", "trekbok"))):
        path = root / name
        if not path.is_file():
            continue
        import tomli  # most repositories have no configuration

        try:
            values: Any = tomli.loads(path.read_text("utf-8"))
        except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name}: is not TOML: {error}") from None
        for key in table:
            values = values.get(key) if isinstance(values, dict) else None
        if values is None:
            continue
        return Loaded(_convert(values, name), name, frozenset(values) if isinstance(values, dict) else frozenset())
    return Loaded(Config(), "", frozenset())


def _convert(values: Any, name: str) -> Config:
    try:
        config = msgspec.convert(values, Config)
    except msgspec.ValidationError as error:
        text = str(error)
        unknown = re.search(r"unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?", text)
        if unknown:
            keys, where = _keys(unknown[2] or ""), f" in {unknown[2]}" if unknown[2] else ""
            near = difflib.get_close_matches(unknown[1], keys, 1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(keys)}"
            raise ConfigError(f"{name}: unknown key '{unknown[1]}'{where}{hint}") from None
        raise ConfigError(f"{name}: {text}") from None
    if config.semantics not in ("preserve", "plain"):
        raise ConfigError(f"{name}: semantics is 'preserve' or 'plain', not '{config.semantics}'")
    return config


def _keys(where: str) -> tuple[str, ...]:
    """The keys that a table of the configuration has; `where` as msgspec says it: `lint`, `policy[0]`."""
    tables: dict[str, type[msgspec.Struct]] = {"lint": Lint, "deprecated": Deprecation, "policy": Policy}
    return tables.get(re.split(r"[.\[]", where)[0], Config).__struct_encode_fields__
