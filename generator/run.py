"""The generator from end to end: walk, generate, index, resolve, merge, and a plan of what is to be written.

Nothing is written here; the plan says what would be, and `buildfile.writer` writes it.

A package that needed no change the last time, whose files are the same, and none of whose imports would be found
elsewhere now, is quiet: it is not looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

import msgspec

from buildfile.labels import BadLabel, Label
from buildfile.parallel import available_cores, map_chunks, no_collector
from buildfile.plan import Failure, Plan
from generator import stdlib
from generator.cache import Cache, Content, Provides, Quiet, digest_of
from generator.config import Config, Outcome, parse_directives
from generator.existing import Rule
from generator.graph import Edge, cycles, declared, edges_of, groups, touched
from generator.index import Index, provided
from generator.kinds import PROTO, PY_PROTO
from generator.manifest import Manifests
from generator.messages import Fatal, Message
from generator.modules import absolute_name
from generator.packages import ConfigKeys, Unit, contributions, units_of
from generator.publish import Published, publish, repository_file
from generator.resolve import ANNOTATION, GENERATED, Dependency, Resolver, Unresolved
from generator.targets import Target
from generator.walk import Directory, Selection, walk
from generator.workspace import names_of

_AGAINST_CYCLES = (
    "  Bazel builds no such targets: break one of these imports, or have other targets with the directive"
    " '# gazelle:python_generation_mode file' or 'project'."
)
_LEAST_PACKAGES = 100
"""So many packages to bring up to date make a second process worth its start."""


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """What to do.

    Attributes:
        root: the repository.
        directories: those to bring up to date, repository-relative, "" for the root.
        recursive: also those below them.
        directives: more directives for the root, as `(key, value)`; flags come as these.
        exclude: paths that are left out as if they were not there, in .gitignore's syntax.
        strict: directives that are not known end the run.
        keep_going: packages with errors are left alone and all others are written.
        use_cache: read and write the cache in the state directory.
        complete: look at every package anew, so that the result has every target.
        dependencies_only: find out what targets depend on, and plan nothing.
        jobs: processes at the most; None for one a core.
        changed: only packages that these repository-relative paths belong to, and those that depend on one of
            them, are brought up to date; None for all.
        python_version: whose standard library counts; "" for the one the repository names, else the newest.
    """

    root: Path
    directories: tuple[str, ...] = ("",)
    recursive: bool = True
    directives: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    strict: bool = False
    keep_going: bool = False
    use_cache: bool = True
    complete: bool = False
    dependencies_only: bool = False
    jobs: int | None = None
    changed: tuple[str, ...] | None = None
    python_version: str = ""


@dataclass(slots=True)
class TargetResult:
    """One target, as it should be.

    Attributes:
        package: of the target.
        config: what holds there.
        target: what it is.
        dependencies: its dependencies and why it has them.
        unresolved: its imports that came to nothing.
        build: the BUILD file it belongs into, repository-relative.
        rule: the rule that is it so far; None if there is none.
    """

    package: str
    config: Config
    target: Target
    dependencies: list[Dependency]
    unresolved: list[Unresolved]
    build: str
    rule: Rule | None

    @property
    def before(self) -> tuple[str, ...]:
        """The `deps` and `pyi_deps` it has so far."""
        return (*self.rule.strings("deps"), *self.rule.strings("pyi_deps")) if self.rule is not None else ()

    @property
    def label(self) -> str:
        """Its label, absolute and in full."""
        return f"//{self.package}:{self.target.name}"

    @property
    def edges(self) -> list[Edge]:
        """Its dependencies on targets of the repository."""
        return edges_of(self.package, self.label, self.dependencies)


@dataclass(slots=True)
class GenerateResult:
    """What came of a run.

    Attributes:
        plan: what is to be written; empty if an error is fatal.
        messages: in the order in which they are to be shown.
        exit_code: 0, or 1 for a fatal error; 3 with `keep_going` if some packages were left alone.
        targets: every target that was looked at, with its dependencies.
    """

    plan: Plan
    messages: list[Message]
    exit_code: int
    targets: list[TargetResult] = field(default_factory=list)


def generate_plan(options: GenerateOptions) -> GenerateResult:
    """Runs the generator over a repository.

    What is wrong with the repository is told in the result and never raised.
    """
    run = _Run(options)
    try:
        with no_collector():
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
        self.outcome = Outcome(strict=options.strict, keep_going=options.keep_going)
        self.names = names_of(options.root)
        self.plan = Plan()
        self.results: list[TargetResult] = []
        self.cache = Cache(options.root, options.use_cache)
        self.config_keys = ConfigKeys()
        self.failed: set[str] = set()
        self.noisy: set[str] = set()

    def all(self) -> None:
        options = self.options
        config = parse_directives(Config(), options.directives, self.outcome)
        selection = Selection(options.directories, options.recursive)
        top = walk(options.root, config, selection, self.cache, self.outcome, options.exclude)
        directories = list(top.bottom_up())
        for path, reason in self.outcome.broken.items() if options.keep_going else ():
            self.plan.failures.append(Failure(path, 0, f"cannot be read: {reason.strip()}"))
        hint = "" if options.keep_going else "; no file is written without --keep-going"
        self.plan.failures += [Failure(path, 0, reason + hint) for path, reason in self.outcome.unlisted.items()]
        version = options.python_version or self.names.python_version or stdlib.NEWEST
        if options.directories != ("",) or not options.recursive:
            self.cache.carry_over()
        units = units_of(options.root, directories, self.cache, options.jobs)
        keys = {rel: unit.key(self.config_keys.of(unit.config)) for rel, unit in units.items()}
        loud = self._loud(directories, units, keys, self._world(directories, version))
        if options.changed is None:
            self._tell(loud.values())
        if loud and not self._fatal():
            index = self._index(directories, units)
            resolver = Resolver(index, Manifests(options.root), stdlib.modules(version), self.names.protobuf)
            found = {rel: self._resolve(unit, resolver) for rel, unit in loud.items()}
            if options.changed is not None:
                loud = self._affected(loud, units, found, options.changed)
                self._tell(loud.values())
            self._report_unresolved(loud.values(), found)
            if not self._fatal() and not options.dependencies_only:
                self._report_cycles(directories, units, {rel: found[rel] for rel in loud}, resolver)
                self._publish([unit for rel, unit in loud.items() if rel not in self.failed], found, keys)
        self.cache.save()

    def _affected(
        self,
        loud: Mapping[str, Unit],
        units: Mapping[str, Unit],
        found: Mapping[str, list[TargetResult]],
        paths: Sequence[str],
    ) -> dict[str, Unit]:
        """The packages that some paths belong to, and those that depend on one of these, or did."""
        changed = touched(units, paths)
        chosen = {}
        for rel, unit in loud.items():
            needed = {
                label.package
                for result in found[rel]
                for text in (*result.before, *(item.label for item in result.dependencies))
                if (label := _label(text, rel)) is not None and not label.repo
            }
            if rel in changed or not changed.isdisjoint(needed):
                chosen[rel] = unit
        self.results = [result for result in self.results if result.package in chosen]
        return chosen

    def _fatal(self) -> bool:
        closed = bool(self.outcome.unlisted) and not self.options.keep_going
        return closed or any(message.fatal for message in self.outcome.messages)

    # What has to be looked at

    def _world(self, directories: Sequence[Directory], version: str) -> bytes:
        """Stands for all that every package depends on, besides the targets of the repository."""
        places = sorted({place.path for directory in directories for place in directory.config.manifests})
        manifests = [(path, _content_key(self.options.root / path)) for path in places]
        parts = (version, self.names.repository, sorted(self.names.files.items()), manifests, self.options.directives)
        return digest_of(msgspec.msgpack.encode(parts))

    def _loud(
        self, directories: Sequence[Directory], units: Mapping[str, Unit], keys: Mapping[str, bytes], world: bytes
    ) -> dict[str, Unit]:
        """The packages that are not quiet; what every directory provides is put into the new cache."""
        old, new = self.cache.old, self.cache.new
        if old.world != world:
            old = Content()
            new.quiet.clear()
        new.world = world
        loud: set[str] = set()
        for directory in directories:
            rel = directory.rel
            unit = units.get(rel)
            quiet, known = old.quiet.get(rel), old.provides.get(rel)
            same = quiet is not None and known is not None and unit is not None and quiet.key == keys[rel]
            if same:
                assert quiet is not None and known is not None
                new.quiet[rel], new.provides[rel] = quiet, known
                if self.options.complete:
                    loud.add(rel)
                continue
            if unit is not None:
                loud.add(rel)
                new.quiet.pop(rel, None)
            new.provides[rel] = Provides(self.config_keys.of(directory.config), contributions(directory, unit))
        moved = self._moved(directories, old, new)
        if moved is None or moved:
            for rel, quiet in list(new.quiet.items()):
                if moved is None or not moved.isdisjoint(quiet.asks):
                    loud.add(rel)
                    del new.quiet[rel]
        return {rel: unit for rel, unit in units.items() if rel in loud}

    def _moved(self, directories: Sequence[Directory], old: Content, new: Content) -> set[str] | None:
        """The names that are provided otherwise than in the last run; None for any name at all."""
        moved: set[str] = set()
        if not old.provides:
            return moved
        configs = {directory.rel: directory.config for directory in directories}
        for rel in old.provides.keys() | new.provides.keys():
            before, after = old.provides.get(rel), new.provides.get(rel)
            if before is after or before == after:
                continue
            sides = [side for side in (before, after) if side is not None]
            if not any(side.contributions for side in sides):
                continue
            if any(item.kind in (PROTO, PY_PROTO) for side in sides for item in side.contributions):
                return None
            config = configs.get(rel)
            if config is None or any(side.config != sides[-1].config for side in sides):
                return None
            ones, others = (set(side.contributions) if side else set() for side in (before, after))
            for item in ones ^ others:
                for path, module in provided(rel, config, item.srcs):
                    moved.add(path)
                    moved.update([module] if module is not None else ())
        return moved

    def _index(self, directories: Sequence[Directory], units: Mapping[str, Unit]) -> Index:
        index = Index()
        for directory in directories:
            for contribution in self.cache.new.provides[directory.rel].contributions:
                index.add(directory.rel, directory.config, contribution)
        index.finish()
        return index

    # Messages

    def _tell(self, units: Iterable[Unit]) -> None:
        for unit in units:
            for message in unit.generated.messages:
                if message.fatal and self.options.keep_going:
                    self._fail(unit, message.text)
                    message = replace(message, fatal=False)
                self.outcome.messages.append(message)

    def _fail(self, unit: Unit, reason: str) -> None:
        if unit.rel not in self.failed:
            self.failed.add(unit.rel)
            self.plan.failures.append(Failure(repository_file(unit), 0, reason.partition("\n")[0]))

    def _report_unresolved(self, units: Iterable[Unit], found: Mapping[str, list[TargetResult]]) -> None:
        for unit in units:
            wrong = [result for result in found[unit.rel] if result.unresolved]
            for result in wrong:
                label = self.names.full(Label.parse(result.label))
                for _, errors in groupby(result.unresolved, key=lambda error: error.module):
                    blocks = "\n".join(error.text(self.names) for error in errors)
                    text = f'ERROR: failed to validate dependencies for target "{label}":\n\n{blocks}'
                    self.outcome.messages.append(Message(text, fatal=not self.options.keep_going))
            if wrong and self.options.keep_going:
                self._fail(unit, f"imports of {', '.join(result.label for result in wrong)} are not resolved")

    def _report_cycles(
        self,
        directories: Sequence[Directory],
        units: Mapping[str, Unit],
        found: dict[str, list[TargetResult]],
        resolver: Resolver,
    ) -> None:
        """Tells of each circle of targets that one of those looked at is in."""
        rules = {directory.rel: directory.existing.rules for directory in directories}
        edges = {item.label: item.edges for results in found.values() for item in results}
        pending = [edge.target for known in edges.values() for edge in known]
        while pending:
            label = pending.pop()
            if label not in edges:
                package, name = _package(label), label.rpartition(":")[2]
                rule = next((rule for rule in rules.get(package, ()) if rule.name == name), None)
                edges[label] = edges_of(package, label, declared(rule)) if rule is not None else []
                pending += [edge.target for edge in edges[label]]
        known = set(found)
        for group in groups(edges):
            packages = {_package(label) for label in group}
            if packages.isdisjoint(units):
                continue
            while True:
                circles = cycles({label: edges[label] for label in group})
                unknown = {_package(edge.source) for circle in circles for edge in circle.edges} - known
                quiet = [unit for rel in unknown if (unit := units.get(rel)) is not None]
                if not quiet:
                    break
                known |= unknown
                edges |= {item.label: item.edges for unit in quiet for item in self._resolve(unit, resolver)}
            loud = packages & found.keys()
            for circle in circles:
                self.outcome.messages.append(Message(f"{circle}\n{_AGAINST_CYCLES}", hint=True))
                # One of each group is looked at again the next time, so that it is told again.
                self.noisy.update({_package(edge.source) for edge in circle.edges} & loud or sorted(loud)[:1])

    # Dependencies and BUILD files

    def _resolve(self, unit: Unit, resolver: Resolver) -> list[TargetResult]:
        rules = {rule.name: rule for rule in unit.directory.existing.rules}
        build = repository_file(unit)
        dropped: dict[str, None] = {}
        results = []
        for target in unit.generated.targets:
            if target.kind == PROTO:
                resolved = resolver.resolve_protos(unit.rel, target.modules)
            else:
                resolved = resolver.resolve(unit.rel, target.name, unit.config, target.modules)
            dropped.update(dict.fromkeys(resolved.dropped))
            how = GENERATED if target.kind == PY_PROTO else ANNOTATION
            dependencies = self._with_labels(unit.rel, target, resolved.dependencies, how)
            rule = rules.get(target.name)
            results.append(TargetResult(unit.rel, unit.config, target, dependencies, resolved.unresolved, build, rule))
        for text in dropped:
            self.outcome.warn(text)
        if dropped:
            self.noisy.add(unit.rel)
        self.results += results
        return results

    def _with_labels(self, package: str, target: Target, resolved: Iterable[Dependency], how: str) -> list[Dependency]:
        """All dependencies of a target, those given as labels too; none on itself, and none in two spellings."""
        own = f"//{package}:{target.name}"
        spelled: dict[str, str] = {}
        dependencies = []
        for item in (*resolved, *(Dependency(label, False, how, None, "") for label in target.labels)):
            label = self.names.local(item.label, package)
            if label != own:
                dependencies.append(item._replace(label=spelled.setdefault(label, item.label)))
        return dependencies

    def _publish(
        self,
        units: Sequence[Unit],
        found: Mapping[str, list[TargetResult]],
        keys: Mapping[str, bytes],
    ) -> None:
        def work(part: Sequence[Unit]) -> list[Published]:
            dependencies = ({item.target.name: item.dependencies for item in found[unit.rel]} for unit in part)
            return [publish(unit, needed, self.names) for unit, needed in zip(part, dependencies, strict=True)]

        jobs = self.options.jobs or available_cores()
        parts = map_chunks(work, units, jobs=jobs, least=_LEAST_PACKAGES)
        for unit, published in zip(units, (item for part in parts for item in part), strict=True):
            self._published(unit, published, found[unit.rel], keys[unit.rel])

    def _published(self, unit: Unit, published: Published, results: Sequence[TargetResult], key: bytes) -> None:
        for text in published.messages:
            self.outcome.warn(text)
        if published.failure is not None:
            self.plan.failures.append(published.failure)
            return
        change, after = published.change, published.after
        if change is not None and change.new is not None and after is not None:
            self.plan.changes.append(change)
            self.cache.put_build(change.path, change.new, after)
            key = unit.key_once(change.path, digest_of(change.new), after, self.config_keys.of(unit.config))
        if not unit.generated.messages and not published.messages and unit.rel not in self.noisy:
            self.cache.new.quiet[unit.rel] = Quiet(key, _asks(results))


def _label(text: str, package: str) -> Label | None:
    try:
        return Label.parse(text, package)
    except BadLabel:
        return None


def _package(label: str) -> str:
    """The package of a label in full."""
    return label[2:].partition(":")[0]


def _content_key(path: Path) -> bytes:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return b""


def _asks(results: Iterable[TargetResult]) -> tuple[str, ...]:
    """Every name under which the imports of some targets may be looked up."""
    names: set[str] = set()
    for result in results:
        for module in result.target.modules:
            name = absolute_name(module, result.config.root) if module.name.startswith(".") else module.name
            names.add(module.conftest)
            while name and name not in names:
                names.add(name)
                name = name.rpartition(".")[0]
    names.discard("")
    return tuple(names)
