"""The quick start in the README, as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.bazel import Workspace

pytestmark = pytest.mark.xdist_group("bazel-2")

README = Path(__file__).parents[2] / "README.md"

# A fenced block, and the name of the file that it is if there is one on the line above it.
_BLOCK = re.compile(r"(?:^`([^`]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_quick_start(bazel_bases: Path) -> None:
    section = re.split(r"^##+ ", README.read_text(encoding="utf-8").partition("\n## Rules\n")[2], flags=re.MULTILINE)[0]
    blocks = _BLOCK.findall(section)
    root = bazel_bases / "quick_start"
    workspace = Workspace(root, bazel_bases / "quick_start_base")
    # The tests have an output base of their own, and no network; all else is as the reader has it.
    workspace.write({".bazelrc": f"startup --output_base={workspace.output_base}\ncommon --noenable_workspace\n"})
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    out = ""
    try:
        for name, language, content in blocks:
            if language == "console":
                script = "".join(line[2:] + "\n" for line in content.splitlines() if line.startswith("$ "))
                result = subprocess.run(
                    ["bash", "-euc", script],
                    cwd=root,
                    env={**os.environ, "PATH": path},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert result.returncode == 0, script + result.stdout + result.stderr
                out += result.stdout
            else:
                workspace.write({name: content})
                assert name != "MODULE.bazel" or len(content.splitlines()) == 4
        [log] = (workspace.bin().parent / "testlogs").rglob("test.log")
        pyc = Path(re.search(r"^/.*\.pyc$", log.read_text(), re.MULTILINE)[0])  # type: ignore[index]
        # Python writes pycs too, but with a timestamp instead of a hash.
        assert pyc.read_bytes()[4] == 3
    finally:
        workspace.shutdown()
    assert "1 test passes" in out
