"""The compiler of the rules against the floor and against a worker of the usual design, in the same run.

The floor is what any compiler has to do (read, hash, compile, marshal and write) in plain processes that share
nothing: on one core, and on all of them. The peer compiles in threads of one process. Requests come as Bazel
sends them: one source each, so many of them outstanding, alone or with thousands of inputs (470 KB a request).

    ./dev bench precompiler [--files 500] [--repeat 5] [--python PYTHON] [--requests 10000]

At the end it measures start-up (one small file against `python -I -S -c pass`), and a long run of requests
through one worker: memory over time, and each output against that of a one-shot run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks._timing import Cost, compare
from benchmarks.bazel_precompile import _THREADS as THREADS

PROGRAM = Path(__file__).parents[1] / "rules" / "tools" / "precompiler" / "precompiler.py"
INPUT = {
    "path": "external/rules_python++python+python_3_11_x86_64-unknown-linux-gnu/lib/python3.11/package/module_%04d.py",
    "digest": "ZDIyZjAxYzQ0OGU5ZGZkYzM2Yjg0YjM2ZGQwYjQxNzM0ZjAyZGEzYzNiNWUyODU2YWM2MWRiZTdkNzJmYmE1OQ==",
}
INPUTS = 2100
FLOOR = """
import os, sys
from marshal import dumps
from _frozen_importlib_external import MAGIC_NUMBER
from _imp import source_hash

params, out, processes = sys.argv[1], sys.argv[2], int(sys.argv[3])
files = open(params).read().split("\\n")
pids = []
for process in range(processes):
    pid = os.fork()
    if pid:
        pids.append(pid)
        continue
    for number in range(process, len(files), processes):
        with open(files[number], "rb") as file:
            source = file.read()
        hashed = source_hash(int.from_bytes(MAGIC_NUMBER, "little"), source)
        code = compile(source, f"pkg/m{number}.py", "exec", dont_inherit=True, optimize=0)
        with open(f"{out}/{number}.pyc", "wb") as file:
            file.write(MAGIC_NUMBER + b"\\3\\0\\0\\0" + hashed + dumps(code))
    os._exit(0)
for pid in pids:
    assert os.waitpid(pid, 0)[1] == 0
"""


class Bench:
    """The sources, and where outputs go."""

    def __init__(self, python: str, files: int, folder: Path) -> None:
        self.python = python
        self.folder = folder
        self.sources = standard_library(python, files)
        self.start_anew()
        (folder / "files").write_text("\n".join(map(str, self.sources)))
        (folder / "threads.py").write_text(THREADS)

    def start_anew(self) -> None:
        """Outputs go to a new folder: under Bazel none is there either, and to replace one costs disks far more."""
        self.out = Path(tempfile.mkdtemp(dir=self.folder))

    def arguments(self, number: int, out: Path | None = None) -> list[str]:
        """What to tell a compiler about a source."""
        index = number % len(self.sources)
        return [
            *("--invalidation_mode", "checked_hash", "--optimize", "0", "--src", str(self.sources[index])),
            *("--src_name", f"pkg/m{index}.py", "--pyc", f"{out or self.out}/{number}.pyc"),
        ]

    def lines(self, count: int, inputs: int) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Work requests in JSON, one a source, each in three parts: all have the one in the middle in common."""
        listed = [{**INPUT, "path": INPUT["path"] % number} for number in range(inputs)]
        middle = ',"inputs":' + json.dumps(listed, separators=(",", ":")) if inputs else ""
        shared = middle.encode()
        for number in range(count):
            start = json.dumps({"arguments": self.arguments(number)}, separators=(",", ":"))[:-1]
            yield start.encode(), shared, f',"requestId":{number + 1}}}\n'.encode()

    def floor(self, processes: int) -> Cost:
        """The floor, in so many processes."""
        self.start_anew()
        files = str(self.folder / "files")
        return cost([self.python, "-I", "-S", "-c", FLOOR, files, str(self.out), str(processes)])

    def one_shot(self) -> Cost:
        """A run of the compiler for each source, as many at once as there are cores."""

        self.start_anew()

        def run(first: int) -> None:
            for number in range(first, len(self.sources), cores()):
                command = [self.python, "-I", "-S", str(PROGRAM), *self.arguments(number)]
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

        def run_all() -> float:
            threads = [threading.Thread(target=run, args=(first,)) for first in range(cores())]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return 0

        return timed(run_all)

    def batch(self) -> Cost:
        """One run of the compiler for all sources."""
        self.start_anew()
        params = self.folder / "params"
        params.write_text("\n".join(line for n in range(len(self.sources)) for line in self.arguments(n)))
        return cost([self.python, "-I", "-S", str(PROGRAM), f"@{params}"])

    def worker(self, program: Path, outstanding: int, inputs: int = 0) -> Cost:
        """A worker that gets all sources, with so many requests outstanding."""
        self.start_anew()
        command = [self.python, "-S", str(program), "--persistent_worker"]
        lines = list(self.lines(len(self.sources), inputs))
        return timed(lambda: talk(command, lines, outstanding))


