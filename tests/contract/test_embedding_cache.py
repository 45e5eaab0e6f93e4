"""What every cache of query embeddings must do, and what each of them does besides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
import redis
from prometheus_client import CollectorRegistry

from sevenviews.backends.records import Vector
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.cache import EmbeddingCache, MemoryCache, RedisCache, open_cache
from sevenviews.gateway.quota import Quota, open_counter
from sevenviews.gateway.redis_link import PAUSE_SECONDS, RedisLink
from sevenviews.gateway.telemetry import GatewayMetrics
from tests.contract.redis_server import RedisServer
from tests.patience import HANG_SECONDS


def vector(*values: float) -> Vector:
    return np.array(values, np.float32)


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[EmbeddingCache]:
    """Each kind, empty."""
    url = "memory://?max_entries=100"
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        flush(server)
        url = server.url
    cache = open_cache(url, 60, GatewayMetrics(CollectorRegistry()))
    yield cache
    await cache.close()


def flush(server: RedisServer) -> None:
    with redis.Redis(port=server.port) as client:
        client.flushall()


# ---- the contract


async def test_what_was_put_comes_back_exactly(cache: EmbeddingCache) -> None:
    rng = np.random.default_rng(0)
    vectors = {f"model:{n}": rng.standard_normal(256).astype(np.float32) for n in range(20)}
    await cache.put_many(vectors)
    found = await cache.get_many(list(vectors))
    for expected, actual in zip(vectors.values(), found, strict=True):
        assert actual is not None
        assert actual.dtype == np.float32
        np.testing.assert_array_equal(actual, expected)


async def test_answers_are_in_the_order_of_the_keys(cache: EmbeddingCache) -> None:
    await cache.put_many({"a": vector(1), "b": vector(2)})
    found = await cache.get_many(["b", "unknown", "a", "b"])
    assert [None if item is None else item.tolist() for item in found] == [[2], None, [1], [2]]


async def test_nothing_asked_nothing_put(cache: EmbeddingCache) -> None:
    await cache.put_many({})
    assert await cache.get_many([]) == []


async def test_the_last_value_counts(cache: EmbeddingCache) -> None:
    await cache.put_many({"a": vector(1)})
    await cache.put_many({"a": vector(2)})
    [found] = await cache.get_many(["a"])
    assert found is not None
    assert found.tolist() == [2]


# ---- memory


async def test_the_least_recently_used_entry_goes_first() -> None:
    cache = MemoryCache(max_entries=2)
    await cache.put_many({"a": vector(1), "b": vector(2)})
    await cache.get_many(["a"])
    await cache.put_many({"c": vector(3)})
    assert [item is not None for item in await cache.get_many(["a", "b", "c"])] == [True, False, True]


@pytest.mark.parametrize(
    "url",
    ["", "memcached://host", "memory://?max_entries=0", "memory://?max_entries=x", "memory://?entries=5"],
)
def test_urls_that_name_no_cache(url: str) -> None:
    with pytest.raises(ValueError, match="cache"):
        open_cache(url, 60, GatewayMetrics(CollectorRegistry()))


# ---- Redis


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def errors(registry: CollectorRegistry, use: str) -> float:
    return registry.get_sample_value("sevenviews_gateway_redis_errors_total", {"use": use}) or 0.0


async def test_entries_are_shared_and_expire(redis_server: RedisServer, registry: CollectorRegistry) -> None:
    flush(redis_server)
    metrics = GatewayMetrics(registry)
    one, other = (open_cache(redis_server.url, 60, metrics) for _ in range(2))
    await one.put_many({"a": vector(1)})
    [found] = await other.get_many(["a"])
    assert found is not None
    with redis.Redis(port=redis_server.port) as client:
        [key] = client.keys()
        assert 0 < client.ttl(key) <= 60
    await one.close()
    await other.close()


async def test_foreign_values_are_misses(redis_server: RedisServer, registry: CollectorRegistry) -> None:
    with redis.Redis(port=redis_server.port) as client:
        client.set("sevenviews:embedding:odd", b"abc")
        client.set("sevenviews:embedding:empty", b"")
    cache = open_cache(redis_server.url, 60, GatewayMetrics(registry))
    assert await cache.get_many(["odd", "empty"]) == [None, None]
    await cache.close()


async def test_a_redis_that_is_lost_costs_time_and_nothing_else(
    redis_server: RedisServer, registry: CollectorRegistry
) -> None:
    clock = Clock(600.0)
    failures = GatewayMetrics(registry).redis_errors
    cache = RedisCache(RedisLink(redis_server.url, "cache", failures, clock), 60)
    await cache.put_many({"a": vector(1)})
    redis_server.kill()
    try:
        assert await cache.get_many(["a"]) == [None]
        assert errors(registry, "cache") == 1
        # It is left alone for a while …
        await cache.put_many({"b": vector(2)})
        assert errors(registry, "cache") == 1
        clock.now += PAUSE_SECONDS
        await cache.put_many({"b": vector(2)})
        assert errors(registry, "cache") == 2
    finally:
        redis_server.start()
    clock.now += PAUSE_SECONDS
    # … and found again.
    await cache.put_many({"a": vector(3)})
    [found] = await cache.get_many(["a"])
    assert found is not None
    await cache.close()


async def test_a_redis_that_hangs_is_given_up(registry: CollectorRegistry) -> None:
    """It accepts connections, and says nothing: whoever waited for it would wait for good."""
    async with silent_server() as url:
        cache = open_cache(url, 60, GatewayMetrics(registry))
        assert await asyncio.wait_for(cache.get_many(["a"]), HANG_SECONDS) == [None]
        assert errors(registry, "cache") == 1
        await cache.close()


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    connections = []
    server = await asyncio.start_server(lambda *streams: connections.append(streams), "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        for _, writer in connections:
            writer.close()
        server.close()


# ---- quotas, which share the link


class Clock:
    """Time that the test turns."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["memory", "redis"])
