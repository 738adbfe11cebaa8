"""Settings that people write in TOML: read into structs, with the place of what is wrong.

https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec
import tomli

Kind = TypeVar("Kind")
Path = tuple[str | int, ...]
"""Keys and indices from the top of a file to a value."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_TOKEN = re.compile(
    rf"""(?P<text>\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''.*?'''|\#[^\n]*
        |"(?:[^"\\\n]|\\.)*"(?![ \t]*[=.])|'[^'\n]*'(?![ \t]*[=.]))
    |(?P<table>^[ \t]*\[\[?[ \t]*(?P<name>{_DOTTED})[ \t]*\]\]?(?=[ \t]*(?:\#|$)))
    |(?P<key>{_DOTTED})[ \t]*=(?!=)|(?P<bracket>[\[\]{{}}])""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[(\.\.\.)\]")


class SettingsError(Exception):
    """Settings that cannot be used; the message is for people, and begins with the place."""


def read(text: str, kind: type[Kind], name: str, table: Sequence[str] = ()) -> Kind | None:
    """The settings in a text; None if the table they would be in is not there.

    Args:
        text: the file.
        kind: a msgspec struct.
        name: of the file, for messages.
        table: the keys that lead to the settings.

    Raises:
        SettingsError: it is no TOML, has a key that is not known, or a value of the wrong type.
    """
    try:
        values: Any = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        lines = text.split("\n")
        where = f"{at[1] or len(lines)}:{at[2] or len(lines[-1]) + 1}" if at else "1:1"
        reason = str(error).replace(at[0], "") if at else error
        raise SettingsError(f"{name}:{where}: is not TOML: {reason}") from None
    for key in table:
        values = values.get(key) if isinstance(values, dict) else None
    if values is None:
        return None
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        reason, _, steps = str(error).partition(" - at `$")
        path = _path(steps.rstrip("`"), values, kind, str(error))
        unknown = _UNKNOWN.match(reason)
        if unknown is None:
            what = _dotted(path)
            message = f"{what}: {reason[:1].lower() + reason[1:]}" if what else reason
            raise SettingsError(f"{place(text, name, (*table, *path))}: {message}") from None
        keys = _keys(kind, path)
        near = difflib.get_close_matches(unknown[1], keys, 1)
        hint = f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(keys)}"
        where = f" in {_dotted(path)}" if path else ""
        at_key = place(text, name, (*table, *path, unknown[1]))
        raise SettingsError(f"{at_key}: unknown key '{unknown[1]}'{where}{hint}") from None


def place(text: str, name: str, path: Path) -> str:
    """`file:line:column` of a value in a text, or of the nearest thing around it that is written down."""
    best, offset = -1, 0
    for known, start in _written(text):
        length = len(known) if path[: len(known)] == known else -1
        if length > best:
            best, offset = length, start
    return place_of(text, name, offset)


def place_of(text: str, name: str, offset: int) -> str:
    """`file:line:column` of an offset in a text."""
    line = text.rfind("\n", 0, offset) + 1
    return f"{name}:{text.count(chr(10), 0, offset) + 1}:{offset - line + 1}"


def _written(text: str) -> Iterator[tuple[Path, int]]:
    """The tables and keys of a text, with their offsets. Keys of tables in a line of their own are told apart by
    nothing but the key they are the value of."""
    here: Path = ()
    counts: dict[Path, int] = {}
    depth = 0
    for token in _TOKEN.finditer(text):
        if token["table"] and depth == 0:
            here = _names(token["name"])
            if token["table"].lstrip().startswith("[["):
                counts[here] = counts.get(here, -1) + 1
                here = (*here, counts[here])
            yield here, token.start("name")
        elif token["key"] and depth == 0:
            yield (*here, *_names(token["key"])), token.start("key")
        elif token["bracket"]:
            depth = max(depth + (1 if token["bracket"] in "[{" else -1), 0)


def _names(dotted: str) -> Path:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in re.findall(_KEY, dotted))


def _path(steps: str, values: Any, kind: Any, error: str) -> Path:
    """The path that msgspec tells, with the keys of maps, which it does not tell, looked for."""
    path: list[str | int] = []
    for step in _STEP.finditer(steps):
        if not step[3]:
            path.append(step[1] if step[2] is None else int(step[2]))
            continue
        for key in _at(values, path):
            alone = _with_only(values, path, key)
            try:
                msgspec.convert(alone, kind)
            except msgspec.ValidationError as again:
                if str(again) == error:
                    path.append(key)
                    break
        else:
            break
    return tuple(path)


def _at(values: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        values = values[step]
    return values


def _with_only(values: Any, path: Sequence[str | int], key: str) -> Any:
    """Values with a map in them that has one key only."""
    if not path:
        return {key: values[key]}
    copy = values.copy()
    copy[path[0]] = _with_only(values[path[0]], path[1:], key)
    return copy


def _keys(kind: Any, path: Path) -> list[str]:
    """The keys of the struct at a path."""
    info = msgspec.inspect.type_info(kind)
    for step in path:
        if isinstance(info, msgspec.inspect.StructType):
            info = next(field.type for field in info.fields if field.encode_name == step)
        elif isinstance(info, msgspec.inspect.DictType):
            info = info.value_type
        else:
            info = info.item_type  # type: ignore[attr-defined]
    return [field.encode_name for field in info.fields]  # type: ignore[attr-defined]


def _dotted(path: Path) -> str:
    """A path for people: `lint.select[0]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
