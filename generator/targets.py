"""What targets a package should have, from its files alone.

Follows the Python plugin of Gazelle, https://rules-python.readthedocs.io/en/latest/gazelle/docs/, in its three
modes: a library per package, a target per file, a library for a whole tree. Nothing is read here: the files and what
is in them come in, targets go out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from buildfile.labels import Label
from generator.config import FILE, PACKAGE, PROJECT, Config, parse_bool
from generator.existing import Existing, Rule
from generator.imports import Facts, Import
from generator.kinds import BINARY, KINDS, LIBRARY, TEST
from generator.messages import Message
from generator.modules import Module, absolute_name, module_of

MAIN, TEST_ENTRY, CONFTEST, INIT = "__main__.py", "__test__.py", "conftest.py", "__init__.py"
_TEST_TARGET = "__test__"

AttributeValue = tuple[str, ...] | str | bool


@dataclass(frozen=True, slots=True)
class Target:
    """A target the package should have.

    Attributes:
        kind: before kinds are mapped.
        name: its name.
        attributes: all but the dependencies; a tuple for a list.
        modules: what it imports, one entry per name.
        labels: dependencies that are given as labels, as written.
    """

    kind: str
    name: str
    attributes: Mapping[str, AttributeValue]
    modules: tuple[Module, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def srcs(self) -> tuple[str, ...]:
        """Its sources."""
        value = self.attributes.get("srcs", ())
        return value if isinstance(value, tuple) else ()


@dataclass(frozen=True)
class Package:
    """A directory that is to have targets.

    Attributes:
        rel: its path, "" for the root.
        name: what `$package_name$` stands for.
        config: what holds in it.
        files: the names of its own files, sorted.
        nested: the paths, relative to it, of files in subdirectories that belong to it, sorted.
        facts: what is in its Python files, by path relative to it.
        existing: its BUILD file.
        conftests: the directories from the root down to here that have a conftest.py.
        on_disk: whether a path relative to it is a file, excluded or not.
        empty_init: its `__init__.py` is of size zero.
    """

    rel: str
    name: str
    config: Config
    files: Sequence[str]
    nested: Sequence[str]
    facts: Mapping[str, Facts]
    existing: Existing
    conftests: Sequence[str]
    on_disk: Callable[[str], bool]
    empty_init: bool = False

    def path(self, name: str) -> str:
        """The repository-relative path of one of its files."""
        return f"{self.rel}/{name}" if self.rel else name

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules of its BUILD file by name."""
        return {rule.name: rule for rule in self.existing.rules}


