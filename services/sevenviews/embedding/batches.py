"""Batches that fill by themselves: what waits while the network runs is the next one.

Nobody waits for company: a lone image goes at once. Ray's `serve.batch` closes a batch when its time is over, not
when the network is free: under load batches of one stand in line, and a lone image waits for nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sevenviews.embedding.models import Model

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image ready for a model's network: [1, side, side]."""

    pixels: NDArray[np.uint8]
    model: Model


class BatchObserver(Protocol):
    """Where figures go."""

    def inferred(self, images: int, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    prepared: Prepared
    vector: asyncio.Future[Vector]


class Batches:
    """Belongs to one event loop; the networks run in a thread of its own.

    Args:
        size: the most images of one run.
        observer: told of every run.
    """

    def __init__(self, size: int, observer: BatchObserver) -> None:
        self._size = size
        self._observer = observer
        # One thread: a CPU session has one as well, so that a replica keeps to its core.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="infer")
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def vector(self, prepared: Prepared) -> Vector:
        """Of unit length. Raises what the network's runtime raises, for all images of the run."""
        waiting = _Waiting(prepared, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run_all())
        return await waiting.vector

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run_all(self) -> None:
        loop = asyncio.get_running_loop()
        while batch := self._next():
            try:
                prepared = [one.prepared for one in batch]
                vectors = await loop.run_in_executor(self._thread, self._run, prepared)
            except Exception as error:  # whatever the runtime raises, each waiting request must hear of it
                for one in batch:
                    if not one.vector.done():
                        one.vector.set_exception(error)
                continue
            for one, vector in zip(batch, vectors, strict=True):
                if not one.vector.done():
                    one.vector.set_result(vector)

    def _next(self) -> list[_Waiting]:
        """The oldest image, and what else waits for its model; nothing of callers who have gone meanwhile."""
        waiting = [one for one in self._waiting if not one.vector.done()]
        batch = [one for one in waiting if one.prepared.model is waiting[0].prepared.model][: self._size]
        taken = set(batch)
        self._waiting = [one for one in waiting if one not in taken]
        return batch

    def _run(self, batch: Sequence[Prepared]) -> Sequence[Vector]:
        started = time.perf_counter()
        vectors = batch[0].model.embed(np.stack([prepared.pixels for prepared in batch]))
        self._observer.inferred(len(batch), time.perf_counter() - started)
        return list(vectors)
