"""The configuration of a directory: what the directives from the root down to it say.

Directives are comments in BUILD files, `# gazelle:KEY VALUE`; those of Gazelle itself follow
https://github.com/bazel-contrib/bazel-gazelle/blob/master/README.rst#directives and those of its Python plugin
https://rules-python.readthedocs.io/en/latest/gazelle/docs/directives.html.

Directives of trekbok's own:

    gitignore enabled|disabled      leave out what .gitignore files say (disabled)
    python_library_kind KIND FILE   generate KIND, loaded from FILE, in place of py_library; also
    python_binary_kind KIND FILE    for binaries and
    python_test_kind KIND FILE      tests. The same as map_kind, but the plain rule need not exist
    python_precompile VALUE         sets the attribute precompile on new rules; empty value: none (none)
    python_generated_srcs BOOL      keep labels and generated files that stand in srcs (false)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from buildfile.labels import BadLabel, Label
from generator.globs import BadGlob, compile_glob
from generator.kinds import BINARY, LIBRARY, TEST
from generator.messages import Fatal, Message

PACKAGE, FILE, PROJECT = "package", "file", "project"
MANIFEST_NAME = "gazelle_python.yaml"
_PUBLIC = "//visibility:public"


class Directive(NamedTuple):
    """One directive: its key, its value without white space around it, and its line, from 1."""

    key: str
    value: str
    line: int


class ManifestPlace(NamedTuple):
    """A manifest that applies, with the spelling of labels its directory asks for."""

    path: str
    convention: str
    normalization: str


@dataclass(frozen=True, slots=True)
class Config:
    """What holds in one directory. Paths are repository-relative, "" is the root.

    Attributes named after a directive hold its value; `python_` is left out.
    """

    build_file_name: tuple[str, ...] = ("BUILD.bazel", "BUILD")
    exclude: tuple[re.Pattern[str], ...] = ()
    follow: tuple[re.Pattern[str], ...] = ()
    ignore: bool = False
    update_only: bool = False
    map_kind: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    alias_kind: Mapping[str, str] = field(default_factory=dict)
    resolve: Mapping[str, str] = field(default_factory=dict)
    resolve_regexp: tuple[tuple[re.Pattern[str], str, str], ...] = ()
    lang: frozenset[str] | None = None
    gitignore: bool = False
    proto: str = "default"

    extension: bool = True
    root: str = ""
    ignore_files: frozenset[str] = frozenset()
    ignore_dependencies: frozenset[str] = frozenset()
    validate_import_statements: bool = True
    generation_mode: str = PACKAGE
    include_init: bool = False
    require_test_entry_point: bool = True
    library_naming_convention: str = "$package_name$"
    binary_naming_convention: str = "$package_name$_bin"
    test_naming_convention: str = "$package_name$_test"
    proto_naming_convention: str = "$proto_name$_py_pb2"
    default_visibility: tuple[str, ...] = ("//:__subpackages__",)
    visibility: tuple[str, ...] = ()
    test_file_pattern: tuple[re.Pattern[str], ...] = (compile_glob("*_test.py"), compile_glob("test_*.py"))
    label_convention: str = "$distribution_name$"
    label_normalization: str = "snake_case"
    relative_imports: bool = False
    generate_pyi_deps: bool = True
    generate_pyi_srcs: bool = True
    generate_proto: bool = False
    resolve_sibling_imports: bool = False
    include_ancestor_conftest: bool = True
    precompile: str = ""
    generated_srcs: bool = False
    manifests: tuple[ManifestPlace, ...] = ()

    def speaks(self, language: str) -> bool:
        """Whether rules of a language (`py`, `proto`) are generated here."""
        if language == "proto" and self.proto.startswith("disable"):
            return False
        return self.lang is None or language in self.lang

    def is_test_file(self, base: str) -> bool:
        """Whether a file is a test by its base name."""
        return any(pattern.fullmatch(base) for pattern in self.test_file_pattern)

    def kind(self, kind: str) -> str:
        """The kind that is written where `kind` is meant."""
        while kind in self.map_kind and self.map_kind[kind][0] != kind:
            kind = self.map_kind[kind][0]
        return kind

    def kind_file(self, kind: str) -> str | None:
        """The file that `kind(kind)` is loaded from if it is mapped; None if it is not."""
        file = None
        while kind in self.map_kind:
            target, file = self.map_kind[kind]
            if target == kind:
                break
            kind = target
        return file

    def existing_kind(self, kind: str) -> str:
        """The kind that an existing rule of some kind counts as."""
        return self.kind(self.alias_kind.get(kind, kind))

    @property
    def all_visibility(self) -> tuple[str, ...]:
        """The visibility of generated rules; public stands alone, as Bazel takes it with no other label."""
        labels = tuple(dict.fromkeys(self.default_visibility + self.visibility))
        return (_PUBLIC,) if _PUBLIC in labels else labels


@dataclass(slots=True)
class Outcome:
    """Where messages go while directives are read.

    Attributes:
        strict: a directive that is not known is fatal.
        keep_going: a BUILD file that cannot be read is not.
        messages: what was said so far.
        broken: the BUILD files that cannot be read, with the reason.
        unlisted: what could not be looked into, with the reason: directories, `"."` for the root, and files in them.
    """

    strict: bool = False
    keep_going: bool = False
    messages: list[Message] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    unlisted: dict[str, str] = field(default_factory=dict)

    def warn(self, text: str) -> None:
        """Adds a message that does not end the run."""
        self.messages.append(Message(text))

    def break_off(self, path: str, reason: str) -> None:
        """Tells that a BUILD file cannot be read."""
        self.broken[path] = reason
        self.messages.append(Message(f"{path}:{reason}", fatal=not self.keep_going))


class _Here(NamedTuple):
    """The directory whose directives are read, and the place of the directive for messages."""

    rel: str
    place: str
    outcome: Outcome


_Handler = Callable[[Config, str, _Here], Config]


def configure(
    parent: Config,
    rel: str,
    build: str,
    directives: Iterable[Directive],
    outcome: Outcome,
    has_manifest: Callable[[str], bool],
) -> Config:
    """The configuration of the directory `rel`, whose BUILD file `build` has these directives.

    Args:
        parent: that of the directory above.
        has_manifest: whether a file of this base name is in the directory.

    Raises:
        Fatal: a value that ends the run.
    """
    config = replace(parent, ignore=False) if parent.ignore else parent
    manifest = MANIFEST_NAME
    for directive in directives:
        if directive.key == "python_manifest_file_name":
            manifest = directive.value
            continue
        handler = _HANDLERS.get(directive.key)
        here = _Here(rel, f"({build}:{directive.line})", outcome)
        if handler is not None:
            config = handler(config, directive.value, here)
        elif directive.key not in _OTHERS:
            text = f"unknown directive: gazelle:{directive.key} {here.place}"
            if outcome.strict:
                raise Fatal(text)
            outcome.warn(text)
    if has_manifest(manifest):
        place = ManifestPlace(
            f"{rel}/{manifest}" if rel else manifest, config.label_convention, config.label_normalization
        )
        config = replace(config, manifests=(place, *config.manifests))
    return config


def parse_directives(config: Config, pairs: Iterable[tuple[str, str]], outcome: Outcome) -> Config:
    """A configuration with directives that come from flags.

    Raises:
        Fatal: a value that ends the run.
    """
    for key, value in pairs:
        config = _HANDLERS[key](config, value, _Here("", f"(flag --{key.replace('_', '-')})", outcome))
    return config


_TRUE, _FALSE = (
    frozenset({"1", "t", "T", "TRUE", "true", "True"}),
    frozenset({"0", "f", "F", "FALSE", "false", "False"}),
)


def parse_bool(text: str) -> bool | None:
    """A boolean as Go's strconv.ParseBool reads it; None for anything else."""
    return True if text in _TRUE else False if text in _FALSE else None


