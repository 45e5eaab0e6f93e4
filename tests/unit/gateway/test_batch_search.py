"""Many searches in one stream: each is answered, and fails, alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from sevenviews.client import QueryImage, Search, SearchOptions, SearchResult
from sevenviews.designs import PatentFilter, Reason, SevenviewsError
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RunningGateway, design, ids, like, publish, running_gateway

QUERY = vector_image(1)


async def results(gateway: RunningGateway, *searches: Search) -> dict[str, SearchResult]:
    """By the id of the search."""
    return {one.search_id: one async for one in gateway.client.search_many(searches)}


async def test_each_is_answered_as_if_it_had_been_asked_alone(gateway: RunningGateway) -> None:
    random = Random(5)
    publish(gateway.services, *(design(f"USD{n}", random.randbytes(8), office="US") for n in range(30)))
    images = {f"s{n}": random.randbytes(8) for n in range(20)}
    found = await results(gateway, *(Search(name, [image], limit=5) for name, image in images.items()))
    assert found.keys() == images.keys()
    for name, image in images.items():
        answer = found[name]
        assert answer.error is None
        assert answer.page is not None
        alone = await gateway.client.search([image], limit=5)
        assert answer.page.hits == alone.hits
        assert answer.page.next_page_token != ""
    (other,) = (
        await results(gateway, Search("em", [QUERY], SearchOptions(PatentFilter(offices=("EM",)))))
    ).values()
    assert other.page is not None
    assert other.page.hits == ()


async def test_a_search_that_fails_fails_alone(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    found = await results(
        gateway,
        Search("good", [QUERY]),
        Search("bad image", [b"bad tiff"]),
        Search("nothing", []),
        Search("x" * 65, [QUERY]),
        Search("unknown", [QueryImage(patent_id="USD9")]),
        Search("good too", [like(0.5)]),
    )
    reasons = {name: one.error.reason for name, one in found.items() if one.error is not None}
    assert reasons == {
        "bad image": Reason.IMAGE_CORRUPT,
        "nothing": Reason.FIELD_REQUIRED,
        "x" * 65: Reason.FIELD_OUT_OF_RANGE,
        "unknown": Reason.PATENT_NOT_FOUND,
    }
    for name in ("good", "good too"):
        page = found[name].page
        assert page is not None
        assert ids(page.hits) == ["USD1"]


async def test_a_slow_service_slows_the_sender(gateway: RunningGateway) -> None:
    publish(gateway.services, design("USD1", QUERY))
    released = gateway.services.vector_server.block("SearchPatents")
    taken = 0

    async def endless() -> AsyncIterator[Search]:
        nonlocal taken
        while taken < 500:
            taken += 1
            yield Search(f"{taken}", [QUERY])

    stream = gateway.client.search_many(endless())
    first = asyncio.ensure_future(anext(stream))
    await gateway.services.vector_server.arrival("SearchPatents")
    assert gateway.services.vector_server.count("SearchPatents") <= 4
    released.set()
    assert (await first).error is None
    assert len([one async for one in stream]) == 499
    assert taken == 500


async def test_every_search_counts_against_the_quota(services: FakeServices) -> None:
    publish(services, design("USD1", QUERY))
    async with running_gateway(services, quota_requests=3, quota_window_seconds=3600) as gateway:
        found = await results(gateway, *(Search(f"{n}", [QUERY]) for n in range(5)))
    refused = [one.error.reason for one in found.values() if one.error is not None]
    assert refused == [Reason.QUOTA_EXCEEDED] * 2


async def test_what_the_searches_raise_is_raised(gateway: RunningGateway) -> None:
    def broken() -> list[Search]:
        raise OSError("the disk is gone")

    def searches() -> object:
        yield Search("one", [QUERY])
        yield from broken()

    with pytest.raises(OSError, match="the disk is gone"):
        _ = [one async for one in gateway.client.search_many(searches())]  # type: ignore[arg-type]


async def test_the_call_fails_with_its_gateway(services: FakeServices) -> None:
    async with running_gateway(services) as gateway:
        await gateway.server.stop()
        with pytest.raises(SevenviewsError) as caught:
            await results(gateway, Search("one", [QUERY]))
    assert caught.value.reason is Reason.DEPENDENCY_UNAVAILABLE
