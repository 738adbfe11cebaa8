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
from dataclasses import dataclass, field
from typing import Any

from packaging.version import InvalidVersion, Version

from buildfile.calls import Call, dotted
from buildfile.edits import Edit
from buildfile.source import FileKind, SourceFile
from buildfile.statements import Statement, removals
from buildfile.style import attribute_key
from buildfile.targets import Change, changes_between
from migrations.finding import Finding, Fix, Level
from migrations.rules_python._archives import ARGUMENTS, Archives, archives_of, conflicts, tags_of
from migrations.rules_python._extensions import proxies
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
        ready: whether MODULE.bazel has, or can have, the rules.
    """

    name: str = ""
    rules: Rules | None = None
    toolchains: tuple[Toolchain, ...] = ()
    hubs: tuple[Hub, ...] = ()
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A call of a WORKSPACE and what it stands for; `why` says why it cannot be moved."""

    call: Call
    meaning: Any
    why: str = ""


def part_of(view: View) -> Part | None:
    """The Python part of a file; None if it is no WORKSPACE or has none."""
    if view.file.kind is not FileKind.WORKSPACE:
        return None
    rules = next((found.meaning for found in rules_in(view) if not found.why), None)
    dependency = view.workspace.dependencies.get(RULES)
    ready = rules is not None or (dependency is not None and dependency.path in view.workspace.module_files)
    toolchains = tuple(found.meaning for found in toolchains_in(view) if not found.why) if ready else ()
    hubs = tuple(found.meaning for found in hubs_in(view) if not found.why) if ready else ()
    if not (rules or toolchains or hubs):
        return None
    named = next((call.string("name") for call in view.calls_named("workspace")), None)
    return Part(named or "", rules, toolchains, hubs, ready)


def scan(view: View) -> tuple[str, Part] | None:
    """The fact of a file: the directory of its workspace, and the part."""
    part = part_of(view)
    return (view.workspace.path, part) if part is not None else None


def gather(facts: list[tuple[str, Any]]) -> dict[str, Part]:
    """The parts by the directory of their workspace."""
    parts: dict[str, Part] = {}
    for _, (where, part) in facts:
        parts.setdefault(where, part)
    return parts


def modules(parts: dict[str, Part]) -> list[str]:
    """The MODULE.bazel files that are to say it."""
    return [f"{where}/MODULE.bazel" if where else "MODULE.bazel" for where in parts]


SCAN_NEEDLES = (b"rules_python", b"python_register_", b"pip_parse", b"pip_install")


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
        if name != RULES and not why:
            why = f"It is called '{name}' here: give the bazel_dep that repo_name by hand."
        yield Found(call, rules, why)


_REPOSITORY_RULES = ("http_archive", "local_repository", "git_repository")


def repository_rule(call: Call) -> str:
    """The repository rule that a statement of a WORKSPACE calls, if need be by way of `maybe(rule, …)`."""
    kind = (call.callee or "").rpartition(".")[2]
    if kind == "maybe" and call.arguments and call.arguments[0].name is None:
        kind = (dotted(call.arguments[0].value) or "").rpartition(".")[2]
    return kind


def _rules(view: View, call: Call, kind: str) -> tuple[Rules | None, str]:
    if any(call.argument(name) is not None for name in ("patches", "patch_cmds", "build_file", "repo_mapping")):
        return None, "It is patched: write the override of the bazel_dep by hand."
    if kind == "local_repository":
        path = call.string("path")
        return (Rules("", _override("local_path_override", {"path": path})), "") if path else (None, _COMPUTED)
    if kind == "git_repository":
        wanted = {name: call.string(name) for name in ("remote", "commit", "tag", "branch")}
        known = {name: value for name, value in wanted.items() if value}
        return (Rules("", _override("git_override", known)), "") if "remote" in known else (None, _COMPUTED)
    version = view.target.versions.get(RULES, "")
    if version:
        return Rules(version), ""
    urls = call.strings("urls") or ([url] if (url := call.string("url")) else [])
    if not urls:
        return None, _COMPUTED
    digest = call.string("sha256")
    values = {"urls": urls, "strip_prefix": call.string("strip_prefix")}
    if digest and re.fullmatch(r"[0-9a-f]{64}", digest):
        values["integrity"] = "sha256-" + base64.b64encode(bytes.fromhex(digest)).decode()
    return Rules("", _override("archive_override", values)), ""


