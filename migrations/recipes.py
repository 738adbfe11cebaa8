"""Named bundles of migrations."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from migrations.registry import Registry, RegistryError


@dataclass(frozen=True, slots=True)
class Recipe:
    """A bundle: the ids of its migrations, or the package that all of them are in.

    Attributes:
        name: what `trekbok migrate` takes.
        summary: one sentence.
        package: the package below `migrations` whose migrations belong to it.
        ids: the ids, if it is not the whole package.
    """

    name: str
    summary: str
    package: str = ""
    ids: tuple[str, ...] = ()


_WORKSPACE = (
    "enable-bzlmod",
    "pip-hub-labels",
    "workspace-leftovers",
    "workspace-pip-parse",
    "workspace-python-toolchains",
    "workspace-registrations",
    "workspace-rules-python",
)

RECIPES = (
    Recipe("aspect-rules-py-v2", "Move from aspect_rules_py v1 to v2.", "aspect_rules_py"),
    Recipe(
        "rules-python-precompile",
        "Replace what precompiling renamed or removed over the versions of rules_python.",
        ids=(
            "precompile-exec-tools",
            "precompile-outputs",
            "precompile-proposals",
            "precompile-removed-flags",
            "precompile-removed-values",
            "precompile-retention-auto",
        ),
    ),
    Recipe(
        "rules-python-toolchains",
        "Move from the deprecated symbols, toolchains and flags of rules_python and Bazel to those in their place.",
        ids=(
            *_WORKSPACE,
            "autodetecting-toolchain",
            "bazel-floor",
            "bazel-tools-python",
            "bzl-library-names",
            "defs-loads",
            "entry-point",
            "exec-interpreter",
            "find-requirements",
            "freethreaded-settings",
            "ignore-root-user-error",
            "native-python-flags",
            "native-python-rules",
            "obsolete-python-flags",
            "pip-install",
            "py-proto-library",
            "python-aliases",
            "python-cc-targets",
            "python-defaults",
            "python-providers",
            "python-zip",
            "python2-attributes",
            "removed-pip-flags",
            "toolchain-layout",
            "toolchain-misspellings",
            "transition-rules",
            "version-aware-loads",
        ),
    ),
    Recipe("own", "Run the migrations and deprecations that the repository itself declares.", "user"),
    Recipe("workspace-to-bzlmod", "Move the Python part of a WORKSPACE to MODULE.bazel.", ids=_WORKSPACE),
)
DEFAULT = "aspect-rules-py-v2"


def find(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        RegistryError: there is none.
    """
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    near = difflib.get_close_matches(name, [recipe.name for recipe in RECIPES], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise RegistryError(f"no recipe is called '{name}'{hint}; there are {', '.join(item.name for item in RECIPES)}")


def members(recipe: Recipe, registry: Registry) -> Registry:
    """The migrations of a recipe, in the registry's order."""
    return registry.keep(lambda migration: _belongs(recipe, migration.id, registry.homes[migration.id]))


def recipes_of(id: str, registry: Registry) -> list[str]:
    """The names of the recipes a migration is part of."""
    return [recipe.name for recipe in RECIPES if _belongs(recipe, id, registry.homes[id])]


def _belongs(recipe: Recipe, id: str, package: str) -> bool:
    return id in recipe.ids if recipe.ids else package == recipe.package
