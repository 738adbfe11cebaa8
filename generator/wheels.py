"""Writes `gazelle_python.yaml`: which distribution provides which module, read from wheels or an environment.

Follows what the mapping generator of
https://github.com/bazel-contrib/rules_python/tree/main/gazelle/modules_mapping puts into a manifest. A package that
several distributions share is left to the modules below it, and the mapping is reduced once all are known, so that
namespace packages come out right.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_EXCLUDES = (r"^_|(\._)+",)
"""Modules that match one of these are left out: those with a name of theirs or of a package that starts with `_`."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution and the files it installs.

    Attributes:
        name: as the file name of its wheel has it.
        paths: relative to where packages are installed, `/` between their parts.
    """

    name: str
    paths: tuple[str, ...]


@dataclass(slots=True)
class Mapping:
    """Which distribution provides which module, and what people should know about it."""

    modules: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


class BadDistribution(Exception):
    """A wheel or an environment that cannot be read; the message is for people."""


def in_wheels(directory: Path) -> list[Distribution]:
    """The distributions whose wheels are in a directory, or below it.

    Raises:
        BadDistribution: a wheel cannot be read, or there is none.
    """
    found = []
    for path in sorted(directory.rglob("*.whl")):
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (OSError, zipfile.BadZipFile) as error:
            raise BadDistribution(f"{path}: is not a wheel: {error}") from None
        paths = (_installed(name) for name in names)
        found.append(Distribution(path.name.partition("-")[0], tuple(name for name in paths if name)))
    if not found:
        raise BadDistribution(f"{directory}: has no wheels")
    return found


def _installed(name: str) -> str:
    """Where a member of a wheel is installed among the packages; "" for what goes elsewhere."""
    top, _, rest = name.partition("/")
    if top.endswith(".dist-info"):
        return ""
    if top.endswith(".data"):
        scheme, _, inner = rest.partition("/")
        return inner if scheme in ("purelib", "platlib") else ""
    return name


def in_environment(directory: Path) -> list[Distribution]:
    """The distributions installed in an environment, given by its root or its site-packages.

    Raises:
        BadDistribution: there are none.
    """
    places = [directory, *sorted(directory.glob("lib/python*/site-packages")), *directory.glob("Lib/site-packages")]
    found = []
    for place in places:
        for info in sorted(place.glob("*.dist-info")):
            try:
                with (info / "RECORD").open(encoding="utf-8", newline="") as stream:
                    paths = [row[0].replace("\\", "/") for row in csv.reader(stream) if row]
            except (OSError, UnicodeDecodeError):
                continue
            own = (path for path in paths if not path.startswith("../") and not path.startswith(info.name + "/"))
            found.append(Distribution(info.name.partition("-")[0], tuple(own)))
    if not found:
        raise BadDistribution(f"{directory}: has no installed distributions")
    return found


def locked(text: str) -> list[str]:
    """The names of the distributions a requirements lock pins, normalised, in its order."""
    names = []
    for line in text.replace("\\\n", " ").splitlines():
        found = re.match(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:==|@|$|;|<|>|~|!)", line)
        if found:
            names.append(normalised(found[1]))
    return names


def normalised(name: str) -> str:
    """A distribution's name in the one form that all spellings share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def mapping_of(
    distributions: Iterable[Distribution],
    wanted: Sequence[str] | None = None,
    excludes: Sequence[str] = DEFAULT_EXCLUDES,
    stubs: bool = False,
) -> Mapping:
    """The modules that distributions provide.

    Args:
        distributions: all that are at hand.
        wanted: the normalised names of those that count; None for all.
        excludes: regular expressions of modules to leave out.
        stubs: make entries by which packages of type stubs are found.
    """
    out = Mapping()
    chosen: dict[str, Distribution] = {}
    for item in distributions:
        if wanted is None or normalised(item.name) in wanted:
            chosen.setdefault(normalised(item.name), item)
    for missing in sorted(set(wanted or ()) - chosen.keys()):
        out.messages.append(f"{missing}: is locked, but there is no wheel or installed distribution of it")
    patterns = [re.compile(pattern) for pattern in excludes]
    owners: dict[str, list[str]] = {}
    for item in (chosen[name] for name in sorted(chosen)):
        if stubs and _is_stubs(item.name):
            out.modules[item.name.lower()] = item.name.lower()
            continue
        for module in _modules(item.paths):
            if not any(pattern.search(module) for pattern in patterns):
                owners.setdefault(module, []).append(item.name)
    provided = {module: names[0] for module, names in owners.items()}
    for module, names in owners.items():
        if len(names) > 1 and _is_namespace(module, names, owners):
            del provided[module]
        elif len(names) > 1:
            out.messages.append(f"{module}: is in {', '.join(names)}; {names[0]} is taken")
    out.modules.update(_reduced(provided))
    return out


def _is_namespace(module: str, names: Sequence[str], owners: dict[str, list[str]]) -> bool:
    """Whether a package that several distributions have is shared: each has a module below it to itself."""
    prefix = module + "."
    alone = {found[0] for other, found in owners.items() if other.startswith(prefix) and len(found) == 1}
    return alone.issuperset(names)


def _is_stubs(name: str) -> bool:
    return name.lower().endswith(("_stubs", "_types")) or name.lower().startswith(("types_", "stubs_"))


def _modules(paths: Iterable[str]) -> dict[str, None]:
    """The names under which the files of a distribution are imported."""
    found: dict[str, None] = {}
    for path in paths:
        directory, _, base = path.rpartition("/")
        if base.endswith(".py"):
            stem = base[:-3]
        elif base.endswith((".so", ".pyd")):  # as in `fast.cpython-312-x86_64-linux-gnu.so`
            stem = base.partition(".")[0]
        else:
            continue
        package = directory.replace("/", ".")
        if package and stem == "__init__":
            found[package] = None
        found[f"{package}.{stem}" if package else stem] = None
    return found


def _reduced(provided: dict[str, str]) -> dict[str, str]:
    """The mapping without what a shorter name already says."""
    kept: dict[str, str] = {}
    for module in sorted(provided):
        prefix = module.rpartition(".")[0]
        while prefix and prefix not in kept:
            prefix = prefix.rpartition(".")[0]
        if kept.get(prefix) != provided[module]:
            kept[module] = provided[module]
    return kept


def manifest_text(modules: dict[str, str], repository: str) -> str:
    """The manifest as text."""
    lines = [
        "# Written by `trekbok manifest`.",
        "manifest:",
        "  modules_mapping:" if modules else "  modules_mapping: {}",
    ]
    lines += [f"    {_scalar(module)}: {_scalar(name)}" for module, name in sorted(modules.items())]
    lines += ["  pip_repository:", f"    name: {_scalar(repository)}"]
    return "\n".join(lines) + "\n"


_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_NO_STRING = re.compile(r"true|false|yes|no|on|off|null|y|n", re.IGNORECASE)


def _scalar(text: str) -> str:
    """A string as YAML has it: plain if it reads as one, else in quotes."""
    return text if _WORD.fullmatch(text) and not _NO_STRING.fullmatch(text) else f'"{text}"'
