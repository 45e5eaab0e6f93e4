"""Whether Redis answers is told, and stands in nobody's way."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from sevenviews.gateway.redis_watch import RedisWatch
from sevenviews.runtime.stores import StoreReadiness
from tests.contract.redis_server import running_redis

READY = {"service": "gateway", "store": "redis"}


async def test_without_redis_nothing_is_told() -> None:
    registry = CollectorRegistry()
    watch = RedisWatch(("memory://", "memory://?max_entries=4"), StoreReadiness("gateway", registry))
    await watch.look()
    await watch.close()
    assert registry.get_sample_value("sevenviews_store_ready", READY) is None


async def test_a_redis_that_goes_and_comes_back() -> None:
    registry = CollectorRegistry()
    with running_redis() as server:
        watch = RedisWatch((server.url, "memory://"), StoreReadiness("gateway", registry))
        seen = []
        for step in (None, server.kill, server.start):
            if step is not None:
                step()
            await watch.look()
            seen.append(registry.get_sample_value("sevenviews_store_ready", READY))
        await watch.close()
    assert seen == [1, 0, 1]