_COMPUTED = "Where it is from is computed: write the bazel_dep by hand."


def _override(kind: str, values: dict[str, Any]) -> str:
    given = {"module_name": f'"{RULES}"'}
    for name, value in values.items():
        if isinstance(value, list):
            given[name] = _list(value)
        elif value:
            given[name] = f'"{value}"'
    return statement(kind, given)


def _list(values: list[str]) -> str:
    if len(values) == 1:
        return f'["{values[0]}"]'
    return "[\n" + "".join(f'        "{value}",\n' for value in values) + "    ]"


def statement(callee: str, values: dict[str, str]) -> str:
    """A call as buildifier writes it."""
    items = sorted(values.items(), key=lambda item: attribute_key(item[0]))
    if len(items) == 1:
        return f"{callee}({items[0][0]} = {items[0][1]})\n"
    return f"{callee}(\n" + "".join(f"    {name} = {value},\n" for name, value in items) + ")\n"


def toolchains_in(view: View) -> Iterator[Found]:
    """The toolchains that a file registers."""
    single = [call for call, _ in view.calls(REGISTER)]
    several = [call for call, _ in view.calls(REGISTER_MULTI)]
    archives = {call.start: archives_of(call) for call in single + several}
    unclear = conflicts(found for found, _ in archives.values())
    for call in single:
        name, version = _text(view, call, "name"), _text(view, call, "python_version")
        others, why = _tag_attributes(call, {"name", "python_version", "set_python_version_constraint"})
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
        others, why = _tag_attributes(call, {"name", "python_versions", "default_version"})
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
    """An argument that is a literal, or the name of one that is assigned at the top level of the file."""
    argument = call.argument(name)
    if argument is None:
        return None
    text = call.text(argument)
    if isinstance(argument.value, ast.Name):
        pattern = re.compile(rb"%b\s*=(?!=)" % re.escape(text))
        found = [
            statement.text[matched.end() :].strip()
            for statement in view.statements(argument.value.id)
            if (matched := pattern.match(statement.text))
        ]
        if len(found) != 1:
            return None
        text = found[0]
    try:
        return ast.literal_eval(text.decode())
    except (ValueError, SyntaxError):
        return None


def _clear(archives: Archives, why: str, unclear: frozenset[str]) -> tuple[Archives, str]:
    """Where a call has its interpreters from, as long as that is not at odds with another call."""
    what = next((name for name, _ in (*archives.overall, *archives.versions) if name in unclear), "")
    return archives, f"Another call says something else about {what}, which MODULE.bazel says once." if what else why


def _tag_attributes(call: Call, own: set[str]) -> tuple[tuple[tuple[str, str], ...], str]:
    found: list[tuple[str, str]] = []
    for argument in call.arguments:
        if argument.name in own or argument.name in ARGUMENTS:
            continue
        if argument.name == "register_toolchains" and call.text(argument) == b"True":
            continue
        new = _TAG_ATTRIBUTES.get(argument.name or "")
        if new is None:
            return (), f"The tag python.toolchain has no {argument.name or 'such argument'}."
        found.append((new, call.text(argument).decode()))
    return tuple(found), ""


def _why(view: View, call: Call, why: str) -> str:
    if not top_level(view, call):
        return "It is called in a function or an expression."
    return why


