"""A repository on disk: its root, its files, the workspaces nested in it, and what their repository names stand for.

https://bazel.build/external/overview, https://bazel.build/rules/lib/globals/module
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from buildfile.bazelrc import files_imported
from buildfile.calls import Call, calls_in
from buildfile.ignore import Matcher, bazel_ignores, gitignore
from buildfile.labels import BadLabel, Label
from buildfile.source import FileKind, SourceFile, kind_of
from buildfile.syntax import Unparsable

BOUNDARIES = frozenset({"MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel", "WORKSPACE"})
"""The files that make a directory the root of a workspace."""

_SOURCES = {"aspect-build/rules_py": "aspect_rules_py", "rules_python": "rules_python"}
"""Parts of archive URLs by which a WORKSPACE rule of any name is known to bring a ruleset."""

_REGISTRY_ENTRY = re.compile(r"(?:.*/)?modules/[^/]+/[^/]+")
"""A directory of a Bazel registry kept in the repository: its MODULE.bazel is that of a module of someone else."""

_CANONICAL = re.compile(r"@@([A-Za-z0-9_.-]+?)(?:[+~][0-9A-Za-z_.-]*)?")

_TEXT = re.compile(
    r"(?i:.*\.(?:sh|bash|zsh|fish|ps1|bat|md|mdx|rst|adoc|txt|ya?ml|json5?|jsonc|toml|ini|cfg|conf|mk|make|just|envrc"
    r"|bazelversion|tmpl|template|jinja2?|j2|html|gitignore|dockerignore|bazelignore|groovy|nix|code-workspace|iml"
    r"|xml|bazelproject|py|pyi|go)|[^.]+|.*(?:makefile|dockerfile|justfile|jenkinsfile|readme|codeowners|\.envrc"
    r"|pre-commit|post-checkout|\.gitignore)"
    r"|module\.bazel\.lock)"
)


def find_root(start: Path) -> Path | None:
    """The nearest directory at or above `start` that is the root of a workspace; None if there is none."""
    for directory in (start, *start.parents):
        if any((directory / name).is_file() for name in BOUNDARIES):
            return directory
    return None


@dataclass(frozen=True, slots=True)
class Entry:
    """A file found by a walk.

    Attributes:
        path: repository-relative.
        kind: what it is read as.
        linked: for a symbolic link the real path it leads to, absolute; else None.
        new: whether there is no such file yet.
    """

    path: str
    kind: FileKind
    linked: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found.

    Attributes:
        entries: the files, sorted by path.
        roots: the directories that are roots of workspaces, `""` among them.
        ignored_roots: roots of workspaces that lie in what Bazel ignores, and so were not entered.
        directories: the directories that were entered, `""` among them.
        closed: those that were not entered though git may have files in them.
        ignoring: the .gitignore files that were read.
        unlisted: what could not be looked into, with the reason: directories, `"."` for the root, and the files that
            say what is to be left out.
    """

    entries: tuple[Entry, ...]
    roots: tuple[str, ...]
    ignored_roots: tuple[str, ...]
    directories: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    ignoring: tuple[str, ...] = ()
    unlisted: tuple[tuple[str, str], ...] = ()


