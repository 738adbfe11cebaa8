"""The generator from end to end: walk, generate, index, resolve, merge, and a plan of what is to be written.

Nothing is written here; the plan says what would be, and `buildfile.writer` writes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from buildfile.plan import Cause, Failure, FileChange, Plan
from buildfile.repository import read_bytes
from generator import stdlib
from generator.cache import Cache, SourceEntry, digest_of
from generator.config import PROJECT, Config, Outcome, parse_directives
from generator.existing import Existing, read
from generator.imports import Facts
from generator.index import Index
from generator.kinds import KINDS, PYTHON
from generator.manifest import Manifests
from generator.merge import PackageMerge, merge_package, merged_strings
from generator.messages import Fatal, Message
from generator.resolve import ANNOTATION, Dependency, Resolver, Unresolved
from generator.targets import CONFTEST, AttributeValue, Generated, Package, Target, generate, python_files
from generator.text import changed
from generator.walk import Directory, Selection, walk
from generator.workspace import Names, names_of


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """What to do.

    Attributes:
        root: the repository.
        directories: those to bring up to date, repository-relative, "" for the root.
        recursive: also those below them.
        directives: more directives for the root, as `(key, value)`; flags come as these.
        strict: directives that are not known end the run.
        keep_going: packages with errors are left alone and all others are written.
        use_cache: read and write the cache in the state directory.
        jobs: processes at the most; None for one a core.
        python_version: whose standard library counts; "" for the one the repository names, else the newest.
    """

    root: Path
    directories: tuple[str, ...] = ("",)
    recursive: bool = True
    directives: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    keep_going: bool = False
    use_cache: bool = True
    jobs: int | None = None
    python_version: str = ""


@dataclass(slots=True)
class TargetResult:
    """One target, as it should be.

    Attributes:
        package: of the target.
        target: what it is.
        dependencies: its dependencies and why it has them.
        unresolved: its imports that came to nothing.
        before: the `deps` and `pyi_deps` it had.
    """

    package: str
    target: Target
    dependencies: list[Dependency]
    unresolved: list[Unresolved]
    before: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its label, absolute and in full."""
        return f"//{self.package}:{self.target.name}"


@dataclass(slots=True)
class GenerateResult:
    """What came of a run.

    Attributes:
        plan: what is to be written; empty if an error is fatal.
        messages: in the order in which they are to be shown.
        exit_code: 0, or 1 for a fatal error; 3 with `keep_going` if some packages were left alone.
        targets: every generated target with its dependencies.
    """

    plan: Plan
    messages: list[Message]
    exit_code: int
    targets: list[TargetResult] = field(default_factory=list)


@dataclass(slots=True)
class _Work:
    """One directory on its way through the run."""

    directory: Directory
    package: Package
    generated: Generated
    results: list[TargetResult] = field(default_factory=list)
    failed: bool = False


def generate_plan(options: GenerateOptions) -> GenerateResult:
    """Runs the generator over a repository.

    What is wrong with the repository is told in the result and never raised.
    """
    run = _Run(options)
    try:
        run.all()
    except Fatal as error:
        run.outcome.messages.append(Message(str(error), fatal=True))
        run.plan = Plan()
    fatal = any(message.fatal for message in run.outcome.messages)
    code = 1 if fatal else 3 if run.plan.failures else 0
    run.plan.sort()
    return GenerateResult(run.plan, run.outcome.messages, code, run.results)


