"""Redis, made dispensable: calls are short, and a failed one is counted.

After one that was not answered none is tried for a while. One that was refused cost no time, and what follows is
tried: a Redis that is full still reads, and so does a replica.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

log = structlog.get_logger()

TIMEOUT_SECONDS = 0.1
"""A slower Redis is worth less than doing the work again."""

PAUSE_SECONDS = 1.0
"""After a failure; so that an unreachable Redis costs one timeout a second, not one a request."""

T = TypeVar("T")


def connect(url: str) -> Redis:
    """A pool of connections that waits for nothing longer than TIMEOUT_SECONDS; connects at the first command."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class RedisLink:
    """One connection pool.

    Args:
        url: redis://host:port/db or rediss://…
        use: what it is for, in the log and as the metric's label.
        errors: counts failures.
        clock: seconds.
    """

    def __init__(
        self, url: str, use: str, errors: Counter, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = connect(url)
        self._use = use
        self._errors = errors
        self._clock = clock
        self._paused_until = self._silent_until = float("-inf")

    async def call(self, command: Callable[[Redis], Awaitable[T]]) -> T | None:
        """The command's answer; None where Redis did not give one."""
        if self._clock() < self._paused_until:
            return None
        try:
            return await command(self._redis)
        except ResponseError as error:
            if isinstance(error, ReadOnlyError):
                # It was the master when it was connected to: the name leads to another one by now.
                await self._redis.connection_pool.disconnect()
            self._note("redis refused; going on without", error)
        except (RedisError, OSError) as error:
            self._paused_until = self._clock() + PAUSE_SECONDS
            self._note("redis failed; going on without", error)
        return None

    def _note(self, event: str, error: Exception) -> None:
        self._errors.labels(self._use).inc()
        if self._clock() >= self._silent_until:
            self._silent_until = self._clock() + PAUSE_SECONDS
            log.warning(event, use=self._use, error=str(error))

    async def close(self) -> None:
        await self._redis.aclose()
