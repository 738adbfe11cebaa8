"""Write the Bazel module in `rules/` out into a repository, and keep it up to date there.

The copy is complete: a repository points to it with `local_path_override` (https://bazel.build/rules/lib/globals/module)
or vendors it under a name of its own. A manifest beside it records what was written, so that a later run can tell
what somebody has edited from what is merely old.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

DEFAULT_MODULE_NAME = "trekbok_rules"
MANIFEST = "trekbok-emit.json"

# In a checkout and in an installed wheel alike, `rules` stands beside this package.
RULES = Path(__file__).resolve().parent.parent / "rules"

# Of the module, but of no use to those who only load it.
_LEFT_OUT_DIRECTORIES = frozenset({"tests", "__pycache__"})
_LEFT_OUT_FILES = frozenset({".bazelrc", "MODULE.bazel.lock"})

# https://bazel.build/rules/lib/globals/module#module
_MODULE_NAME = re.compile(r"[a-z]([a-z0-9._-]*[a-z0-9])?")

State = Literal["missing", "outdated", "edited", "stale"]


class EmitError(Exception):
    """The module cannot be written; the message says why and what to do, for the user."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is not as it would be written now.

    `path` is relative to the emitted module, with slashes. `state` is `missing` (not there yet), `outdated` (as
    it was written by an earlier version), `edited` (changed since, or not written by us) or `stale` (written by
    an earlier version and no longer part of the module). `old` and `new` are the bytes there and the bytes to
    be; None where there is no file.
    """

    path: str
    state: State
    old: bytes | None
    new: bytes | None

    def diff(self) -> str:
        """The change as a unified diff, for people: undecodable bytes are replaced."""
        old, new = (
            (content or b"").decode("utf-8", "replace").splitlines(keepends=True) for content in (self.old, self.new)
        )
        before = self.path if self.old is not None else "/dev/null"
        after = self.path if self.new is not None else "/dev/null"
        return "".join(difflib.unified_diff(old, new, before, after))


@dataclass(frozen=True, slots=True)
class EmitResult:
    """What an emit found and did.

    `changes` holds each file that differed, sorted by path. `written` says whether they were written: not with
    `check`, and not if there are `edited` files and no `force`.
    """

    root: Path
    module_name: str
    version: str
    changes: tuple[Change, ...]
    written: bool

    @property
    def edited(self) -> tuple[Change, ...]:
        """The files that are not overwritten without force."""
        return tuple(change for change in self.changes if change.state == "edited")

    @property
    def refused(self) -> bool:
        """Whether local edits stand in the way; with `check` as well as without."""
        return not self.written and bool(self.edited)


@dataclass(frozen=True, slots=True)
class _Manifest:
    module_name: str | None
    hashes: dict[str, str]


def emit(root: Path, *, module_name: str | None = None, check: bool = False, force: bool = False) -> EmitResult:
    """Write the module into the directory `root`, or say what would be written.

    `module_name` is the name in MODULE.bazel; None keeps the one of an earlier emit. With `check` nothing is
    written. Without `force` nothing is written either if a file was edited since the last emit. Files that are
    not of the module are left alone. Raises EmitError if the name is no module name or `root` cannot be used.
    """
    above = next((path for path in (root, *root.absolute().parents) if path.exists()), root)
    if above.exists() and not above.is_dir():
        raise EmitError(f"{above} is not a directory")
    recorded = _read_manifest(root)
    if recorded.module_name is None and (root / ".git").exists() and (root / "MODULE.bazel").exists():
        raise EmitError(f"{root} is a repository with a module of its own: give a directory in it")
    name = recorded.module_name or DEFAULT_MODULE_NAME if module_name is None else module_name
    if not _MODULE_NAME.fullmatch(name):
        raise EmitError(
            f"{name!r} is not a Bazel module name: lower-case letters, digits, '.', '-' and '_', "
            "first a letter, last a letter or digit"
        )
    files = dict(_module_files(name))
    version = _version(files["MODULE.bazel"])
    manifest = _manifest_text(name, version, files)
    changes = tuple(_changes(root, files, recorded.hashes, manifest))
    result = EmitResult(root, name, version, changes, written=False)
    if check or not changes or (result.edited and not force):
        return result
    _write(root, changes)
    return EmitResult(root, name, version, changes, written=True)


def _module_files(name: str) -> Iterator[tuple[str, bytes]]:
    """The paths, relative and with slashes, and contents of the module under a name."""
    if not (RULES / "MODULE.bazel").is_file():
        raise EmitError(f"the rules are missing from this installation: there is no {RULES / 'MODULE.bazel'}")
    for directory, directories, files in os.walk(RULES):
        directories[:] = sorted(
            each for each in directories if each not in _LEFT_OUT_DIRECTORIES and not each.startswith("bazel-")
        )
        for file in sorted(files):
            if file in _LEFT_OUT_FILES:
                continue
            path = Path(directory, file)
            relative = path.relative_to(RULES).as_posix()
            content = path.read_bytes()
            if relative in ("MODULE.bazel", "WORKSPACE"):
                content = content.replace(f'name = "{DEFAULT_MODULE_NAME}"'.encode(), f'name = "{name}"'.encode(), 1)
            yield relative, content


def _version(module_file: bytes) -> str:
    found = re.search(rb'^\s*version = "([^"]*)"', module_file, re.MULTILINE)
    return found[1].decode() if found else "unknown"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _manifest_text(name: str, version: str, files: dict[str, bytes]) -> bytes:
    manifest = {
        "about": "Written by trekbok emit; edit nothing here by hand.",
        "files": {path: _hash(content) for path, content in sorted(files.items())},
        "module_name": name,
        "version": version,
    }
    return (json.dumps(manifest, indent=2) + "\n").encode()


def _read_manifest(root: Path) -> _Manifest:
    path = root / MANIFEST
    try:
        data = json.loads(path.read_bytes())
        hashes = {str(file): str(value) for file, value in data["files"].items()}
        name = str(data["module_name"])
    except FileNotFoundError:
        return _Manifest(None, {})
    except OSError as error:
        raise EmitError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmitError(f"{path} is not a manifest of trekbok emit; delete it to start afresh ({error})") from error
    for file in hashes:
        # What is recorded may be deleted: it must not lead out of the module.
        if PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
            raise EmitError(f"{path} names {file!r}, which is not a path inside the module")
    return _Manifest(name, hashes)


def _changes(root: Path, files: dict[str, bytes], hashes: dict[str, str], manifest: bytes) -> Iterator[Change]:
    for path in sorted(files.keys() | hashes.keys()):
        new = files.get(path)
        old = _content(root / path)
        if old == new:
            continue
        if old is None:
            yield Change(path, "missing", None, new)
        elif _hash(old) != hashes.get(path):
            yield Change(path, "edited", old, new)
        else:
            yield Change(path, "stale" if new is None else "outdated", old, new)
    old = _content(root / MANIFEST)
    if old != manifest:
        yield Change(MANIFEST, "missing" if old is None else "outdated", old, manifest)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EmitError(f"{path} cannot be read: {error.strerror}") from error


def _write(root: Path, changes: tuple[Change, ...]) -> None:
    """Write the files; the manifest, which comes last, records only what has been written."""
    for change in changes:
        path = root / change.path
        try:
            if change.new is None:
                path.unlink()
                _remove_empty_parents(path, root)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                _replace(path, change.new)
        except OSError as error:
            raise EmitError(f"{path} cannot be written: {error.strerror}") from error


def _replace(path: Path, content: bytes) -> None:
    """Put the content in place in one step. Scripts are executable, whatever an installer made of their modes."""
    descriptor, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o755 if content.startswith(b"#!") else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _remove_empty_parents(path: Path, root: Path) -> None:
    for parent in path.parents:
        if parent == root or any(parent.iterdir()):
            return
        parent.rmdir()
