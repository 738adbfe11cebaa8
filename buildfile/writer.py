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
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
    """There is no journal, or none that can be read."""


class GitUnknown(Exception):
    """There is a git work tree, and git does not say what is in it; the message says why."""


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
        self._root = root
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
                        stderr=subprocess.PIPE,
                        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
                    )
                )

    def dirty(self, paths: Collection[str]) -> list[str]:
        """Those of some paths that git could not give back: modified, staged, or not tracked at all.

        Empty outside a git work tree.

        Raises:
            GitUnknown: there is one, but git is not installed or does not trust it.
        """
        answered = [job.communicate() for job in self._jobs]
        if len(answered) < 3 or any(job.returncode for job in self._jobs):
            root = self._root.absolute()
            if not any(os.path.lexists(place / ".git") for place in (root, *root.parents)):
                return []
            said = b"".join(errors for _, errors in answered).decode("utf-8", "replace").strip()
            raise GitUnknown(said.partition("\n")[0] or "it cannot be run")
        answers = [output for output, _ in answered]
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


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Waits until no other run writes to the repository. The system lifts the lock of a run that is killed.

    Raises:
        OSError: the state directory cannot be written to.
    """
    handle = os.open(state_directory(root) / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if sys.platform != "win32":
            import fcntl

            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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
    try:
        with _alone(root):
            return _write_all(root, pending, progress)
    except OSError as error:
        return [], [Failure(STATE, 0, f"cannot be written, so nothing was: {error.strerror or error}")]


def _write_all(
    root: Path, pending: list[FileChange], progress: Callable[[str], None] | None
) -> tuple[list[str], list[Failure]]:
    """See `write`.

    Raises:
        OSError: the journal cannot be written; no file is.
    """
    journal_path = root / STATE / "journal"
    try:
        earlier = _read_journal(journal_path)
    except msgspec.DecodeError:
        earlier = None  # of no use to anyone
    before = _written_before(root, pending, earlier)
    pending = [change for change in pending if change.path not in before]
    if not pending:
        return list(before), []
    unfinished = earlier.files if earlier is not None and not earlier.complete else []
    saved = {change.path: Saved(change.path, change.old, change.new) for change in pending}
    for item in unfinished:
        _remove_leftover(root, item.path)
        now = saved.get(item.path)
        saved[item.path] = Saved(item.path, item.old, now.new if now else item.new)
    journal = Journal(False, list(saved.values()))
    _replace(journal_path, msgspec.msgpack.encode(journal), 0o644)
    written: list[str] = list(before)
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
    refused = {failure.path for failure in failures} - {item.path for item in unfinished}
    journal = Journal(True, [item for item in journal.files if item.path not in refused])
    with contextlib.suppress(OSError):  # the one that is there says all that `undo` needs
        _replace(journal_path, msgspec.msgpack.encode(journal if journal.files or not earlier else earlier), 0o644)
    return written, failures


def _written_before(root: Path, pending: list[FileChange], earlier: Journal | None) -> dict[str, None]:
    """The paths, in order, of changes that a run made which came to its end while this one waited.

    Its journal is what gives them back, and stays so as long as this run has nothing else to write.
    """
    if earlier is None or not earlier.complete:
        return {}
    given = {item.path: item.new for item in earlier.files}
    return {
        change.path: None
        for change in pending
        if change.path in given and given[change.path] == change.new == _current(root, change.path)
    }


def undo(root: Path) -> tuple[list[str], list[Failure]]:
    """Gives every file of the last run the bytes it had before, unless it was changed since.

    Returns:
        The paths restored, and those left alone with the reason.

    Raises:
        NothingToUndo: no run is on record.
    """
    nothing = NothingToUndo("no run of trekbok is on record here")
    if not os.path.lexists(root / STATE / "journal"):
        raise nothing
    try:
        with _alone(root):
            journal = _read_journal(root / STATE / "journal")
            if journal is None:
                raise nothing
            return _undo_all(root, journal)
    except msgspec.DecodeError:
        raise NothingToUndo(f"the record of the last run is damaged: {STATE}/journal") from None
    except OSError as error:
        return [], [Failure(STATE, 0, f"cannot be used, so nothing was restored: {error.strerror or error}")]


def _undo_all(root: Path, journal: Journal) -> tuple[list[str], list[Failure]]:
    """See `undo`."""
    restored: list[str] = []
    failures: list[Failure] = []
    for item in journal.files:
        if os.path.isabs(item.path) or ".." in item.path.split("/"):
            failures.append(Failure(item.path, 0, "is not in the repository"))
            continue
        _remove_leftover(root, item.path)
        if _current(root, item.path) == item.old:
            continue
        problem = _write_one(root, FileChange(item.path, item.new, item.old))
        if problem is None:
            restored.append(item.path)
        else:
            failures.append(Failure(item.path, 0, problem))
    with contextlib.suppress(OSError):  # what is restored is not restored again
        if failures:
            left = {failure.path for failure in failures}
            kept = Journal(True, [item for item in journal.files if item.path in left])
            _replace(root / STATE / "journal", msgspec.msgpack.encode(kept), 0o644)
        else:
            os.unlink(root / STATE / "journal")
    return restored, failures


def _read_journal(path: Path) -> Journal | None:
    """The journal; None if there is none.

    Raises:
        OSError: it cannot be read.
        DecodeError: it is no journal.
    """
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Journal)
    except FileNotFoundError:
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
        held = read_bytes(target)
        if held == change.new:
            return None  # by another run that came before
        if held != change.old:
            return "was changed by someone else since it was read; run again"
        if not info.st_mode & 0o222 or not os.access(target, os.W_OK):
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
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)  # of a killed run
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fchmod(handle, mode)
            if owner is not None and owner != (os.geteuid(), os.getegid()):
                with contextlib.suppress(OSError):
                    os.fchown(handle, *owner)
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _remove_leftover(root: Path, path: str) -> None:
    """Removes the second file that a killed run may have left beside a file."""
    with contextlib.suppress(OSError):
        os.unlink(f"{os.fspath(root)}/{path}{_SUFFIX}")
