"""The configuration: `trekbok.toml`, or `[tool.trekbok]` of `pyproject.toml`, at the root of the repository.

Unknown keys are errors. Where both files have a configuration, `trekbok.toml` counts and the other is named.
"""

from __future__ import annotations

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
        text: the content of the file.
        table: the keys that lead to the configuration in it.
    """

    config: Config
    source: str
    given: frozenset[str]
    text: str = ""
    table: tuple[str, ...] = ()

    def place(self, *path: str | int) -> str:
        """`file:line:column` of a value in it."""
        from migrations.settings import place

        return place(self.text, self.source, (*self.table, *path))


def load(root: Path) -> Loaded:
    """The configuration of a repository.

    Raises:
        ConfigError: a file that is no TOML, an unknown key, a value of the wrong type.
    """
    for name, table in (("trekbok.toml", ()), ("pyproject.toml", ("tool", "trekbok"))):
        path = root / name
        if not path.is_file():
            continue
        from migrations.settings import SettingsError, read  # most repositories have no configuration

        try:
            text = path.read_text("utf-8")
            values = read(text, dict[str, Any], name, table)
            config = read(text, Config, name, table)
        except UnicodeDecodeError as error:
            raise ConfigError(f"{name}: is not TOML: {error}") from None
        except SettingsError as error:
            raise ConfigError(str(error)) from None
        if config is None or values is None:
            continue
        found = Loaded(config, name, frozenset(values), text, table)
        if config.semantics not in ("preserve", "plain"):
            where = found.place("semantics")
            raise ConfigError(f"{where}: semantics is 'preserve' or 'plain', not '{config.semantics}'")
        return found
    return Loaded(Config(), "", frozenset())