def standard_library(python: str, count: int) -> list[Path]:
    """So many files of the standard library of an interpreter, spread over all of it."""
    script = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    root = Path(subprocess.run([python, "-c", script], capture_output=True, text=True, check=True).stdout.strip())
    odd = {"site-packages", "lib2to3"}
    found = [path for path in sorted(root.rglob("*.py")) if not odd & set(path.parts) and "bad" not in path.name]
    found = [path for path in found if path.stat().st_size]
    return [found[number * len(found) // count] for number in range(count)]


def cores() -> int:
    """The cores at hand."""
    return len(os.sched_getaffinity(0))


def timed(run: Callable[[], float]) -> Cost:
    """What a function costs that waits for its processes; it gives their memory in MB, or 0 for the largest one's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    peak = run()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)


def cost(command: list[str]) -> Cost:
    """What a command costs."""

    def run() -> float:
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        return usage.ru_maxrss / 1024

    return timed(run)


def memory(pid: int, entry: str = "VmHWM") -> float:
    """The memory of a process and its children, in MB."""
    total = 0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for process in (str(pid), *children):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith(f"{entry}:"):
                total += int(line.split()[1])
    return total / 1024


def talk(
    command: list[str],
    lines: list[tuple[bytes, bytes, bytes]],
    outstanding: int,
    watch: Callable[[int, int], None] = lambda pid, answers: None,
) -> float:
    """Send requests to a worker and wait for the answers; gives its highest memory in MB."""
    free = threading.Semaphore(outstanding)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin and process.stdout
        pipe = process.stdin.fileno()

        def write() -> None:
            for line in lines:
                free.acquire()
                written = os.writev(pipe, line)
                view = memoryview(b"".join(line))[written:]
                while view:
                    view = view[os.write(pipe, view) :]

        writer = threading.Thread(target=write)
        writer.start()
        for answers in range(1, len(lines) + 1):
            answer = json.loads(process.stdout.readline())
            assert not answer.get("exitCode"), answer
            free.release()
            watch(process.pid, answers)
        writer.join()
        peak = memory(process.pid)
        process.stdin.close()
    return peak


def compare_all(bench: Bench, repeat: int) -> None:
    """Print how long the sources take, each way."""
    ours, peer = PROGRAM, bench.folder / "threads.py"
    compare(
        {
            "floor, all cores": lambda: bench.floor(cores()),
            "floor, one core": lambda: bench.floor(1),
            "worker, 64": lambda: bench.worker(ours, 64),
            "worker, 64, 470 KB": lambda: bench.worker(ours, 64, INPUTS),
            "worker, 1": lambda: bench.worker(ours, 1),
            "one run for all": bench.batch,
            "threads, 64": lambda: bench.worker(peer, 64),
            "threads, 64, 470 KB": lambda: bench.worker(peer, 64, INPUTS),
            "threads, 1": lambda: bench.worker(peer, 1),
        },
        repeat,
    )
    compare({"a run for each": bench.one_shot}, 1)


def start_up(bench: Bench, runs: int) -> None:
    """Print what a one-shot run on a small file takes over an interpreter that does nothing."""
    small = bench.folder / "small.py"
    small.write_text("x = 1\n")
    isolated = [bench.python, "-I", "-S"]
    arguments = ["--src", str(small), "--src_name", "small.py", "--pyc", str(bench.out / "small.pyc")]
    commands = {"nothing": [*isolated, "-c", "pass"], "compile": [*isolated, str(PROGRAM), *arguments]}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(runs):
        for name in sorted(commands, reverse=bool(number % 2)):
            start = time.perf_counter()
            subprocess.run(commands[name], check=True)
            times[name].append((time.perf_counter() - start) * 1000)
    nothing, compiling = (statistics.median(times[name]) for name in commands)
    print(
        f"  python -I -S -c pass {nothing:.1f} ms, compiling one small file {compiling:.1f} ms: "
        f"{compiling - nothing:+.1f} ms"
    )


def endure(bench: Bench, requests: int) -> bool:
    """Print the memory over a long run, and how many outputs differ from a one-shot run's; gives whether none does."""
    resident: dict[int, float] = {}

    def watch(pid: int, answers: int) -> None:
        if answers % 50 == 0:  # children come and go: the highest of each thousand counts
            thousand = (answers - 1) // 1000
            resident[thousand] = max(resident.get(thousand, 0), memory(pid, "VmRSS"))

    bench.batch()
    expected = [(bench.out / f"{number}.pyc").read_bytes() for number in range(len(bench.sources))]
    command = [bench.python, "-S", str(PROGRAM), "--persistent_worker"]
    talk(command, list(bench.lines(requests, 0)), 64, watch)
    outputs = ((bench.out / f"{number}.pyc").read_bytes() for number in range(requests))
    different = sum(output != expected[number % len(expected)] for number, output in enumerate(outputs))
    print("  resident MB, highest of each thousand: " + " ".join(f"{size:.0f}" for size in resident.values()))
    print(f"  {different} of {requests} outputs differ from the one-shot run's")
    return different == 0


def main(argv: list[str]) -> int:
    """Run the benchmark and print the results; gives the exit code."""
    parser = argparse.ArgumentParser(prog="precompiler", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--requests", type=int, default=10_000, help="of the long run")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.python, arguments.files, Path(folder))
        size = sum(path.stat().st_size for path in bench.sources)
        version = subprocess.run([arguments.python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"{version}, {arguments.files} files, {size / 1e6:.1f} MB, {cores()} cores, median of {arguments.repeat}")
        compare_all(bench, arguments.repeat)
        print("\nstart-up")
        start_up(bench, 100)
        print("\nlong run")
        return 0 if endure(bench, arguments.requests) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
