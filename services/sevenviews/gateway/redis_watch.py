"""Whether Redis answers: told by a metric alone. What it is for goes on without it, so no readiness depends on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from sevenviews.gateway.redis_link import connect
from sevenviews.runtime.stores import StoreReadiness

REDIS = "redis"
"""The name that metrics know the store by."""


class RedisWatch:
    """Belongs to one event loop.

    Args:
        urls: of the settings; those that name no Redis are left out, and without any nothing is told.
        stores: is told what was found.
    """

    def __init__(self, urls: Iterable[str], stores: StoreReadiness) -> None:
        self._stores = stores
        self._servers: tuple[Redis, ...] = tuple(
            connect(url) for url in sorted(set(urls)) if url.startswith(("redis://", "rediss://"))
        )
        if self._servers:
            stores.expect(REDIS)

    async def look(self) -> None:
        """Ask each; raises nothing."""
        if not self._servers:
            return
        with contextlib.suppress(RedisError, OSError), self._stores.asking(REDIS):
            await asyncio.gather(*(server.ping() for server in self._servers))

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.gather(*(server.aclose() for server in self._servers))