class _Run:
    def __init__(self, options: GenerateOptions) -> None:
        self.options = options
        self.outcome = Outcome(strict=options.strict)
        self.plan = Plan()
        self.results: list[TargetResult] = []
        self.cache = Cache(options.root, options.use_cache)
        self.base = os.fspath(options.root)

    def all(self) -> None:
        options = self.options
        config = parse_directives(Config(), options.directives, self.outcome)
        selection = Selection(options.directories, options.recursive)
        top = walk(options.root, config, selection, self.cache, self.outcome)
        directories = list(top.bottom_up())
        names = names_of(options.root)
        packages = self._packages(directories)
        work = {package.rel: _Work(directory, package, generate(package)) for directory, package in packages}
        for item in work.values():
            self._tell(item)
        if any(message.fatal for message in self.outcome.messages):
            self.cache.save()
            return
        index = self._index(directories, work)
        manifests = Manifests(options.root)
        version = options.python_version or names.python_version or stdlib.NEWEST
        resolver = Resolver(index, manifests, stdlib.modules(version))
        for item in work.values():
            self._resolve(item, resolver)
        self._report_unresolved(work.values())
        if not any(message.fatal for message in self.outcome.messages):
            for directory in directories:
                self._write(directory, work.get(directory.rel), names)
        self.cache.save()

    # Packages

    def _packages(self, directories: Sequence[Directory]) -> list[tuple[Directory, Package]]:
        """The directories that are to have targets, with all that generation needs to know of them."""
        chosen = [directory for directory in directories if directory.update and self._generates(directory)]
        nested = {directory.rel: sorted(_nested(directory)) for directory in chosen}
        wanted = [
            (directory.path(name), stamp)
            for directory in chosen
            for name, stamp in _sources(directory, nested[directory.rel])
        ]
        read_sources = self.cache.sources(wanted, self.options.jobs)
        with_conftest = {
            directory.rel
            for directory in directories
            if CONFTEST in directory.files and CONFTEST not in directory.config.ignore_files
        }
        found = []
        for directory in chosen:
            facts = {}
            for name, _ in _sources(directory, nested[directory.rel]):
                entry = read_sources[directory.path(name)]
                if isinstance(entry, SourceEntry):
                    facts[name] = entry.facts
                else:
                    self.outcome.warn(f"{directory.path(name)}: cannot be read: {entry}; its imports are not known")
            found.append((directory, self._package(directory, nested[directory.rel], facts, with_conftest)))
        return found

    def _generates(self, directory: Directory) -> bool:
        config = directory.config
        if not config.extension or config.ignore or not config.speaks("py"):
            return False
        if directory.is_package:
            return True
        return not config.update_only and not directory.in_project

    def _package(
        self,
        directory: Directory,
        nested: Sequence[tuple[str, tuple[int, int, int]]],
        facts: Mapping[str, Facts],
        with_conftest: set[str],
    ) -> Package:
        rel = directory.rel
        parts = rel.split("/") if rel else []
        ancestors = ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]
        here = f"{self.base}/{rel}" if rel else self.base
        return Package(
            rel=rel,
            name=parts[-1] if parts else os.path.basename(os.path.realpath(self.base)),
            config=directory.config,
            files=list(directory.files),
            nested=[path for path, _ in nested],
            facts=facts,
            existing=directory.existing,
            conftests=[item for item in ancestors if item in with_conftest],
            on_disk=lambda name: os.path.isfile(f"{here}/{name}"),
            empty_init=directory.files.get("__init__.py", (0, 0, 1))[2] == 0,
        )

    def _tell(self, item: _Work) -> None:
        for message in item.generated.messages:
            if message.fatal and self.options.keep_going:
                self._fail(item, message.text)
                message = replace(message, fatal=False)
            self.outcome.messages.append(message)

    def _fail(self, item: _Work, reason: str) -> None:
        item.failed = True
        path = item.directory.build or item.directory.path(item.directory.config.build_file_name[0])
        self.plan.failures.append(Failure(path, 0, reason.partition("\n")[0]))

    # Index

    def _index(self, directories: Sequence[Directory], work: Mapping[str, _Work]) -> Index:
        index = Index()
        for directory in directories:
            config = directory.config
            kinds = {config.kind(kind): kind for kind in PYTHON}
            item = work.get(directory.rel)
            targets = {target.name: target for target in item.generated.targets} if item else {}
            gone = set(item.generated.emptied) if item else set()
            for rule in directory.existing.rules:
                kind = kinds.get(config.existing_kind(rule.kind))
                if kind is None or not rule.name:
                    continue
                target = targets.pop(rule.name, None)
                srcs = rule.strings("srcs")
                if (target is not None or rule.name in gone) and not rule.keep:
                    wanted = target.srcs if target is not None else ()
                    srcs = merged_strings("srcs", rule.attributes.get("srcs"), wanted)
                index.add(directory.rel, config, kind, rule.name, srcs)
            for target in targets.values():
                if target.kind in PYTHON:
                    index.add(directory.rel, config, target.kind, target.name, target.srcs)
        return index

    # Dependencies

    def _resolve(self, item: _Work, resolver: Resolver) -> None:
        package, config = item.package, item.package.config
        for target in item.generated.targets:
            resolved = resolver.resolve(package.rel, target.name, config, target.modules)
            for text in resolved.dropped:
                self.outcome.warn(text)
            own = {f":{target.name}", f"//{package.rel}:{target.name}"}
            dependencies = [dependency for dependency in resolved.dependencies if dependency.label not in own]
            dependencies += [
                Dependency(label, False, ANNOTATION, None, "") for label in target.labels if label not in own
            ]
            rule = package.rules.get(target.name)
            before = (*rule.strings("deps"), *rule.strings("pyi_deps")) if rule is not None else ()
            result = TargetResult(package.rel, target, dependencies, resolved.unresolved, before)
            item.results.append(result)
            self.results.append(result)

    def _report_unresolved(self, work: Iterable[_Work]) -> None:
        for result in self.results:
            if not result.unresolved:
                continue
            blocks = "\n".join(str(error) for error in result.unresolved)
            text = f'ERROR: failed to validate dependencies for target "{result.label}":\n\n{blocks}'
            self.outcome.messages.append(Message(text, fatal=not self.options.keep_going))
        if self.options.keep_going:
            for item in work:
                wrong = [result.label for result in item.results if result.unresolved]
                if wrong and not item.failed:
                    self._fail(item, f"imports of {', '.join(wrong)} are not resolved")

    # Writing

    def _write(self, directory: Directory, item: _Work | None, names: Names) -> None:
        config = directory.config
        if not directory.update or config.ignore or (item is not None and item.failed):
            return
        if item is None and (directory.build is None or not config.extension or not config.speaks("py")):
            return
        targets = [(result.target, _attributes(result, config)) for result in item.results] if item else []
        path = directory.build or directory.path(self._new_build_name(directory))
        emptied = item.generated.emptied if item else []
        merged = merge_package(directory.existing, config, path, targets, emptied)
        for text in merged.messages:
            self.outcome.warn(text)
        bind, release = _loads(directory.existing, config, merged, names)
        if not merged.changes and not merged.new and not bind and not release:
            return
        if directory.build is None and not merged.new:
            return
        try:
            old = read_bytes(f"{self.base}/{path}") if directory.build else None
        except OSError as error:
            self.plan.failures.append(Failure(path, 0, f"cannot be read: {error.strerror or error}"))
            return
        if old is not None and digest_of(old) != directory.build_digest:
            self.plan.failures.append(Failure(path, 0, "was changed by someone else since it was read; run again"))
            return
        new_rules = [(config.kind(target.kind), target.name, attributes) for target, attributes in merged.new]
        data = changed(path, old or b"", merged.changes, new_rules, bind, release)
        if data == old:
            return
        found = read(data)
        if found.error:
            self.plan.failures.append(Failure(path, 0, f"the result would not be right: {found.error}"))
            return
        self.cache.put_build(path, data, found)
        self.plan.changes.append(FileChange(path, old, data, _causes(merged)))

    def _new_build_name(self, directory: Directory) -> str:
        names = directory.config.build_file_name
        taken = {child.rel.rpartition("/")[2] for child in directory.children}
        return next((name for name in names if name not in taken), names[0])


