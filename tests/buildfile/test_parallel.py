"""Work on several processes: in order, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import pytest

from buildfile.parallel import WorkerDied, map_chunks


def _doubled(items: Sequence[int]) -> list[int]:
    return [item * 2 for item in items]


def test_the_results_are_in_order() -> None:
    chunks = map_chunks(_doubled, range(10), jobs=3, least=1)
    assert len(chunks) == 3 and [item for chunk in chunks for item in chunk] == _doubled(range(10))


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    chunks = map_chunks(_doubled, range(10), jobs=3, least=1)
    assert [item for chunk in chunks for item in chunk] == _doubled(range(10))


def test_what_a_process_raises_is_raised() -> None:
    def work(items: Sequence[int]) -> None:
        if 9 in items:
            raise ValueError("nine")

    with pytest.raises(ValueError, match="nine"):
        map_chunks(work, range(10), jobs=2, least=1)


def test_a_process_that_dies_is_told() -> None:
    here = os.getpid()

    def work(items: Sequence[int]) -> None:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerDied, match="without a result"):
        map_chunks(work, range(10), jobs=2, least=1)
