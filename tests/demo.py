"""`./dev demo`: the bundled v1 workspace is copied, migrated, given the rules, and tested if Bazel is there."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.goldens import TESTDATA

WORKSPACE = TESTDATA / "demo_v1"
RULES = "third_party/trekbok_rules"


def main() -> int:
    """Runs the demo; gives 0 if all of it went as it should."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this new directory and leave it there")
    options = parser.parse_args()
    if options.keep is not None:
        return _demo(options.keep.absolute())
    with tempfile.TemporaryDirectory(prefix="trekbok-demo-") as directory:
        return _demo(Path(directory) / "workspace")


def _demo(copy: Path) -> int:
    shutil.copytree(WORKSPACE, copy, symlinks=True)
    packages = len([path for path in copy.rglob("BUILD*") if path.is_file()])
    print(f"A workspace of {packages} packages on aspect_rules_py v1, copied from {WORKSPACE.name}.")
    _say("trekbok migrate", copy, "migrate", expect=(0, 1))
    _say(
        "trekbok migrate, again: a second run has nothing to change",
        copy,
        "migrate",
        "--quiet",
        "--check",
        expect=(0, 1),
    )
    _say(
        f"trekbok emit {RULES}: the rules that the rewritten files load",
        copy,
        "emit",
        RULES,
        "--module-name",
        "aspect_rules_py",
    )
    bazel = shutil.which("bazel")
    if bazel is None:
        print("\nbazel is not on PATH, so the demo ends here; with it, `bazel test //...` would run now.")
        return 0
    print("\n$ bazel test //...", flush=True)
    command = [bazel, f"--output_user_root={copy.parent}/bazel", "test", "//...", "--color=no", "--curses=no"]
    try:
        return subprocess.run([*command, "--noshow_progress"], cwd=copy, check=False).returncode
    finally:
        subprocess.run([*command[:2], "shutdown"], cwd=copy, check=False, capture_output=True)
        subprocess.run(["chmod", "-R", "u+w", str(copy.parent / "bazel")], check=False, capture_output=True)


def _say(what: str, copy: Path, *args: str, expect: tuple[int, ...] = (0,)) -> None:
    print(f"\n$ {what}", flush=True)
    done = subprocess.run([sys.executable, "-m", "trekbok", *args], cwd=copy, check=False)
    if done.returncode not in expect:
        sys.exit(f"trekbok {args[0]} ended with {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
