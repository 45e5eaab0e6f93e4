"""A Redis that refuses: a replica, a full one. Searches go on, and no refresh begins without its lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import redis
from prometheus_client import CollectorRegistry

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.cache import open_cache
from sevenviews.gateway.cursor_store import open_cursors
from sevenviews.gateway.quota import Quota, open_counter
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.refresh.lock import open_lock
from tests.contract.redis_server import RedisServer

VECTOR = np.array([1.0, 0.0], np.float32)


@contextmanager
def read_only(client: redis.Redis) -> Iterator[None]:
    """As a master that became a replica, whose own master is away."""
    client.replicaof("127.0.0.1", 1)
    try:
        yield
    finally:
        client.replicaof("NO", "ONE")


@contextmanager
def full(client: redis.Redis) -> Iterator[None]:
    client.config_set("maxmemory", 1)
    try:
        yield
    finally:
        client.config_set("maxmemory", 0)


REFUSALS = pytest.mark.parametrize("refusing", [read_only, full])


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis(port=redis_server.port) as client:
        client.flushall()
        yield client


@REFUSALS
async def test_what_is_cached_is_read_and_what_cannot_be_kept_is_no_error(
    redis_server: RedisServer, client: redis.Redis, refusing: type
) -> None:
    registry = CollectorRegistry()
    cache = open_cache(redis_server.url, 60, GatewayMetrics(registry))
    await cache.put_many({"old": VECTOR})
    with refusing(client):
        await cache.put_many({"new": VECTOR})
        # At once: a refusal, unlike a silence, is no reason to leave Redis alone.
        old, new = await cache.get_many(["old", "new"])
        assert old is not None
        assert new is None
        assert registry.get_sample_value("sevenviews_gateway_redis_errors_total", {"use": "cache"}) == 1
    await cache.put_many({"new": VECTOR})
    [new] = await cache.get_many(["new"])
    assert new is not None
    await cache.close()


@REFUSALS
async def test_a_replica_counts_and_remembers_by_itself(
    redis_server: RedisServer, client: redis.Redis, refusing: type
) -> None:
    metrics = GatewayMetrics(CollectorRegistry())
    quota = Quota(open_counter(redis_server.url, metrics), 2, 3600)
    cursors = open_cursors(redis_server.url, 60, metrics)
    with refusing(client):
        await quota.spend("caller")
        await quota.spend("caller")
        with pytest.raises(SevenviewsError) as refused:
            await quota.spend("caller")
        assert refused.value.reason is Reason.QUOTA_EXCEEDED
        await cursors.put("page", b"content")
        assert await cursors.get("page") == b"content"
    await quota.close()
    await cursors.close()


@REFUSALS
def test_no_lock_is_given_and_the_error_says_why(
    redis_server: RedisServer, client: redis.Redis, refusing: type
) -> None:
    with refusing(client), pytest.raises(SevenviewsError) as refused, open_lock(redis_server.url):
        pass
    assert refused.value.reason is Reason.DEPENDENCY_UNAVAILABLE
    assert re.search("read only|maxmemory", refused.value.message)
    with open_lock(redis_server.url) as lock:
        lock.check()
