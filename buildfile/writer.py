"""A plan to disk, and back.

Each file is written beside itself and renamed into place, so that a run that is killed leaves every file either old
or new; what all of them held before is put into a journal first. A second run finishes the job and adds to the
journal of the first, so `undo` still goes back to the start.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from buildfile.parallel import available_cores, map_chunks
from buildfile.plan import Failure, FileChange
from buildfile.repository import read_bytes

STATE = ".trekbok"
"""The directory below the root that holds the journal and caches; it tells git to ignore it."""

_SUFFIX = ".trekbok-tmp"
_AT_ONCE = 4000
_LEAST_TO_WRITE = 300


class Saved(msgspec.Struct, frozen=True, array_like=True):
    """What the journal keeps of a file: its path, what it held, and what it was given."""

    path: str
    old: bytes | None
    new: bytes | None


class Journal(msgspec.Struct, array_like=True):
    """The last run that wrote: whether it came to its end, and the files it changed."""

    complete: bool
    files: list[Saved]


class NothingToUndo(Exception):
    """There is no journal."""


def state_directory(root: Path) -> Path:
    """The directory for trekbok's own files below a repository, made if need be."""
    directory = root / STATE
    directory.mkdir(exist_ok=True)
    ignore = directory / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return directory


class GitState:
    """Which files git has uncommitted changes of, asked in the background from construction on."""

    def __init__(self, root: Path) -> None:
        self._jobs: list[subprocess.Popen[bytes]] = []
        with contextlib.suppress(OSError):
            for command in (
                ["rev-parse", "--show-prefix"],
                ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules", "."],
                ["ls-files", "-z"],
            ):
                self._jobs.append(
                    subprocess.Popen(
                        ["git", "-C", os.fspath(root), *command],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
                    )
                )

    def dirty(self, paths: Collection[str]) -> list[str]:
        """Those of some paths that git could not give back: modified, staged, or not tracked at all.

        Empty outside a git work tree.
        """
        answers = [job.communicate()[0] for job in self._jobs]
        if len(answers) < 3 or any(job.returncode for job in self._jobs):
            return []
        prefix = os.fsdecode(answers[0].rstrip(b"\n"))
        changed = {os.fsdecode(line[3:]).removeprefix(prefix) for line in answers[1].split(b"\0") if line}
        tracked = {os.fsdecode(line) for line in answers[2].split(b"\0")}
        return sorted(path for path in paths if path in changed or path not in tracked)

    def close(self) -> None:
        """Ends what was not asked for."""
        for job in self._jobs:
            if job.poll() is None:
                job.kill()
                job.communicate()


def write(
    root: Path, changes: Iterable[FileChange], progress: Callable[[str], None] | None = None
) -> tuple[list[str], list[Failure]]:
    """Writes changes, each only if its file still holds what it held when it was read.

    Args:
        root: the repository.
        changes: what to write.
        progress: called with the path of each file once it is done.

    Returns:
        The paths written, and what could not be.
    """
    pending = list(changes)
    if not pending:
        return [], []
    journal_path = state_directory(root) / "journal"
    earlier = _read_journal(journal_path)
    saved = {change.path: Saved(change.path, change.old, change.new) for change in pending}
    if earlier is not None and not earlier.complete:
        for item in earlier.files:
            _remove_leftover(root, item.path)
            now = saved.get(item.path)
            saved[item.path] = Saved(item.path, item.old, now.new if now else item.new)
    journal = Journal(False, list(saved.values()))
    _replace(journal_path, msgspec.msgpack.encode(journal), 0o644)
    written: list[str] = []
    failures: list[Failure] = []

    def work(chunk: Sequence[FileChange]) -> list[str | None]:
        return [_write_one(root, change) for change in chunk]

    # In parts, so that progress is seen; each part on all cores.
    for start in range(0, len(pending), _AT_ONCE):
        part = pending[start : start + _AT_ONCE]
        results = map_chunks(work, part, jobs=available_cores(), least=_LEAST_TO_WRITE)
        for change, problem in zip(part, (item for chunk in results for item in chunk), strict=True):
            if problem is None:
                written.append(change.path)
            else:
                failures.append(Failure(change.path, 0, problem))
            if progress is not None:
                progress(change.path)
    refused = {failure.path for failure in failures}
    journal = Journal(True, [item for item in journal.files if item.path not in refused])
    _replace(journal_path, msgspec.msgpack.encode(journal), 0o644)
    return written, failures


def undo(root: Path) -> tuple[list[str], list[Failure]]:
    """Gives every file of the last run the bytes it had before, unless it was changed since.

    Returns:
        The paths restored, and those left alone with the reason.

    Raises:
        NothingToUndo: no run is on record.
    """
    journal_path = root / STATE / "journal"
    journal = _read_journal(journal_path)
    if journal is None:
        raise NothingToUndo("no run of trekbok is on record here")
    restored: list[str] = []
    failures: list[Failure] = []
    for item in journal.files:
        _remove_leftover(root, item.path)
        if _current(root, item.path) == item.old:
            continue
        problem = _write_one(root, FileChange(item.path, item.new, item.old))
        if problem is None:
            restored.append(item.path)
        else:
            failures.append(Failure(item.path, 0, problem))
    if failures:
        left = {failure.path for failure in failures}
        kept = Journal(True, [item for item in journal.files if item.path in left])
        _replace(journal_path, msgspec.msgpack.encode(kept), 0o644)
    else:
        journal_path.unlink(missing_ok=True)
    return restored, failures


def _read_journal(path: Path) -> Journal | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Journal)
    except (OSError, msgspec.DecodeError):
        return None


def _current(root: Path, path: str) -> bytes | None:
    try:
        return read_bytes(f"{os.fspath(root)}/{path}")
    except OSError:
        return None


def _write_one(root: Path, change: FileChange) -> str | None:
    """Writes one file; gives the reason if it was not."""
    target = f"{os.fspath(root)}/{change.path}"
    try:
        if os.path.islink(target):
            real = os.path.realpath(target)
            if os.path.commonpath([real, os.path.realpath(root)]) != os.path.realpath(root):
                return f"is a link that leads out of the repository, to {real}"
            target = real
        if change.old is None:
            if os.path.lexists(target):
                return "exists by now; it was not there when the run began"
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _replace(Path(target), change.new or b"", 0o644)
            return None
        info = os.stat(target)
        if read_bytes(target) != change.old:
            return "was changed by someone else since it was read; run again"
        if not info.st_mode & 0o222:
            return "is read-only; make it writable and run again"
        if change.new is None:
            os.unlink(target)
            return None
        _replace(Path(target), change.new, stat.S_IMODE(info.st_mode), (info.st_uid, info.st_gid))
    except OSError as error:
        return f"cannot be written: {error.strerror or error}"
    return None


def _replace(path: Path, data: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
    """Puts bytes into a file by way of a second one and a rename."""
    temporary = f"{os.fspath(path)}{_SUFFIX}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fchmod(handle, mode)
        if owner is not None and owner != (os.geteuid(), os.getegid()):
            with contextlib.suppress(OSError):
                os.fchown(handle, *owner)
    except BaseException:
        os.unlink(temporary)
        raise
    finally:
        os.close(handle)
    os.replace(temporary, path)


def _remove_leftover(root: Path, path: str) -> None:
    """Removes the second file that a killed run may have left beside a file."""
    with contextlib.suppress(OSError):
        os.unlink(f"{os.fspath(root)}/{path}{_SUFFIX}")
