"""Where cursors are kept between two pages, chosen by URL: in this process, or in Redis for all replicas."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, cast
from urllib.parse import urlsplit

from redis.asyncio import Redis

from sevenviews.gateway.redis_link import RedisLink
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.runtime.settings import MEBIBYTE

MAX_MEMORY_BYTES = 64 * MEBIBYTE
"""Of the cursors in one process: some thousands."""

_KEY_PREFIX = "sevenviews:cursor:"


class CursorStore(Protocol):
    """Bytes by key, for a while."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep them, in the place of what was kept under the key. Never raises for what it cannot keep."""
        ...

    async def get(self, key: str) -> bytes | None:
        """What is still there."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class MemoryCursors:
    """In this process; what was not used for longest goes first.

    Args:
        seconds: how long a cursor is kept that nobody uses.
        max_bytes: of all.
        clock: seconds.
    """

    def __init__(
        self,
        seconds: float,
        max_bytes: int = MAX_MEMORY_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    async def put(self, key: str, content: bytes) -> None:
        self._drop(key)
        self._kept[key] = (self._clock() + self._seconds, content)
        self._bytes += len(content)
        while self._bytes > self._max_bytes or self._oldest_is_over():
            self._drop(next(iter(self._kept)))

    async def get(self, key: str) -> bytes | None:
        until, content = self._kept.get(key, (0.0, b""))
        if until <= self._clock():
            self._drop(key)
            return None
        self._kept[key] = (self._clock() + self._seconds, content)
        self._kept.move_to_end(key)
        return content

    async def close(self) -> None:
        """Nothing to give back."""

    def _oldest_is_over(self) -> bool:
        return bool(self._kept) and next(iter(self._kept.values()))[0] <= self._clock()

    def _drop(self, key: str) -> None:
        _, content = self._kept.pop(key, (0.0, b""))
        self._bytes -= len(content)


class RedisCursors:
    """Shared by all replicas. While Redis does not answer, each replica keeps its own."""

    def __init__(self, link: RedisLink, seconds: int) -> None:
        self._link = link
        self._seconds = seconds
        self._alone = MemoryCursors(seconds)

    async def put(self, key: str, content: bytes) -> None:
        async def command(redis: Redis) -> bool:
            await redis.set(_KEY_PREFIX + key, content, ex=self._seconds)
            return True

        if not await self._link.call(command):
            await self._alone.put(key, content)

    async def get(self, key: str) -> bytes | None:
        async def command(redis: Redis) -> bytes | None:
            return cast("bytes | None", await redis.getex(_KEY_PREFIX + key, ex=self._seconds))

        return await self._link.call(command) or await self._alone.get(key)

    async def close(self) -> None:
        await self._link.close()


def open_cursors(url: str, seconds: int, metrics: GatewayMetrics) -> CursorStore:
    """The store of "memory://" or "redis://host:port/db" (rediss:// with TLS), whatever else the URL says.

    Raises:
        ValueError: the URL names no store.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        return MemoryCursors(seconds)
    if scheme in {"redis", "rediss"}:
        return RedisCursors(RedisLink(url, "cursors", metrics.redis_errors), seconds)
    raise ValueError(f"{url!r} keeps no cursors: use memory:// or redis://host:port/db")
