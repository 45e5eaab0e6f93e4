"""Cursors: what is written is read, for as long as it is kept, and within bounds."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from sevenviews.backends.records import MatchedDrawing, PatentQuery, PatentRanking, ScoredPatent
from sevenviews.designs import DateRange, LocarnoClass, PatentFilter, View, ViewCoverage, ViewMatching
from sevenviews.gateway.cursor import Cursor, from_bytes, kept, to_bytes
from sevenviews.gateway.cursor_store import MemoryCursors, RedisCursors, open_cursors
from sevenviews.gateway.query_sources import AskedDrawing
from sevenviews.gateway.telemetry import GatewayMetrics

VECTOR = np.array([0.6, -0.8], np.float32)


def scored(patent_id: str, generation: int = 1) -> ScoredPatent:
    match = MatchedDrawing(0, f"{patent_id}-D00001-01", View.LEFT, 0.25)
    coverage = (ViewCoverage.SAME_VIEW, ViewCoverage.MISSING)
    return ScoredPatent(patent_id, generation, 0.625, (match,), coverage)


def cursor(*ranked: ScoredPatent, complete: bool = False) -> Cursor:
    asked = AskedDrawing(1, "USD1-D00001-01", PatentQuery(VECTOR, View.LEFT, -0.5))
    days = DateRange(end=date(2021, 5, 4))
    chosen = PatentFilter(locarno_any=(LocarnoClass(6),), publication_date=days)
    chosen = PatentFilter(offices=("US",), none_of=(chosen,))
    return Cursor(
        "r-1", "a1a1", "request", "queries", (kept(asked),), chosen, ViewMatching.REQUIRE, ranked, complete
    )


def test_what_is_written_is_read() -> None:
    one = cursor(scored("USD1"), scored("USD2", 3)).without([scored("USD1")], outdated=True)
    read = from_bytes(to_bytes(one))
    assert read == one
    (query,) = read.patent_queries
    np.testing.assert_array_equal(query.vector, VECTOR)
    assert (query.view, query.weight) == (View.LEFT, -0.5)


@pytest.mark.parametrize("content", [b"", b"{}", b"x\x9c\x03\x00", to_bytes(cursor())[:-4]])
def test_what_another_version_wrote_is_none(content: bytes) -> None:
    assert from_bytes(content) is None


def test_a_ranking_grows_at_its_end() -> None:
    first = cursor(scored("USD1"), scored("USD2"))
    later = PatentRanking((scored("USD3"), scored("USD2", 2), scored("USD1")), complete=True)
    grown = first.grown(later)
    assert grown.ranked == (*first.ranked, scored("USD3"), scored("USD2", 2))
    assert grown.complete


def test_what_was_dropped_was_not_shown() -> None:
    one = cursor(scored("USD1"), scored("USD2"), scored("USD3")).without([scored("USD2")], outdated=False)
    assert one.shown(2) == {"USD1"}
    assert one.shown(3) == {"USD1", "USD3"}


async def test_memory_forgets_what_is_over_and_what_was_not_used_for_longest() -> None:
    now = 0.0
    store = MemoryCursors(10, max_bytes=10, clock=lambda: now)
    await store.put("a", b"aaaa")
    await store.put("b", b"bbbb")
    assert await store.get("a") == b"aaaa"
    await store.put("c", b"cccc")  # b goes: a was used since
    assert [await store.get(key) for key in "abc"] == [b"aaaa", None, b"cccc"]
    now = 9.0
    assert await store.get("a") == b"aaaa"
    now = 11.0
    assert [await store.get(key) for key in "ac"] == [b"aaaa", None]
    await store.put("a", b"a" * 11)  # too large to be kept at all
    assert await store.get("a") is None


async def test_without_redis_each_replica_keeps_its_own() -> None:
    metrics = GatewayMetrics(CollectorRegistry())
    store = open_cursors("redis://127.0.0.1:1/0", 60, metrics)
    assert isinstance(store, RedisCursors)
    await store.put("a", b"aaaa")
    assert await store.get("a") == b"aaaa"
    await store.close()


def test_a_url_that_keeps_no_cursors() -> None:
    with pytest.raises(ValueError, match="keeps no cursors"):
        open_cursors("file:///tmp", 60, GatewayMetrics(CollectorRegistry()))
