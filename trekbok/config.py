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
import tomli


class ConfigError(Exception):
    """A configuration that cannot be used; the message says where and what to do."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="kebab"):
    """What a repository configures.

    Attributes:
        to: the profile `migrate` moves to, or `auto`.
        semantics: `preserve` or `plain`, see `trekbok explain venv-rules`.
        exclude: paths left out by every command, in .gitignore's syntax.
        migrations: Python files with migrations of the repository's own, relative to the root.
        skip: ids of migrations that are not run.
    """

    to: str = "auto"
    semantics: str = "preserve"
    exclude: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


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
        unknown = re.search(r"unknown field `([^`]*)`", text)
        if unknown:
            near = difflib.get_close_matches(unknown[1], Config.__struct_encode_fields__, 1)
            hint = (
                f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(Config.__struct_encode_fields__)}"
            )
            raise ConfigError(f"{name}: unknown key '{unknown[1]}'{hint}") from None
        raise ConfigError(f"{name}: {text}") from None
    if config.semantics not in ("preserve", "plain"):
        raise ConfigError(f"{name}: semantics is 'preserve' or 'plain', not '{config.semantics}'")
    return config