def _bad_value(key: str, value: str, wanted: str, here: _Here) -> str:
    return f'invalid value for directive "{key}": "{value}": want {wanted} {here.place}'


def _with(config: Config, name: str, value: Any) -> Config:
    changes: dict[str, Any] = {name: value}
    return replace(config, **changes)


def _boolean(key: str, name: str, *, fatal: bool = True) -> _Handler:
    def handle(config: Config, value: str, here: _Here) -> Config:
        parsed = parse_bool(value)
        if parsed is not None:
            return _with(config, name, parsed)
        if fatal:
            raise Fatal(_bad_value(key, value, "true or false", here))
        here.outcome.warn("ignored: " + _bad_value(key, value, "true or false", here))
        return config

    return handle


def _text(name: str) -> _Handler:
    return lambda config, value, here: _with(config, name, value)


def _switch(key: str, name: str) -> _Handler:
    def handle(config: Config, value: str, here: _Here) -> Config:
        if value not in ("enabled", "disabled"):
            raise Fatal(_bad_value(key, value, "enabled or disabled", here))
        return _with(config, name, value == "enabled")

    return handle


def _words(name: str) -> _Handler:
    def handle(config: Config, value: str, here: _Here) -> Config:
        new = frozenset(word.strip() for word in value.split(","))
        return _with(config, name, getattr(config, name) | new)

    return handle


def _joined(rel: str, pattern: str) -> str:
    parts = [part for part in f"{rel}/{pattern}".split("/") if part not in ("", ".")]
    return "/".join(parts)


