"""Wheels made of small sources, or of what is installed for the tests themselves."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path


def make_wheel(
    directory: Path,
    name: str,
    files: Mapping[str, str | bytes],
    *,
    console_scripts: Mapping[str, str] | None = None,
) -> Path:
    """Writes NAME-1.0-py3-none-any.whl with the files, by path in the archive; gives its path."""
    info = f"{name}-1.0.dist-info"
    members = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    members[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if console_scripts:
        lines = [f"{command} = {target}" for command, target in console_scripts.items()]
        members[f"{info}/entry_points.txt"] = "\n".join(["[console_scripts]", *lines, ""]).encode()
    return _write(directory / f"{name}-1.0-py3-none-any.whl", info, members)


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
    whl = _write(directory / f"{name}-{distribution.version}-py3-none-any.whl", info, members)
    return whl, sorted({path.partition("/")[0] for path in members} | {info})


def _write(whl: Path, info: str, members: dict[str, bytes]) -> Path:
    record = [f"{path},{_hash(content)},{len(content)}" for path, content in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    whl.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(whl, "w") as archive:
        for path, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(path), content)
    return whl


def _hash(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def unpacked_wheel(name: str, whl: Path, top_levels: Sequence[str] = (), deps: Sequence[str] = ()) -> str:
    """The call that unpacks a wheel; with `deps` a library around it has the name."""
    target = f"{name}_whl" if deps else name
    lines = [f'py_unpacked_wheel(name = "{target}", src = "{whl.name}", top_levels = {list(top_levels)!r})']
    if deps:
        lines.append(f'py_library(name = "{name}", deps = {[":" + target, *deps]!r})')
    return "\n".join(lines).replace("'", '"') + "\n"
