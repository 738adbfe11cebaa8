"""`trekbok lint` with all findings beside `buildifier --lint=warn -mode=check` with its default warnings.

Both look at the same files in the same run. Cold is without a cache, warm with one and nothing changed, and the last
is `--since HEAD` with ten changed files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks._timing import Cost, compare, run
from benchmarks.monorepo import make

_CHANGED = 10


def main(argv: list[str]) -> int:
    """Makes the repository and runs all sides."""
    parser = argparse.ArgumentParser(prog="./dev bench lint", description=__doc__)
    parser.add_argument("--packages", type=int, default=20_000)
    parser.add_argument("--affected", type=float, default=0.1, help="the share of packages with something to find")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args(argv)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "repository"
        hit = make(root, arguments.packages, arguments.affected)
        print(f"{arguments.packages:,} packages, {hit:,} with something to find")
        _commit(root)
        _sides(root, arguments.runs)
    return 0


def _sides(root: Path, runs: int) -> None:
    files = [str(path.relative_to(root)) for path in root.rglob("BUILD.bazel")]
    lint = [sys.executable, "-m", "trekbok", "lint", "--output", f"json={os.devnull}"]
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)

    def cold() -> Cost:
        shutil.rmtree(root / ".trekbok", ignore_errors=True)
        return run(lint, root)

    run([*lint[:-2], "--help"], root)  # the bytecode
    compare(
        {"cold": cold, "buildifier": lambda: run(["buildifier", "--lint=warn", "-mode=check", *files], root)},
        runs,
    )
    run(lint, root)
    compare({"warm": lambda: run(lint, root)}, runs)
    for path in files[:: max(len(files) // _CHANGED, 1)][:_CHANGED]:
        with (root / path).open("a") as file:
            file.write("# changed\n")
    compare({f"{_CHANGED} changed": lambda: run([*lint, "--since", "HEAD"], root)}, runs)


def _commit(root: Path) -> None:
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", *identity, *command], cwd=root, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
