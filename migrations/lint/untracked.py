"""Which files git does not track, found with one look at each directory in place of a walk.

A directory that has the time it had when it was last read has no new files. `.trekbok/lint-directories` keeps those
times; a run that is only about what changed lets git look into the directories whose time is another one, and at the
files that were not tracked then.

This file is also a program, so that it can look while its caller does something else: `python untracked.py ROOT`
prints what `git ls-files --others --exclude-standard -z` prints. It imports little, to start fast.

https://git-scm.com/docs/git-ls-files
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # the module of that name takes longer to import than all this does
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator

FILE = ".trekbok/lint-directories"
GIT = ("git", "--literal-pathspecs", "-c", "core.quotepath=off")
ALL = ("ls-files", "--others", "--exclude-standard", "-z")

_HEAD = b"trekbok 1"
_MOST = 1000
"""With more paths to ask for, one walk over everything is the better way."""
_FRESH = 2_000_000_000
"""What changed so shortly before it was looked at (in nanoseconds) may change again without its time telling."""


def keep(root: str, began: int, directories: Iterable[str], ignoring: Iterable[str], ask: Iterable[str]) -> None:
    """Writes the times down.

    Args:
        root: the repository.
        began: when the directories were begun to be read, in nanoseconds.
        directories: those that were read, repository-relative.
        ignoring: the .gitignore files in them.
        ask: paths that git is asked for whatever has changed.

    Raises:
        OSError: the file cannot be written, or the directory for it is missing.
    """
    base = os.fsencode(root)
    paths = [path for path in map(os.fsencode, directories) if path != b".trekbok"]
    others = (os.fsencode(path) for path in ignoring if not path.startswith(".trekbok/"))
    rules = [*_rules(base), *(base + b"/" + path for path in others)]
    rows = [_HEAD]
    for group, start in ((paths, base + b"/"), (rules, b"")):
        times = (_time(start + path) for path in group)
        rows += (b" ".join(b"%d" % (0 if when > began - _FRESH else when) for when in times), b"%d" % len(group))
        rows += group
    rows += (*map(os.fsencode, ask), _HEAD)
    temporary = f"{root}/{FILE}.{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(b"\0".join(rows))
    os.replace(temporary, f"{root}/{FILE}")


def begin(root: str) -> subprocess.Popen[bytes] | None:
    """Starts to look; what the process prints is for `git ls-files`. None where there is no git."""
    import subprocess

    mine = os.path.exists(f"{root}/{FILE}") and bool(sys.executable)
    command = (sys.executable, "-I", "-S", __file__, root) if mine else (*GIT, *ALL)
    try:
        return subprocess.Popen(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except OSError:
        return None


def asked(root: bytes) -> list[bytes] | None:
    """The paths that git has to be asked for; None for all there are. Makes the root the current directory."""
    try:
        with open(root + b"/" + FILE.encode(), "rb") as file:
            rows = file.read().split(b"\0")
    except OSError:
        return None
    if rows[0] != _HEAD or rows.pop() != _HEAD or not rows:
        return None  # of another version, or not written to its end
    try:
        end = 3 + int(rows[2])
        times, paths = [int(when) for when in rows[1].split()], rows[3:end]
        behind = end + 2 + int(rows[end + 1])
        rules = dict(zip(rows[end + 2 : behind], map(int, rows[end].split()), strict=True))
    except (ValueError, IndexError):
        return None  # not written to its end
    if any(_time(path) != when for path, when in rules.items()):
        return None
    wanted = rows[behind:]
    os.chdir(root)
    stat = os.stat
    try:
        changed = [path for when, path in zip(times, paths, strict=False) if stat(path or b".").st_mtime_ns != when]
    except OSError:  # some are gone
        changed = [path for when, path in zip(times, paths, strict=False) if _time(path or b".") != when]
    if len(changed) > _MOST:
        return None
    known = set(paths) if changed else set()
    for directory in changed:
        prefix = directory + b"/" if directory else b""
        try:
            with os.scandir(directory or b".") as found:
                for entry in found:
                    path = prefix + entry.name
                    if entry.name == b".gitignore" and root + b"/" + path not in rules:
                        return None
                    if path not in known and entry.name not in (b".git", b".trekbok"):
                        wanted.append(path)
        except OSError:
            continue
        if len(wanted) > _MOST:
            return None
    return wanted


def _rules(root: bytes) -> Iterator[bytes]:
    """Files that say what git ignores, whether they are there or not, beside each .gitignore below the root."""
    import subprocess

    settings = os.environb.get(b"XDG_CONFIG_HOME") or os.path.expanduser(b"~/.config")
    yield from (os.path.expanduser(b"~/.gitconfig"), settings + b"/git/config", settings + b"/git/ignore")
    asked = (*GIT, "config", "--get", "--path", "core.excludesFile")
    named = subprocess.run(asked, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, check=False).stdout.strip()
    if named:
        yield os.path.join(root, named)
    directory = root
    while not os.path.lexists(directory + b"/.git"):
        above = os.path.dirname(directory)
        if above == directory:
            return
        directory = above
        yield directory + b"/.gitignore"
    yield from (directory + b"/.git/info/exclude", directory + b"/.git/config")


def _time(path: bytes) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return -1


def main() -> int:
    """Prints them."""
    wanted = asked(os.fsencode(sys.argv[1]))
    if wanted is not None and not wanted:
        return 0
    command = [*map(os.fsencode, (*GIT, *ALL)), *((b"--", *wanted) if wanted else ())]
    if os.name == "posix":
        os.execvp(command[0], command)
    import subprocess

    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
