"""`bazel build` of standard-library files to bytecode, cold, by each strategy, in the same run.

The peer is the usual design: a worker that compiles in threads of one process, put in our compiler's place by a
toolchain. Each build starts after `bazel clean` and an analysis, so that what is timed is the execution of the
actions. Needs Bazel on PATH.

    ./dev bench bazel_precompile [--files 500] [--repeat 3] [--keep DIR]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

from generator.emit import emit

FILES_PER_TARGET = 50

_MODULE = """
module(name = "bench")
bazel_dep(name = "trekbok_rules", version = "0.1.0")
local_path_override(module_name = "trekbok_rules", path = "../rules")
"""

_PACKAGE = """
load("@trekbok_rules//python:py_library.bzl", "py_library")

py_library(
    name = "lib",
    srcs = glob(["*.py"]),
    precompile = "enabled",
)
"""

_PEER = """
load("@trekbok_rules//python:py_exec_tools_toolchain.bzl", "py_exec_tools_toolchain")
load("@trekbok_rules//python:py_interpreter_program.bzl", "py_interpreter_program")

py_interpreter_program(
    name = "threads",
    execution_requirements = "@trekbok_rules//tools/precompiler:execution_requirements",
    main = "threads.py",
)

py_exec_tools_toolchain(
    name = "exec_tools",
    precompiler = ":threads",
)

toolchain(
    name = "toolchain",
    toolchain = ":exec_tools",
    toolchain_type = "@trekbok_rules//python:exec_tools_toolchain_type",
)
"""

_THREADS = '''
"""A worker as they usually are: a pool of threads in one process around py_compile."""

import concurrent.futures
import json
import py_compile
import sys
import threading

lock = threading.Lock()


def work(request):
    arguments = request["arguments"]
    options = dict(zip(arguments[::2], arguments[1::2]))
    py_compile.compile(
        options["--src"],
        options["--pyc"],
        options["--src_name"],
        doraise=True,
        optimize=int(options["--optimize"]),
        invalidation_mode=py_compile.PycInvalidationMode[options["--invalidation_mode"].upper()],
    )
    with lock:
        print(json.dumps({"requestId": request.get("requestId", 0)}), flush=True)


with concurrent.futures.ThreadPoolExecutor() as pool:
    for line in sys.stdin:
        pool.submit(work, json.loads(line))
'''

_WORKER = ("--strategy=PyCompile=worker",)
STRATEGIES: dict[str, Sequence[str]] = {
    "worker": _WORKER,
    "worker, sandboxed": (*_WORKER, "--worker_sandboxing", "--experimental_worker_multiplex_sandboxing"),
    "worker, one request at a time": (*_WORKER, "--noworker_multiplex"),
    "peer: threads in one worker": (*_WORKER, "--extra_toolchains=//peer:toolchain"),
    "a process per file": ("--strategy=PyCompile=local",),
    "a process per file, sandboxed": ("--strategy=PyCompile=sandboxed",),
    "a process per target": (
        "--strategy=PyCompile=local",
        "--@trekbok_rules//python/config_settings:precompile_actions=per_target",
    ),
    "a process per target, sandboxed": (
        "--strategy=PyCompile=sandboxed",
        "--@trekbok_rules//python/config_settings:precompile_actions=per_target",
    ),
}


def build_workspace(root: Path, files: int) -> int:
    """Write the rules and a workspace of that many standard-library files; gives their size in bytes."""
    emit(root / "rules")
    bench = root / "bench"
    _write(bench / "MODULE.bazel", _MODULE)
    _write(bench / "peer" / "BUILD.bazel", _PEER)
    _write(bench / "peer" / "threads.py", _THREADS)
    size = 0
    for index, source in enumerate(_standard_library(files)):
        package = bench / f"p{index // FILES_PER_TARGET}"
        if index % FILES_PER_TARGET == 0:
            _write(package / "BUILD.bazel", _PACKAGE)
        shutil.copyfile(source, package / f"m{index}.py")
        size += source.stat().st_size
    return size


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip())


def _standard_library(files: int) -> list[Path]:
    """That many files, spread over the whole; those that are meant not to compile are left out."""
    root = Path(sysconfig.get_path("stdlib"))
    left_out = {"site-packages", "test", "tests", "lib2to3", "__pycache__", "idle_test"}
    found = [path for path in sorted(root.rglob("*.py")) if not left_out & set(path.relative_to(root).parts)]
    if len(found) < files:
        raise SystemExit(f"{root} has only {len(found)} files")
    return [found[index * len(found) // files] for index in range(files)]


def _bazel(root: Path, command: str, *args: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [
            "bazel",
            f"--output_base={root / 'output'}",
            command,
            "--noenable_workspace",
            "--lockfile_mode=off",
            "--color=no",
            "--noshow_progress",
            *args,
        ],
        cwd=root / "bench",
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"bazel {command} failed:\n{result.stderr}")
    return result


def measure(root: Path, options: Sequence[str]) -> float:
    """Seconds that the actions take, from nothing; a running worker is ended before, so its start counts."""
    _bazel(root, "clean", *options)
    _bazel(root, "build", *options, "--nobuild", "//...")
    start = time.perf_counter()
    _bazel(root, "build", *options, "//...")
    return time.perf_counter() - start


def main(argv: Sequence[str]) -> int:
    """Run the benchmark and print a table; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where to leave the workspace")
    arguments = parser.parse_args(argv)
    if not shutil.which("bazel"):
        print("there is no bazel on PATH", file=sys.stderr)
        return 2
    root = arguments.keep or Path(tempfile.mkdtemp(prefix="trekbok-bench-"))
    size = build_workspace(root, arguments.files)
    print(f"{arguments.files} files, {size / 1e6:.1f} MB, {os.cpu_count()} cores, median of {arguments.repeat}\n")
    times: dict[str, list[float]] = {name: [] for name in STRATEGIES}
    try:
        measure(root, STRATEGIES["worker"])
        for _ in range(arguments.repeat):
            for name, options in STRATEGIES.items():
                times[name].append(measure(root, options))
    finally:
        _bazel(root, "shutdown")
        if not arguments.keep:
            shutil.rmtree(root, ignore_errors=True)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in sorted(medians.items(), key=lambda item: item[1]):
        print(f"{median:8.2f} s  {median / medians['worker']:5.2f} x  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