@dataclass(slots=True)
class Generated:
    """What a package should have.

    Attributes:
        targets: in the order in which new ones are added to the file.
        emptied: the names of existing rules whose sources are gone.
        messages: what people should know.
    """

    targets: list[Target] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def python_files(config: Config, files: Iterable[str], nested: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of the files of a directory and of those below it, the Python files that generation looks at."""
    own = [name for name in files if name.endswith(".py") and name not in config.ignore_files]
    below = [name for name in nested if name.endswith(".py")]
    if config.generation_mode != PROJECT:
        below = [name for name in below if name.rpartition("/")[2] not in config.ignore_files]
    return own, below


@dataclass(frozen=True, slots=True)
class Uses:
    """What one file asks of the target it is in.

    Attributes:
        modules: what it imports, but for what is ignored.
        labels: the dependencies its annotations name.
        conftest: whether its annotations want the conftest.py files; None if they do not say.
        main_guard: it can be run.
    """

    modules: tuple[Module, ...]
    labels: tuple[str, ...]
    conftest: bool | None
    main_guard: bool


def generate(package: Package, uses: dict[str, Uses]) -> Generated:
    """The targets that a package should have.

    A message that is fatal says that a name is taken or that an annotation has no value.

    Args:
        package: the package.
        uses: filled with what its files ask for, so that a second call need not find out; messages about files
            come only with the first.
    """
    return _Generator(package, uses).run()


class _Generator:
    def __init__(self, package: Package, uses: dict[str, Uses]) -> None:
        self.package = package
        self.config = package.config
        self.out = Generated()
        self.own, self.below = python_files(package.config, package.files, package.nested)
        self.siblings = frozenset(self.own)
        self.pyi = frozenset(name for name in (*package.files, *package.nested) if name.endswith(".pyi"))
        self.names = {_TEST_TARGET}  # a target of that name would be taken for an entry point of tests
        self.uses = uses

    def run(self) -> Generated:
        config = self.config
        reserved = {MAIN, TEST_ENTRY, CONFTEST}
        ordinary = [name for name in self.own if name not in reserved] + list(self.below)
        tests = sorted(name for name in ordinary if config.is_test_file(name.rpartition("/")[2]))
        libraries = sorted(set(ordinary) - set(tests))
        library_name = config.library_naming_convention.replace("$package_name$", self.package.name)
        units: list[tuple[list[str], str]]
        if config.generation_mode == FILE:
            units = self._units_per_file(libraries)
        else:
            units = [(libraries, library_name)]
            if libraries:
                # Dependencies name the library, so of two targets of one name it is the other that gives way.
                self.names.add(self._existing_name(LIBRARY, library_name, libraries))
        for srcs, name in units:
            self._library(srcs, name)
        if MAIN in self.siblings:
            self._main()
        if CONFTEST in self.siblings:
            self._conftest()
        self._tests(tests)
        self._find_emptied(None if libraries or config.generation_mode == FILE else library_name)
        return self.out

    # Libraries and binaries

    def _units_per_file(self, libraries: list[str]) -> list[tuple[list[str], str]]:
        init = INIT in libraries and not self.package.empty_init
        units = []
        for name in libraries:
            if name == INIT and not init:
                continue
            with_init = self.config.include_init and init and name != INIT
            units.append((sorted([name, INIT] if with_init else [name]), name))
        return units

    def _library(self, srcs: list[str], unit: str) -> None:
        """The binaries and the library of one unit: a list of files, and the library's name or the file it is for."""
        per_file = self.config.generation_mode == FILE
        if MAIN not in self.siblings:
            runnable = [name for name in ([unit] if per_file else srcs) if self._of(name).main_guard]
            binaries = {name: self._guarded(name, srcs) for name in sorted(runnable, key=_nearest)}
            self.out.targets += [binary for name in runnable if (binary := binaries[name]) is not None]
            if per_file and runnable:
                return
        if not srcs:
            return
        name = self._unique(LIBRARY, _stem(unit), unit, srcs) if per_file else self._existing_name(LIBRARY, unit, srcs)
        self._refuse_taken(LIBRARY, name, "python_library_naming_convention")
        self.out.targets.append(self._target(LIBRARY, name, srcs, visible=True))

    def _guarded(self, name: str, unit: list[str]) -> Target | None:
        """The binary of a file with a main guard; None if its name is taken."""
        per_file = self.config.generation_mode == FILE
        srcs = unit if per_file else [name]
        target = self._unique(BINARY, _stem(name), name, srcs)
        other = self._taken(BINARY, target)
        if other:
            kind = self.config.kind(BINARY)
            self._say(
                f'failed to generate target "{self._label(target)}" of kind "{kind}": '
                f'a target of kind "{other}" with the same name already exists'
            )
            return None
        rule = self.package.rules.get(target)
        odd = target != _stem(name) and (rule is None or "main" in rule.attributes)
        return self._target(
            BINARY,
            target,
            srcs,
            visible=True,
            main=name if odd else "",  # which the rule would look for under the name of the target
            modules=self._modules([name]),
            labels=self._labels(unit),
        )

    def _main(self) -> None:
        name = self.config.binary_naming_convention.replace("$package_name$", self.package.name)
        name = self._unique(BINARY, name, MAIN, [MAIN])
        self._refuse_taken(BINARY, name, "python_binary_naming_convention")
        self.out.targets.append(self._target(BINARY, name, [MAIN], visible=True, main=MAIN))

    def _conftest(self) -> None:
        name = self._unique(LIBRARY, _stem(CONFTEST), CONFTEST, [CONFTEST])
        self._refuse_taken(LIBRARY, name, "")
        self.out.targets.append(self._target(LIBRARY, name, [CONFTEST], visible=True, testonly=True))

    # Tests

    def _tests(self, files: list[str]) -> None:
        config = self.config
        entry_file = TEST_ENTRY in self.siblings
        entry_target = not entry_file and _TEST_TARGET in self.package.rules
        together = config.generation_mode == PROJECT or (
            config.generation_mode == PACKAGE and (entry_file or entry_target or not config.require_test_entry_point)
        )
        if together:
            srcs = sorted([*files, TEST_ENTRY] if entry_file else files)
            if srcs or entry_target:
                name = config.test_naming_convention.replace("$package_name$", self.package.name)
                self.out.targets.append(self._test(srcs, srcs, name, name, entry_file, entry_target))
            return
        tests = {}
        for file in sorted(files, key=_nearest):
            srcs = sorted([file, TEST_ENTRY] if entry_file else [file])
            tests[file] = self._test(srcs, [file], _stem(file), file, entry_file, entry_target)
        self.out.targets += [tests[file] for file in files]

    def _test(
        self, srcs: list[str], parsed: list[str], name: str, unit: str, entry_file: bool, entry_target: bool
    ) -> Target:
        name = self._unique(TEST, name, unit, srcs)
        self._refuse_taken(TEST, name, "python_test_naming_convention")
        conftest = next(
            (use for use in (self._of(file).conftest for file in reversed(parsed)) if use is not None), True
        )
        modules = self._modules(parsed, self._conftest_modules() if conftest else ())
        labels = self._labels(parsed)
        main = ""
        if entry_target:
            srcs = [*srcs, f":{_TEST_TARGET}"]
            labels = (*labels, f":{_TEST_TARGET}")
            main = f":{TEST_ENTRY}"
        elif entry_file:
            main = TEST_ENTRY
        return self._target(TEST, name, srcs, visible=False, main=main, modules=modules, labels=labels)

    def _conftest_modules(self) -> tuple[Module, ...]:
        """The conftest.py files that pytest loads for tests of this directory."""
        found = []
        for directory in self.package.conftests:
            if directory != self.package.rel and not self.config.include_ancestor_conftest:
                continue
            path = f"{directory}/{CONFTEST}" if directory else CONFTEST
            name = module_of(path, self.config.root) or path
            found.append(Module(name, "", path, 0, False, path))
        return tuple(found)

    # Parts of targets

    def _target(
        self,
        kind: str,
        name: str,
        srcs: Sequence[str],
        *,
        visible: bool,
        main: str = "",
        testonly: bool = False,
        modules: tuple[Module, ...] | None = None,
        labels: tuple[str, ...] | None = None,
    ) -> Target:
        config = self.config
        attributes: dict[str, AttributeValue] = {"srcs": (*srcs, *self._generated_srcs(name))}
        imports = relative_root(self.package.rel, config.root)
        if imports:
            attributes["imports"] = (imports,)
        if main:
            attributes["main"] = main
        if testonly:
            attributes["testonly"] = True
        if config.precompile:
            attributes["precompile"] = config.precompile
        if visible and config.all_visibility:
            attributes["visibility"] = config.all_visibility
        if config.generate_pyi_srcs:
            stubs = tuple(f"{src}i" for src in srcs if f"{src}i" in self.pyi)
            if stubs:
                attributes["pyi_srcs"] = stubs
        if modules is None:
            modules = self._modules(srcs)
        if labels is None:
            labels = self._labels(srcs)
        self.names.add(name)
        return Target(kind, name, attributes, modules, labels)

    def _generated_srcs(self, name: str) -> list[str]:
        """The labels and generated files in the `srcs` of an existing rule, if they are to stay."""
        rule = self.package.rules.get(name)
        if rule is None or not self.config.generated_srcs:
            return []
        outputs = self.package.existing.outputs
        return [src for src in rule.strings("srcs") if is_label(src) or src in outputs]

    def _of(self, name: str) -> Uses:
        """What a file asks for, annotations and ignored dependencies taken into account."""
        found = self.uses.get(name)
        if found is None:
            found = self.uses[name] = self._read(name)
        return found

    def _read(self, name: str) -> Uses:
        facts = self.package.facts.get(name)
        if facts is None:
            return Uses((), (), None, False)
        path = self.package.path(name)
        if facts.error:
            self._say(f'failed to parse "{path}", line {facts.error}: its imports may be incomplete')
        ignored = set(self.config.ignore_dependencies)
        labels: list[str] = []
        conftest: bool | None = None
        for annotation in facts.annotations:
            if annotation.value is None:
                text = (
                    f"failed to parse annotations: `{annotation.comment}` requires a value ({path}:{annotation.line})"
                )
                self.out.messages.append(Message(text, fatal=True))
            elif annotation.name == "ignore":
                ignored.update(word.strip() for word in annotation.value.split(","))
            elif annotation.name == "include_dep":
                labels += [label for word in annotation.value.split(",") if (label := word.strip())]
            elif annotation.name == "include_pytest_conftest":
                value = parse_bool(annotation.value.strip())
                if value is None:
                    self._say(f"ignored: `{annotation.comment}` wants true or false ({path}:{annotation.line})")
                else:
                    conftest = value
        directory = name.rpartition("/")[0]
        modules = tuple(
            self._sibling(Module(item.name, item.source, path, item.line, item.type_only), name, directory)
            for item in facts.imports
            if ignored.isdisjoint(self._names(item, path))
        )
        return Uses(modules, tuple(labels), conftest, facts.main_guard)

    def _names(self, item: Import, path: str) -> tuple[str, ...]:
        """The names by which an import may be ignored: its own, that of its `from` part, and both in full."""
        names = (item.name, item.source) if item.source else (item.name,)
        if not item.name.startswith("."):
            return names
        full = (absolute_name(Module(name, "", path, 0, False), self.config.root) for name in names)
        return (*names, *(name for name in full if name is not None))

    def _sibling(self, module: Module, name: str, directory: str) -> Module:
        """The module by its full name, if it is a file beside the importing one and siblings are looked for."""
        if not self.config.resolve_sibling_imports:
            return module
        prefix = directory + "/" if directory else ""
        file = f"{prefix}{module.source or module.name}.py"
        if file == name or (file not in self.siblings if not directory else file not in self.package.facts):
            return module
        full = module_of(self.package.path(file), self.config.root)
        return module._replace(name=full) if full is not None else module

    def _modules(self, srcs: Iterable[str], more: Iterable[Module] = ()) -> tuple[Module, ...]:
        """What some files import, one entry per name; a normal import beats one for type checkers."""
        found: dict[str, Module] = {}
        for module in (*(module for src in srcs for module in self._of(src).modules), *more):
            known = found.get(module.name)
            if known is None or (known.type_only and not module.type_only) or (module.conftest and not known.conftest):
                found[module.name] = module
        return tuple(found[name] for name in sorted(found))

    def _labels(self, srcs: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(label for src in srcs for label in self._of(src).labels))

    # Names

    def _label(self, name: str) -> str:
        return Label("", self.package.rel, name).short()

    def _existing_name(self, kind: str, name: str, srcs: Sequence[str]) -> str:
        """The name of the existing rule that this target is: the one of that name, or with the very same sources."""
        wanted = self.config.kind(kind)
        rule = self.package.rules.get(name)
        if (rule is not None and self.config.existing_kind(rule.kind) == wanted) or not KINDS[kind].by_srcs:
            return name
        same = [
            rule.name
            for rule in self.package.existing.rules
            if self.config.existing_kind(rule.kind) == wanted and rule.name and set(rule.strings("srcs")) == set(srcs)
        ]
        return same[0] if len(same) == 1 else name

    def _unique(self, kind: str, name: str, unit: str, srcs: Sequence[str]) -> str:
        """The name of a target, another than upstream's where two targets would share it."""
        existing = self._existing_name(kind, name, srcs)
        if existing not in self.names:
            return existing
        candidates = [_stem(unit).replace("/", "_") if "/" not in unit else unit.removesuffix(".py").replace("/", "_")]
        candidates.append(f"{name}_{'test' if kind == TEST else 'bin' if kind == BINARY else 'lib'}")
        candidates += [f"{candidates[-1]}{number}" for number in range(2, len(self.names) + 3)]
        return next(candidate for candidate in candidates if candidate not in self.names)

    def _taken(self, kind: str, name: str) -> str:
        """The kind of the existing rule that has this name but another kind; "" if none has."""
        rule = self.package.rules.get(name)
        if rule is None or self.config.existing_kind(rule.kind) == self.config.kind(kind):
            return ""
        return rule.kind

    def _refuse_taken(self, kind: str, name: str, directive: str) -> None:
        other = self._taken(kind, name)
        if not other:
            return
        text = (
            f'failed to generate target "{self._label(name)}" of kind "{self.config.kind(kind)}": '
            f'a target of kind "{other}" with the same name already exists. '
        )
        if directive:
            text += f"Use the '# gazelle:{directive}' directive to change the naming convention."
        else:
            text += "Rename that target."
        self.out.messages.append(Message("ERROR: " + text, fatal=True))

    def _say(self, text: str) -> None:
        self.out.messages.append(Message(text))

    # Rules whose sources are gone

    def _find_emptied(self, unused_library: str | None) -> None:
        made = {target.name for target in self.out.targets}
        if any(f":{_TEST_TARGET}" in target.labels for target in self.out.targets):
            made.add(_TEST_TARGET)  # tests start from it, whatever has become of its sources
        kinds = {self.config.kind(kind) for kind in (LIBRARY, BINARY, TEST)}
        for rule in self.package.existing.rules:
            if rule.name in made or not rule.name or self.config.existing_kind(rule.kind) not in kinds:
                continue
            srcs = rule.strings("srcs")
            if rule.name == unused_library and self.config.existing_kind(rule.kind) == self.config.kind(LIBRARY):
                gone = bool(srcs) and not any(self._valid(src) for src in srcs if not src.endswith(".py"))
            else:
                gone = bool(srcs) and not any(self._valid(src) for src in srcs)
            if gone:
                self.out.emptied.append(rule.name)

    def _valid(self, src: str) -> bool:
        return is_label(src) or src in self.package.existing.outputs or self.package.on_disk(src)


def is_label(text: str) -> bool:
    """Whether an element of `srcs` is a label and not the name of a file."""
    return text.startswith(("@", "//", ":"))


def _nearest(name: str) -> tuple[bool, str]:
    """The order in which files get names: those of the directory itself before those below."""
    return "/" in name, name


def _stem(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".py")


def relative_root(rel: str, root: str) -> str:
    """The way from a directory to the import root above it, for the attribute `imports`; "" where none is needed."""
    if not root or rel == root:
        return ""
    depth = len(rel.split("/")) - len(root.split("/"))
    return "/".join([".."] * depth)
