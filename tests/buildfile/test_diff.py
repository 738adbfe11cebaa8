"""The patch that a plan is shown as."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from buildfile import plan
from buildfile.plan import FileChange, diff

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d", b"\n", b"e\r\n"]), max_size=12).map(b"".join)


def applied(root: Path, change: FileChange) -> bytes:
    (root / "f").write_bytes(change.old or b"")
    subprocess.run(["git", "apply", "--allow-empty", "-"], cwd=root, input=diff([change]), check=True)
    return (root / "f").read_bytes()


@settings(max_examples=40, deadline=None)
@given(LINES, LINES, st.booleans())
def test_a_patch_makes_the_new_file_of_the_old_one(
    tmp_path_factory: object, old: bytes, new: bytes, anchored: bool
) -> None:
    if old == new:
        return
    root = tmp_path_factory.mktemp("patch")  # type: ignore[attr-defined]
    before, plan._LONG = plan._LONG, -1 if anchored else plan._LONG
    try:
        assert applied(root, FileChange("f", old, new)) == new
    finally:
        plan._LONG = before


def test_a_long_file_with_many_changes_is_compared_in_seconds(tmp_path: Path) -> None:
    old = b"".join(b'rule(\n    name = "%d",\n    old = 1,\n    srcs = [],\n)\n\n' % number for number in range(12_000))
    new = old.replace(b"    old = 1,\n", b"").replace(b"rule(", b"other_rule(")
    start = time.process_time()
    patch = diff([FileChange("f", old, new)])
    assert time.process_time() - start < 20
    assert patch.count(b"\n-    old = 1,\n") == 12_000 == patch.count(b"\n+other_rule(\n")
    assert applied(tmp_path, FileChange("f", old, new)) == new
