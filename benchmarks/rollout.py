"""`trekbok rollout precompile`: plan beside `trekbok lint` without a cache, apply of all waves beside buildozer.

Buildozer sets the same attribute on every binary and test. Each side starts from the same tree, and at the end both
have to have left the same bytes.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks._timing import Cost, compare, run
from benchmarks.monorepo import make

_LOAD = re.compile(r'load\("@aspect_rules_py//py:defs\.bzl", ([^)]*)\)')


def main(argv: list[str]) -> int:
    """Makes the repository and runs all sides."""
    parser = argparse.ArgumentParser(prog="./dev bench rollout", description=__doc__)
    parser.add_argument("--packages", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(argv)
    if shutil.which("buildozer") is None:
        print("buildozer is not on PATH; .ci/install-buildtools brings it", file=sys.stderr)
        return 2
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    with tempfile.TemporaryDirectory(prefix="trekbok-bench-") as directory:
        base = Path(directory)
        pristine = base / "pristine"
        make(pristine, options.packages, 0.0)
        for path in pristine.rglob("BUILD.bazel"):
            path.write_text(_LOAD.sub(_loads, path.read_text()))
        _plan(pristine, options.runs)
        return _apply(base, pristine, options.runs)


def _loads(found: re.Match[str]) -> str:
    """A load of each rule from its own file, so that the linter has nothing to say."""
    names = sorted(name.strip('"') for name in found[1].split(", "))
    return "\n".join(f'load("@rules_python//python:{name}.bzl", "{name}")' for name in names)


def _plan(root: Path, runs: int) -> None:
    trekbok = [sys.executable, "-m", "trekbok"]
    run([*trekbok, "rollout", "precompile", "plan", "--help"], root)

    def planned() -> Cost:
        (root / "trekbok-rollout.toml").unlink(missing_ok=True)
        return run([*trekbok, "rollout", "precompile", "plan", "-q"], root)

    print("plan")
    compare({"lint": lambda: run([*trekbok, "lint", "--no-cache", "-q"], root), "plan": planned}, runs)


def _apply(base: Path, pristine: Path, runs: int) -> int:
    def side(work: Path, command: list[str]) -> Callable[[], Cost]:
        def measured() -> Cost:
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(pristine, work)
            return run(command, work)

        return measured

    ours, theirs = base / "ours", base / "theirs"
    attribute = 'set pyc_collection "include_pyc"'
    print("apply of all waves")
    compare(
        {
            "apply": side(ours, [sys.executable, "-m", "trekbok", "rollout", "precompile", "apply", "--all", "-q"]),
            "buildozer": side(theirs, ["buildozer", "-quiet", attribute, "//...:%py_binary", "//...:%py_test"]),
        },
        runs,
    )
    files = [str(path.relative_to(theirs)) for path in theirs.rglob("BUILD.bazel")]
    _, differing, odd = filecmp.cmpfiles(ours, theirs, files, shallow=False)
    print(f"{len(files):,} files, {len(differing) + len(odd):,} of them different")
    return 1 if differing or odd else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
