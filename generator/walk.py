"""The directories of a repository: their BUILD files, what these configure, and the files in them.

Directories are visited from the root down, since configuration is inherited; what is excluded, ignored by Bazel, or
a symbolic link that no directive follows, is not entered. https://github.com/bazel-contrib/bazel-gazelle#directives
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from buildfile.ignore import Matcher, bazel_ignores, gitignore
from buildfile.writer import STATE
from generator.cache import Cache, Stamp, stamp_of
from generator.config import PROJECT, Config, Directive, Outcome, configure
from generator.existing import NOTHING, Existing, directives_in_text
from generator.messages import Fatal

_PACKAGE_FILES = ("BUILD.bazel", "BUILD")


@dataclass(slots=True)
class Directory:
    """A directory of the repository.

    Attributes:
        rel: its path, "" for the root.
        config: what holds in it.
        build: the path of its BUILD file; None if it has none.
        build_digest: of that file's content.
        existing: what that file says.
        files: base name to stamp of each file, in order of names, without those that are excluded.
        children: its subdirectories, in order of names.
        update: its BUILD file is to be brought up to date, not just to be indexed.
        in_project: it lies below a directory in project mode, and so is part of that unless it is a package.
    """

    rel: str
    config: Config
    build: str | None
    build_digest: bytes
    existing: Existing
    files: dict[str, Stamp]
    children: list[Directory] = field(default_factory=list)
    update: bool = True
    in_project: bool = False

    @property
    def is_package(self) -> bool:
        """Whether Bazel sees a package here."""
        return self.build is not None or any(name in self.files for name in _PACKAGE_FILES)

    def path(self, name: str) -> str:
        """The repository-relative path of a file in it."""
        return f"{self.rel}/{name}" if self.rel else name

    def bottom_up(self) -> Iterator[Directory]:
        """All directories from here down, children before parents."""
        stack: list[tuple[Directory, bool]] = [(self, False)]
        while stack:
            directory, done = stack.pop()
            if done:
                yield directory
            else:
                stack.append((directory, True))
                stack.extend((child, False) for child in reversed(directory.children))

    def nested(self) -> Iterator[tuple[str, Stamp]]:
        """The files of subdirectories that are no packages, by their paths relative to this directory."""
        skip = len(self.rel) + 1 if self.rel else 0
        stack = [child for child in reversed(self.children) if not child.is_package]
        while stack:
            directory = stack.pop()
            for name, stamp in directory.files.items():
                yield directory.path(name)[skip:], stamp
            stack.extend(child for child in reversed(directory.children) if not child.is_package)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which directories are to be brought up to date: those named, with those below them if `recursive`."""

    named: tuple[str, ...] = ("",)
    recursive: bool = True

    def has(self, rel: str) -> bool:
        """Whether a directory is selected."""
        if rel in self.named:
            return True
        return self.recursive and any(not name or rel.startswith(name + "/") for name in self.named)


def walk(
    root: Path,
    config: Config,
    selection: Selection,
    cache: Cache,
    outcome: Outcome,
    exclude: Sequence[str] = (),
) -> Directory:
    """Visits the repository; `config` is what flags say, from which the root's directives go on.

    What `exclude` names, in .gitignore's syntax, is left out.

    BUILD files that cannot be read are told in `outcome` as fatal messages, with all others still visited. What cannot
    be looked into is told in `outcome.unlisted`; the package that it may be part of is not to be brought up to date.

    Raises:
        Fatal: a directive ends the run, or the root cannot be listed.
    """
    _bazelignore_globs(root, outcome)
    matchers = [item for item in (bazel_ignores(root), gitignore("\n".join(exclude), "")) if item is not None]
    walker = _Walker(os.fspath(root), selection, cache, outcome, matchers)
    top = walker.visit("", config, (), (os.path.realpath(root),))
    if top is None:
        raise Fatal(f"{root}: {outcome.unlisted['.']}")
    if outcome.unlisted:
        _hold_back(top, outcome.unlisted)
    return top


def _hold_back(top: Directory, unlisted: Iterable[str]) -> None:
    """Has no package brought up to date whose files are not all known."""
    directories = {directory.rel: directory for directory in top.bottom_up()}
    for path in unlisted:
        while path:
            path = path.rpartition("/")[0]
            directories[path].update = False
            if directories[path].is_package:
                break


