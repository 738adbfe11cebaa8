"""Small wheels for tests (https://packaging.python.org/en/latest/specifications/binary-distribution-format/)."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def make_wheel(
    directory: Path,
    name: str,
    files: Mapping[str, str | bytes],
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    requires: Sequence[str] = (),
    console_scripts: Mapping[str, str] | None = None,
) -> Path:
    """Write NAME-VERSION-TAG.whl into a directory; its path.

    `files` are by path in the archive, where `<INFO>` and `<DATA>` stand for the directories of metadata and of data.
    """
    info = f"{name}-{version}.dist-info"
    members = {
        path.replace("<INFO>", info).replace("<DATA>", f"{name}-{version}.data"): text for path, text in files.items()
    }
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    members[f"{info}/METADATA"] = metadata + "\nRequires-Dist: nothing, this is prose\n"
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n"
    if console_scripts:
        lines = [f"{command} = {target}" for command, target in console_scripts.items()]
        members[f"{info}/entry_points.txt"] = "\n".join(["[console_scripts]", *lines, ""])
    return write_wheel(directory / f"{name}-{version}-{tag}.whl", info, members)


def write_wheel(path: Path, info: str, members: Mapping[str, str | bytes]) -> Path:
    """Write a wheel of its members, and their RECORD into the directory `info`; its path."""
    contents = {name: text.encode() if isinstance(text, str) else text for name, text in members.items()}
    record = [f"{name},{_hash(content)},{len(content)}" for name, content in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def _hash(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
