"""How long a program in a virtualenv takes to start, and what the virtualenvs of a repository cost to analyse.

Start-up is timed beside others in the same run, one after the other in each round: the bare interpreter (`-I`, with
what is installed for it), the same in an empty virtualenv, which is the floor, the program with wheels of which
the build does not know what is in them, and one that assembles the same virtualenv when it starts (walks the wheels,
links each file, becomes the interpreter), which takes so long that it has few rounds. Analysis compares programs that
share a virtualenv with programs that have their own. Needs Bazel on PATH.

    ./dev bench venv_startup [--wheels 10,100,1000] [--rounds 20] [--programs 200] [--keep DIR]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from generator.emit import emit

FILES_PER_WHEEL = 20
WHEELS_OF_PROGRAMS = 100
_ROUNDS_OF_ASSEMBLING = 3

_MODULE = """
module(name = "bench")
bazel_dep(name = "trekbok_rules", version = "0.1.0")
local_path_override(module_name = "trekbok_rules", path = "../rules")
"""

_PACKAGE = """
load("@trekbok_rules//py:defs.bzl", "py_binary", "py_unpacked_wheel", "py_venv")

package(default_visibility = ["//visibility:public"])

[
    py_unpacked_wheel(
        name = "w%d" % number,
        src = "p%d-1.0-py3-none-any.whl" % number,
        top_levels = ["p%d" % number, "p%d-1.0.dist-info" % number],
    )
    for number in range({wheels})
]

# The same, with nothing said of what is in them.
[
    py_unpacked_wheel(name = "u%d" % number, src = "p%d-1.0-py3-none-any.whl" % number, tags = ["manual"])
    for number in range({wheels})
]
"""

_START = """
[
    py_binary(
        name = name,
        srcs = ["main.py"],
        main = "main.py",
        tags = ["manual"],
        deps = [wheel % n for n in range({wheels})],
    )
    for name, wheel in [("start_{wheels}", "w%d"), ("unknown_{wheels}", "u%d")]
]
"""

_OWN = """
load("@trekbok_rules//py:defs.bzl", "py_binary")

[py_binary(name = "b%d" % n, srcs = ["main.py"], main = "main.py", deps = {deps}) for n in range({programs})]
"""

_SHARED = """
load("@trekbok_rules//py:defs.bzl", "py_binary", "py_venv")

py_venv(name = "venv", deps = {deps})

[
    py_binary(name = "b%d" % n, srcs = ["main.py"], main = "main.py", external_venv = ":venv", deps = {deps})
    for n in range({programs})
]
"""

# What a launcher has to do that makes the virtualenv when the program starts.
_ASSEMBLE = """
import os, shutil, sys

