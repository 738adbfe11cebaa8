"""What can go wrong when a target is opted in, found before anything is edited.

Each hazard has an id and a page. A target with one is held back, with the reason, until somebody takes it out of the
list. https://rules-python.readthedocs.io/en/latest/precompiling.html
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from packaging.version import InvalidVersion, Version

from buildfile.source import FileKind, SourceFile
from migrations.profiles import target_of
from migrations.rollout.inventory import UNKNOWN, Inventory, Rule
from migrations.rollout.kinds import EXECUTABLES
from migrations.rollout.manifest import Goal, Limits, wanted
from migrations.rules_python._flags import flags, in_effect, ours
from migrations.rules_python._precompile import VALUES
from migrations.view import View

BYTES_PER_SOURCE_BYTE = 1.1
"""The size of a pyc by that of its source; over the standard library 0.72 with 3.9, 1.17 with 3.11, 1.08 with 3.13."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason to hold a target back.

    Attributes:
        label: the target.
        id: the hazard.
        message: what is wrong, one sentence without a full stop.
        advice: what to do.
    """

    label: str
    id: str
    message: str
    advice: str


@dataclass(frozen=True)
class Added:
    """An estimate of what opting a target in adds to its runfiles.

    Attributes:
        files: compiled files.
        size: their bytes.
    """

    files: int = 0
    size: int = 0

    def __str__(self) -> str:
        """For people: `+1,204 files, +18 MB`."""
        return f"+{self.files:,} file{'' if self.files == 1 else 's'}, +{bytes_text(self.size)}"


def bytes_text(size: int) -> str:
    """A number of bytes for people."""
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


class Context:
    """A repository, the goal, and what the hazards share."""

    def __init__(self, inventory: Inventory, goal: Goal, limits: Limits) -> None:
        """Prepares what is computed once."""
        self.inventory = inventory
        self.goal = goal
        self.limits = limits

    def closure(self, rule: Rule) -> list[Rule]:
        """A rule and all that it depends on."""
        return self.inventory.closure(rule.label)

    @cached_property
    def version(self) -> str:
        """The version of rules_python that the repository pins, `""` if it is not known."""
        return target_of(self.inventory.workspace, "auto", {}).versions.get("rules_python", "")

    @cached_property
    def bazel(self) -> int:
        """The major version of Bazel that `.bazelversion` asks for, 0 if it does not."""
        found = re.match(r"(\d+)", self.inventory.workspace.bazel)
        return int(found[1]) if found else 0

    @cached_property
    def flags(self) -> dict[str, str]:
        """The flags of the rules that the .bazelrc sets for every build."""
        data = self.inventory.bazelrc.get(".bazelrc", b"")
        view = View(
            SourceFile(".bazelrc", FileKind.BAZELRC, data),
            self.inventory.workspace,
            target_of(self.inventory.workspace, "auto", {}),
        )
        return {name: flag.value or "" for name, flag in in_effect(ours(view)).items()}

    @cached_property
    def optimised(self) -> str:
        """What in a .bazelrc makes every interpreter optimise, `""` if nothing does."""
        for path, data in self.inventory.bazelrc.items():
            for flag in flags(data) if b"PYTHONOPTIMIZE" in data else ():
                name, _, value = (flag.value or "").partition("=")
                if flag.name in ("test_env", "action_env") and name == "PYTHONOPTIMIZE" and value not in ("", "0"):
                    return f"{path} has --{flag.name}=PYTHONOPTIMIZE={value}"
        return ""

    @cached_property
    def python(self) -> str:
        """The version of Python where a target does not say one, `""` if it is not known."""
        if self.flags.get("python_version"):
            return self.flags["python_version"]
        data = b"\n".join(self.inventory.modules[path] for path in sorted(self.inventory.modules))
        for pattern in (_DEFAULTS, _IS_DEFAULT, _IS_DEFAULT_BEHIND):
            found = pattern.search(data)
            if found:
                return found[1].decode()
        every = {match[1].decode() for match in _TOOLCHAIN.finditer(data)}
        return every.pop() if len(every) == 1 else ""

    @cached_property
    def shared(self) -> Mapping[str, tuple[str, str]]:
        """Targets with a source below them that others compile differently, each with what to say."""
        users: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.inventory.rules.values():
            for source in rule.sources if rule.made is not None else ():
                users[source].append(rule)
        bad: dict[str, tuple[str, str]] = {}
        for source, rules in users.items():
            for one, other in itertools.combinations(rules, 2):
                what = _differ(one, other)
                if what:
                    message = f"{source} is a source of {one.label} and of {other.label}, whose {what} differ"
                    advice = f"Put {source} into one library that both depend on, or give both the same {what}."
                    bad.setdefault(one.label, (message, advice))
                    bad.setdefault(other.label, (message, advice))
        return self._reaching(bad)

    @cached_property
    def builtin(self) -> Mapping[str, tuple[str, str]]:
        """Targets with a rule below them that passes on PyInfo of Bazel itself."""
        if self.bazel >= 8 or not self.inventory.builtin_rules:
            return {}
        return self._reaching(
            {
                rule.label: (
                    f"{rule.label} is of {rule.callee}, which passes PyInfo of Bazel itself on and drops the pycs",
                    "Load PyInfo from rules_python in its file (migration python-providers).",
                )
                for rule in self.inventory.rules.values()
                if rule.symbol in self.inventory.builtin_rules
            }
        )

    @cached_property
    def foreign(self) -> Mapping[str, tuple[str, str]]:
        """Targets with a source of another package in or below them."""
        bad: dict[str, tuple[str, str]] = {}
        for rule in self.inventory.rules.values():
            for source in rule.sources if rule.made is not None else ():
                if not source.startswith(f"//{rule.package}:") and not source.endswith(".pyi"):
                    message = f"{source}, a source of {rule.label}, is of another package and is not compiled"
                    bad[rule.label] = message, "Make it a library in its own package, and depend on that."
                    break
        return self._reaching(bad)

    @cached_property
    def covered(self) -> Mapping[str, tuple[str, str]]:
        """Targets with a source in or below them whose pyc would lie in a directory of the name of a program."""
        programs = {
            f"{rule.package}/{name}".lstrip("/"): f"//{rule.package}:{name}"
            for rule in self.inventory.rules.values()
            if _is_executable(rule)
            for name in rule.names
        }
        bad: dict[str, tuple[str, str]] = {}
        for rule in self.inventory.rules.values():
            if rule.made is None or rule.attributes.get("precompile") == "disabled":
                continue
            for source in rule.sources:
                program = next((programs[path] for path in _above(source) if path in programs), "")
                if program and source != rule.main:
                    message = f"the pyc of {source}, a source of {rule.label}, is to be where the program {program} is"
                    advice = f'Give the program another name, or {rule.label} precompile = "disabled".'
                    bad[rule.label] = message, advice
                    break
        return self._reaching(bad)

    @cached_property
    def removed(self) -> Mapping[str, tuple[str, str]]:
        """Targets with a value in or below them that the pinned rules do not know."""
        if self.version and _below(self.version, "0.37.0"):
            return {}
        pinned = f"rules_python {self.version}" if self.version else "rules_python from 0.37.0 on"
        return self._reaching(
            {
                rule.label: (
                    f'{rule.label} has {name} = "{value}", which {pinned} does not know',
                    "Run `trekbok migrate rules-python-precompile` first.",
                )
                for rule in self.inventory.rules.values()
                for name, value in rule.attributes.items()
                if value in ("if_generated_source", "omit_if_generated_source")
            }
        )

    @cached_property
    def _parents(self) -> Mapping[str, list[str]]:
        """Each call to those that depend on it."""
        found: dict[str, list[str]] = defaultdict(list)
        targets = self.inventory.targets
        for rule in self.inventory.rules.values():
            for dep in rule.deps:
                below = targets.get(dep)
                if below is not None:
                    found[below].append(rule.label)
        return found

    def _reaching(self, bad: dict[str, tuple[str, str]]) -> Mapping[str, tuple[str, str]]:
        """What is bad, and all that depend on it, with what is said of the first that they reach."""
        found = dict(bad)
        waiting = sorted(bad)
        for label in waiting:
            for parent in self._parents.get(label, ()):
                if parent not in found:
                    found[parent] = found[label]
                    waiting.append(parent)
        return found

    def prepare(self) -> None:
        """Computes what all targets share, so that processes forked later have it."""
        for name in ("shared", "builtin", "foreign", "covered", "removed", "flags", "optimised", "python"):
            getattr(self, name)

    def added(self, rule: Rule) -> Added:
        """What opting a target in adds to its runfiles."""
        files = size = 0
        for part in self.closure(rule):
            if part.made is not None and part.attributes.get("precompile", "inherit") == "inherit":
                files += part.file_count
                size += part.file_size
        return Added(files, round(size * BYTES_PER_SOURCE_BYTE))


_DEFAULTS = re.compile(rb'\.defaults\([^)]*?python_version\s*=\s*"([\d.]+)"')
_IS_DEFAULT = re.compile(rb'\.toolchain\([^)]*?is_default\s*=\s*True[^)]*?python_version\s*=\s*"([\d.]+)"')
_IS_DEFAULT_BEHIND = re.compile(rb'\.toolchain\([^)]*?python_version\s*=\s*"([\d.]+)"[^)]*?is_default\s*=\s*True')
_TOOLCHAIN = re.compile(rb'\.toolchain\([^)]*?python_version\s*=\s*"([\d.]+)"')


def find(context: Context, rule: Rule) -> Iterator[Hold]:
    """The reasons to hold a target back, in the order of `HAZARDS`."""
    for id, look in HAZARDS.items():
        for message, advice in look(context, rule):
            yield Hold(rule.label, id, message, advice)
            break  # one of a kind is enough to hold it


def _is_executable(rule: Rule) -> bool:
    return rule.made is not None and rule.made.kind in EXECUTABLES


def _shared_sources(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    return _told(context.shared, rule)


def _told(bad: Mapping[str, tuple[str, str]], rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.label in bad:
        yield bad[rule.label]


def _differ(one: Rule, other: Rule) -> str:
    """In what two targets with the same source compile it differently."""
    if one is other or "disabled" in (one.attributes.get("precompile"), other.attributes.get("precompile")):
        return ""
    if one.exec_properties != other.exec_properties:
        return "exec_properties"
    for name in ("precompile_optimize_level", "precompile_invalidation_mode", "precompile_source_retention"):
        default = VALUES[name][0] if name in VALUES else "0"
        if one.attributes.get(name, default) != other.attributes.get(name, default):
            return name
    return ""


def _old_python(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    version = rule.python_version or context.python
    if not _is_executable(rule) or not _below(version, "3.11"):
        return
    if context.flags.get("bootstrap_impl") == "script":
        return
    main = rule.main or f"//{rule.package}:{rule.names[0] if rule.names else ''}.py"
    directory = main.rpartition("/")[0] if "/" in main.partition(":")[2] else main.partition(":")[0] + ":"
    for part in context.closure(rule):
        for source in part.sources if part.made is not None else ():
            if source != main and source.startswith(directory) and "/" not in source[len(directory) :].lstrip("/"):
                yield (
                    f"Python {version} looks beside the main file first, so {source} is read there and its pyc is not",
                    "Move to Python 3.11 or later, or set the flag bootstrap_impl to script.",
                )


def _below(version: str, wanted: str) -> bool:
    try:
        return bool(version) and Version(version) < Version(wanted)
    except InvalidVersion:
        return False


def _optimised(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if not _is_executable(rule):
        return
    why = rule.optimised or (context.optimised if rule.made is not None and rule.made.kind == "py_test" else "")
    if why:
        yield (
            f"{why}, and an optimising interpreter looks for pycs of another name",
            "Drop it, or leave this target out.",
        )


def _builtin_pyinfo(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    return _told(context.builtin, rule)


def _large(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if not _is_executable(rule):
        return
    added = context.added(rule)
    if added.files > context.limits.files or added.size > context.limits.bytes:
        yield (
            f"its runfiles grow by much: {added}",
            "See that its start and its sandbox bear it, then raise the limits or take it out of the list.",
        )


def _foreign(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    return _told(context.foreign, rule)


def _covered(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    return _told(context.covered, rule)


def _above(label: str) -> Iterator[str]:
    """The directories above a source, outermost first."""
    parts = label.removeprefix("//").replace(":", "/").lstrip("/").split("/")
    for end in range(1, len(parts)):
        yield "/".join(parts[:end])


def _disabled_below(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if not _is_executable(rule):
        return
    retention = context.goal.retention or rule.attributes.get("precompile_source_retention", "inherit")
    if retention == "inherit":
        retention = context.flags.get("precompile_source_retention", "keep_source")
    if retention != "omit_source":
        return
    for part in context.closure(rule):
        if part is not rule and part.attributes.get("precompile") == "disabled":
            yield (
                f'it is to ship no sources, and {part.label} below it has precompile = "disabled"',
                "Drop that, or keep the sources of this target.",
            )


def _not_collecting(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if not _is_executable(rule) or rule.attributes.get("pyc_collection") != "disabled":
        return
    usual = context.flags.get("precompile_source_retention", "keep_source")
    for part in context.closure(rule):
        retention = part.attributes.get("precompile_source_retention", "inherit")
        compiled = part.made is not None and part.attributes.get("precompile") != "disabled"
        if part is not rule and compiled and (usual if retention == "inherit" else retention) == "omit_source":
            yield (
                f'it has pyc_collection = "disabled", and {part.label} below it is to ship no sources',
                "Let it collect, or keep the sources of that library.",
            )


def _removed_value(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    return _told(context.removed, rule)


def _old_bazel(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if 0 < context.bazel < 7:
        yield f".bazelversion says {context.inventory.workspace.bazel}", "Move to Bazel 7 or later first."


def _main_module(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.main_module:
        yield "main_module with collected pycs fails in analysis", "Use main in place of main_module."


def _macro(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.made is None:
        return
    if rule.made.closed:
        yield rule.made.closed, "Give the macro **kwargs that go to the rule alone, or edit it by hand."
        return
    for name in sorted(rule.made.sets & wanted(context.goal, rule.made.kind).keys()):
        yield f"the macro {rule.made.macro} sets {name} itself", "Edit the macro by hand."


def _computed(context: Context, rule: Rule) -> Iterator[tuple[str, str]]:
    if not rule.names:
        yield "its names are computed from what cannot be seen here", "Opt it in by hand."
        return
    for name in sorted(wanted(context.goal, rule.made.kind if rule.made is not None else "")):
        if rule.attributes.get(name) == UNKNOWN:
            yield f"its {name} is a select(), or another value that is computed", "Opt it in by hand."


OUTPUT_CONFLICT = "output-conflict"
UNREACHED = ("closed-macro", "computed-target")
"""Hazards of targets that cannot be edited where they are called: accepted or not, no wave has them."""

HAZARDS: dict[str, Callable[[Context, Rule], Iterator[tuple[str, str]]]] = {
    "shared-source": _shared_sources,
    "old-python": _old_python,
    "optimised-interpreter": _optimised,
    "builtin-pyinfo": _builtin_pyinfo,
    "large-target": _large,
    "foreign-source": _foreign,
    OUTPUT_CONFLICT: _covered,
    "disabled-below-sourceless": _disabled_below,
    "sourceless-uncollected": _not_collecting,
    "removed-value": _removed_value,
    "old-bazel": _old_bazel,
    "main-module": _main_module,
    "closed-macro": _macro,
    "computed-target": _computed,
}
"""What finds each hazard: `(message, advice)`, by id; their pages are in `pages`."""
