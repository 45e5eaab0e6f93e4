"""Work on a stream, several items at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class BatchRules(Generic[Item]):
    """How a stream is shared out.

    Attributes:
        at_once: batches that are worked on at the same time.
        fits: whether a batch takes one more item. An empty one takes any.
        key: items of the same key are worked on one after the other, in the order in which they came.
        weight: of an item.
        most_weight: no item is taken while those that were taken and are not done weigh as much as this.
    """

    at_once: int
    fits: Callable[[Sequence[Item], Item], bool]
    key: Callable[[Item], object]
    weight: Callable[[Item], int]
    most_weight: int


async def map_batches(
    items: AsyncIterator[Item],
    work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
    rules: BatchRules[Item],
) -> AsyncIterator[Result]:
    """The results of `work`, in the order in which they are ready.

    Nothing waits for a batch to fill: an item is worked on at once where the rules let it, and a batch is what came
    while others were worked on. Beyond that one batch and an item that did not fit, nothing is taken; nor while a
    result waits for the caller: a slow store or a slow reader slows the sender. When the caller stops, or an item or
    the source fails, what runs is cancelled.
    """
    stream = _Stream(rules)
    running: dict[asyncio.Task[Sequence[Result]], list[Item]] = {}
    taking: asyncio.Task[list[Item]] | None = None
    try:
        while True:
            while batch := stream.next_batch(running.values()):
                running[asyncio.create_task(_as_coroutine(work(batch)))] = batch
            if taking is None and stream.may_take(running.values()):
                taking = asyncio.create_task(_take(items))
            awaited: set[asyncio.Task[Any]] = {*running} if taking is None else {*running, taking}
            if not awaited:
                return
            done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if taking is not None and taking in done:
                stream.add(taking.result())
                taking = None
            for task in [one for one in running if one in done]:
                del running[task]
                for result in task.result():
                    yield result
    finally:
        left: set[asyncio.Task[Any]] = {*running} if taking is None else {*running, taking}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def map_in_order(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], at_once: int
) -> AsyncIterator[Result]:
    """The results of `work`, in the order of the items.

    So many are worked on, or wait for the caller, at once: a slow reader slows the work. When the caller stops, or an
    item fails, what runs is cancelled.
    """
    ahead = iter(items)
    running: deque[asyncio.Task[Result]] = deque()
    try:
        while True:
            for item in islice(ahead, at_once - len(running)):
                running.append(asyncio.create_task(_as_coroutine(work(item))))
            if not running:
                return
            result = await running[0]
            running.popleft()
            yield result
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class _Stream(Generic[Item]):
    """What was taken and not yet begun: the batch that is being gathered, and an item that cannot join it."""

    def __init__(self, rules: BatchRules[Item]) -> None:
        self._rules = rules
        self._gathered: list[Item] = []
        self._held: list[Item] = []
        self._ended = False

    def add(self, taken: list[Item]) -> None:
        """The next item; none at the end."""
        self._held, self._ended = taken, not taken

    def may_take(self, running: Any) -> bool:
        if self._ended or self._held:
            return False
        taken = [*self._gathered, *(item for batch in running for item in batch)]
        return sum(map(self._rules.weight, taken)) < self._rules.most_weight

    def next_batch(self, running: Any) -> list[Item]:
        """What is to be begun now, if anything is."""
        batches: list[list[Item]] = list(running)
        under_way = {self._rules.key(item) for batch in [self._gathered, *batches] for item in batch}
        for item in self._held:
            room = not self._gathered or self._rules.fits(self._gathered, item)
            if room and self._rules.key(item) not in under_way:
                self._gathered, self._held = [*self._gathered, item], []
        if len(batches) >= self._rules.at_once:
            return []
        batch, self._gathered = self._gathered, []
        return batch


async def _take(items: AsyncIterator[Item]) -> list[Item]:
    """The next item; nothing at the end."""
    async for item in items:
        return [item]
    return []


async def _as_coroutine(awaitable: Awaitable[Result]) -> Result:
    return await awaitable
