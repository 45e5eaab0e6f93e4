"""Work on several items of a stream at once, and no two of the same key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

Item = TypeVar("Item")
Result = TypeVar("Result")


async def map_bounded(
    items: AsyncIterator[Item], work: Callable[[Item], Awaitable[Result]], limit: int
) -> AsyncIterator[Result]:
    """The results of `work`, in the order in which they are ready.

    No item is taken while `limit` are being worked on, or while a result waits for the caller: a slow store
    or a slow reader slows the sender. When the caller stops, or an item or the source fails, what runs is
    cancelled.
    """
    running: set[asyncio.Task[Result]] = set()
    taking: asyncio.Task[list[Item]] | None = None
    ended = False
    try:
        while not ended or running:
            if not ended and taking is None and len(running) < limit:
                taking = asyncio.create_task(_take(items))
            awaited: set[asyncio.Task[Any]] = {*running} if taking is None else {*running, taking}
            done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            if taking is not None and taking in done:
                taken = taking.result()
                taking, ended = None, not taken
                running |= {asyncio.create_task(_as_coroutine(work(item))) for item in taken}
            for task in running & done:
                running.remove(task)
                yield task.result()
    finally:
        left: set[asyncio.Task[Any]] = {*running} if taking is None else {*running, taking}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _take(items: AsyncIterator[Item]) -> list[Item]:
    """The next item; nothing at the end."""
    async for item in items:
        return [item]
    return []


async def _as_coroutine(awaitable: Awaitable[Result]) -> Result:
    return await awaitable


class KeyedLocks:
    """One lock a key, for as long as someone holds or awaits it. Whoever asks first comes first."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Alone with the key."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            yield
