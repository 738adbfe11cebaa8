"""Buildifier as an oracle; `.ci/install-buildtools` brings it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

_BUILDIFIER = shutil.which("buildifier")


def need_buildifier() -> None:
    """Skips a test on a machine without buildifier; CI always has it."""
    if _BUILDIFIER is None:
        assert "CI" not in os.environ, ".ci/install-buildtools brings buildifier"
        pytest.skip("buildifier is not on PATH; .ci/install-buildtools brings it")


def formatted(data: bytes, path: str = "BUILD.bazel") -> bytes:
    """A file as buildifier writes it."""
    assert _BUILDIFIER is not None
    done = subprocess.run([_BUILDIFIER, f"-path={path}"], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode() + data.decode()
    return done.stdout
