"""Imports run downwards only, there are no cycles, and the repository speaks of itself alone."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = {"buildfile": 1, "migrations": 2, "generator": 2, "trekbok": 3}
DEPENDENCIES = {"buildfile": set(), "migrations": {"buildfile"}, "generator": {"buildfile"}}


def _imports(path: Path, *, lazy: bool) -> set[str]:
    """The modules of ours that a module imports; with `lazy`, those that functions import too."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if lazy else iter(_at_import(tree))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in found if name.split(".")[0] in FLOORS}


def _at_import(tree: ast.Module) -> list[ast.stmt]:
    """What runs when a module is imported, blocks for type checkers left out."""
    return [node for node in tree.body if not isinstance(node, ast.If | ast.FunctionDef | ast.ClassDef)]


def _modules() -> dict[str, Path]:
    found = {}
    for package in FLOORS:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def test_imports_run_downwards() -> None:
    for name, path in _modules().items():
        package = name.split(".")[0]
        if package == "trekbok":
            continue
        others = {item.split(".")[0] for item in _imports(path, lazy=True)} - {package}
        assert others <= DEPENDENCIES[package], f"{name} imports {sorted(others - DEPENDENCIES[package])}"


def test_there_are_no_cycles() -> None:
    modules = _modules()
    graph = {name: {item for item in _imports(path, lazy=False) if item in modules} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        if name not in done:
            for other in sorted(graph[name] - {name}):
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_migrations_do_not_import_each_other() -> None:
    for name, path in _modules().items():
        parts = name.split(".")
        if (
            parts[0] != "migrations"
            or len(parts) != 3
            or parts[1] not in ("aspect_rules_py", "rules_python", "starlark")
        ):
            continue
        for other in _imports(path, lazy=True):
            inner = other.split(".")
            if len(inner) > 2 and inner[1] == parts[1] and other in _modules():
                assert inner[2].startswith("_"), f"{name} imports {other}; what both need belongs in a file with _"


def test_no_module_is_called_utils() -> None:
    assert not [name for name in _modules() if name.split(".")[-1] in ("utils", "helpers", "common", "misc")]


def test_every_module_and_public_name_has_a_docstring() -> None:
    missing = []
    for name, path in _modules().items():
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            missing.append(name)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                is_find = node.name in ("find", "scan", "gather", "visit") and name.startswith("migrations.")
                if not ast.get_docstring(node) and not is_find:
                    missing.append(f"{name}.{node.name}")
    assert not missing, missing


def test_the_repository_names_no_machine() -> None:
    words = "/wo" + "rk/|/ro" + "ot/\\.pyenv|deb\\.deb" + "ian\\.org|registry\\.np" + "mjs|files\\.python" + "hosted"
    done = subprocess.run(["git", "grep", "-nIE", words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == ""
