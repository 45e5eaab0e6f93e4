"""CatalogService on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from math import inf
from typing import Any

import grpc

from sevenviews.backends.records import PublishedPatent
from sevenviews.designs import DrawingImage, ImportOutcome, Patent, Reason, SevenviewsError
from sevenviews.gateway.batch_reads import BatchReads, ReadItem
from sevenviews.gateway.catalogue import Catalogue
from sevenviews.gateway.deadline import Deadline
from sevenviews.gateway.etag import etag_of
from sevenviews.gateway.hints import unknown_names_to_wire
from sevenviews.gateway.importing import Importer, ImportItem, ImportResult
from sevenviews.runtime.facet_wire import counts_to_wire, facets_from_wire
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.patent_wire import patent_from_wire, size_from_wire
from sevenviews.runtime.status import item_status
from sevenviews.runtime.values import check_values
from sevenviews.runtime.wire import filter_from_wire, order_from_wire
from sevenviews.v1 import catalog_pb2, catalog_pb2_grpc, common_pb2

_OUTCOMES = {
    ImportOutcome.CREATED: catalog_pb2.IMPORT_OUTCOME_CREATED,
    ImportOutcome.UNCHANGED: catalog_pb2.IMPORT_OUTCOME_UNCHANGED,
    ImportOutcome.REPLACED: catalog_pb2.IMPORT_OUTCOME_REPLACED,
    ImportOutcome.FAILED: catalog_pb2.IMPORT_OUTCOME_FAILED,
}


Context = grpc.aio.ServicerContext[Any, Any]


class CatalogServicer(catalog_pb2_grpc.CatalogServiceServicer):
    """Translates, and hands on the deadline."""

    def __init__(
        self, importer: Importer, catalogue: Catalogue, reads: BatchReads, default_seconds: float
    ) -> None:
        self._importer = importer
        self._catalogue = catalogue
        self._reads = reads
        self._default_seconds = default_seconds

    async def ImportPatents(  # noqa: N802 - named by the proto
        self, request_iterator: AsyncIterator[catalog_pb2.ImportPatentsRequest], context: Context
    ) -> AsyncIterator[catalog_pb2.ImportPatentsResponse]:
        # A stream lasts as long as there is something to import, unless its caller says otherwise.
        deadline = Deadline.of_call(context, inf)
        async for result in self._importer.import_all(_items(request_iterator), deadline):
            yield _result_to_wire(result)

    async def DeleteCatalogPatents(  # noqa: N802
        self, request: catalog_pb2.DeleteCatalogPatentsRequest, context: Context
    ) -> catalog_pb2.DeleteCatalogPatentsResponse:
        done = await self._catalogue.delete(
            list(request.patent_ids), dict(request.etags), self._deadline(context)
        )
        return catalog_pb2.DeleteCatalogPatentsResponse(
            deleted_count=len(done.deleted),
            deleted_patent_ids=done.deleted,
            missing_patent_ids=done.missing,
        )

    async def FindCatalogSources(  # noqa: N802
        self, request: catalog_pb2.FindCatalogSourcesRequest, context: Context
    ) -> catalog_pb2.FindCatalogSourcesResponse:
        found = await self._catalogue.sources(list(request.source_digests), self._deadline(context))
        return catalog_pb2.FindCatalogSourcesResponse(
            sources=[
                catalog_pb2.CatalogSource(source_digest=digest, patent_id=patent_id)
                for digest, patent_id in found.items()
            ]
        )

    async def GetCatalogPatent(  # noqa: N802
        self, request: catalog_pb2.GetCatalogPatentRequest, context: Context
    ) -> catalog_pb2.GetCatalogPatentResponse:
        found = await self._catalogue.patent(request.patent_id, self._deadline(context))
        return catalog_pb2.GetCatalogPatentResponse(
            patent=found.encoded.message, etag=etag_of(found.patent_id, found.generation)
        )

    async def BatchGetCatalogPatents(  # noqa: N802
        self, request: catalog_pb2.BatchGetCatalogPatentsRequest, context: Context
    ) -> AsyncIterator[catalog_pb2.BatchGetCatalogPatentsResponse]:
        async for one in self._reads.patents(request.patent_ids, lambda: self._step(context)):
            yield _patent_to_wire(one)

    async def ListCatalogPatents(  # noqa: N802
        self, request: catalog_pb2.ListCatalogPatentsRequest, context: Context
    ) -> catalog_pb2.ListCatalogPatentsResponse:
        wanted, deadline = filter_from_wire(request.filter), self._deadline(context)
        order = order_from_wire(request.order_by)
        page = await self._catalogue.page(wanted, request.page_size, request.page_token, deadline, order)
        unknown = () if request.page_token else await self._catalogue.unknown_names(wanted, deadline)
        return catalog_pb2.ListCatalogPatentsResponse(
            patents=(one.encoded.message for one in page.patents),
            next_page_token=page.next_page_token,
            total_size=page.total_size,
            unknown_names=unknown_names_to_wire(unknown),
        )

    async def GetCatalogFacets(  # noqa: N802
        self, request: catalog_pb2.GetCatalogFacetsRequest, context: Context
    ) -> catalog_pb2.GetCatalogFacetsResponse:
        counted = await self._catalogue.facets(
            filter_from_wire(request.filter),
            facets_from_wire(request.facets),
            request.value_count,
            self._deadline(context),
        )
        return catalog_pb2.GetCatalogFacetsResponse(facets=map(counts_to_wire, counted))

    async def GetCatalogDrawing(  # noqa: N802
        self, request: catalog_pb2.GetCatalogDrawingRequest, context: Context
    ) -> catalog_pb2.GetCatalogDrawingResponse:
        size = size_from_wire(request.size)
        image = await self._catalogue.drawing(request.drawing_id, size, self._deadline(context))
        return catalog_pb2.GetCatalogDrawingResponse(
            content=image.content, media_type=image.media_type, width=image.width, height=image.height
        )

    async def BatchGetCatalogDrawings(  # noqa: N802
        self, request: catalog_pb2.BatchGetCatalogDrawingsRequest, context: Context
    ) -> AsyncIterator[catalog_pb2.BatchGetCatalogDrawingsResponse]:
        size = size_from_wire(request.size)
        async for one in self._reads.drawings(request.drawing_ids, size, lambda: self._step(context)):
            yield _drawing_to_wire(one)

    def _step(self, context: Context) -> Deadline:
        # As long as there are more, a stream goes on.
        return Deadline.of_step(context, self._default_seconds)

    def _deadline(self, context: Context) -> Deadline:
        return Deadline.of_call(context, self._default_seconds)


async def _items(requests: AsyncIterator[catalog_pb2.ImportPatentsRequest]) -> AsyncIterator[ImportItem]:
    async for request in requests:
        yield item_from_wire(request)


def item_from_wire(request: catalog_pb2.ImportPatentsRequest) -> ImportItem:
    """The item; one that carries its fault where the message is malformed, so that the stream goes on."""
    try:
        check_limits(request)
        check_values(request)
        contents = _contents_from_wire(request)
        patent = patent_from_wire(request.patent)
        return ImportItem(patent, contents, request.replace, request.etag, request.validate_only)
    except SevenviewsError as error:
        return ImportItem(Patent(request.patent.patent_id), fault=error, validate_only=request.validate_only)


def _contents_from_wire(request: catalog_pb2.ImportPatentsRequest) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for part in request.contents:
        if part.drawing_id in contents:
            raise SevenviewsError(
                Reason.DRAWING_INVALID,
                f"drawing {part.drawing_id} has two images",
                {"drawing_id": part.drawing_id},
            )
        contents[part.drawing_id] = part.content
    return contents


def _patent_to_wire(item: ReadItem[PublishedPatent]) -> catalog_pb2.BatchGetCatalogPatentsResponse:
    told = catalog_pb2.BatchGetCatalogPatentsResponse(patent_id=item.id, status=_status(item.error))
    if item.found is not None:
        told.patent.ParseFromString(item.found.encoded.content)
        told.etag = etag_of(item.found.patent_id, item.found.generation)
    return told


def _drawing_to_wire(item: ReadItem[DrawingImage]) -> catalog_pb2.BatchGetCatalogDrawingsResponse:
    told = catalog_pb2.BatchGetCatalogDrawingsResponse(drawing_id=item.id, status=_status(item.error))
    if (image := item.found) is not None:
        told.content, told.media_type = image.content, image.media_type
        told.width, told.height = image.width, image.height
    return told


def _status(error: SevenviewsError | None) -> common_pb2.ItemStatus:
    return common_pb2.ItemStatus() if error is None else item_status(error)


def _result_to_wire(result: ImportResult) -> catalog_pb2.ImportPatentsResponse:
    return catalog_pb2.ImportPatentsResponse(
        patent_id=result.patent_id,
        outcome=_OUTCOMES[result.outcome],
        status=_status(result.error),
        etag=result.etag,
    )
