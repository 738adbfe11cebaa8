"""Rules that `trekbok emit` wrote for a repository, under whatever name its MODULE.bazel gives their module.

https://bazel.build/rules/lib/globals/module#local_path_override
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from buildfile.repository import Workspace, read_bytes

EMITTED = "trekbok_rules"
"""The name that trekbok gives the module, and by which migrations know its files whatever it is called."""

_RECORD = "trekbok-emit.json"
_OVERRIDE = re.compile(rb"^local_path_override\(([^()]*)\)", re.MULTILINE)
_ARGUMENT = re.compile(rb"\b(module_name|path)\s*=\s*[\"']([^\"'\n]*)[\"']")
_RULESETS = ("aspect_rules_py", "rules_python", EMITTED)
"""Names that stay what they are: the files under them have a meaning of their own."""


def with_emitted(root: Path, workspace: Workspace) -> Workspace:
    """A workspace in which a module of emitted rules counts as the one that trekbok names."""
    if not any(item.local and name not in _RULESETS for name, item in workspace.dependencies.items()):
        return workspace
    for file in workspace.module_files:
        try:
            data = read_bytes(f"{os.fspath(root)}/{file}")
        except OSError:
            continue
        for override in _OVERRIDE.finditer(data):
            given = {name.decode(): value.decode("utf-8", "replace") for name, value in _ARGUMENT.findall(override[1])}
            module, path = given.get("module_name", ""), given.get("path", "")
            dependency = workspace.dependencies.get(module)
            if dependency is None or module in _RULESETS or not (root / workspace.path / path / _RECORD).is_file():
                continue
            names = {**workspace.names, dependency.apparent: EMITTED}
            dependencies = {**workspace.dependencies, EMITTED: replace(dependency, name=EMITTED)}
            workspace = replace(workspace, names=names, dependencies=dependencies)
    return workspace
