"""Drawing by several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import cv2

Job = TypeVar("Job")
Drawn = TypeVar("Drawn")

_JOBS_AT_ONCE = 4


def drawn_in_order(draw: Callable[[Job], Drawn], jobs: Sequence[Job], workers: int) -> Iterator[Drawn]:
    """What is drawn of each job, in the order of the jobs.

    Args:
        draw: a function of a module: it is sent to the processes by its name.
        workers: processes that draw; with one, this process draws.
    """
    if workers == 1:
        yield from map(draw, jobs)
        return
    # Spawned, not forked: the caller may hold threads and locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_single_thread) as pool:
        yield from pool.map(draw, jobs, chunksize=_JOBS_AT_ONCE)


def _single_thread() -> None:
    cv2.setNumThreads(1)
