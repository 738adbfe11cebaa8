"""The files of aspect_rules_py and what they export, v1 and v2, as canonical labels."""

from __future__ import annotations

from buildfile.bindings import Symbol
from buildfile.source import FileKind
from migrations.profiles import ALPHAS
from migrations.view import View

MODULE = "aspect_rules_py"
DEFS = "@aspect_rules_py//py:defs.bzl"
UNSTABLE_DEFS = "@aspect_rules_py//py/unstable:defs.bzl"
PRIVATE_VENV_DEFS = "@aspect_rules_py//py/private/py_venv:defs.bzl"
UV_DEFS = "@aspect_rules_py//uv:defs.bzl"
UV_UNSTABLE_DEFS = "@aspect_rules_py//uv/unstable:defs.bzl"

UPSTREAM = "https://github.com/aspect-build/rules_py"
PLAN = UPSTREAM + "/pull/944"


def in_use(view: View) -> bool:
    """Whether a workspace depends on the module, or is it."""
    return MODULE in (*view.workspace.dependencies, view.workspace.module)


def is_part(view: View) -> bool:
    """Whether a file is a .bzl file of the ruleset itself, in its repository, a fork, or a copy: no use of it."""
    workspace = view.workspace
    inner = view.file.path[len(workspace.path) :].lstrip("/")
    return workspace.module == MODULE and view.file.kind is FileKind.BZL and inner.startswith(("py/", "uv/"))


def anywhere(*names: str) -> frozenset[Symbol]:
    """Some rules or macros of `py` under every path from which v1 could load them."""
    return frozenset(Symbol(label, name) for label in (DEFS, UNSTABLE_DEFS, PRIVATE_VENV_DEFS) for name in names)


RUN = anywhere("py_binary", "py_test", "py_venv_binary", "py_venv_test") | frozenset(
    Symbol(DEFS, name) for name in ("py_binary_rule", "py_test_rule")
)
"""What is run: the binaries and tests."""
SHAPED = RUN | anywhere("py_venv", "py_venv_link")
"""What has an environment of its own: those and the virtualenvs."""


def release_of(profile: str) -> str:
    """The version that a repository asks for to get what a profile stands for.

    The branch has no release. Its last one before stands in for it, so that the repository says that it has moved; an
    override has to bring the branch itself.
    """
    return {"v2-plan": "2.0.0", "main": ALPHAS[-1]}.get(profile, profile)