def _nested(directory: Directory) -> list[tuple[str, tuple[int, int, int]]]:
    """The files below a directory that belong to its package."""
    config = directory.config
    if config.generation_mode != PROJECT and not config.update_only:
        return []
    return list(directory.nested())


def _sources(
    directory: Directory, nested: Sequence[tuple[str, tuple[int, int, int]]]
) -> list[tuple[str, tuple[int, int, int]]]:
    own, below = python_files(directory.config, directory.files, (path for path, _ in nested))
    wanted = set(below)
    return [(name, directory.files[name]) for name in own] + [item for item in nested if item[0] in wanted]


def _attributes(result: TargetResult, config: Config) -> dict[str, AttributeValue]:
    """All attributes of a target, its dependencies among them."""
    attributes = dict(result.target.attributes)
    normal = {dependency.label for dependency in result.dependencies if not dependency.type_only}
    types = {dependency.label for dependency in result.dependencies if dependency.type_only} - normal
    if not config.generate_pyi_deps:
        normal, types = normal | types, set()
    if normal:
        attributes["deps"] = tuple(sorted(normal))
    if types:
        attributes["pyi_deps"] = tuple(sorted(types))
    return attributes


def _loads(
    existing: Existing, config: Config, merged: PackageMerge, names: Names
) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The symbols a BUILD file has to load, and those it may not need any more."""
    homes: dict[str, str] = {}
    for kind in KINDS:
        mapped = config.kind_file(kind)
        homes[config.kind(kind)] = mapped if mapped is not None else names.files[kind]
        if mapped is not None:
            homes.setdefault(kind, names.files[kind])
    changes = {change.rule.index: change for change in merged.changes}
    used: set[str] = set()
    for rule in existing.rules:
        change = changes.get(rule.index)
        if change is not None and change.delete:
            continue
        used.add((change.kind if change is not None else None) or rule.kind)
    used.update(config.kind(target.kind) for target, _ in merged.new)
    loaded = {local for _, symbols in existing.loads for local, _ in symbols}
    bind = {kind: (home, kind) for kind, home in homes.items() if kind in used and kind not in loaded}
    release = [
        local
        for file, symbols in existing.loads
        for local, name in symbols
        if local == name and local in homes and local not in used and names.same(file, homes[local])
    ]
    return bind, release


def _causes(merged: PackageMerge) -> tuple[Cause, ...]:
    """Why a file changes, one sentence for each rule."""
    causes = []
    for change in merged.changes:
        rule = change.rule
        if change.delete:
            text = f"{rule.kind} {rule.name} has no sources any more"
        else:
            names = [*change.lists, *change.scalars, *change.drop]
            text = f"{', '.join(sorted(names)) or 'kind'} of {rule.kind} {rule.name}"
        causes.append(Cause("generate", rule.line, text))
    causes += [Cause("generate", 0, f"new {target.kind} {target.name}") for target, _ in merged.new]
    return tuple(causes)