def path_glob(name: str) -> _Handler:
    """Handles a directive whose values are globs of paths below the directory."""

    def handle(config: Config, value: str, here: _Here) -> Config:
        try:
            pattern = compile_glob(_joined(here.rel, value))
        except BadGlob:
            here.outcome.warn(f"the pattern {value} is not valid; ignored {here.place}")
            return config
        return _with(config, name, (*getattr(config, name), pattern))

    return handle


def _build_file_name(config: Config, value: str, here: _Here) -> Config:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    return replace(config, build_file_name=names) if names else config


def _core_mode(config: Config, value: str, here: _Here) -> Config:
    if value not in ("create_and_update", "update_only"):
        raise Fatal(_bad_value("generation_mode", value, "create_and_update or update_only", here))
    return replace(config, update_only=value == "update_only")


def _lang(config: Config, value: str, here: _Here) -> Config:
    names = frozenset(name.strip() for name in value.split(",") if name.strip())
    return replace(config, lang=names or None)


def _map_kind(config: Config, value: str, here: _Here) -> Config:
    fields = value.split()
    if len(fields) != 3:
        here.outcome.warn(
            f"gazelle:map_kind takes three arguments (FROM TO FILE), not {len(fields)}; ignored {here.place}"
        )
        return config
    source, target, file = fields
    mapped = {**config.map_kind, source: (target, file)}
    seen, kind = [source], target
    while kind != seen[-1] and kind in mapped:
        seen.append(kind)
        kind = mapped[kind][0]
        if kind in seen[:-1]:
            raise Fatal(f"gazelle:map_kind maps in a circle: {' -> '.join([*seen, kind])} {here.place}")
    return replace(config, map_kind=mapped)


def _own_kind(key: str, kind: str) -> _Handler:
    def handle(config: Config, value: str, here: _Here) -> Config:
        fields = value.split()
        if len(fields) != 2:
            raise Fatal(f"gazelle:{key} takes a kind and the file it is loaded from {here.place}")
        return _map_kind(config, f"{kind} {value}", here)

    return handle


def _alias_kind(config: Config, value: str, here: _Here) -> Config:
    fields = value.split()
    if len(fields) != 2:
        here.outcome.warn(
            f"gazelle:alias_kind takes two arguments (MACRO KIND), not {len(fields)}; ignored {here.place}"
        )
        return config
    return replace(config, alias_kind={**config.alias_kind, fields[0]: fields[1]})


def _override(value: str, here: _Here, key: str) -> tuple[str, str] | None:
    """The import and the label of a resolve directive for Python; None for any other language."""
    fields = value.split()
    if len(fields) not in (3, 4):
        here.outcome.warn(f"gazelle:{key} takes LANG [LANG] IMPORT LABEL, not {value!r}; ignored {here.place}")
        return None
    if fields[-3] not in ("py", "python") or fields[0] not in ("py", "python"):
        return None
    return fields[-2], fields[-1]


def _resolve(config: Config, value: str, here: _Here) -> Config:
    found = _override(value, here, "resolve")
    if found is None:
        return config
    try:
        label = Label.parse(found[1], here.rel)
    except BadLabel as error:
        here.outcome.warn(f"gazelle:resolve: {error}; ignored {here.place}")
        return config
    return replace(config, resolve={**config.resolve, found[0]: absolute(label)})


def absolute(label: Label) -> str:
    """A label in full but for what repeats: `//a` for `//a:a`, `@r//a` for `@r//a:a`."""
    return label.short()


def _resolve_regexp(config: Config, value: str, here: _Here) -> Config:
    found = _override(value, here, "resolve_regexp")
    if found is None:
        return config
    try:
        pattern = re.compile(found[0])
        Label.parse(found[1].replace("$", ""), here.rel)
    except (re.error, BadLabel) as error:
        here.outcome.warn(f"gazelle:resolve_regexp: {error}; ignored {here.place}")
        return config
    return replace(config, resolve_regexp=(*config.resolve_regexp, (pattern, found[1], here.rel)))


def _root(config: Config, value: str, here: _Here) -> Config:
    return replace(config, root=here.rel, default_visibility=(f"//{here.rel}:__subpackages__",))


def _generation_mode(config: Config, value: str, here: _Here) -> Config:
    if value not in (PACKAGE, FILE, PROJECT):
        raise Fatal(_bad_value("python_generation_mode", value, "package, file or project", here))
    return replace(config, generation_mode=value)


def _default_visibility(config: Config, value: str, here: _Here) -> Config:
    if value == "NONE":
        return replace(config, default_visibility=())
    if value == "DEFAULT":
        return replace(config, default_visibility=(f"//{config.root}:__subpackages__",))
    labels = _with_root(value, config).split(",")
    return replace(config, default_visibility=tuple(labels))


