"""Many patents and drawings in one call: each in its place, and each failing alone."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from sevenviews.designs import DrawingSize, Reason, SevenviewsError
from sevenviews.v1 import catalog_pb2, catalog_pb2_grpc
from tests.fakes.embedding import vector_image
from tests.unit.gateway.harness import RunningGateway, design, like, publish

QUERY = vector_image(1)


async def test_patents_come_in_the_order_of_the_request(gateway: RunningGateway) -> None:
    items = {name: design(name, QUERY, office="US") for name in (f"USD{n:03d}" for n in range(250))}
    publish(gateway.services, *items.values())
    asked = [*reversed(items), "USD999", "USD007", "USD007", ""]
    gateway.services.forget_calls()
    found = [one async for one in gateway.client.get_patents(asked)]
    assert [one.patent_id for one in found] == asked
    assert [one.error.reason if one.error else one.get().patent for one in found] == [
        items[name].patent if name in items else Reason.PATENT_NOT_FOUND for name in asked
    ]
    alone = await gateway.client.read_patent("USD007")
    assert found[-3].stored == found[-2].stored == alone
    # Not one call each.
    assert gateway.services.patent_server.count("BatchGetPatents") == 3 + 1


async def test_drawings_come_in_the_order_of_the_request(gateway: RunningGateway) -> None:
    images = {f"USD{n}-D00001-01": like(n / 20) for n in range(20)}
    publish(gateway.services, *(design(id_.partition("-")[0], image) for id_, image in images.items()))
    asked = [*reversed(images), "USD0-D00001-09", "USD3-D00001-01"]
    found = [one async for one in gateway.client.get_drawings(asked)]
    assert [one.drawing_id for one in found] == asked
    assert [one.image.content if one.image else None for one in found] == [images.get(id_) for id_ in asked]
    with pytest.raises(SevenviewsError, match="USD0-D00001-09") as caught:
        found[-2].get()
    assert caught.value.reason is Reason.DRAWING_NOT_FOUND
    (small,) = [one async for one in gateway.client.get_drawings(asked[-1:], DrawingSize.THUMBNAIL)]
    assert (small.get().width, small.get().height) == (256, 256)


async def test_what_does_not_answer_fails_alone(gateway: RunningGateway) -> None:
    publish(gateway.services, *(design(f"USD{n}", QUERY) for n in range(6)))
    error = SevenviewsError(Reason.STORAGE_FULL, "no room", {"store": "drawings"})
    gateway.services.patent_server.fail("GetDrawingImage", error)
    found = [one async for one in gateway.client.get_drawings([f"USD{n}-D00001-01" for n in range(6)])]
    (failed,) = [one for one in found if one.error is not None]
    assert failed.error is not None
    assert (failed.error.reason, failed.error.metadata) == (Reason.STORAGE_FULL, {"store": "drawings"})
    assert len(found) == 6


async def test_no_more_is_read_than_is_taken(gateway: RunningGateway) -> None:
    publish(gateway.services, *(design(f"USD{n}", QUERY) for n in range(30)))
    gate = gateway.services.patent_server.block("GetDrawingImage")
    found = gateway.client.get_drawings([f"USD{n}-D00001-01" for n in range(30)])
    first = asyncio.ensure_future(anext(found))
    await gateway.services.patent_server.arrival("GetDrawingImage", 4)
    assert gateway.services.patent_server.count("GetDrawingImage") == 4
    gate.set()
    assert (await first).drawing_id == "USD0-D00001-01"
    await found.aclose()


@pytest.mark.parametrize("count", [0, 10_001])
async def test_how_many_may_be_asked_for(gateway: RunningGateway, count: int) -> None:
    async with grpc.aio.insecure_channel(gateway.server.address) as channel:
        stub = catalog_pb2_grpc.CatalogServiceStub(channel)
        patents = catalog_pb2.BatchGetCatalogPatentsRequest(patent_ids=["USD1"] * count)
        drawings = catalog_pb2.BatchGetCatalogDrawingsRequest(drawing_ids=["USD1-D00001-01"] * count)
        for call in (
            stub.BatchGetCatalogPatents(patents).read,
            stub.BatchGetCatalogDrawings(drawings).read,
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call()
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
