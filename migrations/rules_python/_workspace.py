"""The Python part of a WORKSPACE.

https://rules-python.readthedocs.io/en/latest/getting-started.html, https://bazel.build/external/migration

Every migration of this part reads the same facts: what a WORKSPACE has is taken out of it only if it can be said in
MODULE.bazel, and is said there by the same rule.
"""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.version import InvalidVersion, Version

from buildfile.calls import Argument, Call, dotted
from buildfile.repository import Dependency
from buildfile.source import FileKind
from buildfile.statements import Statement, removals
from buildfile.targets import Change
from migrations.finding import Finding, Fix, Level
from migrations.rules_python._archives import ARGUMENTS, Archives, archives_of, conflicts
from migrations.rules_python._constants import Unknown, constant
from migrations.rules_python._declared import Declared, declared_in
from migrations.rules_python._surface import exported
from migrations.rules_python._texts import statement, written
from migrations.rules_python._versions import Repositories, version_of
from migrations.rules_python._versions import scan as repositories_of
from migrations.view import View

RULES = "rules_python"
REPOSITORIES = exported(("//python:repositories.bzl", "//python:python.bzl"), ("py_repositories",))
REGISTER = exported(("//python:repositories.bzl",), ("python_register_toolchains",))
REGISTER_MULTI = exported(("//python:repositories.bzl",), ("python_register_multi_toolchains",))
PIP_PARSE = exported(("//python:pip.bzl",), ("pip_parse", "pip_install"))
"""What makes a repository of packages; the older of the two takes the same attributes, as far as they still are any."""

_TAG_ATTRIBUTES = {
    "register_coverage_tool": "configure_coverage_tool",
    "ignore_root_user_error": "ignore_root_user_error",
}
_HUB_ATTRIBUTES = {
    "auth_patterns",
    "download_only",
    "enable_implicit_namespace_pkgs",
    "environment",
    "envsubst",
    "experimental_index_url",
    "experimental_requirement_cycles",
    "experimental_target_platforms",
    "extra_hub_aliases",
    "extra_pip_args",
    "isolated",
    "netrc",
    "pip_data_exclude",
    "quiet",
    "requirements_by_platform",
    "requirements_darwin",
    "requirements_linux",
    "requirements_lock",
    "requirements_windows",
    "timeout",
}
_HUB_DROPPED = frozenset(
    (
        "incompatible_generate_aliases",
        "name",
        "python_interpreter",
        "python_interpreter_target",
        "repo_prefix",
        "requirements",
    )
)

