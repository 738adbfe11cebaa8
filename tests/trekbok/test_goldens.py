"""The golden trees of `migrate`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.goldens import cases, check

CASES = cases("migrate")


@pytest.mark.parametrize("run", [run for _, run in CASES], ids=[name for name, _ in CASES])
def test_golden(run: Path, tmp_path: Path) -> None:
    check(run, tmp_path)
