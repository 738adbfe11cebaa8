"""What earlier runs read in files, kept by path and content, so that a warm run costs a walk.

A file whose size and times are those of the last run is not opened. One that was touched is read, and scanned anew
only if its content differs. The cache may be deleted at any time; runs side by side replace it as a whole, and the
last one wins. It lies in the state directory, which tells git to ignore it and holds no BUILD file for Bazel.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from buildfile import statements
from buildfile.parallel import available_cores, map_chunks
from buildfile.repository import read_bytes
from buildfile.writer import STATE, state_directory
from generator import existing, imports, protos
from generator.existing import Existing
from generator.imports import Facts
from generator.index import Contribution
from generator.protos import ProtoFacts

Stamp = tuple[int, int, int]
"""Modification time, change time (both in nanoseconds) and size of a file."""


def _program() -> str:
    """Stands for the program that reads and writes the cache: another one trusts nothing of what it finds."""
    parts = [sys.version]
    for module in (existing, statements):
        directory = os.path.dirname(module.__file__ or "")
        with os.scandir(directory) as scanned:
            files = [(entry.name, entry.stat()) for entry in scanned if entry.name.endswith(".py")]
        parts += [f"{name} {info.st_mtime_ns} {info.st_size}" for name, info in sorted(files)]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


_VERSION = _program()
_RACE_NS = 1_000_000_000
"""A file that changed less than this before it was read may change again without its times telling."""

_LEAST_FILES = 200
"""So many files make a second process worth its start."""


class SourceEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A source file: its stamp, the digest of its content, and what was found in it, still encoded."""

    stamp: Stamp
    digest: bytes
    facts: msgspec.Raw

    @property
    def python(self) -> Facts:
        """What was found in a Python file."""
        return _PYTHON.decode(self.facts)

    @property
    def proto(self) -> ProtoFacts:
        """What was found in a .proto file."""
        return _PROTO.decode(self.facts)


_PYTHON: msgspec.msgpack.Decoder[Facts] = msgspec.msgpack.Decoder(Facts)
_PROTO: msgspec.msgpack.Decoder[ProtoFacts] = msgspec.msgpack.Decoder(ProtoFacts)


class BuildEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A BUILD file: its stamp, the digest of its content, and what it says."""

    stamp: Stamp
    digest: bytes
    existing: Existing


class Quiet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A package that needed no change: its key, and the names its imports were looked up under."""

    key: bytes
    asks: tuple[str, ...]


class Provides(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a directory provides: the key of its configuration, and its contributions."""

    config: bytes
    contributions: tuple[Contribution, ...]


class Content(msgspec.Struct, array_like=True):
    """All that is kept. `world` stands for all that every package depends on."""

    version: str = _VERSION
    written: int = 0
    world: bytes = b""
    sources: dict[str, SourceEntry] = {}
    builds: dict[str, BuildEntry] = {}
    provides: dict[str, Provides] = {}
    quiet: dict[str, Quiet] = {}


def stamp_of(info: os.stat_result) -> Stamp:
    """The stamp of a file."""
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size


class Cache:
    """The cache of one repository, as it was when the run began (`old`) and as it will be left (`new`)."""

    def __init__(self, root: Path, enabled: bool = True) -> None:
        self._root = root
        self._base = os.fspath(root)
        self._enabled = enabled
        self._began = time.time_ns()
        self.old = _read(root) if enabled else Content()
        self.new = Content(written=self._began)

    def carry_over(self) -> None:
        """Keeps what is known of files and packages that this run does not look at."""
        self.new.sources.update(self.old.sources)
        self.new.builds.update(self.old.builds)
        self.new.quiet.update(self.old.quiet)

    def _trusted(self, stamp: Stamp, kept: Stamp) -> bool:
        return stamp == kept and max(stamp[0], stamp[1]) + _RACE_NS < self.old.written

    def build(self, path: str, stamp: Stamp) -> BuildEntry:
        """What the BUILD file at a repository-relative path says.

        Raises:
            OSError: it cannot be read.
        """
        kept = self.old.builds.get(path)
        if kept is None or not self._trusted(stamp, kept.stamp):
            data = read_bytes(f"{self._base}/{path}")
            digest = digest_of(data)
            found = kept.existing if kept is not None and kept.digest == digest else existing.read(data)
            kept = BuildEntry(stamp, digest, found)
        self.new.builds[path] = kept
        return kept

    def put_build(self, path: str, data: bytes, found: Existing) -> None:
        """Keeps what a BUILD file says that is about to be written; its stamp is not known yet."""
        self.new.builds[path] = BuildEntry((0, 0, 0), digest_of(data), found)

    def sources(self, files: Sequence[tuple[str, Stamp]], jobs: int | None = None) -> dict[str, SourceEntry | str]:
        """What is in some source files, by path; for one that cannot be read the reason."""
        found: dict[str, SourceEntry | str] = {}
        pending: list[tuple[str, Stamp, SourceEntry | None]] = []
        for path, stamp in files:
            kept = self.old.sources.get(path)
            if kept is not None and self._trusted(stamp, kept.stamp):
                found[path] = kept
            else:
                pending.append((path, stamp, kept))
        base = self._base

        def work(items: Sequence[tuple[str, Stamp, SourceEntry | None]]) -> bytes:
            return msgspec.msgpack.encode([_scan(f"{base}/{path}", stamp, kept) for path, stamp, kept in items])

        parts = map_chunks(work, pending, jobs=jobs or available_cores(), least=_LEAST_FILES)
        entries = (entry for part in parts for entry in _ENTRIES.decode(part))
        for (path, _, _), entry in zip(pending, entries, strict=True):
            found[path] = entry
        self.new.sources.update((path, entry) for path, entry in found.items() if isinstance(entry, SourceEntry))
        return found

    def save(self) -> None:
        """Leaves the cache for the next run; a repository that cannot be written to is no reason to fail."""
        if not self._enabled:
            return
        self.new.written = self.old.written
        if self.new == self.old:
            return
        self.new.written = self._began
        with contextlib.suppress(OSError):
            path = state_directory(self._root) / "generate"
            temporary = path.with_name(f"generate.{os.getpid()}")
            temporary.write_bytes(msgspec.msgpack.encode(self.new))
            os.replace(temporary, path)


_ENTRIES: msgspec.msgpack.Decoder[list[SourceEntry | str]] = msgspec.msgpack.Decoder(list[SourceEntry | str])


def _read(root: Path) -> Content:
    try:
        content = msgspec.msgpack.decode((root / STATE / "generate").read_bytes(), type=Content)
    except (OSError, msgspec.DecodeError):
        return Content()
    return content if content.version == _VERSION else Content()


def digest_of(data: bytes) -> bytes:
    """What tells contents apart."""
    return hashlib.blake2b(data, digest_size=16).digest()


def _scan(path: str, stamp: Stamp, kept: SourceEntry | None) -> SourceEntry | str:
    try:
        data = read_bytes(path)
    except OSError as error:
        return error.strerror or str(error)
    digest = digest_of(data)
    if kept is not None and kept.digest == digest:
        return SourceEntry(stamp, digest, kept.facts)
    facts = protos.scan(data) if path.endswith(".proto") else imports.scan(data)
    return SourceEntry(stamp, digest, msgspec.Raw(msgspec.msgpack.encode(facts)))
