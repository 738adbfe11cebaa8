"""The Python part of a WORKSPACE, and the same in a MODULE.bazel.

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
from buildfile.edits import Edit
from buildfile.repository import Dependency
from buildfile.rewrite import Rewritten, rewrite
from buildfile.source import FileKind, SourceFile
from buildfile.statements import Statement, removals
from buildfile.style import attribute_key
from buildfile.targets import Change, changes_between
from migrations.extensions import proxies, tag_name, tags
from migrations.finding import Finding, Fix, Level
from migrations.rules_python._archives import (
    ARGUMENTS,
    Archives,
    archives_of,
    conflicts,
    declared_by,
    tags_of,
    written,
)
from migrations.rules_python._constants import Unknown, constant
from migrations.rules_python._extensions import PIP, PYTHON
from migrations.rules_python._surface import PIP_EXTENSION, PYTHON_EXTENSION, exported
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
        declared: what MODULE.bazel says about archives of interpreters.
    """

    name: str = ""
    rules: Rules | None = None
    toolchains: tuple[Toolchain, ...] = ()
    hubs: tuple[Hub, ...] = ()
    default: str = ""
    ready: bool = False
    loaded: frozenset[str] = frozenset()
    declared: Archives = field(default_factory=Archives)

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
            Archives(self.declared.overall + other.declared.overall, self.declared.versions + other.declared.versions),
        )

    def movable(self) -> Part:
        """The same without what MODULE.bazel cannot say: all if it has no rules, and what it says otherwise already."""
        toolchains = tuple(item for item in self.toolchains if not conflicts([self.declared, item.archives]))
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
        tags = declared(view)
        return Part(ready=has_rules(view), declared=tags) if has_rules(view) or tags != Archives() else None
    if view.file.kind is not FileKind.WORKSPACE:
        return None
    rules = next((found.meaning for found in rules_in(view) if not found.why), None)
    found = list(toolchains_in(view))
    toolchains = tuple(each.meaning for each in found if not each.why)
    hubs = tuple(hub for each in hubs_in(view) if not each.why for hub in each.meaning)
    named = next((call.string("name") for call in view.calls_named("workspace")), None)
    loaded = frozenset(view.canonical(load.label) for load in view.loads)
    return Part(named or "", rules, toolchains, hubs, _default(found), rules is not None, loaded)


def declared(view: View) -> Archives:
    """What a MODULE.bazel says about archives of interpreters."""
    return declared_by(tags(view, PYTHON, "override", "single_version_override"))


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


SCAN_NEEDLES = (b"rules_python", b"python_register_", b"pip_parse", b"pip_install", b"load(", b"override(")
SCAN_KINDS = (FileKind.WORKSPACE, FileKind.MODULE)


def here(view: View, id: str) -> Part:
    """What the WORKSPACE of a file's workspace has."""
    part: Part = (view.facts.get(id) or {}).get(view.workspace.path, Part())
    return part


def is_root_module(view: View) -> bool:
    """Whether a file is the MODULE.bazel of its workspace, and no segment of it."""
    prefix = view.workspace.path + "/" if view.workspace.path else ""
    return view.file.path == prefix + "MODULE.bazel"


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


def statement(callee: str, values: dict[str, str]) -> str:
    """A call as buildifier writes it."""
    items = sorted(values.items(), key=lambda item: attribute_key(item[0], callee))
    if len(items) == 1:
        return f"{callee}({items[0][0]} = {items[0][1]})\n"
    return f"{callee}(\n" + "".join(f"    {name} = {value},\n" for name, value in items) + ")\n"


def toolchains_in(view: View, part: Part = Part()) -> Iterator[Found]:
    """The toolchains that a file registers, in its order; `part` is what is known of its workspace."""
    yield from sorted(_toolchains(view, part), key=lambda found: found.call.start)


def _toolchains(view: View, part: Part) -> Iterator[Found]:
    single = [call for call, _ in view.calls(REGISTER)]
    several = [call for call, _ in view.calls(REGISTER_MULTI)]
    archives = {call.start: archives_of(call) for call in single + several}
    unclear = conflicts([part.declared, *(found for found, _ in archives.values())])
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
    try:
        ast.literal_eval(argument.value)
        return call.text(argument).decode()
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


def has_rules(view: View) -> bool:
    """Whether a MODULE.bazel, or one that it includes, has the dependency."""
    if any(call.string("name") == RULES for call in view.calls_named("bazel_dep")):
        return True
    return in_module(view) is not None


