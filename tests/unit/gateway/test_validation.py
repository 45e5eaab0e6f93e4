"""Every request that no answer can be given to is refused with its reason, before any other service is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.type import date_pb2

from sevenviews.designs import Reason
from sevenviews.runtime.channels import channel_options, open_channel
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import catalog_pb2, catalog_pb2_grpc, common_pb2, patent_pb2, search_pb2, search_pb2_grpc
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RunningGateway, running_gateway

IMAGE = b"image"
OUT_OF_RANGE = Reason.FIELD_OUT_OF_RANGE
MALFORMED = Reason.FIELD_MALFORMED


NO_SUCH_SIZE: Any = 99


def request(**fields: Any) -> search_pb2.SearchDesignsRequest:
    """A good request but for these fields."""
    given = {"queries": [search_pb2.QueryImage(content=IMAGE)], "page_size": 10, **fields}
    return search_pb2.SearchDesignsRequest(**given)


def query(**fields: Any) -> search_pb2.QueryImage:
    return search_pb2.QueryImage(**{"content": IMAGE, **fields})


def crop(*corners: float) -> common_pb2.CropBox:
    left, top, right, bottom = corners
    return common_pb2.CropBox(left=left, top=top, right=right, bottom=bottom)


def patent_filter(**fields: Any) -> common_pb2.PatentFilter:
    return common_pb2.PatentFilter(**fields)


BAD_SEARCHES: dict[str, tuple[search_pb2.SearchDesignsRequest, Reason, dict[str, str]]] = {
    "no query": (request(queries=[]), Reason.FIELD_REQUIRED, {"field": "queries"}),
    "17 queries": (
        request(queries=[query()] * 17),
        OUT_OF_RANGE,
        {"field": "queries", "minimum": "0", "maximum": "16"},
    ),
    "page size -1": (
        request(page_size=-1),
        OUT_OF_RANGE,
        {"field": "page_size", "minimum": "0", "maximum": "200"},
    ),
    "a weight of nothing": (
        request(queries=[query(weight=0.0)]),
        OUT_OF_RANGE,
        {"field": "queries[0].weight", "minimum": "-100", "maximum": "100"},
    ),
    "a weight that is no number": (
        request(queries=[query(), query(weight=float("nan"))]),
        OUT_OF_RANGE,
        {"field": "queries[1].weight", "minimum": "-100", "maximum": "100"},
    ),
    "nothing to look for": (
        request(queries=[query(weight=-1.0)]),
        Reason.FIELD_REQUIRED,
        {"field": "queries"},
    ),
    "empty image": (
        request(queries=[query(), query(content=b"")]),
        Reason.IMAGE_EMPTY,
        {"image": "queries[1]"},
    ),
    "empty crop": (
        request(queries=[query(crop=crop(0.5, 0, 0.5, 1))]),
        Reason.CROP_BOX_INVALID,
        {"field": "queries[0].crop"},
    ),
    "crop of zeros": (
        request(queries=[query(crop=crop(0, 0, 0, 0))]),
        Reason.CROP_BOX_INVALID,
        {"field": "queries[0].crop"},
    ),
    "crop outside": (
        request(queries=[query(crop=crop(0, 0, 1, 1.5))]),
        Reason.CROP_BOX_INVALID,
        {"field": "queries[0].crop"},
    ),
    "crop of NaN": (
        request(queries=[query(crop=crop(float("nan"), 0, 1, 1))]),
        Reason.CROP_BOX_INVALID,
        {"field": "queries[0].crop"},
    ),
    "required view unknown": (
        request(view_matching=common_pb2.VIEW_MATCHING_REQUIRE),
        Reason.FIELD_REQUIRED,
        {"field": "queries[0].view"},
    ),
    "no such view": (
        request(queries=[query(view=99)]),
        MALFORMED,
        {"field": "queries[0].view", "value": "99"},
    ),
    "no such view matching": (
        request(view_matching=99),
        MALFORMED,
        {"field": "view_matching", "value": "99"},
    ),
    "no such Locarno class": (
        request(filter=patent_filter(locarno_any=[common_pb2.LocarnoClass(class_number=33)])),
        MALFORMED,
        {"field": "filter.locarno_any[0]", "value": "33-0"},
    ),
    "no such office": (
        request(filter=patent_filter(offices=["usa"])),
        MALFORMED,
        {"field": "filter.offices[0]", "value": "usa"},
    ),
    "no such day": (
        request(
            filter=patent_filter(
                filing_date=common_pb2.DateRange(to=date_pb2.Date(year=2021, month=2, day=30))
            )
        ),
        MALFORMED,
        {"field": "filter.filing_date.to", "value": "2021-2-30"},
    ),
    "malformed page token": (
        request(page_token="2"),  # noqa: S106
        Reason.PAGE_TOKEN_INVALID,
        {"field": "page_token"},
    ),
}


@pytest.mark.parametrize("what", BAD_SEARCHES)
async def test_bad_searches(gateway: RunningGateway, what: str) -> None:
    bad, reason, metadata = BAD_SEARCHES[what]
    code, error = await refusal(gateway, lambda search, _: search.SearchDesigns(bad, timeout=5))
    assert (code, error.reason, error.metadata) == (grpc.StatusCode.INVALID_ARGUMENT, reason, metadata)
    assert gateway.services.methods() == []


BAD_READS: dict[str, tuple[Callable[[Any], Any], Reason, str]] = {
    "patent without id": (
        lambda catalog: catalog.GetCatalogPatent(catalog_pb2.GetCatalogPatentRequest()),
        Reason.FIELD_REQUIRED,
        "patent_id",
    ),
    "drawing without id": (
        lambda catalog: catalog.GetCatalogDrawing(catalog_pb2.GetCatalogDrawingRequest()),
        Reason.FIELD_REQUIRED,
        "drawing_id",
    ),
    "no such size": (
        lambda catalog: catalog.GetCatalogDrawing(
            catalog_pb2.GetCatalogDrawingRequest(drawing_id="USD1-D00001-01", size=NO_SUCH_SIZE)
        ),
        MALFORMED,
        "size",
    ),
    "deletion of nothing": (
        lambda catalog: catalog.DeleteCatalogPatents(catalog_pb2.DeleteCatalogPatentsRequest()),
        Reason.FIELD_REQUIRED,
        "patent_ids",
    ),
    "malformed filter": (
        lambda catalog: catalog.ListCatalogPatents(
            catalog_pb2.ListCatalogPatentsRequest(filter=patent_filter(holders=[" "]))
        ),
        MALFORMED,
        "filter.holders[0]",
    ),
}


@pytest.mark.parametrize("what", BAD_READS)
async def test_bad_reads(gateway: RunningGateway, what: str) -> None:
    call, reason, field = BAD_READS[what]
    code, error = await refusal(gateway, lambda _, catalog: call(catalog))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert error.metadata["field"] == field
    assert gateway.services.methods() == []


async def test_a_page_size_of_the_catalogue_is_checked_by_its_keeper(gateway: RunningGateway) -> None:
    listing = catalog_pb2.ListCatalogPatentsRequest(page_size=-1)
    code, error = await refusal(gateway, lambda _, catalog: catalog.ListCatalogPatents(listing))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, OUT_OF_RANGE)


async def test_a_message_over_the_limit(services: FakeServices) -> None:
    """gRPC refuses it before it is read; our client tells it from a server that has too much to do."""
    async with running_gateway(services, max_message_bytes=MEBIBYTE) as gateway:
        large = request(queries=[query(content=bytes(2 * MEBIBYTE))])
        code, error = await refusal(gateway, lambda search, _: search.SearchDesigns(large))
        assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE)
        import_of_it = catalog_pb2.ImportPatentsRequest(
            contents=[patent_pb2.DrawingContent(content=bytes(2 * MEBIBYTE))]
        )
        code, error = await refusal(
            gateway, lambda _, catalog: anext(aiter(catalog.ImportPatents(iter([import_of_it]))))
        )
        assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE)
    assert services.methods() == []


async def refusal(gateway: RunningGateway, call: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """The status and the error of a call by the bare stubs, which send anything."""
    assert channel_options()  # larger messages than the server takes leave the client
    async with open_channel(gateway.server.address) as channel:
        search = search_pb2_grpc.SearchServiceStub(channel)
        catalog = catalog_pb2_grpc.CatalogServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(search, catalog)
        return caught.value.code(), error_from_rpc(caught.value)