def counter_url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory://"
    server: RedisServer = request.getfixturevalue("redis_server")
    flush(server)
    return server.url


async def test_a_quota_is_spent_by_caller_and_window(counter_url: str, registry: CollectorRegistry) -> None:
    clock = Clock(600.0)
    quota = Quota(open_counter(counter_url, GatewayMetrics(registry)), 2, 60, clock)
    for _ in range(2):
        await quota.spend("one")
    with pytest.raises(SevenviewsError) as caught:
        await quota.spend("one")
    assert caught.value.reason is Reason.QUOTA_EXCEEDED
    assert caught.value.metadata == {"limit": "2", "window_seconds": "60"}
    await quota.spend("other")
    clock.now += 60
    await quota.spend("one")
    await quota.close()


async def test_replicas_share_a_quota_in_redis(
    redis_server: RedisServer, registry: CollectorRegistry
) -> None:
    flush(redis_server)
    metrics = GatewayMetrics(registry)
    clock: Callable[[], float] = Clock(600.0)
    replicas = [Quota(open_counter(redis_server.url, metrics), 3, 60, clock) for _ in range(2)]
    for spend in (0, 1, 0):
        await replicas[spend].spend("caller")
    for replica in replicas:
        with pytest.raises(SevenviewsError):
            await replica.spend("caller")
        await replica.close()


async def test_without_redis_each_replica_counts_by_itself(registry: CollectorRegistry) -> None:
    quota = Quota(open_counter("redis://127.0.0.1:1", GatewayMetrics(registry)), 1, 60, Clock(600.0))
    await quota.spend("caller")
    with pytest.raises(SevenviewsError):
        await quota.spend("caller")
    assert errors(registry, "quota") == 1
    await quota.close()


async def test_no_quota_counts_nothing(registry: CollectorRegistry) -> None:
    quota = Quota(open_counter("redis://127.0.0.1:1", GatewayMetrics(registry)), 0, 60)
    for _ in range(5):
        await quota.spend("caller")
    assert errors(registry, "quota") == 0


def test_urls_that_name_no_counter(registry: CollectorRegistry) -> None:
    with pytest.raises(ValueError, match="counts no quota"):
        open_counter("sqlite://", GatewayMetrics(registry))