def walk(root: Path, *, text: bool = False, git: bool = True, exclude: Sequence[str] = ()) -> Walked:
    """Every file of a repository that Bazel, or with `text` a person, reads.

    Args:
        root: the repository.
        text: also list text files other than Bazel's: scripts, CI files, documents, settings, sources in Python and Go.
        git: leave out what .gitignore files name.
        exclude: more paths to leave out, in .gitignore's syntax, relative to the root.

    Directories that are symbolic links are not entered, nor `.git`. A file of any name that the .bazelrc of a
    workspace imports is a .bazelrc too. The MODULE.bazel of an entry of a registry is a text file and no root.
    Directories that cannot be listed are in `unlisted`, and everything else is listed all the same.
    """
    base = os.fspath(root)
    imported: set[str] = set()
    entries: list[Entry] = []
    roots: list[str] = []
    ignored_roots: list[str] = []
    directories: list[str] = []
    closed: list[str] = []
    ignoring: list[str] = []
    unlisted: list[tuple[str, str]] = []
    bazel = bazel_ignores(root)
    own = gitignore("\n".join(exclude), "") if exclude else None
    stack: list[tuple[str, tuple[Matcher, ...]]] = [("", (own,) if own else ())]
    while stack:
        where, rules = stack.pop()
        prefix = where + "/" if where else ""
        try:
            with os.scandir(f"{base}/{where}" if where else base) as scanned:
                found = list(scanned)
        except OSError as error:
            unlisted.append((where or ".", f"cannot be listed: {error.strerror or error}"))
            continue
        directories.append(where)
        names = [entry.name for entry in found]
        if git and ".gitignore" in names:
            ignoring.append(f"{prefix}.gitignore")
            try:
                rule = _read_gitignore(f"{base}/{prefix}.gitignore", where)
            except OSError as error:
                unlisted.append((f"{prefix}.gitignore", f"cannot be read: {error.strerror or error}"))
            else:
                rules = (*rules, rule) if rule else rules
        foreign = "source.json" in names and _REGISTRY_ENTRY.fullmatch(where) is not None
        if not foreign and not BOUNDARIES.isdisjoint(names):
            roots.append(where)
        if ".bazelrc" in names and where in (*roots, ""):
            imported.update(files_imported(f"{prefix}.bazelrc", where, lambda path: _bytes_of(f"{base}/{path}")))
        for entry in found:
            name = entry.name
            path = prefix + name
            if entry.is_dir(follow_symlinks=False):
                if name == ".git":
                    continue
                if bazel is not None and bazel(path, True):
                    ignored_roots += _roots_in(base, path)
                    closed.append(path)
                    continue
                if rules and any(rule(path, True) for rule in rules):
                    if own is not None and own(path, True):
                        closed.append(path)
                    continue
                stack.append((path, rules))
                continue
            kind = kind_of(name) or (FileKind.BAZELRC if path in imported else None)
            if kind is None or (foreign and kind is FileKind.MODULE):
                if not text or not (foreign or _TEXT.fullmatch(name)):
                    continue
                kind = FileKind.TEXT
            if rules and any(rule(path, False) for rule in rules):
                continue
            if entry.is_symlink():
                if _leads_to_a_file(entry.path):
                    entries.append(Entry(path, kind, os.path.realpath(f"{base}/{path}")))
            elif entry.is_file(follow_symlinks=False):
                entries.append(Entry(path, kind))
    entries.sort(key=lambda item: item.path)
    if "" not in roots:
        roots.append("")
    return Walked(
        tuple(entries),
        tuple(sorted(roots)),
        tuple(sorted(ignored_roots)),
        tuple(directories),
        tuple(closed),
        tuple(ignoring),
        tuple(sorted(unlisted)),
    )


def _bytes_of(path: str) -> bytes | None:
    try:
        return read_bytes(path)
    except OSError:
        return None


def _leads_to_a_file(link: str) -> bool:
    """Whether a symbolic link leads to a file, or to where one may be that cannot be looked at: reading it says so."""
    try:
        return stat.S_ISREG(os.stat(link).st_mode)
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EPERM)  # and not for links in a circle or to nowhere


