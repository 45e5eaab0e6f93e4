"""The metadata service is ready by its database alone; the store of drawings is told of, and nothing waits for it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.metadata.drawings_watch import DrawingsWatch
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.runtime.stores import StoreReadiness
from tests.fakes.patent_stores import FakeObjectStore, FakePatentTable


class SomeStore(FakeObjectStore):
    """Answers, fails or hangs, as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.goes_on = threading.Event()
        self.goes_on.set()

    def check(self) -> None:
        self.goes_on.wait(10)
        if self.down:
            raise SevenviewsError(Reason.DEPENDENCY_UNAVAILABLE, "down", {"service": "drawings"})


class LostTable(FakePatentTable):
    def check(self) -> None:
        raise SevenviewsError(Reason.DEPENDENCY_UNAVAILABLE, "down", {"service": "database"})


def test_readiness_is_that_of_the_database(tmp_path: Path) -> None:
    store = SomeStore()
    store.down = True
    PatentCatalogue(FakePatentTable(), store, 0).check()
    with pytest.raises(SevenviewsError):
        PatentCatalogue(LostTable(), FakeObjectStore(), 0).check()


async def test_the_store_is_told_of() -> None:
    registry, store = CollectorRegistry(), SomeStore()
    watch = DrawingsWatch(store, StoreReadiness("metadata", registry))
    for down in (True, False):
        store.down = down
        await watch.look()
        assert watch.ready is not down
        assert registry.get_sample_value(
            "sevenviews_store_ready", {"service": "metadata", "store": "drawings"}
        ) == (not down)


async def test_nothing_waits_for_a_store_that_hangs() -> None:
    store = SomeStore()
    store.goes_on.clear()
    store.down = True
    watch = DrawingsWatch(store, StoreReadiness("metadata", CollectorRegistry()))
    assert watch.ready
    await asyncio.sleep(0)
    assert watch.ready
    store.goes_on.set()
    await watch.look()
    assert not watch.ready
