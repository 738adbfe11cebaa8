"""The same work on many items, on all cores: forked processes where the system has them and there is enough to do.

Threads would not help, since the work holds the interpreter's lock; a fork starts at once and sees everything that
was prepared. The results come in the order of the items whatever the timing.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerDied(RuntimeError):
    """A process ended without giving its results."""


def available_cores() -> int:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def no_collector() -> Iterator[None]:
    """Keeps the collector of cyclic garbage from running, as long as millions of objects are made that have no cycles.

    To look for some would cost time and find nothing.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def map_chunks(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], *, jobs: int, least: int
) -> list[Result]:
    """Calls `work` on consecutive slices of `items` and gives the results in order.

    Args:
        work: takes a slice; what it gives and raises has to be picklable.
        items: all items.
        jobs: how many processes at the most, this one included.
        least: how many items make another process worth its start.

    Raises:
        WorkerDied: a process was killed or crashed.
        Exception: whatever `work` raised.
    """
    count = min(jobs, len(items) // least) if hasattr(os, "fork") else 1
    with no_collector():
        if count <= 1:
            return [work(items)] if items else []
        return _forked(work, items, count)


def _forked(work: Callable[[Sequence[Item]], Result], items: Sequence[Item], count: int) -> list[Result]:
    """Calls `work` on `count` slices, the first of them in this process."""
    sys.stdout.flush()
    sys.stderr.flush()
    bounds = [len(items) * number // count for number in range(count + 1)]
    slices = [items[bounds[number] : bounds[number + 1]] for number in range(count)]
    children = [_start(work, part) for part in slices[1:]]
    results = [_done(work, slices[0])]
    for part, child in zip(slices[1:], children, strict=True):
        results.append(_finish(*child) if child is not None else _done(work, part))
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results  # type: ignore[return-value]


def _done(work: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> Result | BaseException:
    try:
        return work(items)
    except BaseException as error:
        return error


def _start(work: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> tuple[int, int] | None:
    """A child that works on some items: its process id and the descriptor its result comes from.

    None if the system has no room for one more.
    """
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.close(reading)
        with open(writing, "wb") as pipe:
            pickle.dump(_done(work, items), pipe, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)


def _finish(child: int, reading: int) -> Result | BaseException:
    with open(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    if not data:
        return WorkerDied(f"process {child} ended without a result")
    answer: Result | BaseException = pickle.loads(data)
    return answer
