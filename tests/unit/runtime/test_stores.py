"""What is told of a store follows the last look at it."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from sevenviews.runtime.stores import StoreReadiness


def ready(registry: CollectorRegistry) -> float | None:
    return registry.get_sample_value("sevenviews_store_ready", {"service": "vectors", "store": "milvus"})


def test_nothing_is_believed_before_the_first_look() -> None:
    registry = CollectorRegistry()
    StoreReadiness("vectors", registry).expect("milvus")
    assert ready(registry) == 0


@pytest.mark.parametrize("failure", [OSError, TimeoutError, asyncio.CancelledError])
def test_a_look_that_fails_or_is_given_up(failure: type[BaseException]) -> None:
    registry = CollectorRegistry()
    stores = StoreReadiness("vectors", registry)
    with stores.asking("milvus"):
        pass
    assert ready(registry) == 1
    with pytest.raises(failure), stores.asking("milvus"):
        raise failure
    assert ready(registry) == 0
