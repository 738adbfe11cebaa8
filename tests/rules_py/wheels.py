"""Wheels of what is installed for the tests themselves, and how BUILD files unpack wheels."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from tests.wheels import write_wheel


def pack_installed(directory: Path, name: str) -> tuple[Path, list[str]]:
    """Makes a wheel of an installed distribution, without its extension modules; gives it and its top levels."""
    distribution = metadata.distribution(name)
    members: dict[str, bytes] = {}
    for file in distribution.files or ():
        path = str(file)
        located = Path(str(file.locate()))
        if path.startswith("..") or path.endswith((".pyc", ".so")) or not located.is_file():
            continue
        members[path] = located.read_bytes()
    info = next(path.partition("/")[0] for path in members if path.endswith(".dist-info/METADATA"))
    whl = write_wheel(directory / f"{name}-{distribution.version}-py3-none-any.whl", info, members)
    return whl, sorted({path.partition("/")[0] for path in members} | {info})


def unpacked_wheel(name: str, whl: Path, top_levels: Sequence[str] = (), deps: Sequence[str] = ()) -> str:
    """The call that unpacks a wheel; with `deps` a library around it has the name."""
    target = f"{name}_whl" if deps else name
    lines = [f'py_unpacked_wheel(name = "{target}", src = "{whl.name}", top_levels = {list(top_levels)!r})']
    if deps:
        lines.append(f'py_library(name = "{name}", deps = {[":" + target, *deps]!r})')
    return "\n".join(lines).replace("'", '"') + "\n"