def hubs_in(view: View, part: Part = Part()) -> Iterator[Found]:
    """The requirements that a file parses; `part` is what its WORKSPACE had before anything was moved."""
    known = repositories_of(view) or Repositories()
    toolchains = [*part.toolchains, *(found.meaning for found in toolchains_in(view))]
    several = {item.name for item in toolchains if item.several}
    known = Repositories({**known.single, **_single(toolchains)}, known.hubs | several)
    first = _default(toolchains)
    for call, _ in view.calls(PIP_PARSE):
        name = call.string("name") or ("pip" if call.argument("name") is None else None)
        version, why = _interpreter(view, call, known)
        attributes: list[tuple[str, str]] = []
        for argument in call.arguments:
            if argument.name in _HUB_ATTRIBUTES:
                attributes.append((argument.name or "", call.text(argument).decode()))
            elif argument.name == "requirements":
                attributes.append(("requirements_lock", call.text(argument).decode()))
            elif argument.name not in _HUB_DROPPED:
                why = f"The tag pip.parse has no {argument.name or 'such argument'}."
        version = version or first
        if name is None:
            why = "Its name is computed."
        elif not version:
            why = why or "Which Python it is for is not said: pip.parse needs python_version."
        minor = ".".join(version.split(".")[:2])
        yield Found(call, Hub(name or "", minor, tuple(attributes)), _why(view, call, why))


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


def stays(view: View, call: Call, message: str, why: str, tag: str) -> Finding:
    """The finding for a call that cannot be moved; in a .bzl, where it may serve others, it is a note."""
    why = why or "MODULE.bazel has no rules_python, and the WORKSPACE does not say where it is from."
    level = Level.NOTE if view.file.kind is FileKind.BZL else Level.PERSON
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
    dependency = view.workspace.dependencies.get(RULES)
    return dependency is not None and dependency.path in view.workspace.module_files and bool(dependency.path)


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
    known = repositories_of(view) or Repositories()
    missing = [item for item in part.toolchains if item.name not in known.single and item.name not in known.hubs]
    if not missing:
        return ""
    proxy = next(iter(proxies(view, "python")), "")
    name = proxy or "python"
    text = "" if proxy else f'{name} = use_extension("{_label(view, PYTHON_EXTENSION)}", "python")\n'
    default = _default(part.toolchains)
    declared = any((call.callee or "").startswith(name + ".") for call in view.calls_named("defaults", "toolchain"))
    new_form = _at_least(part.rules.version if part.rules else view.target.versions.get(RULES, ""), "1.3.0")
    if new_form and not declared:
        text += f'{name}.defaults(python_version = "{default}")\n'
    done: set[str] = set()
    for item in missing:
        for version in item.versions:
            if version in done:
                continue
            done.add(version)
            values = dict(item.attributes) | {"python_version": f'"{version}"'}
            if version == default and not new_form and not declared:
                values["is_default"] = "True"
            text += statement(f"{name}.toolchain", values)
    text += "".join(statement(f"{name}.{tag}", values) for tag, values in tags_of(item.archives for item in missing))
    return text + _use_repo(name, [pair for item in missing for pair in _repositories(item)])


def _default(toolchains: Sequence[Toolchain]) -> str:
    """The version that counts where none is asked for: the first that does not wait to be asked for."""
    known = [item.default for item in toolchains] + [version for item in toolchains for version in item.versions]
    return next(filter(None, known), "")


def _repositories(item: Toolchain) -> Iterator[tuple[str, str]]:
    """The names that the WORKSPACE has for repositories, and those of the extension."""
    suffixes = {version: version.replace(".", "_") for version in item.versions}
    if item.several:
        yield item.name, "python_versions"
        yield from ((f"{item.name}_{suffix}", f"python_{suffix}") for suffix in suffixes.values())
    else:
        yield item.name, f"python_{suffixes[item.versions[0]]}"


def _use_repo(proxy: str, pairs: list[tuple[str, str]]) -> str:
    plain = sorted(real for name, real in pairs if name == real)
    aliased = sorted((name, real) for name, real in pairs if name != real)
    arguments = [f'"{real}"' for real in plain] + [f'{name} = "{real}"' for name, real in aliased]
    return f"use_repo({', '.join([proxy, *arguments])})\n"


def hub_text(view: View, part: Part) -> str:
    """What a MODULE.bazel lacks of the requirements; `""` if nothing."""
    known = proxies(view, "pip")
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
