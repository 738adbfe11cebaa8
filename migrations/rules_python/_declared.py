"""What a MODULE.bazel, and what it includes, says about Python already.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/extensions/index.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from buildfile.calls import Argument, Call
from migrations.extensions import repositories, tag_name, tags
from migrations.rules_python._archives import Archives
from migrations.rules_python._extensions import PIP, PYTHON
from migrations.rules_python._texts import written
from migrations.view import View


@dataclass(frozen=True, slots=True)
class Declared:
    """The tags of the module extensions.

    Attributes:
        archives: where interpreters are from.
        versions: those that `python.toolchain` asks for.
        default: whether it may say which of them is the default.
        hubs: the hubs of `pip.parse`.
        repositories: the names of what `use_repo` takes from the `python` extension.
    """

    archives: Archives = field(default_factory=Archives)
    versions: frozenset[str] = frozenset()
    default: bool = False
    hubs: frozenset[str] = frozenset()
    repositories: frozenset[str] = frozenset()

    def joined(self, other: Declared) -> Declared:
        """What two files of a module say together."""
        return Declared(
            self.archives.joined(other.archives),
            self.versions | other.versions,
            self.default or other.default,
            self.hubs | other.hubs,
            self.repositories | other.repositories,
        )


def declared_in(view: View) -> Declared:
    """What a file of a module says."""
    asked = list(tags(view, PYTHON, "defaults", "toolchain"))
    return Declared(
        _archives(tags(view, PYTHON, "override", "single_version_override")),
        frozenset(call.string("python_version") or "" for call in asked if tag_name(call) == "toolchain"),
        bool(asked),
        frozenset(call.string("hub_name") or "" for call in tags(view, PIP, "parse")),
        frozenset(repositories(view, PYTHON)),
    )


def _archives(tags: Iterable[Call]) -> Archives:
    """What the tags `python.override` and `python.single_version_override` of a MODULE.bazel say."""
    overall: dict[str, str] = {}
    versions: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    for call in tags:
        values = {str(argument.name): _literal_text(call, argument) for argument in call.arguments}
        if tag_name(call) == "override":
            overall |= values
            if "base_urls" in values:
                overall.setdefault("base_url", values["base_urls"])
        else:
            version = call.string("python_version") or ""
            values.pop("python_version", None)
            versions.append((version, tuple(sorted(values.items()))))
    return Archives(tuple(overall.items()), tuple(versions))


def _literal_text(call: Call, argument: Argument) -> str:
    """The value of an argument in one form, so that it can be compared; as it stands there if it is computed."""
    try:
        return written(ast.literal_eval(argument.value))
    except ValueError:
        return call.text(argument).decode("utf-8", "replace")