def _visibility(config: Config, value: str, here: _Here) -> Config:
    return replace(config, visibility=(*config.visibility, _with_root(value, config)))


def _with_root(labels: str, config: Config) -> str:
    """Labels with `$python_root$` filled in; at the root of the repository a slash goes with it."""
    return labels.replace("$python_root$" if config.root else "$python_root$/", config.root).replace(
        "$python_root$", config.root
    )


def _test_file_pattern(config: Config, value: str, here: _Here) -> Config:
    if not value:
        raise Fatal(f"directive 'python_test_file_pattern' requires a value {here.place}")
    patterns = []
    for glob in value.split(","):
        try:
            patterns.append(compile_glob(glob))
        except BadGlob:
            raise Fatal(f"invalid glob pattern '{glob}' {here.place}") from None
    return replace(config, test_file_pattern=tuple(patterns))


def _normalization(config: Config, value: str, here: _Here) -> Config:
    known = value if value in ("snake_case", "pep503", "none") else "snake_case"
    return replace(config, label_normalization=known)


def _proto(config: Config, value: str, here: _Here) -> Config:
    if value not in ("default", "package", "file", "legacy", "disable", "disable_global"):
        here.outcome.warn("ignored: " + _bad_value("proto", value, "default, package, file or disable", here))
        return config
    return replace(config, proto=value)


_HANDLERS: dict[str, _Handler] = {
    "alias_kind": _alias_kind,
    "build_file_name": _build_file_name,
    "exclude": path_glob("exclude"),
    "follow": path_glob("follow"),
    "generation_mode": _core_mode,
    "gitignore": _switch("gitignore", "gitignore"),
    "ignore": lambda config, value, here: replace(config, ignore=True),
    "lang": _lang,
    "map_kind": _map_kind,
    "proto": _proto,
    "resolve": _resolve,
    "resolve_regexp": _resolve_regexp,
    "python_binary_kind": _own_kind("python_binary_kind", BINARY),
    "python_binary_naming_convention": _text("binary_naming_convention"),
    "python_default_visibility": _default_visibility,
    "python_experimental_allow_relative_imports": _boolean(
        "python_experimental_allow_relative_imports", "relative_imports", fatal=False
    ),
    "python_extension": _switch("python_extension", "extension"),
    "python_generate_proto": _boolean("python_generate_proto", "generate_proto"),
    "python_generate_pyi_deps": _boolean("python_generate_pyi_deps", "generate_pyi_deps"),
    "python_generate_pyi_srcs": _boolean("python_generate_pyi_srcs", "generate_pyi_srcs"),
    "python_generated_srcs": _boolean("python_generated_srcs", "generated_srcs"),
    "python_generation_mode": _generation_mode,
    "python_generation_mode_per_file_include_init": _boolean(
        "python_generation_mode_per_file_include_init", "include_init"
    ),
    "python_generation_mode_per_package_require_test_entry_point": _boolean(
        "python_generation_mode_per_package_require_test_entry_point", "require_test_entry_point", fatal=False
    ),
    "python_ignore_dependencies": _words("ignore_dependencies"),
    "python_ignore_files": _words("ignore_files"),
    "python_include_ancestor_conftest": _boolean("python_include_ancestor_conftest", "include_ancestor_conftest"),
    "python_label_convention": _text("label_convention"),
    "python_label_normalization": _normalization,
    "python_library_kind": _own_kind("python_library_kind", LIBRARY),
    "python_library_naming_convention": _text("library_naming_convention"),
    "python_precompile": _text("precompile"),
    "python_proto_naming_convention": _text("proto_naming_convention"),
    "python_resolve_sibling_imports": _boolean("python_resolve_sibling_imports", "resolve_sibling_imports"),
    "python_root": _root,
    "python_test_file_pattern": _test_file_pattern,
    "python_test_kind": _own_kind("python_test_kind", TEST),
    "python_test_naming_convention": _text("test_naming_convention"),
    "python_validate_import_statements": _boolean("python_validate_import_statements", "validate_import_statements"),
    "python_visibility": _visibility,
}

_OTHERS = frozenset(
    {
        "build_tags", "default_visibility", "directive_file", "go_generate_proto", "go_grpc_compilers",
        "go_naming_convention", "go_naming_convention_external", "go_proto_compilers", "go_search", "go_test",
        "go_visibility", "importmap_prefix", "prefix", "proto_group", "proto_import_prefix", "proto_search",
        "proto_strip_import_prefix", "repo", "repository", "repository_macro",
    }
)  # fmt: skip
"""Directives of other languages, and those that are dealt with elsewhere; no reason for a message."""
