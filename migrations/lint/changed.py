"""What changed since a commit, as git knows it: committed, staged, not staged, and not tracked yet.

https://git-scm.com/docs/git-diff, https://git-scm.com/docs/git-merge-base
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from migrations.lint import untracked

_DIFF = ("diff", "--name-status", "-z", "-M", "--relative", "--ignore-submodules")


class GitError(Exception):
    """Git cannot answer; the message is for people."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The files below a root that differ from a commit.

    Attributes:
        base: the commit, the merge base of what was asked for and HEAD.
        paths: repository-relative paths of files that are there now and are not what they were: changed, renamed,
            new, untracked. Sorted.
        gone: paths that were there and are not any more.
    """

    base: str
    paths: tuple[str, ...]
    gone: tuple[str, ...] = ()


class Question:
    """What changed between the merge base of a commit and HEAD, and the files as they are now.

    Git looks for it in the background from construction on.

    Raises:
        GitError: what is asked for looks like an option.
    """

    def __init__(self, root: Path, reference: str) -> None:
        self._root = root
        self._reference = reference
        if reference.startswith("-"):
            raise GitError(f"--since: '{reference}' is no commit")
        self._untracked = untracked.begin(os.fspath(root))
        self._merge_base = _start(root, "merge-base", "--", reference, "HEAD")
        self._differing = _start(root, *_DIFF, "--merge-base", reference, "--")

    @cached_property
    def base(self) -> str:
        """The merge base.

        Raises:
            GitError: there is no git, no repository, or no such commit.
        """
        base = _answer(self._merge_base)
        if base is None:
            self.close()
            raise _why_no_base(self._root, self._reference)
        return base.strip().decode()

    def answer(self) -> Changes:
        """What changed.

        Raises:
            GitError: as for `base`, or git broke off.
        """
        base = self.base
        different, new = _answer(self._differing), _answer(self._untracked)
        if different is None:  # git before 2.30 does not know --merge-base
            different = _answer(_start(self._root, *_DIFF, base, "--"))
        if different is None or new is None:
            raise GitError(f"--since: git cannot compare the files with {base}")
        paths, gone = _parsed(different)
        paths.update(_paths(new))
        paths.update(self._forgotten(gone - paths))
        return Changes(base, tuple(sorted(paths)), tuple(sorted(gone - paths)))

    def _forgotten(self, gone: set[str]) -> Iterable[str]:
        """Those of the paths that git has no more and that are there all the same (`git rm --cached`): not tracked,
        though their directory has not changed since."""
        there = [path for path in sorted(gone) if os.path.lexists(self._root / path)]
        return _paths(_answer(_start(self._root, *untracked.ALL, "--", *there)) or b"") if there else ()

    def close(self) -> None:
        """Ends what was not asked for."""
        for process in (self._untracked, self._differing, self._merge_base):
            if process is not None and process.poll() is None:
                process.kill()
                process.communicate()


def _paths(answer: bytes) -> Iterable[str]:
    return (os.fsdecode(path) for path in answer.split(b"\0") if path)


def _why_no_base(root: Path, reference: str) -> GitError:
    """Why git has no merge base of a commit and HEAD."""
    if _answer(_start(root, "rev-parse", "--git-dir")) is None:
        asked = _start(root, "rev-parse", "--git-dir", errors=subprocess.PIPE)
        said = asked.communicate()[1].decode("utf-8", "replace").strip() if asked is not None else ""
        return GitError(f"--since: {said.partition(chr(10))[0] or 'git is not installed'}")
    if _answer(_start(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")) is None:
        return GitError("--since: this repository has no commit yet")
    if _answer(_start(root, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")) is None:
        return GitError(f"--since: git knows no commit '{reference}'; fetch it, or name another")
    shallow = (_answer(_start(root, "rev-parse", "--is-shallow-repository")) or b"").strip() == b"true"
    hint = "; this clone is shallow: fetch more of the history" if shallow else ""
    return GitError(f"--since: '{reference}' and HEAD have no commit in common{hint}")


def paths_between(root: Path, one: str, other: str) -> tuple[str, ...] | None:
    """The paths that differ between two commits; None if git does not know."""
    if one == other:
        return ()
    answer = _answer(_start(root, "diff", "--name-only", "-z", "--no-renames", "--relative", one, other, "--"))
    return None if answer is None else tuple(_paths(answer))


class Snapshot:
    """The commit and what differs from it, asked for in the background."""

    def __init__(self, root: Path) -> None:
        import tempfile  # only runs that write a cache need it

        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed by finish)
        self._head = _start(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        status = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules", ".")
        self._status = _start(root, *status, output=self._output)
        self._prefix = _start(root, "rev-parse", "--show-prefix")

    def finish(self) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
        """The commit, the paths that differ from it, and those of them that git does not track; None where git does
        not know."""
        head, status, prefix = self._head, self._status, self._prefix
        if head is None or status is None or prefix is None:
            return None
        commit, below = head.communicate()[0], prefix.communicate()[0]
        status.wait()
        self._output.seek(0)
        lines = self._output.read().split(b"\0")
        self._output.close()
        if head.returncode or status.returncode or prefix.returncode:
            return None
        start = os.fsdecode(below.rstrip(b"\n"))
        paths = [(line[:2], os.fsdecode(line[3:]).removeprefix(start)) for line in lines if line]
        new = tuple(path for state, path in paths if state == b"??")
        return commit.strip().decode(), tuple(path for _, path in paths), new


def _parsed(answer: bytes) -> tuple[set[str], set[str]]:
    """The paths that are there and those that are gone, of `git diff --name-status -z`."""
    words = [os.fsdecode(word) for word in answer.split(b"\0")]
    paths: set[str] = set()
    gone: set[str] = set()
    at = 0
    while at < len(words) - 1:
        status = words[at][:1]
        if status in ("R", "C"):
            if status == "R":
                gone.add(words[at + 1])
            paths.add(words[at + 2])
            at += 3
            continue
        (gone if status == "D" else paths).add(words[at + 1])
        at += 2
    return paths, gone


def _start(
    root: Path, *command: str, output: int | IO[bytes] = subprocess.PIPE, errors: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(
            ["git", "--literal-pathspecs", "-c", "core.quotepath=off", "-C", os.fspath(root), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except OSError:
        return None


def _answer(process: subprocess.Popen[bytes] | None) -> bytes | None:
    if process is None:
        return None
    output = process.communicate()[0]
    return output if process.returncode == 0 else None
