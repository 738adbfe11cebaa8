"""Arguments of `python_register_toolchains` about archives of interpreters, as tags of the extension.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/extensions/python.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from buildfile.calls import Call
from migrations.rules_python._texts import written

ARGUMENTS = ("base_url", "distutils", "distutils_content", "minor_mapping", "tool_versions")
_KEYS = {
    "patch_strip": "patch_strip",
    "patches": "patches",
    "sha256": "sha256",
    "strip_prefix": "strip_prefix",
    "url": "urls",
}


@dataclass(frozen=True, slots=True)
class Archives:
    """What a call, or what MODULE.bazel, says about archives.

    Attributes:
        overall: attributes of `python.override`, name to source text.
        versions: a release, with the attributes of its `python.single_version_override`.
    """

    overall: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def joined(self, other: Archives) -> Archives:
        """What both say together."""
        return Archives(self.overall + other.overall, self.versions + other.versions)


def archives_of(call: Call) -> tuple[Archives, str]:
    """What a call says, and why it cannot be said by tags; of the two one is empty."""
    given: dict[str, Any] = {}
    for name in ARGUMENTS:
        argument = call.argument(name)
        if argument is None:
            continue
        try:
            value = ast.literal_eval(argument.value)
        except ValueError:
            return Archives(), f"Its {name} is computed."
        if value is not None:
            given[name] = value
    distutils = {name: given[name] for name in ("distutils", "distutils_content") if name in given}
    tools = given.get("tool_versions", {})
    if distutils and not tools:
        return Archives(), f"The tag for {next(iter(distutils))} is python.single_version_override, one for a release."
    versions = []
    for version, tool in tools.items() if isinstance(tools, dict) else ():
        if not isinstance(tool, dict) or not set(tool) <= set(_KEYS) or not {"sha256", "url"} <= set(tool):
            return Archives(), f"Its tool_versions has more about {version} than python.single_version_override takes."
        values: dict[str, Any] = {_KEYS[key]: value for key, value in tool.items()}
        if isinstance(values["urls"], str):
            values["urls"] = [values["urls"]]
        if any(isinstance(value, dict) and name != "sha256" for name, value in values.items()):
            return Archives(), "Its tool_versions differs by platform: use python.single_version_platform_override."
        texts = {name: written(value) for name, value in (values | distutils).items()}
        versions.append((version, tuple(sorted(texts.items()))))
    overall = {name: written(given[name]) for name in ("base_url", "minor_mapping") if name in given}
    return Archives(tuple(overall.items()), tuple(versions)), ""


def conflicts(archives: Iterable[Archives]) -> frozenset[str]:
    """The attributes of `python.override`, and the releases, about which several calls do not say the same."""
    known: dict[str, object] = {}
    pairs = (pair for item in archives for pair in (*item.overall, *item.versions))
    return frozenset(what for what, value in pairs if known.setdefault(what, value) != value)


def tags_of(archives: Iterable[Archives]) -> Iterator[tuple[str, dict[str, str]]]:
    """The tags that several calls come to: the name of each and its attributes as source text."""
    overall: dict[str, str] = {}
    versions: dict[str, Mapping[str, str]] = {}
    for item in archives:
        overall |= dict(item.overall)
        versions |= {version: dict(values) for version, values in item.versions}
    if overall:
        yield "override", overall
    for version, values in versions.items():
        yield "single_version_override", {**values, "python_version": written(version)}
