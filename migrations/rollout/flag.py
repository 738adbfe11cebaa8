"""The flag `precompile` in the .bazelrc of a repository: set, and given back.

https://rules-python.readthedocs.io/en/latest/api/rules_python/python/config_settings/index.html
"""

from __future__ import annotations

from collections.abc import Mapping

from buildfile.edits import apply
from buildfile.plan import Cause, FileChange
from buildfile.repository import Workspace
from buildfile.source import FileKind, SourceFile
from migrations.profiles import target_of
from migrations.rules_python._flags import Flag, dropping, in_effect, ours, valued
from migrations.rules_python._surface import FLAGS, MODULES
from migrations.view import View

PATH = ".bazelrc"
_ON = ("enabled", "force_enabled")


def turned_on(bazelrc: Mapping[str, bytes], workspace: Workspace, id: str) -> tuple[FileChange | None, str | None]:
    """The change that sets the flag for every build, and what it was before; None twice if it is set."""
    data = bazelrc.get(PATH)
    flag = _in(data, workspace)
    if flag is not None and flag.value in _ON:
        return None, None
    if flag is not None and data is not None:
        new = apply(data, valued(flag, "enabled").edits)
        return _change(data, new, id), flag.value or ""
    module = next((name for name in MODULES if name in workspace.dependencies or name == workspace.module), MODULES[0])
    label = workspace.spell(f"@{module}{FLAGS}precompile")
    gap = b"" if not data or data.endswith(b"\n") else b"\n"
    return _change(data, (data or b"") + gap + f"common --{label}=enabled\n".encode(), id), ""


def turned_back(bazelrc: Mapping[str, bytes], workspace: Workspace, before: str, id: str) -> FileChange | None:
    """The change that gives the flag back; None if it is not there any more."""
    data = bazelrc.get(PATH)
    flag = _in(data, workspace)
    if flag is None or data is None or flag.value != "enabled":
        return None
    fix = valued(flag, before) if before else dropping(data, flag)
    new: bytes | None = apply(data, fix.edits)
    return FileChange(PATH, data, new or None, (Cause(id, 1, "the flag precompile is what it was"),))


def _change(old: bytes | None, new: bytes, id: str) -> FileChange:
    return FileChange(PATH, old, new, (Cause(id, 1, "the flag precompile is on for every build"),))


def _in(data: bytes | None, workspace: Workspace) -> Flag | None:
    """The flag as it holds for every build."""
    if data is None:
        return None
    view = View(SourceFile(PATH, FileKind.BAZELRC, data), workspace, target_of(workspace, "auto", {}))
    return in_effect(ours(view)).get("precompile")
