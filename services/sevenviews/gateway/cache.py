"""The cache of query embeddings, chosen by URL. Losing it slows searches; it loses nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol, cast
from urllib.parse import parse_qs, urlsplit

import numpy as np
from redis.asyncio import Redis

from sevenviews.backends.records import Vector
from sevenviews.gateway.redis_link import RedisLink
from sevenviews.gateway.telemetry import GatewayMetrics

DEFAULT_MAX_ENTRIES = 4096
_KEY_PREFIX = "sevenviews:embedding:"
_VALUE = np.dtype("<f4")


class EmbeddingCache(Protocol):
    """Vectors by key. Never raises for what it cannot give or keep."""

    async def get_many(self, keys: Sequence[str]) -> list[Vector | None]:
        """The vectors in the order of the keys; None for those that are not there."""
        ...

    async def put_many(self, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors for as long as there is room."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class MemoryCache:
    """In this process; the least recently used entry goes first.

    Raises:
        ValueError: no room for a single entry.
    """

    def __init__(self, max_entries: int = DEFAULT_MAX_ENTRIES) -> None:
        if max_entries < 1:
            raise ValueError(f"max_entries is {max_entries}; a cache needs room for 1 entry or more")
        self._max_entries = max_entries
        self._vectors: OrderedDict[str, Vector] = OrderedDict()

    async def get_many(self, keys: Sequence[str]) -> list[Vector | None]:
        for key in keys:
            if key in self._vectors:
                self._vectors.move_to_end(key)
        return [self._vectors.get(key) for key in keys]

    async def put_many(self, vectors: Mapping[str, Vector]) -> None:
        for key, vector in vectors.items():
            self._vectors[key] = vector
            self._vectors.move_to_end(key)
        while len(self._vectors) > self._max_entries:
            self._vectors.popitem(last=False)

    async def close(self) -> None:
        """Nothing to give back."""


class RedisCache:
    """In Redis, shared by all replicas: little-endian 32-bit floats under "sevenviews:embedding:<key>"."""

    def __init__(self, link: RedisLink, seconds: int) -> None:
        self._link = link
        self._seconds = seconds

    async def get_many(self, keys: Sequence[str]) -> list[Vector | None]:
        async def command(redis: Redis) -> list[bytes | None]:
            return cast("list[bytes | None]", await redis.mget([_KEY_PREFIX + key for key in keys]))

        if not keys:
            return []
        values = await self._link.call(command)
        return [None] * len(keys) if values is None else [_vector(value) for value in values]

    async def put_many(self, vectors: Mapping[str, Vector]) -> None:
        async def command(redis: Redis) -> None:
            async with redis.pipeline(transaction=False) as pipeline:
                for key, vector in vectors.items():
                    pipeline.set(_KEY_PREFIX + key, vector.astype(_VALUE).tobytes(), ex=self._seconds)
                await pipeline.execute()

        if vectors:
            await self._link.call(command)

    async def close(self) -> None:
        await self._link.close()


def _vector(value: bytes | None) -> Vector | None:
    # Another program's value under our key is a miss, not a crash.
    if not value or len(value) % _VALUE.itemsize:
        return None
    return np.frombuffer(value, _VALUE).astype(np.float32)


def open_cache(url: str, seconds: int, metrics: GatewayMetrics) -> EmbeddingCache:
    """The cache of "memory://?max_entries=N" or "redis://host:port/db" (rediss:// with TLS).

    Args:
        url: names the cache.
        seconds: how long Redis keeps an entry.
        metrics: where Redis' failures are counted.

    Raises:
        ValueError: the URL names no cache.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryCache(_max_entries(parts.query, url))
    if parts.scheme in {"redis", "rediss"}:
        return RedisCache(RedisLink(url, "cache", metrics.redis_errors), seconds)
    raise ValueError(f"{url!r} is not a cache: use memory://?max_entries=N or redis://host:port/db")


def _max_entries(query: str, url: str) -> int:
    options = parse_qs(query, keep_blank_values=True)
    [text] = options.pop("max_entries", [str(DEFAULT_MAX_ENTRIES)])
    if options or not text.isdecimal():
        raise ValueError(f"{url!r} is not a cache: use memory://?max_entries=N")
    return int(text)
