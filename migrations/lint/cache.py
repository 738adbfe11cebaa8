"""What a run keeps for the next one, in the state directory of the repository.

`lint-files` holds what came of each file, by its size, time and content. `lint-facts` holds the facts of the repository
and the commit they are of, so that a run that is only about what changed need not look at the rest. `lint-migrations`
is what `catalogue` has to say of itself.

The files hold pickles, of which nothing is believed but plain data: classes of this program and containers. A cache
that is from another version, other migrations or another configuration is not used, nor is one that cannot be read.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, is_dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from buildfile.repository import Walked
from buildfile.writer import STATE, state_directory
from migrations.lint.check import Examined, Seen

_OWN = ("buildfile.", "migrations.")
_CONTAINERS = {("builtins", name) for name in ("set", "frozenset", "dict", "list", "tuple", "bytes", "bytearray")}


class Record(NamedTuple):
    """What is known of a file.

    Attributes:
        time: when it was last changed, in nanoseconds.
        size: its size.
        digest: of its content.
        examined: what came of it; None for nothing.
    """

    time: int
    size: int
    digest: bytes
    examined: Examined | None


@dataclass(slots=True)
class Files:
    """The content of `lint-files`.

    Attributes:
        key: what all of it depends on, see `key_of`.
        written: when it was written, in nanoseconds.
        records: by path.
        later: by path what was found with the facts of the repository, by migration id.
        visited: the paths that the facts led to.
    """

    key: str
    written: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    later: dict[str, list[Seen]] = field(default_factory=dict)
    visited: frozenset[str] = frozenset()


@dataclass(slots=True)
class Facts:
    """The content of `lint-facts`.

    Attributes:
        key: as in `Files`.
        head: the commit.
        dirty: paths that differed from it.
        walked: what says where workspaces begin and what they depend on.
        facts: path to the facts of that file.
    """

    key: str
    head: str
    dirty: tuple[str, ...]
    walked: Walked
    facts: dict[str, tuple[tuple[str, str, Any], ...]]


def key_of(parts: Iterable[object], files: Iterable[Path]) -> str:
    """What a cache depends on: this program, Python, some values, and the content of some files."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((sys.version_info[:3], *parts)).encode())
    digest.update(_program())
    for path in files:
        with contextlib.suppress(OSError):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _program() -> bytes:
    """What tells this program from others: the record of its installation, in a checkout its files, sizes and times.

    The record has the digests of all files, so that a cache serves wherever the same version is installed.
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
    """
    root = Path(__file__).resolve().parent.parent.parent
    with contextlib.suppress(OSError):
        for name in os.listdir(root):
            if name.startswith("trekbok-") and name.endswith(".dist-info"):
                return _recorded((root / name / "RECORD").read_bytes())
    found: list[str] = []
    for package in ("buildfile", "migrations"):
        for directory, directories, names in os.walk(root / package):
            directories.sort()
            for name in sorted(names):
                if name.endswith((".py", ".toml")):
                    status = os.stat(f"{directory}/{name}")
                    found.append(f"{directory}/{name} {status.st_size} {status.st_mtime_ns}\n")
    return "".join(found).encode()


def _recorded(record: bytes) -> bytes:
    """The lines of a record that are about files of ours."""
    ours = tuple(package + b"/" for package in (b"buildfile", b"generator", b"migrations", b"trekbok"))
    lines = (line for line in record.splitlines() if line.startswith(ours) and not line.endswith(b",,"))
    return b"\n".join(sorted(lines))


def digest_of(data: bytes) -> bytes:
    """What content is recognised by."""
    return hashlib.blake2b(data, digest_size=16).digest()


def load_files(root: Path, key: str) -> Files:
    """What the last run kept; empty if there is nothing of use."""
    found = load(root, "lint-files")
    return found if isinstance(found, Files) and found.key == key else Files(key)


def load_facts(root: Path, key: str) -> Facts | None:
    """The facts that the last run over the whole repository kept; None if there is nothing of use."""
    found = load(root, "lint-facts")
    return found if isinstance(found, Facts) and found.key == key else None


def save(root: Path, name: str, content: object) -> None:
    """Keeps something for the next run; a repository that cannot be written to goes without."""
    with contextlib.suppress(OSError, pickle.PicklingError, TypeError, AttributeError):
        directory = state_directory(root)
        data = io.BytesIO()
        _Writer(data).dump(content)
        temporary = directory / f"{name}.{os.getpid()}"
        temporary.write_bytes(data.getbuffer())
        os.replace(temporary, directory / name)


def load(root: Path, name: str) -> object:
    """What an earlier run kept under a name; None if there is nothing of use."""
    try:
        data = (root / STATE / name).read_bytes()
        return _Reader(io.BytesIO(data)).load()
    except Exception:  # a cache may hold anything; without it the run only takes longer
        return None


class _Writer(pickle.Pickler):
    """Writes dataclasses as calls, which are read far faster than fields one by one."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._values: dict[type, Callable[[object], tuple[Any, ...]] | None] = {}

    def reducer_override(self, item: object) -> Any:
        kind = type(item)
        if kind not in self._values:
            self._values[kind] = _values_of(kind)
        values = self._values[kind]
        return NotImplemented if values is None else (kind, values(item))


def _values_of(kind: type) -> Callable[[object], tuple[Any, ...]] | None:
    """What gives the arguments that make an object of a dataclass again; None for what is none."""
    if not is_dataclass(kind) or not all(part.init for part in fields(kind)):
        return None
    names = [part.name for part in fields(kind)]
    if not names:
        return lambda item: ()
    values = attrgetter(*names)
    return values if len(names) > 1 else lambda item: (values(item),)


class _Reader(pickle.Unpickler):
    """Reads pickles that hold nothing but data of this program: whatever else one names is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _CONTAINERS:
            return super().find_class(module, name)
        if module.startswith(_OWN) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, enum.Enum | tuple)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a cache")
