"""The Pythons of this machine, for tests that need more than one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def candidates() -> list[str]:
    """Paths of interpreters there might be: of the system, of pyenv and uv, and beside the one that runs the tests."""
    found = [path for minor in range(8, 20) if (path := shutil.which(f"python3.{minor}", path="/usr/bin"))]
    home = Path.home()
    beside = Path(sys.base_prefix).parent
    for folder in dict.fromkeys((home / ".pyenv/versions", home / ".local/share/uv/python", beside)):
        found += sorted(str(path) for path in folder.glob("*/bin/python3"))
    found += [path for minor in range(8, 20) if (path := shutil.which(f"python3.{minor}"))]
    return [path for path in dict.fromkeys(found) if "/shims/" not in path]  # which are scripts that look for others
