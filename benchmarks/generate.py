"""How long the generator takes on a seeded repository: cold, warm, with one package changed; against its floor.

The floor is reading and `ast.parse` of the same files; where the program `gazelle` is on PATH it runs in turn.

    python -m benchmarks generate [--packages N] [--keep DIR]
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FILES = 10
STDLIB = ("os", "sys", "json", "re", "typing", "dataclasses", "collections", "logging", "pathlib", "itertools")
THIRD = ("numpy", "pandas", "requests", "yaml", "click", "attr", "google.cloud.storage", "boto3")
WORDS = ("value", "config", "result", "client", "request", "path", "items", "state", "handler", "buffer", "index")


def build_repository(root: Path, packages: int, seed: int = 7) -> int:
    """Writes a repository of `packages` packages with ten files each; gives the size of its sources in bytes.

    Files are between 1 and 16 KB long, have docstrings, comments and strings as real ones do, and import the
    standard library, third parties and modules of other packages.
    """
    random_ = random.Random(seed)
    (root / "MODULE.bazel").write_text('module(name = "bench")\n')
    mapping = "".join(f"    {name}: {name.replace('.', '_')}\n" for name in THIRD)
    manifest = f"manifest:\n  modules_mapping:\n{mapping}  pip_repository:\n    name: pip\n"
    (root / "gazelle_python.yaml").write_text(manifest)
    (root / "BUILD.bazel").write_text("# gazelle:python_root\n")
    names = [f"area{number % 40}/team{number % 7}/pkg{number}" for number in range(packages)]
    size = 0
    for number, name in enumerate(names):
        directory = root / name
        directory.mkdir(parents=True)
        (directory / "__init__.py").write_text("")
        for index in range(FILES - 1):
            text = _module(random_, names[max(0, number - 50) : number + 1], index)
            size += len(text)
            base = f"mod{index}_test.py" if index >= FILES - 3 else f"mod{index}.py"
            (directory / base).write_text(text)
    return size


def _module(random_: random.Random, near: list[str], index: int) -> str:
    lines = [f'"""Module {index}.\n\nimport this is no import\n"""', "", "from __future__ import annotations", ""]
    lines += [f"import {name}" for name in random_.sample(STDLIB, 4)]
    lines += [f"import {name}" for name in random_.sample(THIRD, random_.randrange(3))]
    for name in random_.sample(near, min(len(near), random_.randrange(5))):
        dotted = name.replace("/", ".")
        module = f"{dotted}.mod{random_.randrange(FILES - 4)}"
        lines.append(f"from {module} import (\n    run_{index},\n    Thing,  # noqa\n)")
    lines += ["", "if TYPE_CHECKING:", "    from typing import Any", ""]
    for number in range(random_.choice((2, 4, 4, 8, 20, 36))):
        one, two, three = random_.sample(WORDS, 3)
        lines += [
            f"def {one}_{number}({two}: int, {three}: str = 'a') -> dict[str, object]:",
            f'    """Gives the {two} of "{three}", never from nothing."""',
            f"    # the {one} is not {two}'s",
            f'    if {two} > {number} and {three} != "it\'s":',
            f"        return {{'{one}': {two}, \"{three}\": [{three}.format({two}) for _ in range({number})]}}",
            f'    text = f"{{{two}:>10}} of {{{three}!r}}"',
            f"    return dict({one}=text, other=({two}, {three}))",
            "",
        ]
    return "\n".join(lines)


def timed(label: str, work: Callable[[], object]) -> float:
    """Runs once, prints and gives the seconds it took."""
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"  {label:<44}{seconds:8.2f} s", flush=True)
    return seconds


def run(root: Path, *args: str) -> str:
    """Runs `trekbok generate`; gives what it prints.

    Raises:
        SystemExit: it failed.
    """
    command = [sys.executable, "-m", "trekbok", "generate", "--root", str(root), *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def floor(root: Path) -> None:
    """Reads and parses every file on one core, as the least that a generator on `ast` would do."""
    for path in root.rglob("*.py"):
        ast.parse(path.read_bytes())


def measure(packages: int, keep: Path | None) -> None:
    """Builds one repository and measures everything on it."""
    where = keep or Path(tempfile.mkdtemp(prefix="trekbok-bench-"))
    where.mkdir(exist_ok=True)
    try:
        if not (where / "MODULE.bazel").exists():
            size = build_repository(where, packages)
            print(f"{packages * FILES:,} files in {packages:,} packages, {size / 1e6:.0f} MB")
        shutil.rmtree(where / ".trekbok", ignore_errors=True)
        _remove_build_files(where)
        timed("cold, all BUILD files to be written", lambda: run(where))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        timed("warm, nothing changed", lambda: run(where))
        timed("warm again", lambda: run(where))
        changed = next(where.glob("area*/team*/pkg*/mod1.py"))
        changed.write_text(changed.read_text() + "\nimport requests\n")
        timed("one file changed", lambda: run(where))
        timed("one package asked for", lambda: run(where, str(changed.parent)))
        shutil.rmtree(where / ".trekbok")
        timed("no cache, nothing to write", lambda: run(where))
        print(f"  {'peak memory of any process':<44}{peak:8.0f} MB")
        timed("floor: read and ast.parse on one core", lambda: floor(where))
        if shutil.which("gazelle"):
            _remove_build_files(where)
            command = ["gazelle", "-repo_root", str(where)]
            timed("gazelle", lambda: subprocess.run(command, cwd=where, check=False, capture_output=True))
    finally:
        if keep is None:
            shutil.rmtree(where)


def _remove_build_files(root: Path) -> None:
    for path in root.rglob("BUILD.bazel"):
        if path.parent != root:
            path.unlink()
    (root / "BUILD.bazel").write_text("# gazelle:python_root\n")


def main(argv: list[str] | None = None) -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="benchmarks generate")
    parser.add_argument("--packages", type=int, nargs="*", default=[100, 500, 2000])
    parser.add_argument("--keep", type=Path, help="the repository is made here, or used if it is there, and left")
    options = parser.parse_args(argv)
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    for packages in options.packages:
        measure(packages, options.keep)


if __name__ == "__main__":
    main()
