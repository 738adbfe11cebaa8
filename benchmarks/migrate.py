"""`trekbok migrate` beside buildozer: venv rules and loads, unstable loads, an attribute on every binary and test.

Buildozer is driven by a command file that says the same, once over the whole repository and once over the files that
`grep -l` finds, which is what people do. Each side starts from the same tree; at the end both must have made the same
targets. Reading every BUILD file once is the floor.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks._timing import Cost, compare, run
from benchmarks.monorepo import make
from buildfile.source import FileKind, SourceFile
from buildfile.targets import Target, targets_of

OLD, NEW = "@aspect_rules_py//py/unstable:defs.bzl", "@aspect_rules_py//py:defs.bzl"

_ATTRIBUTE = """
    from buildfile.bindings import Symbol
    from buildfile.rewrite import rewrite
    from migrations.finding import Finding, Fix
    from migrations.migration import Migration, Page

    RULES = [Symbol("@aspect_rules_py//py:defs.bzl", name) for name in ("py_binary", "py_test")]

    def find(view):
        for call, _ in view.calls(RULES):
            if call.argument("env_inherit") is None:
                fix = Fix.of(rewrite(call, put={"env_inherit": '["HOME"]'}))
                yield Finding(call.start, call.end, "env_inherit is missing", fix)

    MIGRATION = Migration(
        id="env-inherit", summary="Set env_inherit.", page=Page("w.", "y.", "s."), find=find,
        needles=(b"py_binary", b"py_test"),
    )
    """


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as trekbok's arguments and as buildozer's commands."""

    name: str
    args: tuple[str, ...]
    grep: str
    commands: tuple[str, ...]


JOBS = (
    Job(
        "venv rules and loads",
        ("migrate", "--only", "venv-rules", "--only", "unstable-load"),
        "py/unstable:defs.bzl",
        (
            "set isolated False|{}:%py_venv_binary",
            "set expose_venv True|{}:%py_venv_binary",
            "set kind py_binary|{}:%py_venv_binary",
            "set isolated False|{}:%py_venv_test",
            "set expose_venv True|{}:%py_venv_test",
            "set kind py_test|{}:%py_venv_test",
            f"new_load {NEW} py_binary py_test|{{}}:__pkg__",
            "fix unusedLoads|{}:__pkg__",
        ),
    ),
    Job(
        "unstable loads",
        ("migrate", "--only", "unstable-load"),
        "py/unstable:defs.bzl",
        (f"substitute_load {OLD} {NEW}|{{}}:__pkg__",),
    ),
    Job(
        "an attribute on every binary and test",
        ("migrate", "--only", "env-inherit"),
        "py_binary\\|py_test",
        ("add env_inherit HOME|{}:%py_binary", "add env_inherit HOME|{}:%py_test"),
    ),
)


def main(argv: list[str]) -> int:
    """Runs the benchmark and prints the medians and their ratios."""
    parser = argparse.ArgumentParser(prog="./dev bench migrate", description=__doc__)
    parser.add_argument("--packages", type=int, default=20_000)
    parser.add_argument("--affected", type=float, default=0.1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--job", help="only jobs with this in their name")
    options = parser.parse_args(argv)
    if shutil.which("buildozer") is None:
        print("buildozer is not on PATH; .ci/install-buildtools brings it", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="trekbok-bench-") as directory:
        base = Path(directory)
        pristine = base / "pristine"
        affected = make(pristine, options.packages, options.affected)
        (pristine / "tools").mkdir(exist_ok=True)
        (pristine / "tools" / "env_inherit.py").write_text(textwrap.dedent(_ATTRIBUTE))
        (pristine / "trekbok.toml").write_text('migrations = ["tools/env_inherit.py"]\n')
        print(f"{options.packages:,} packages, {affected:,} affected, {os.cpu_count()} cores, {options.runs} runs each")
        for job in JOBS:
            if not options.job or options.job in job.name:
                _job(job, base, pristine, options.runs)
        print("\nnothing to do, against reading every BUILD file once")
        clean = base / "clean"
        make(clean, options.packages, 0.0)
        compare(
            {
                "read": lambda: run([sys.executable, "-c", _READ, str(clean)], clean),
                "trekbok": lambda: run([sys.executable, "-m", "trekbok", "migrate", "--root", str(clean)], clean),
            },
            options.runs,
        )
    return 0


_READ = """
import os, sys
for where, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(where, name), "rb") as file:
            file.read()
"""


def _job(job: Job, base: Path, pristine: Path, runs: int) -> None:
    print(f"\n{job.name}")
    work = base / "work"
    results: dict[str, dict[str, str]] = {}

    def fresh() -> None:
        shutil.rmtree(work, ignore_errors=True)
        subprocess.run(["cp", "-r", str(pristine), str(work)], check=True)

    def side(name: str, command: list[str]) -> Callable[[], Cost]:
        def measured() -> Cost:
            fresh()
            cost = run(command, work)
            if name not in results:
                results[name] = _targets(pristine, work)
            return cost

        return measured

    whole = "\n".join(command.format("//...") for command in job.commands)
    (base / "all.txt").write_text(whole + "\n")
    script = (
        f"grep -rl --include=BUILD.bazel '{job.grep}' . | sed 's|^./||; s|/BUILD.bazel$||' | "
        "awk '{" + "".join(_awk(command) for command in job.commands) + "}' > ../found.txt"
        " && buildozer -quiet -f ../found.txt"
    )
    compare(
        {
            "trekbok": side("trekbok", [sys.executable, "-m", "trekbok", *job.args, "-q"]),
            "grep | buildozer": side("grep", ["bash", "-c", script]),
            "buildozer": side("buildozer", ["buildozer", "-quiet", "-f", str(base / "all.txt")]),
        },
        runs,
    )
    for name, targets in results.items():
        odd = sorted(path for path, _ in targets.items() ^ results["trekbok"].items())
        if odd:
            print(f"  {name} made other targets than trekbok in {len(odd):,} files, first {odd[0]}")


def _awk(command: str) -> str:
    before, after = command.split("{}")
    return f'print "{before}//" $0 "{after}";'


def _targets(before: Path, root: Path) -> dict[str, str]:
    """The targets of every BUILD file that changed: kind, name and attributes, whatever the layout."""
    found = {}
    for path in root.rglob("BUILD.bazel"):
        data = path.read_bytes()
        if data == (before / path.relative_to(root)).read_bytes():
            continue
        file = SourceFile(path.name, FileKind.BUILD, data)
        targets = targets_of(file, file.statements)
        found[str(path.relative_to(root))] = json.dumps(
            {key: [_described(item) for item in items] for key, items in sorted(targets.items())}
        )
    return found


def _described(target: Target) -> list[object]:
    return [target.kind, sorted((name, _squeezed(text)) for name, (text, _) in target.attributes.items())]


def _squeezed(text: bytes) -> str:
    return "".join(text.decode().replace(",\n", "\n").split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