def _bazelignore_globs(root: Path, outcome: Outcome) -> None:
    try:
        lines = (root / ".bazelignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for number, line in enumerate(lines, 1):
        if not line.startswith("#") and any(char in line for char in "*?[{"):
            outcome.warn(f".bazelignore takes paths and no globs; passed over: {line.strip()} (.bazelignore:{number})")


class _Walker:
    def __init__(
        self, base: str, selection: Selection, cache: Cache, outcome: Outcome, ignores: Sequence[Matcher]
    ) -> None:
        self._base = base
        self._selection = selection
        self._cache = cache
        self._outcome = outcome
        self._ignores = ignores

    def visit(
        self, rel: str, parent: Config, git: tuple[Matcher, ...], reals: tuple[str, ...], broken: bool = False
    ) -> Directory | None:
        here = f"{self._base}/{rel}" if rel else self._base
        prefix = rel + "/" if rel else ""
        try:
            with os.scandir(here) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            self._outcome.unlisted[rel or "."] = f"cannot be listed: {error.strerror or error}"
            return None
        files: dict[str, Stamp] = {}
        directories: list[os.DirEntry[str]] = []
        for entry in entries:
            if not entry.name.isascii() and not _is_unicode(entry.name):
                self._outcome.warn(
                    f"{prefix}{entry.name!a}: left out: its name is not UTF-8, which Bazel does not take"
                )
                continue
            try:
                if entry.is_dir():
                    directories.append(entry)
                elif entry.is_file():
                    files[entry.name] = stamp_of(entry.stat()) if _stamped(entry.name, parent) else (0, 0, 0)
            except OSError as error:
                if not entry.is_symlink():  # else it leads to nowhere, or in a circle
                    self._outcome.unlisted[prefix + entry.name] = f"cannot be looked at: {error.strerror or error}"
        name = next((name for name in parent.build_file_name if name in files), None)
        build = prefix + name if name else None
        existing, digest = self._build(build, files[name]) if build and name else (NOTHING, b"")
        directives = self._spliced(existing.directives, rel, build or "")
        config = configure(parent, rel, build or "", directives, self._outcome, files.__contains__)
        if config.gitignore and ".gitignore" in files:
            rule = _gitignore(f"{here}/.gitignore", rel)
            git = (*git, rule) if rule else git
        files = {name: stamp for name, stamp in files.items() if not self._left_out(prefix + name, config, git, False)}
        in_project = bool(rel) and config.generation_mode == parent.generation_mode == PROJECT
        # Below a BUILD file that cannot be read nobody knows what its directives say.
        broken = broken or build in self._outcome.broken
        update = self._selection.has(rel) and not broken
        directory = Directory(rel, config, build, digest, existing, files, update=update, in_project=in_project)
        for entry in directories:
            path = prefix + entry.name
            if entry.name in (".git", STATE) or self._left_out(path, config, git, True):
                continue
            below = reals
            if entry.is_symlink():
                real = os.path.realpath(f"{self._base}/{path}")
                if real in reals or not any(pattern.fullmatch(path) for pattern in config.follow):
                    continue
                below = (*reals, real)
            child = self.visit(path, config, git, below, broken)
            if child is not None:
                directory.children.append(child)
        return directory

    def _left_out(self, path: str, config: Config, git: tuple[Matcher, ...], directory: bool) -> bool:
        if any(pattern.fullmatch(path) for pattern in config.exclude):
            return True
        if any(ignores(path, directory) for ignores in self._ignores):
            return True
        return config.gitignore and any(rule(path, directory) for rule in git)

    def _build(self, path: str, stamp: Stamp) -> tuple[Existing, bytes]:
        try:
            entry = self._cache.build(path, stamp)
        except OSError as error:
            self._outcome.break_off(path, f" cannot be read: {error.strerror or error}")
            return NOTHING, b""
        if entry.existing.error:
            self._outcome.break_off(path, entry.existing.error)
        return entry.existing, entry.digest

    def _spliced(self, directives: Sequence[Directive], rel: str, build: str) -> list[Directive]:
        """The directives with those of each `directive_file` in its place."""
        found: list[Directive] = []
        for directive in directives:
            if directive.key != "directive_file":
                found.append(directive)
                continue
            value = directive.value
            path = value.lstrip("/").replace(":", "/") if value.startswith("//") else f"{rel}/{value.lstrip(':')}"
            try:
                data = Path(self._base, path.lstrip("/")).read_bytes()
            except OSError as error:
                place = f"({build}:{directive.line})"
                raise Fatal(f"gazelle:directive_file {value}: {error.strerror or error} {place}") from None
            found.extend(directives_in_text(data))
        return found


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _stamped(name: str, config: Config) -> bool:
    return name.endswith((".py", ".proto", ".yaml")) or name in config.build_file_name


def _gitignore(path: str, rel: str) -> Matcher | None:
    try:
        return gitignore(Path(path).read_text("utf-8", "replace"), rel)
    except OSError:
        return None
