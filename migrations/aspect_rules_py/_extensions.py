"""The module extensions of aspect_rules_py, and the repositories of them.

https://bazel.build/external/extension
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrations.extensions import Extension, repositories, tags
from migrations.finding import Finding
from migrations.view import View

PY_EXTENSIONS = "@aspect_rules_py//py:extensions.bzl"
PY_UNSTABLE_EXTENSION = "@aspect_rules_py//py/unstable:extension.bzl"
UV_EXTENSIONS = "@aspect_rules_py//uv:extensions.bzl"
UV_UNSTABLE_EXTENSION = "@aspect_rules_py//uv/unstable:extension.bzl"

NEEDLES = (b"use_extension",)
"""What every file with a proxy has in it; only MODULE.bazel files are of interest."""


UV = Extension("uv", frozenset({UV_UNSTABLE_EXTENSION, UV_EXTENSIONS}))
UV_BIN = Extension("uv_bin", frozenset({UV_UNSTABLE_EXTENSION, UV_EXTENSIONS}))
INTERPRETERS = Extension("python_interpreters", frozenset({PY_UNSTABLE_EXTENSION, PY_EXTENSIONS}))
TOOLS = Extension("py_tools", frozenset({PY_EXTENSIONS}))


def gone(view: View, extension: Extension, tag: str, name: str, message: str, advice: str) -> Iterator[Finding]:
    """A finding for each tag of an extension that has an attribute which is gone and has no successor."""
    for call in tags(view, extension, tag):
        argument = call.argument(name)
        if argument is not None:
            yield Finding(argument.start, argument.end, message, advice=advice)


@dataclass(frozen=True, slots=True)
class Repos:
    """The repositories of an extension in one workspace, or what one file says of them.

    Attributes:
        workspace: its directory.
        declared: names that tags declare.
        apparent: the names that a label can have for them, to the declared ones.
        others: apparent names of what other extensions bring.
    """

    workspace: str
    declared: frozenset[str] = frozenset()
    apparent: frozenset[tuple[str, str]] = frozenset()
    others: frozenset[str] = frozenset()


def repos_of(view: View, extension: Extension, attributes: dict[str, str]) -> Repos | None:
    """What a MODULE.bazel file says of an extension's repositories.

    Args:
        view: the file.
        extension: the extension.
        attributes: tag to the attribute of it that names a repository.
    """
    declared = {
        name
        for tag, attribute in attributes.items()
        for call in tags(view, extension, tag)
        if (name := call.string(attribute)) is not None
    }
    apparent = repositories(view, extension)
    others = repositories(view).keys() - apparent.keys()
    if not (declared or apparent or others):
        return None
    return Repos(view.workspace.path, frozenset(declared), frozenset(apparent.items()), frozenset(others))


def gather_repos(facts: list[tuple[str, Repos]]) -> dict[str, Repos]:
    """What the files of each workspace say together, by its directory."""
    found: dict[str, Repos] = {}
    for _, fact in facts:
        old = found.get(fact.workspace, Repos(fact.workspace))
        found[fact.workspace] = Repos(
            fact.workspace,
            old.declared | fact.declared,
            old.apparent | fact.apparent,
            old.others | fact.others,
        )
    return found


_UV_REPO = re.compile(r"@@[\w.-]*[+~]{1,2}uv[+~]([\w.-]+)")


def hubs_of(view: View) -> Repos | None:
    """What a MODULE.bazel file says of the hubs of `uv`; the `scan` of those who need them."""
    return repos_of(view, UV, {"declare_hub": "hub_name", "project": "hub_name"})


def is_hub(repos: Repos | None, repo: str) -> bool:
    """Whether the repository part of a label (`@pypi`, `@@aspect_rules_py++uv+pypi`) is a hub of `uv`."""
    if repos is None or not repo.startswith("@"):
        return False
    canonical = _UV_REPO.fullmatch(repo)
    if canonical:
        return canonical[1] in repos.declared
    name = repo[1:]
    return any(name == apparent and real in repos.declared for apparent, real in repos.apparent) or (
        name in repos.declared and not any(real == name for _, real in repos.apparent)
    )