def _read_gitignore(path: str, where: str) -> Matcher | None:
    """The rules of a .gitignore; none, as for git, if it is a directory or a link.

    Raises:
        OSError: it cannot be read.
    """
    if os.path.isfile(path) and not os.path.islink(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return gitignore(file.read(), where)
    return None


def _roots_in(base: str, path: str) -> list[str]:
    """The roots of workspaces at a directory or right below it."""
    found = []
    for directory in (path, *_subdirectories(base, path)):
        if any(os.path.isfile(f"{base}/{directory}/{name}") for name in BOUNDARIES):
            found.append(directory)
    return found


def _subdirectories(base: str, path: str) -> list[str]:
    try:
        with os.scandir(f"{base}/{path}") as scanned:
            return sorted(f"{path}/{entry.name}" for entry in scanned if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def read(root: Path, entry: Entry) -> SourceFile:
    """Reads a file.

    Raises:
        OSError: it cannot be read.
    """
    return SourceFile(entry.path, entry.kind, read_bytes(f"{os.fspath(root)}/{entry.path}"))


def read_bytes(path: str) -> bytes:
    """The bytes of a file, by the shortest way the system has.

    Raises:
        OSError: it cannot be read.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(handle).st_size
        data = os.read(handle, size + 1)
        if len(data) <= size:
            return data
        parts = [data]
        while part := os.read(handle, 1 << 20):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Dependency:
    """A module or archive that a workspace depends on.

    Attributes:
        name: the module's name (`aspect_rules_py`), whatever it is called here.
        version: its version as written, in a WORKSPACE as its archive is named; `""` if there is none.
        apparent: the repository name it has in this workspace.
        path, start, end: where the version stands, quotes included; `start < 0` if it does not.
        dev: whether it is a `dev_dependency`.
        override: the version that a `single_version_override` pins; `""` if none does.
        local: whether it is taken from a directory, so that its version says nothing.
    """

    name: str
    version: str
    apparent: str
    path: str
    start: int
    end: int
    dev: bool = False
    override: str = ""
    local: bool = False


@dataclass(frozen=True)
class Workspace:
    """One workspace: the names of its module, of its dependencies, and of the repositories they appear as.

    Attributes:
        path: its directory, repository-relative, `""` for the repository itself.
        module: the name of its module; `""` if it has none.
        dependencies: by module name.
        names: apparent repository name to module name.
        module_files: MODULE.bazel and what it includes, repository-relative.
        bazel: the version of Bazel that `.bazelversion` asks for, as written; `""` if it does not.
        problems: what could not be read, `(path, offset, reason)`.
    """

    path: str = ""
    module: str = ""
    dependencies: dict[str, Dependency] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    module_files: tuple[str, ...] = ()
    bazel: str = ""
    problems: tuple[tuple[str, int, str], ...] = ()

    def module_of(self, repo: str) -> str:
        """The module that a label's repository part names (`@x`, `@@x+`, `@@x~1.0`, `""`); `""` for none at all."""
        if repo in ("", "@@", "@"):
            return self.module
        if repo.startswith("@@"):
            found = _CANONICAL.fullmatch(repo)
            return found[1] if found else repo[2:]
        return self.names.get(repo[1:], repo[1:])

    def canonical(self, label: str, package: str = "") -> str:
        """A label in a form that does not depend on repository names: `@module//package:name`.

        Args:
            label: the label as written.
            package: repository-relative directory of the file it stands in.

        Labels of a workspace without a module name come as `//package:name`; text that is no label as it is.
        """
        inner = package[len(self.path) :].lstrip("/") if self.path else package
        try:
            parsed = Label.parse(label, inner)
        except BadLabel:
            return label
        module = self.module_of(parsed.repo)
        return f"{'@' + module if module else ''}//{parsed.package}:{parsed.name}"

    def spell(self, canonical: str) -> str:
        """A canonical label as it is written in this workspace: `@apparent//package:name`, or `//…` for its own."""
        if not canonical.startswith("@"):
            return canonical
        module, slashes, rest = canonical[1:].partition("//")
        if module == self.module:
            return slashes + rest
        dependency = self.dependencies.get(module)
        return f"@{dependency.apparent if dependency else module}{slashes}{rest}"


def workspaces(root: Path, walked: Walked) -> dict[str, Workspace]:
    """The workspaces of a repository by their directories."""
    by_directory: dict[str, list[Entry]] = {}
    for entry in walked.entries:
        if entry.kind in (FileKind.MODULE, FileKind.WORKSPACE):
            by_directory.setdefault(entry.path.rpartition("/")[0], []).append(entry)
    return {where: _workspace(root, where, by_directory.get(where, [])) for where in walked.roots}


def workspace_of(path: str, found: dict[str, Workspace]) -> Workspace:
    """The innermost workspace that a file belongs to."""
    if len(found) == 1:
        return found[""]
    where = path.rpartition("/")[0]
    while where:
        if where in found:
            return found[where]
        where = where.rpartition("/")[0]
    return found[""]


def _workspace(root: Path, where: str, entries: list[Entry]) -> Workspace:
    prefix = where + "/" if where else ""
    module = ""
    dependencies: dict[str, Dependency] = {}
    names: dict[str, str] = {}
    problems: list[tuple[str, int, str]] = []
    overrides: dict[str, str] = {}
    local: set[str] = set()
    files: list[str] = []
    loaded: list[str] = []
    for entry in entries:
        if entry.kind is FileKind.WORKSPACE and entry.path.startswith(prefix + "WORKSPACE"):
            for call in _calls(root, entry.path, entry.kind, problems):
                loaded += _own_file(call, prefix, module)
                name = call.string("name")
                if name is None:
                    continue
                if call.callee == "workspace":
                    module = module or name
                    continue
                known = _known_source(call, name)
                names[name] = known
                archive = _archive_version(call, known)
                dependencies.setdefault(known, Dependency(known, archive, name, entry.path, -1, -1))
    for dependency in _in_macros(root, prefix, module, loaded):
        names.setdefault(dependency.apparent, dependency.name)
        dependencies.setdefault(dependency.name, dependency)
    queue = [prefix + "MODULE.bazel"]
    while queue:
        path = queue.pop(0)
        if path in files or not (root / path).is_file():
            continue
        files.append(path)
        for call in _calls(root, path, FileKind.MODULE, problems):
            if call.callee == "module":
                module = call.string("name") or module
                if apparent := call.string("repo_name"):
                    names[apparent] = module
            elif call.callee == "bazel_dep":
                name = call.string("name")
                if name is None:
                    continue
                repo_name = call.argument("repo_name")
                apparent = (call.string("repo_name") if repo_name else None) or name
                version = call.argument("version")
                dependency = Dependency(
                    name,
                    call.string("version") or "",
                    apparent,
                    path,
                    version.value_start if version else -1,
                    version.end if version else -1,
                    dev=call.argument("dev_dependency") is not None,
                )
                dependencies[name] = dependency
                names[apparent] = name
            elif call.callee == "single_version_override":
                overrides[call.string("module_name") or ""] = call.string("version") or ""
            elif call.callee == "local_path_override":
                local.add(call.string("module_name") or "")
            elif call.callee == "include" and call.arguments:
                text = call.string_of(call.arguments[0].value)
                if text and text.startswith(("//", ":")):
                    try:
                        label = Label.parse(text)
                    except BadLabel as error:
                        problems.append((path, call.start, str(error)))
                        continue
                    queue.append(f"{prefix}{label.package + '/' if label.package else ''}{label.name}")
    for name, pinned in overrides.items():
        if name in dependencies:
            dependencies[name] = replace(dependencies[name], override=pinned)
    for name in local & dependencies.keys():
        dependencies[name] = replace(dependencies[name], local=True)
    bazel = _bazel_version(f"{os.fspath(root)}/{prefix}.bazelversion")
    return Workspace(where, module, dependencies, names, tuple(files), bazel, tuple(problems))


def _own_file(call: Call, prefix: str, module: str) -> list[str]:
    """The file that a load statement reads, if it is one of the workspace itself; none for any other call."""
    text = call.string_of(call.arguments[0].value) if call.callee == "load" and call.arguments else None
    if text is None:
        return []
    try:
        label = Label.parse(text, call.file.package[len(prefix) :])
    except BadLabel:
        return []
    if label.repo not in ("", f"@{module}"):
        return []
    return [f"{prefix}{label.package + '/' if label.package else ''}{label.name}"]


def _in_macros(root: Path, prefix: str, module: str, paths: list[str]) -> Iterator[Dependency]:
    """The rulesets that macros of a workspace's own bring, given the files that its WORKSPACE loads."""
    queue, seen = list(paths), set()
    while queue:
        path = queue.pop(0)
        if path in seen or not (root / path).is_file():
            continue
        seen.add(path)
        for call in _calls(root, path, FileKind.BZL, []):
            queue += _own_file(call, prefix, module)
            name = call.string("name")
            known = _known_source(call, name) if name is not None else ""
            if name is not None and known in _SOURCES.values():
                yield Dependency(known, _archive_version(call, known), name, path, -1, -1)


def _bazel_version(path: str) -> str:
    try:
        return (read_bytes(path).decode("utf-8", "replace").split() or [""])[0]
    except OSError:
        return ""


def _known_source(call: Call, name: str) -> str:
    """The ruleset that a repository rule of a WORKSPACE brings, by its URLs; else its name."""
    text = call.file.data[call.start : call.end].decode("utf-8", "replace")
    for part, module in _SOURCES.items():
        if re.search(rf"/{re.escape(part.rpartition('/')[2])}/", text) and part in text:
            return module
    return name


def _archive_version(call: Call, module: str) -> str:
    """The version in the name of an archive or its directory, `module-1.2.3`; `""` for a commit or anything else."""
    text = call.file.data[call.start : call.end].decode("utf-8", "replace")
    project = next((part.rpartition("/")[2] for part, name in _SOURCES.items() if name == module), module)
    number = r"(\d+(?:\.\d+)+(?:-?(?:rc|alpha|beta)[.\d]*)?)"
    found = re.search(rf"{re.escape(project)}-v?{number}(?=[\"'/]|\.tar|\.zip)", text)
    return found[1] if found else ""


def _calls(root: Path, path: str, kind: FileKind, problems: list[tuple[str, int, str]]) -> Iterator[Call]:
    try:
        file = SourceFile(path, kind, read_bytes(f"{os.fspath(root)}/{path}"))
    except OSError as error:
        problems.append((path, 0, error.strerror or str(error)))
        return
    for statement in file.statements:
        try:
            yield from calls_in(file, statement)
        except Unparsable as error:
            problems.append((path, error.offset, error.reason))