interpreter, main, *trees = sys.argv[1:]
venv = main + ".venv"
shutil.rmtree(venv, ignore_errors=True)
site_packages = os.path.join(venv, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")
os.makedirs(site_packages)
os.mkdir(os.path.join(venv, "bin"))
os.symlink(interpreter, os.path.join(venv, "bin", "python"))
with open(os.path.join(venv, "pyvenv.cfg"), "w") as config:
    config.write("home = %s\\ninclude-system-site-packages = false\\n" % os.path.dirname(interpreter))
for tree in trees:
    start = os.path.join(tree, os.path.relpath(site_packages, venv))
    for directory, directories, files in os.walk(start):
        here = os.path.join(site_packages, os.path.relpath(directory, start))
        os.makedirs(here, exist_ok=True)
        for name in files:
            os.symlink(os.path.join(directory, name), os.path.join(here, name))
python = os.path.join(venv, "bin", "python")
os.execv(python, [python, "-B", "-I", main])
"""


def main(arguments: Sequence[str]) -> int:
    """Builds, measures and prints; gives the exit code."""
    parser = argparse.ArgumentParser(prog="./dev bench venv_startup", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--wheels", default="10,100,1000")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args(arguments)
    if not shutil.which("bazel"):
        print("there is no bazel on PATH", file=sys.stderr)
        return 2
    sizes = sorted(int(size) for size in options.wheels.split(","))
    if options.keep:
        _run(options.keep.absolute(), sizes, options.rounds, options.programs)
        return 0
    with tempfile.TemporaryDirectory(prefix="venv-startup-") as directory:
        _run(Path(directory), sizes, options.rounds, options.programs)
    return 0


def _run(base: Path, sizes: Sequence[int], rounds: int, programs: int) -> None:
    workspace = base / "workspace"
    _lay_out(base, workspace, max(*sizes, WHEELS_OF_PROGRAMS), sizes, programs)

    def bazel(*command: str) -> str:
        return subprocess.run(
            ["bazel", f"--output_base={base}/output", "--max_idle_secs=60", *command],
            cwd=workspace,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ).stdout

    try:
        bazel(
            "build",
            "--spawn_strategy=local",
            *[f"//wheels:{kind}_{size}" for size in sizes for kind in ("start", "unknown")],
        )
        binaries = Path(bazel("info", "bazel-bin").strip()) / "wheels"
        print(f"Start-up, median of {rounds} in ms ({FILES_PER_WHEEL} files a wheel)")
        print(
            f"{'wheels':>7}{'bare -I':>10}{'empty':>10}{'ours':>10}{'over empty':>12}{'unknown':>10}{'at start-up':>13}"
        )
        for size in sizes:
            _start_up(binaries, size, rounds, base)
        print(f"\nAnalysis of {programs} programs with {WHEELS_OF_PROGRAMS} wheels")
        for kind in ("shared", "own"):
            bazel("shutdown")
            bazel("build", "--nobuild", "//wheels:w0")
            start = time.perf_counter()
            bazel("build", "--nobuild", f"//{kind}/...")
            took = time.perf_counter() - start
            summary = bazel("aquery", "--output=summary", f"//{kind}/...")
            actions = next(line.split()[0] for line in summary.splitlines() if "total action" in line)
            print(f"{kind:>7}{took:>10.1f} s{actions:>10} actions")
    finally:
        bazel("shutdown")


def _start_up(binaries: Path, size: int, rounds: int, base: Path) -> None:
    program = binaries / f"start_{size}"
    interpreter = os.path.realpath(
        binaries / f"start_{size}.runfiles" / "_main" / "wheels" / f".start_{size}.venv" / "bin" / "python"
    )
    nothing = base / "empty"
    subprocess.run([interpreter, "-m", "venv", "--without-pip", "--clear", str(nothing)], check=True)
    assemble = base / "assemble.py"
    assemble.write_text(_ASSEMBLE)
    empty = base / "empty.py"
    empty.write_text("")
    trees = [str(binaries / f"w{number}") for number in range(size)]
    commands: dict[str, list[str]] = {
        "bare": [interpreter, "-B", "-I", str(empty)],
        "empty": [str(nothing / "bin" / "python"), "-B", "-I", str(empty)],
        "program": [str(program)],
        "unknown": [str(binaries / f"unknown_{size}")],
        "assembled": [interpreter, "-I", "-S", str(assemble), interpreter, str(empty), *trees],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            if name == "assembled" and number >= _ROUNDS_OF_ASSEMBLING:
                continue
            times[name].append(_timed(lambda command=command: subprocess.run(command, check=True)))  # type: ignore[misc]
    middle = {name: statistics.median(values) * 1000 for name, values in times.items()}
    print(
        f"{size:>7}{middle['bare']:>10.1f}{middle['empty']:>10.1f}{middle['program']:>10.1f}"
        f"{middle['program'] - middle['empty']:>+12.1f}{middle['unknown']:>10.1f}{middle['assembled']:>13.1f}",
        flush=True,
    )


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _lay_out(base: Path, workspace: Path, wheels: int, sizes: Sequence[int], programs: int) -> None:
    emit(base / "rules")
    deps = '["//wheels:w%d" % n for n in range(' + str(WHEELS_OF_PROGRAMS) + ")]"
    files = {
        "MODULE.bazel": _MODULE,
        ".bazelrc": "common --noenable_workspace --lockfile_mode=off\n",
        "wheels/BUILD.bazel": _PACKAGE.format(wheels=wheels) + "".join(_START.format(wheels=size) for size in sizes),
        "own/BUILD.bazel": _OWN.format(deps=deps, programs=programs),
        "shared/BUILD.bazel": _SHARED.format(deps=deps, programs=programs),
    }
    for package in ("wheels", "own", "shared"):
        files[f"{package}/main.py"] = ""
    for path, text in files.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text(text)
    for number in range(wheels):
        with zipfile.ZipFile(workspace / "wheels" / f"p{number}-1.0-py3-none-any.whl", "w") as archive:
            for index in range(FILES_PER_WHEEL - 1):
                archive.writestr(f"p{number}/m{index}.py" if index else f"p{number}/__init__.py", "X = 1\n")
            archive.writestr(f"p{number}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: p{number}\n")