def rules_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks to have the rules; `""` if nothing."""
    if has_rules(view) or part.rules is None:
        return ""
    version = f', version = "{part.rules.version}"' if part.rules.version else ""
    text = f'bazel_dep(name = "{RULES}"{version})\n' + part.rules.override
    if not view.file.data.strip() and part.name:
        text = f'module(name = "{part.name}")\n\n' + text
    return text


def toolchain_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks of the toolchains; `""` if nothing."""
    missing = _missing(view, part)
    if not missing:
        return ""
    proxy = next(iter(proxies(view, PYTHON)), "")
    name = proxy or "python"
    text = "" if proxy else f'{name} = use_extension("{_label(view, PYTHON_EXTENSION)}", "python")\n'
    there = list(tags(view, PYTHON, "defaults", "toolchain"))
    new_form = _at_least(part.rules.version if part.rules else view.target.versions.get(RULES, ""), "1.3.0")
    if new_form and part.default and not there:
        text += f'{name}.defaults(python_version = "{part.default}")\n'
    done = {call.string("python_version") for call in there if tag_name(call) == "toolchain"}
    for item in missing:
        for version in item.versions:
            if version in done:
                continue
            done.add(version)
            values = dict(item.attributes) | {"python_version": f'"{version}"'}
            if version == part.default and not new_form and not there:
                values["is_default"] = "True"
            text += statement(f"{name}.toolchain", values)
    known = declared(view)
    for tag, values in tags_of(item.archives for item in missing):
        if tag == "override" and known.overall:
            continue
        if ast.literal_eval(values.get("python_version", "''")) not in dict(known.versions):
            text += statement(f"{name}.{tag}", values)
    return text + _use_repo(name, [pair for item in missing for pair in _repositories(item)])


def override_edits(view: View, part: Part) -> Rewritten:
    """What the `python.override` that a MODULE.bazel has lacks: there may be only one."""
    wanted = dict(tags_of(item.archives for item in _missing(view, part))).get("override", {})
    lacking = {name: value for name, value in wanted.items() if name not in dict(declared(view).overall)}
    call = next(tags(view, PYTHON, "override"), None)
    return rewrite(call, put=lacking) if call is not None and lacking else Rewritten((), ())


def _missing(view: View, part: Part) -> list[Toolchain]:
    """The toolchains whose repositories a MODULE.bazel does not have."""
    known = repositories_of(view) or Repositories()
    return [item for item in part.toolchains if item.name not in known.single and item.name not in known.hubs]


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


def _repositories(item: Toolchain) -> Iterator[tuple[str, str]]:
    """The names that the WORKSPACE has for repositories, and those of the extension."""
    suffixes = {version: version.replace(".", "_") for version in item.versions}
    if item.several:
        yield item.name, "python_versions"
        yield from ((f"{item.name}_{suffix}", f"python_{suffix}") for suffix in suffixes.values())
    else:
        yield item.name, f"python_{suffixes[item.versions[0]]}"


def _use_repo(proxy: str, pairs: list[tuple[str, str]]) -> str:
    plain = sorted({real for name, real in pairs if name == real})
    aliased = sorted({(name, real) for name, real in pairs if name != real})
    arguments = [f'"{real}"' for real in plain] + [f'{name} = "{real}"' for name, real in aliased]
    return f"use_repo({', '.join([proxy, *arguments])})\n"


def hub_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks of the requirements; `""` if nothing."""
    known = proxies(view, PIP)
    names = {
        call.string("hub_name") for call in view.calls_named("parse") if (call.callee or "").partition(".")[0] in known
    }
    missing = [hub for hub in part.hubs if hub.name not in names]
    if not missing:
        return ""
    proxy = next(iter(known), "")
    name = proxy or "pip"
    text = "" if proxy else f'{name} = use_extension("{_label(view, PIP_EXTENSION)}", "pip")\n'
    for hub in missing:
        values = dict(hub.attributes) | {"hub_name": f'"{hub.name}"', "python_version": f'"{hub.version}"'}
        text += statement(f"{name}.parse", values)
    return text + _use_repo(name, [(hub.name, hub.name) for hub in missing])


def _label(view: View, path: str) -> str:
    dependency = view.workspace.dependencies.get(RULES)
    name = dependency.apparent if dependency is not None else RULES
    return f"@{name}{path}"


def _at_least(version: str, wanted: str) -> bool:
    try:
        return bool(version) and Version(version) >= Version(wanted)
    except InvalidVersion:
        return False


def appended(view: View, proxy: str, *texts: str) -> Fix:
    """The fix that adds statements to a MODULE.bazel: behind those of a proxy that it has, else behind everything."""
    data, nl = view.file.data, view.file.newline
    text = "\n".join(item for item in texts if item).encode().replace(b"\n", nl)
    empty = SourceFile(view.file.path, view.file.kind, b"")
    changes = tuple(sorted(changes_between(empty, SourceFile(view.file.path, view.file.kind, text))))
    at = max((item.end for item in view.statements(proxy)), default=0) if proxy else 0
    if not at and data.strip():
        at = len(data)
        text = (b"" if data.endswith(b"\n" + nl) else nl) + text
    if at and data[at - 1 : at] != b"\n":
        text = nl + text
    return Fix((Edit(at, at, text),), changes)
