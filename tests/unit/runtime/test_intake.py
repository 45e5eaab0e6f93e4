"""Room for requests is kept before they are received, and given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from math import isinf
from typing import Any

import grpc
import pytest

from sevenviews.designs import Reason
from sevenviews.runtime.intake import largest_request
from sevenviews.runtime.settings import MEBIBYTE, ServiceSettings
from sevenviews.v1 import catalog_pb2, patent_pb2
from tests.unit.runtime.test_server import Running, failure

LARGE = "/sevenviews.v1.CatalogService/DeleteCatalogPatents"


@pytest.fixture
async def narrow() -> AsyncIterator[Running]:
    """A server with room for two large requests."""
    running = Running(
        ServiceSettings(
            max_message_bytes=MEBIBYTE, max_requests_bytes=2 * MEBIBYTE, intake_seconds=0.5, grace_seconds=0
        )
    )
    await running.open()
    yield running
    await running.channel.close()
    await running.server.stop()


def large() -> catalog_pb2.DeleteCatalogPatentsRequest:
    """Nearly a mebibyte."""
    return catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=["x" * 64] * 10_000)


def stalled(running: Running) -> Any:
    """A call whose request never comes."""
    method: Any = running.channel.stream_unary(LARGE)

    async def nothing() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    return method(nothing())


async def test_more_than_fits_is_refused_and_fits_when_the_others_are_done(narrow: Running) -> None:
    calls = [asyncio.create_task(failure(narrow.catalog.DeleteCatalogPatents(large()))) for _ in range(5)]
    for _ in range(2):
        await narrow.probe.entered.acquire()
    done, waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 3:
        more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    for call in done:
        code, error = call.result()
        assert (code, error.reason, error.retry_seconds) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            Reason.OVERLOADED,
            1.0,
        )
    # No third was even parsed.
    assert narrow.probe.entered.locked()
    narrow.probe.release.set()
    for call in waiting:
        assert (await call)[1].reason is Reason.PATENT_NOT_FOUND
    assert (await failure(narrow.catalog.DeleteCatalogPatents(large())))[1].reason is Reason.PATENT_NOT_FOUND


async def test_who_never_sends_keeps_no_room(narrow: Running) -> None:
    stalls = [stalled(narrow) for _ in range(2)]
    for stall in stalls:
        code, error = await failure(stall)
        assert (code, error.reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, Reason.DEADLINE_EXCEEDED)
    assert (await narrow.get("a")).patent.patent_id == "a"


async def test_what_turned_out_small_leaves_room_for_others(narrow: Running) -> None:
    small = catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=["a"])
    calls = [asyncio.create_task(failure(narrow.catalog.DeleteCatalogPatents(small))) for _ in range(20)]
    for _ in calls:
        await narrow.probe.entered.acquire()
    narrow.probe.release.set()
    for call in calls:
        assert (await call)[1].reason is Reason.PATENT_NOT_FOUND


async def test_a_stream_gives_back_the_room_of_what_was_answered(narrow: Running) -> None:
    title = "x" * (MEBIBYTE - 1000)

    async def requests() -> AsyncIterator[catalog_pb2.ImportPatentsRequest]:
        for number in range(8):
            patent = patent_pb2.Patent(patent_id=f"{number}", title=title)
            yield catalog_pb2.ImportPatentsRequest(patent=patent)

    answers = [answer.patent_id async for answer in narrow.catalog.ImportPatents(requests())]
    assert answers == [f"{number}" for number in range(8)]
    assert (await narrow.get("a")).patent.patent_id == "a"


async def test_a_message_that_no_request_of_its_method_can_be_is_refused(narrow: Running) -> None:
    code, error = await failure(narrow.get("x" * 200_000))
    assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE)
    assert int(error.metadata["maximum_bytes"]) < 100_000


async def test_a_message_that_is_none_is_the_callers_fault(narrow: Running) -> None:
    method: Any = narrow.channel.unary_unary("/sevenviews.v1.CatalogService/GetCatalogPatent")
    code, error = await failure(method(b"\xff\xff"))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, Reason.FIELD_MALFORMED)


def test_the_largest_request_of_a_method_follows_from_its_limits() -> None:
    assert largest_request("/sevenviews.v1.CatalogService/GetCatalogPatent") < 100_000
    assert MEBIBYTE < largest_request(LARGE) < 10 * MEBIBYTE
    assert largest_request("/sevenviews.v1.SearchService/SearchDesigns") > 64 * MEBIBYTE
    assert isinf(largest_request("/test.Other/Method"))
