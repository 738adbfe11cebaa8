"""What commands cost, measured side by side."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: seconds on the clock, seconds of processor, the highest memory of one process in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: list[str], where: Path) -> Cost:
    """Runs a command to its end, whatever it ends with; its output is thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.Popen(command, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(done.pid, 0)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss / 1024)


def compare(sides: dict[str, Callable[[], Cost]], runs: int) -> None:
    """Runs every side some times, in alternating order, and prints the medians; the first side counts as 1."""
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(runs):
        names = list(sides) if number % 2 == 0 else list(reversed(sides))
        for name in names:
            costs[name].append(sides[name]())
    first = next(iter(sides))
    base = statistics.median(cost.wall for cost in costs[first])
    for name, found in costs.items():
        wall = statistics.median(cost.wall for cost in found)
        cpu = statistics.median(cost.cpu for cost in found)
        peak = max(cost.peak for cost in found)
        print(f"  {name:<18} {wall:7.2f} s   {wall / base:5.2f} x   cpu {cpu:6.2f} s   peak {peak:5.0f} MB")