_MULTI_KNOWN = frozenset(
    ("default_version", "minor_mapping", "name", "python_interpreter_target", "python_versions", "requirements_lock")
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where a WORKSPACE has rules_python from: its version, or the override that says so in MODULE.bazel."""

    version: str
    override: str = ""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Python that a WORKSPACE registers.

    Attributes:
        name: the repository.
        versions: its version, or several.
        default: the version that counts where none is asked for.
        attributes: further attributes of the tag, name to source text.
        archives: where its interpreters come from, if it says so.
        several: whether there is a repository with a package for each version.
    """

    name: str
    versions: tuple[str, ...]
    default: str
    attributes: tuple[tuple[str, str], ...] = ()
    archives: Archives = field(default_factory=Archives)
    several: bool = False


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of packages: its name, the Python it is for, attributes as source text."""

    name: str
    version: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The Python part of a WORKSPACE, as far as MODULE.bazel can say it.

    Attributes:
        name: the name of the workspace.
        rules: where the rules are from; None if the WORKSPACE does not say.
        toolchains, hubs: what it registers and parses.
        default: the Python version that counts where none is asked for; empty if that cannot be seen.
        ready: whether MODULE.bazel has, or can have, the rules.
        loaded: the files that the WORKSPACE loads, canonical labels.
        hosts: repositories of interpreters of this machine that are spoken of other than in what moves.
        declared: what MODULE.bazel says already.
    """

    name: str = ""
    rules: Rules | None = None
    toolchains: tuple[Toolchain, ...] = ()
    hubs: tuple[Hub, ...] = ()
    default: str = ""
    ready: bool = False
    loaded: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    declared: Declared = field(default_factory=Declared)

    def joined(self, other: Part) -> Part:
        """What two files of a workspace say together; of what both say that of the first counts."""
        return Part(
            self.name or other.name,
            self.rules or other.rules,
            tuple(dict.fromkeys(self.toolchains + other.toolchains)),
            tuple(dict.fromkeys(self.hubs + other.hubs)),
            self.default or other.default,
            self.ready or other.ready,
            self.loaded | other.loaded,
            self.hosts | other.hosts,
            self.declared.joined(other.declared),
        )

    def movable(self) -> Part:
        """The same without what MODULE.bazel cannot say: all if it has no rules, and what it says otherwise already."""
        toolchains = tuple(item for item in self.toolchains if not conflicts([self.declared.archives, item.archives]))
        return replace(self, toolchains=toolchains) if self.ready else replace(self, toolchains=(), hubs=())

    @property
    def python(self) -> bool:
        """Whether there is anything that MODULE.bazel is to say."""
        return bool(self.rules or self.toolchains or self.hubs)


@dataclass(frozen=True, slots=True)
class Found:
    """A call of a WORKSPACE and what it stands for; `why` says why it cannot be moved."""

    call: Call
    meaning: Any
    why: str = ""


def part_of(view: View) -> Part | None:
    """What a WORKSPACE has, or a MODULE.bazel says about it; None if neither."""
    if view.file.kind is FileKind.MODULE:
        return Part(ready=has_rules(view), hosts=_hosts(view), declared=declared_in(view))
    if view.file.kind is not FileKind.WORKSPACE:
        hosts = _hosts(view)
        return Part(hosts=hosts) if hosts else None
    rules = next((found.meaning for found in rules_in(view) if not found.why), None)
    found = list(toolchains_in(view))
    toolchains = tuple(each.meaning for each in found if not each.why)
    parsed = [each for each in hubs_in(view) if not each.why]
    hubs = tuple(hub for each in parsed for hub in each.meaning)
    named = next((call.string("name") for call in view.calls_named("workspace")), None)
    loaded = frozenset(view.canonical(load.label) for load in view.loads)
    hosts = _hosts(view, [each.call for each in parsed])
    return Part(named or "", rules, toolchains, hubs, _default(found), rules is not None, loaded, hosts)


def _hosts(view: View, without: Sequence[Call] = ()) -> frozenset[str]:
    """The repositories called `…_host` that a file speaks of outside some calls."""
    found = _HOST.finditer(view.file.data)
    return frozenset(
        match[1].decode() for match in found if not any(call.start < match.start() < call.end for call in without)
    )


_HOST = re.compile(rb"@([\w.-]+_host)//")


def scan(view: View) -> tuple[str, Part] | None:
    """The fact of a file: the directory of its workspace, and the part."""
    part = part_of(view)
    return (view.workspace.path, part) if part is not None else None


def gather(facts: list[tuple[str, Any]]) -> dict[str, Part]:
    """The parts by the directory of their workspace."""
    parts: dict[str, Part] = {}
    for _, (where, part) in facts:
        parts[where] = parts[where].joined(part) if where in parts else part
    return {where: part.movable() for where, part in parts.items()}


def modules(parts: dict[str, Part]) -> list[str]:
    """The MODULE.bazel files that are to say it."""
    return [module_file(where) for where, part in parts.items() if part.python]


def module_file(where: str) -> str:
    """The path of the MODULE.bazel of a workspace in a directory."""
    return f"{where}/MODULE.bazel" if where else "MODULE.bazel"


SCAN_NEEDLES = (b"rules_python", b"python_register_", b"pip_parse", b"pip_install", b"load(", b"use_extension")
SCAN_KINDS = (FileKind.WORKSPACE, FileKind.MODULE)
HOST_NEEDLES = (*SCAN_NEEDLES, b"_host//")
HOST_KINDS = (*SCAN_KINDS, FileKind.BUILD, FileKind.BZL)


def here(view: View, id: str) -> Part:
    """What the WORKSPACE of a file's workspace has."""
    part: Part = (view.facts.get(id) or {}).get(view.workspace.path, Part())
    return part


def top_level(view: View, call: Call) -> bool:
    """Whether a call is a statement by itself."""
    return call.statement.start == call.start and not call.scope.function and view.file.kind is FileKind.WORKSPACE


def rules_in(view: View) -> Iterator[Found]:
    """The repository rule that brings rules_python."""
    for call in view.calls_named(*_REPOSITORY_RULES, "maybe"):
        name = call.string("name")
        if name is None or view.workspace.names.get(name, name) != RULES or not top_level(view, call):
            continue
        kind = repository_rule(call)
        if kind not in _REPOSITORY_RULES:
            continue
        rules, why = _rules(view, call, kind)
        dependency = in_module(view)
        if name != RULES and not why:
            why = f"It is called '{name}' here: give the bazel_dep that repo_name by hand."
        elif dependency is not None and dependency.apparent != name:
            why = f"MODULE.bazel calls it '{dependency.apparent}': change that, or the labels that say '{name}'."
        yield Found(call, rules, why)


_REPOSITORY_RULES = ("http_archive", "local_repository", "git_repository")


def repository_rule(call: Call) -> str:
    """The repository rule that a statement of a WORKSPACE calls, if need be by way of `maybe(rule, …)`."""
    kind = (call.callee or "").rpartition(".")[2]
    if kind == "maybe" and call.arguments and call.arguments[0].name is None:
        kind = (dotted(call.arguments[0].value) or "").rpartition(".")[2]
    return kind


def at_least(version: str, wanted: str) -> bool:
    """Whether a version is one, and not older than another."""
    try:
        return bool(version) and Version(version) >= Version(wanted)
    except InvalidVersion:
        return False


def has_rules(view: View) -> bool:
    """Whether a MODULE.bazel, or one that it includes, has the dependency."""
    if any(call.string("name") == RULES for call in view.calls_named("bazel_dep")):
        return True
    return in_module(view) is not None


def in_module(view: View) -> Dependency | None:
    """The rules as MODULE.bazel, or what it includes, has them."""
    dependency = view.workspace.dependencies.get(RULES)
    return dependency if dependency is not None and dependency.path in view.workspace.module_files else None


def _rules(view: View, call: Call, kind: str) -> tuple[Rules | None, str]:
    if any(call.argument(name) is not None for name in ("patch_cmds", "patch_tool", "build_file", "repo_mapping")):
        return None, _PATCHED
    patched, why = _patches(view, call)
    if why:
        return None, why
    if kind == "local_repository":
        path = _value(view, call, "path")
        return (Rules("", _override("local_path_override", {"path": path})), "") if path else (None, _COMPUTED)
    if kind == "git_repository":
        wanted = {name: _value(view, call, name) for name in ("remote", "commit", "tag", "branch")}
        known = {name: value for name, value in wanted.items() if value}
        override = _override("git_override", known | patched)
        return (Rules("", override), "") if "remote" in known else (None, _COMPUTED)
    prefix = _value(view, call, "strip_prefix") or ""
    named = _RELEASE.fullmatch(prefix)
    version = view.target.versions.get(RULES, "") or (named[1] if named else "")
    if version and not at_least(version, _FLOOR):
        return None, f"Release {version} has no tags for what is here: move to {_FLOOR} or later first."
    if version:
        pinned = {"version": version, **patched}
        return Rules(version, _override("single_version_override", pinned) if patched else ""), ""
    urls = _value(view, call, "urls") or [url for url in [_value(view, call, "url")] if url]
    if not urls:
        return None, _COMPUTED
    digest = _value(view, call, "sha256")
    values = {"urls": urls, "strip_prefix": prefix, **patched}
    if digest and re.fullmatch(r"[0-9a-f]{64}", digest):
        values["integrity"] = "sha256-" + base64.b64encode(bytes.fromhex(digest)).decode()
    return Rules("", _override("archive_override", values)), ""


def _patches(view: View, call: Call) -> tuple[dict[str, Any], str]:
    """The patches of a repository rule as an override has them, and why it cannot have them."""
    if call.argument("patches") is None:
        return {}, ""
    patches, arguments = _value(view, call, "patches"), _value(view, call, "patch_args")
    stripped = re.fullmatch(r"-p(\d+)", arguments[0]) if isinstance(arguments, list) and len(arguments) == 1 else None
    if not isinstance(patches, list) or (call.argument("patch_args") is not None and not stripped):
        return {}, _PATCHED
    # What an override applies has to be in the repository of the root module.
    if not all(isinstance(each, str) and each.startswith(("//", ":")) for each in patches):
        return {}, _PATCHED
    return {"patches": patches, **({"patch_strip": int(stripped[1])} if stripped else {})}, ""


_FLOOR = "0.24.0"
"""The first release with the module extensions under the names and with the repositories they have had since."""

_RELEASE = re.compile(r"rules_python-v?(\d+(?:\.\d+)+(?:-?(?:rc|alpha|beta)[.\d]*)?)")
_PATCHED = "It is patched: write the override of the bazel_dep by hand."
_COMPUTED = "Where it is from is computed: write the bazel_dep by hand."


def _override(kind: str, values: dict[str, Any]) -> str:
    given = {"module_name": f'"{RULES}"'}
    for name, value in values.items():
        if isinstance(value, list):
            given[name] = _list(value)
        elif isinstance(value, int):
            given[name] = str(value)
        elif value:
            given[name] = f'"{value}"'
    return statement(kind, given)


def _list(values: list[str]) -> str:
    if len(values) == 1:
        return f'["{values[0]}"]'
    return "[\n" + "".join(f'        "{value}",\n' for value in values) + "    ]"


def toolchains_in(view: View, part: Part = Part()) -> Iterator[Found]:
    """The toolchains that a file registers, in its order; `part` is what is known of its workspace."""
    yield from sorted(_toolchains(view, part), key=lambda found: found.call.start)


def _toolchains(view: View, part: Part) -> Iterator[Found]:
    single = [call for call, _ in view.calls(REGISTER)]
    several = [call for call, _ in view.calls(REGISTER_MULTI)]
    archives = {call.start: archives_of(call) for call in single + several}
    unclear = conflicts([part.declared.archives, *(found for found, _ in archives.values())])
    for call in single:
        name, version = _text(view, call, "name"), _text(view, call, "python_version")
        others, why = _tag_attributes(view, call, {"name", "python_version", "set_python_version_constraint"})
        if name is None or version is None:
            why = "Its name or version is computed."
        constrained = call.argument("set_python_version_constraint")
        default = "" if constrained is not None and call.text(constrained) == b"True" else version or ""
        known, problem = _clear(*archives[call.start], unclear)
        toolchain = Toolchain(name or "", (version or "",), default, others, known)
        yield Found(call, toolchain, _why(view, call, why or problem))
    for call in several:
        name, versions = _text(view, call, "name"), _value(view, call, "python_versions")
        if not isinstance(versions, list) or not all(isinstance(each, str) for each in versions):
            versions = None
        others, why = _tag_attributes(view, call, {"name", "python_versions", "default_version"})
        if name is None or not versions:
            why = "Its name or versions are computed."
        given = _text(view, call, "default_version")
        if given is None and call.argument("default_version") is not None:
            why = "Its default_version is computed."
        default = given or (versions or [""])[0]
        known, problem = _clear(*archives[call.start], unclear)
        toolchain = Toolchain(name or "", tuple(versions or ()), default, others, known, several=True)
        yield Found(call, toolchain, _why(view, call, why or problem))


def _text(view: View, call: Call, name: str) -> str | None:
    """An argument that is a string; None if there is none, or it is something else."""
    value = _value(view, call, name)
    return value if isinstance(value, str) else None


def _value(view: View, call: Call, name: str) -> Any:
    """What an argument comes to, as far as the file itself says it; None if it is not there, or computed."""
    argument = call.argument(name)
    try:
        return constant(view, argument.value) if argument is not None else None
    except Unknown:
        return None


def _clear(archives: Archives, why: str, unclear: frozenset[str]) -> tuple[Archives, str]:
    """Where a call has its interpreters from, as long as that is not at odds with another call."""
    what = next((name for name, _ in (*archives.overall, *archives.versions) if name in unclear), "")
    return archives, f"Another call says something else about {what}, which MODULE.bazel says once." if what else why


def _tag_attributes(view: View, call: Call, own: set[str]) -> tuple[tuple[tuple[str, str], ...], str]:
    found: list[tuple[str, str]] = []
    for argument in call.arguments:
        if argument.name in own or argument.name in ARGUMENTS:
            continue
        if argument.name == "register_toolchains" and call.text(argument) == b"True":
            continue
        new = _TAG_ATTRIBUTES.get(argument.name or "")
        if new is None:
            return (), f"The tag python.toolchain has no {argument.name or 'such argument'}."
        text = _source(view, call, argument)
        if text is None:
            return (), f"Its {argument.name} is computed."
        found.append((new, text))
    return tuple(found), ""


def _source(view: View, call: Call, argument: Argument) -> str | None:
    """An argument as MODULE.bazel can have it, where the names of the WORKSPACE mean nothing; None if it cannot."""
    text = call.text(argument).decode()
    try:
        value = ast.literal_eval(argument.value)
        # It is written as the call was; what is said in comments has no other place.
        return text if "#" in text else written(value)
    except ValueError:
        value = _value(view, call, argument.name or "")
        return None if value is None else written(value)


def _why(view: View, call: Call, why: str) -> str:
    if not top_level(view, call):
        return "It is called in a function or an expression."
    return why


def hubs_in(view: View, part: Part = Part()) -> Iterator[Found]:
    """The requirements that a file parses; `part` is what its WORKSPACE had before anything was moved.

    Each means a tuple of Hub: one for each version it is for.
    """
    known = repositories_of(view) or Repositories()
    registered = list(toolchains_in(view))
    toolchains = [*part.toolchains, *(found.meaning for found in registered)]
    several = {item.name for item in toolchains if item.several}
    known = Repositories({**known.single, **_single(toolchains)}, known.hubs | several)
    first = part.default or _default(registered)
    for call, _ in view.calls(PIP_PARSE):
        name = call.string("name") or ("pip" if call.argument("name") is None else None)
        version, why = _interpreter(view, call, known)
        attributes: list[tuple[str, str]] = []
        for argument in call.arguments:
            if argument.name in _HUB_ATTRIBUTES or argument.name == "requirements":
                text = _source(view, call, argument)
                new = "requirements_lock" if argument.name == "requirements" else argument.name
                attributes.append((new, text or ""))
                why = f"Its {argument.name} is computed." if text is None else why
            elif argument.name not in _HUB_DROPPED:
                why = f"The tag pip.parse has no {argument.name or 'such argument'}."
        version = version or first
        if name is None:
            why = "Its name is computed."
        elif not version:
            why = why or "Which Python it is for is not said: pip.parse needs python_version."
        minor = ".".join(version.split(".")[:2])
        yield Found(call, (Hub(name or "", minor, tuple(attributes)),), _why(view, call, why))
    for load in view.loads:
        for symbol in load.symbols if load.label.partition("//")[2] == ":pip.bzl" else ():
            if symbol.name == "multi_pip_parse" and load.label.partition("//")[0].lstrip("@") in known.hubs:
                yield from (_multi(view, call) for call in view.calls_named(symbol.local))


def _multi(view: View, call: Call) -> Found:
    """A lock for each of several versions."""
    name, locks, why = _text(view, call, "name"), _value(view, call, "requirements_lock"), ""
    common: list[tuple[str, str]] = []
    for argument in call.arguments:
        if argument.name in _HUB_ATTRIBUTES - {"requirements_lock"}:
            text = _source(view, call, argument)
            common.append((argument.name or "", text or ""))
            why = f"Its {argument.name} is computed." if text is None else why
        elif argument.name not in _MULTI_KNOWN:
            why = f"The tag pip.parse has no {argument.name or 'such argument'}."
    if name is None or not isinstance(locks, dict) or not all(isinstance(version, str) for version in locks):
        name, locks, why = "", {}, "Its name or its locks are computed."
    hubs = (
        Hub(name, ".".join(version.split(".")[:2]), (*common, ("requirements_lock", written(lock))))
        for version, lock in locks.items()
    )
    return Found(call, tuple(hubs), _why(view, call, why))


def _single(toolchains: Iterable[Toolchain]) -> dict[str, str]:
    """The repositories of one version, and of its interpreter on this machine, with that version."""
    found: dict[str, str] = {}
    for item in toolchains:
        for version in item.versions:
            name = f"{item.name}_{version.replace('.', '_')}" if item.several else item.name
            found |= {name: version, f"{name}_host": version}
    return found


def _interpreter(view: View, call: Call, known: Repositories) -> tuple[str, str]:
    """The version that the interpreter of a call stands for, and why it is not known."""
    argument = call.argument("python_interpreter_target")
    if argument is None:
        named = re.search(r"python(\d+\.\d+)$", call.string("python_interpreter") or "")
        return named[1] if named else "", ""
    if isinstance(argument.value, ast.Name):
        loaded = next((load for load in view.loads if any(s.local == argument.value.id for s in load.symbols)), None)
        version = version_of(view, loaded.label, known) if loaded is not None else ""
    else:
        text = call.string("python_interpreter_target") or ""
        named = re.match(r"@python_(\d+(?:_\d+)+)(?:_host)?//", text)
        version = named[1].replace("_", ".") if named else version_of(view, text.partition("//")[0] + "//:x", known)
    return version, "" if version else "Which Python its interpreter is cannot be seen."


def stays(view: View, call: Call, message: str, why: str, tag: str, part: Part) -> Finding:
    """The finding for a call that cannot be moved.

    In a .bzl, where it may serve others, it is a note; not if the WORKSPACE loads that and no module has the rules.
    """
    why = why or "MODULE.bazel has no rules_python, and the WORKSPACE does not say where it is from."
    here = view.file.path.removeprefix(view.workspace.path + "/" if view.workspace.path else "")
    package, _, name = here.rpartition("/")
    macro = view.file.kind is FileKind.BZL
    serves = not macro or (in_module(view) is None and view.canonical(f"//{package}:{name}") in part.loaded)
    level = Level.PERSON if serves else Level.NOTE
    return Finding(
        call.start, call.callee_range[1], message, advice=f"{why} Write {tag} in MODULE.bazel by hand.", level=level
    )


def removed(view: View, statements: Iterable[Statement], names: Iterable[str], release: Iterable[str]) -> Fix:
    """The fix that takes statements and targets out, and loads that nothing uses any more."""
    edits = tuple(removals(view.file.data, statements))
    return Fix(edits, tuple(Change(name, "removed") for name in names if name), release=frozenset(release))


def _default(registered: Sequence[Found]) -> str:
    """The version that counts where none is asked for: the first that does not wait to be asked for.

    Empty if something that is not clear comes before it.
    """
    for found in registered:
        if found.why and not _is_false(found.call, "register_toolchains"):
            return ""
        if not found.why and found.meaning.default:
            return str(found.meaning.default)
    versions = [version for found in registered if not found.why for version in found.meaning.versions]
    return next(filter(None, versions), "")


def _is_false(call: Call, name: str) -> bool:
    argument = call.argument(name)
    return argument is not None and call.text(argument) == b"False"
