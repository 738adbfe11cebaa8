"""Module names of files, and modules as imports ask for them."""

from __future__ import annotations

from typing import NamedTuple


class Module(NamedTuple):
    """A module that a target imports.

    Attributes:
        name: the full name that is imported, relative dots still in front.
        source: the part after `from`, else "".
        path: the importing file, repository-relative.
        line: where, from 1; 0 for what no line asks for.
        type_only: only type checkers see the import.
        conftest: the path of the conftest.py that a test needs though no line imports it, else "".
    """

    name: str
    source: str
    path: str
    line: int
    type_only: bool
    conftest: str = ""


def module_of(path: str, root: str) -> str | None:
    """The name under which a file is imported; None if it does not lie below the import root.

    Both are repository-relative. `__init__.py` stands for its directory, but at the root for itself.
    """
    if root:
        if not path.startswith(root + "/"):
            return None
        path = path[len(root) + 1 :]
    if path.endswith("/__init__.py"):
        path = path[: -len("/__init__.py")]
    else:
        path = path.removesuffix(".py")
    return path.replace("/", ".")


def absolute_name(module: Module, root: str) -> str | None:
    """The full name of a module imported with leading dots; None if there are more dots than directories.

    The dots count from the directory of the importing file, seen from the import root.
    """
    relative = module.name.lstrip(".")
    dots = len(module.name) - len(relative)
    directory = module.path.rpartition("/")[0]
    if root:
        directory = directory[len(root) + 1 :]
    parts = directory.split("/") if directory else []
    if dots - 1 > len(parts):
        return None
    return ".".join([*parts[: len(parts) - (dots - 1)], relative])
