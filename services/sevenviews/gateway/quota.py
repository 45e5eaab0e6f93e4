"""How many searches a caller may make in each window of time. Off unless configured.

A caller is who the guard has identified, and where it lets everyone in, an address.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from redis.asyncio import Redis

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.redis_link import RedisLink
from sevenviews.gateway.telemetry import GatewayMetrics

_KEY_PREFIX = "sevenviews:quota:"


class UseCounter(Protocol):
    """Counts a caller's requests in a window."""

    async def count(self, caller: str, window: int, window_seconds: int) -> int:
        """Add one request of the caller to the window; how many there are now."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


_MOST_CALLERS = 100_000
"""That a process counts one by one. Whoever comes after them in a window counts as one caller."""


class MemoryCounter:
    """Of this process. Forgets a window when the next one begins."""

    def __init__(self) -> None:
        self._window = -1
        self._counts: dict[str, int] = {}

    async def count(self, caller: str, window: int, window_seconds: int) -> int:  # noqa: ARG002
        if window != self._window:
            self._window = window
            self._counts.clear()
        counted = caller if caller in self._counts or len(self._counts) < _MOST_CALLERS else ""
        self._counts[counted] = self._counts.get(counted, 0) + 1
        return self._counts[counted]

    async def close(self) -> None:
        """Nothing to give back."""


class RedisCounter:
    """Shared by all replicas. While Redis does not answer, each replica counts by itself."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._alone = MemoryCounter()

    async def count(self, caller: str, window: int, window_seconds: int) -> int:
        async def command(redis: Redis) -> int:
            # Of one length, and it tells nobody who reads Redis who searches.
            who = hashlib.sha256(caller.encode()).hexdigest()
            key = f"{_KEY_PREFIX}{window}:{who}"
            async with redis.pipeline(transaction=True) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, 2 * window_seconds)
                counted, _ = await pipeline.execute()
            return int(counted)

        shared = await self._link.call(command)
        return await self._alone.count(caller, window, window_seconds) if shared is None else shared

    async def close(self) -> None:
        await self._link.close()


class Quota:
    """`limit` requests a caller in each window of `window_seconds`; limit 0 allows everything."""

    def __init__(
        self,
        counter: UseCounter,
        limit: int,
        window_seconds: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._counter = counter
        self._clock = clock
        self._limit = limit
        self._window_seconds = window_seconds

    async def spend(self, caller: str) -> None:
        """Count one request.

        Raises:
            SevenviewsError: QUOTA_EXCEEDED.
        """
        if self._limit == 0:
            return
        now = self._clock()
        window = int(now // self._window_seconds)
        if await self._counter.count(caller, window, self._window_seconds) > self._limit:
            raise SevenviewsError(
                Reason.QUOTA_EXCEEDED,
                f"more than {self._limit} searches in {self._window_seconds} seconds; try again later",
                {"limit": str(self._limit), "window_seconds": str(self._window_seconds)},
                retry_seconds=(window + 1) * self._window_seconds - now,
            )

    async def close(self) -> None:
        await self._counter.close()


def open_counter(url: str, metrics: GatewayMetrics) -> UseCounter:
    """The counter of "memory://" or "redis://host:port/db".

    Raises:
        ValueError: the URL names no counter.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryCounter()
    if scheme in {"redis", "rediss"}:
        return RedisCounter(RedisLink(url, "quota", metrics.redis_errors))
    raise ValueError(f"{url!r} counts no quota: use memory:// or redis://host:port/db")
