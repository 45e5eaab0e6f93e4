"""The client for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

import grpc

from sevenviews.client import records, replies, requests
from sevenviews.client.requests import DEFAULT_LIMIT, ImageSource, ImportItem, Search, SearchOptions
from sevenviews.client.retrying import pause_before_retry
from sevenviews.designs import (
    DrawingImage,
    DrawingSize,
    Facet,
    FacetCounts,
    Patent,
    PatentFilter,
    View,
    ViewMatching,
)
from sevenviews.law import Application
from sevenviews.runtime.bearer import Bearer, Credential
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.security import ClientTls
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import (
    audit_pb2_grpc,
    catalog_pb2,
    catalog_pb2_grpc,
    search_pb2,
    search_pb2_grpc,
    server_pb2,
    server_pb2_grpc,
)

Item = TypeVar("Item")
Request = TypeVar("Request")
Response = TypeVar("Response")


class AsyncClient:
    """As `Client`, whose methods document arguments and errors. Made inside a running event loop."""

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        timeout_seconds: float = 30.0,
        max_message_bytes: int = 64 * MEBIBYTE,
        tls: ClientTls | None = None,
        credential: Credential | None = None,
    ) -> None:
        bearer = None if credential is None else Bearer(credential)
        self._channel = open_channel(address, max_message_bytes, tls, bearer)
        self._search = search_pb2_grpc.SearchServiceStub(self._channel)
        self._catalog = catalog_pb2_grpc.CatalogServiceStub(self._channel)
        self._server = server_pb2_grpc.ServerServiceStub(self._channel)
        self._audit = audit_pb2_grpc.AuditServiceStub(self._channel)
        self._timeout_seconds = timeout_seconds

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; what runs fails."""
        await self._channel.close()

    async def search(
        self,
        images: Sequence[ImageSource],
        *,
        views: Sequence[View] | None = None,
        limit: int = DEFAULT_LIMIT,
        patent_filter: PatentFilter | None = None,
        view_matching: ViewMatching = ViewMatching.PREFER,
        release_id: str = "",
        allow_degraded: bool = False,
        read_mask: Sequence[str] = (),
        exact: bool = False,
        relevant_patents: Sequence[str] = (),
        irrelevant_patents: Sequence[str] = (),
        collapse_families: bool = False,
        include_query_families: bool = False,
        page_token: str = "",
        application: Application | None = None,
        certify: bool = False,
    ) -> records.SearchPage:
        """Find patents that look like one article."""
        options = SearchOptions(
            patent_filter=patent_filter or PatentFilter(),
            view_matching=view_matching,
            release_id=release_id,
            allow_degraded=allow_degraded,
            read_mask=read_mask,
            exact=exact,
            application=application,
            relevant_patents=relevant_patents,
            irrelevant_patents=irrelevant_patents,
            collapse_families=collapse_families,
            include_query_families=include_query_families,
            certify=certify,
        )
        queries = await asyncio.to_thread(requests.query_images, images, views)
        return await self._page(requests.search_to_wire(queries, options, limit, page_token))

    async def search_pages(
        self,
        images: Sequence[ImageSource],
        *,
        views: Sequence[View] | None = None,
        limit: int = DEFAULT_LIMIT,
        patent_filter: PatentFilter | None = None,
        view_matching: ViewMatching = ViewMatching.PREFER,
        release_id: str = "",
        allow_degraded: bool = False,
        read_mask: Sequence[str] = (),
        exact: bool = False,
        application: Application | None = None,
        relevant_patents: Sequence[str] = (),
        irrelevant_patents: Sequence[str] = (),
        collapse_families: bool = False,
        include_query_families: bool = False,
    ) -> AsyncIterator[records.SearchPage]:
        """As `search`, page after page, each asked for when it is wanted. No patent comes twice."""
        options = SearchOptions(
            patent_filter=patent_filter or PatentFilter(),
            view_matching=view_matching,
            release_id=release_id,
            allow_degraded=allow_degraded,
            read_mask=read_mask,
            exact=exact,
            application=application,
            relevant_patents=relevant_patents,
            irrelevant_patents=irrelevant_patents,
            collapse_families=collapse_families,
            include_query_families=include_query_families,
        )
        queries = await asyncio.to_thread(requests.query_images, images, views)
        page = await self._page(requests.search_to_wire(queries, options, limit, ""))
        yield page
        while page.next_page_token:
            page = await self._page(requests.next_to_wire(options, limit, page.next_page_token))
            yield page

    async def _page(self, request: search_pb2.SearchDesignsRequest) -> records.SearchPage:
        return replies.search_page(await self._call(self._search.SearchDesigns, request))

    async def search_many(
        self, searches: Iterable[Search] | AsyncIterable[Search]
    ) -> AsyncIterator[records.SearchResult]:
        """Answer many searches; one result each, as they are done, in any order. A search that fails fails alone."""
        source = _Watched(searches)
        requested = (await asyncio.to_thread(requests.batch_to_wire, one) async for one in source)
        async with aclosing(_answers(source, self._search.BatchSearchDesigns(requested))) as responses:
            async for response in responses:
                yield replies.search_result(response)

    async def import_patents(
        self, items: Iterable[ImportItem] | AsyncIterable[ImportItem]
    ) -> AsyncIterator[records.ImportResult]:
        """Import patents; one result each, as they are done, in any order. A bad patent fails alone.

        Items are taken as fast as the gateway works. What their iterator raises ends the import and is raised
        here.
        """
        source = _Watched(items)
        requested = (requests.import_to_wire(item) async for item in source)
        async with aclosing(_answers(source, self._catalog.ImportPatents(requested))) as responses:
            async for response in responses:
                yield replies.import_result(response)

    async def get_patent(self, patent_id: str) -> Patent:
        """A patent with its drawings."""
        return (await self.read_patent(patent_id)).patent

    async def read_patent(self, patent_id: str) -> records.StoredPatent:
        """A patent, and the etag with which only this content of it is replaced or deleted."""
        request = catalog_pb2.GetCatalogPatentRequest(patent_id=patent_id)
        return replies.stored_patent(await self._call(self._catalog.GetCatalogPatent, request))

    async def get_patents(self, patent_ids: Iterable[str]) -> AsyncGenerator[records.PatentResult]:
        """Patents by their ids, in that order, a result each: one that cannot be read fails alone. A call for every
        thousand, made when its first result is wanted."""
        for request in requests.batches_of_patents(patent_ids):
            async with aclosing(_told(self._catalog.BatchGetCatalogPatents(request))) as responses:
                async for response in responses:
                    yield replies.patent_result(response)

    async def list_patents(
        self,
        patent_filter: PatentFilter | None = None,
        page_size: int = 100,
        page_token: str = "",
        order_by: str = "",
    ) -> records.PatentPage:
        """A page of the catalogue, at most 1,000 patents, by id or as order_by says: "filing_date desc"."""
        request = requests.page_to_wire(patent_filter, page_size, page_token, order_by)
        return replies.patent_page(await self._call(self._catalog.ListCatalogPatents, request))

    async def facets(
        self,
        patent_filter: PatentFilter | None = None,
        facets: Sequence[Facet] = (),
        value_count: int = 20,
    ) -> tuple[FacetCounts, ...]:
        """Counts of the patents that a filter lets through, by each facet, or by all; up to 200 values of each.

        A facet leaves out what the filter says of it: that of Locarno classes counts those of other classes too.
        """
        request = requests.facets_to_wire(patent_filter, facets, value_count)
        return replies.facet_counts(await self._call(self._catalog.GetCatalogFacets, request))

    async def get_drawing(self, drawing_id: str, size: DrawingSize = DrawingSize.ORIGINAL) -> DrawingImage:
        """The image of a drawing."""
        request = requests.drawing_to_wire(drawing_id, size)
        return replies.drawing_image(await self._call(self._catalog.GetCatalogDrawing, request))

    async def get_drawings(
        self, drawing_ids: Iterable[str], size: DrawingSize = DrawingSize.ORIGINAL
    ) -> AsyncGenerator[records.DrawingResult]:
        """Images of drawings; as `get_patents`."""
        for request in requests.batches_of_drawings(drawing_ids, size):
            async with aclosing(_told(self._catalog.BatchGetCatalogDrawings(request))) as responses:
                async for response in responses:
                    yield replies.drawing_result(response)

    async def delete_patents(self, patent_ids: Sequence[str], etags: Mapping[str, str] | None = None) -> int:
        """Delete patents from every store; how many there were. Unknown ids are no error.

        Etags: by patent id, of those that are to be deleted only as they were read; with another one, ETAG_MISMATCH,
        nothing is deleted.
        """
        request = catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=patent_ids, etags=etags)
        return (await self._call(self._catalog.DeleteCatalogPatents, request)).deleted_count

    async def delete(
        self, patent_ids: Sequence[str], etags: Mapping[str, str] | None = None
    ) -> records.Deletion:
        """As `delete_patents`; which of them there were, and which not."""
        request = catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=patent_ids, etags=etags)
        return replies.deletion(await self._call(self._catalog.DeleteCatalogPatents, request))

    async def find_sources(self, digests: Sequence[str]) -> dict[str, str]:
        """Those of 1 to 1,000 source digests that need not be imported again: the id of each one's patent."""
        request = catalog_pb2.FindCatalogSourcesRequest(source_digests=digests)
        return replies.sources(await self._call(self._catalog.FindCatalogSources, request))

    async def audit_events(
        self, start: datetime | None = None, end: datetime | None = None, caller: str = "", of_id: str = ""
    ) -> AsyncGenerator[records.AuditEvent]:
        """The calls that ended from start on and before end, oldest first; of one caller, or one patent or drawing.

        For auditors. AUDIT_NOT_KEPT where the gateway writes none down.
        """
        request = requests.audit_to_wire(start, end, caller, of_id)
        async with aclosing(_told(self._audit.ReadAuditEvents(request))) as responses:
            async for response in responses:
                yield replies.audit_event(response)

    async def server_info(self) -> records.ServerInfo:
        """The gateway's version, what it searches with, and how much it takes."""
        request = server_pb2.GetServerInfoRequest()
        return replies.server_info(await self._call(self._server.GetServerInfo, request))

    async def _call(
        self, method: grpc.aio.UnaryUnaryMultiCallable[Request, Response], request: Request
    ) -> Response:
        give_up = time.monotonic() + self._timeout_seconds
        while True:
            try:
                return await method(request, timeout=give_up - time.monotonic())
            except grpc.RpcError as failure:
                error = error_from_rpc(failure)
                if (pause := pause_before_retry(error, give_up)) is None:
                    raise error from failure
            await asyncio.sleep(pause)


async def _told(responses: grpc.aio.UnaryStreamCall[Any, Response]) -> AsyncGenerator[Response]:
    """The answers of a call."""
    try:
        async for response in responses:
            yield response
    except grpc.RpcError as error:
        raise error_from_rpc(error) from error
    finally:
        responses.cancel()


async def _answers(
    source: _Watched[Item], responses: grpc.aio.StreamStreamCall[Any, Response]
) -> AsyncGenerator[Response]:
    """The answers to a stream of requests made of a source."""
    try:
        async for response in responses:
            yield response
    except (grpc.RpcError, asyncio.CancelledError) as error:
        # gRPC cancels the call where the items fail, which looks like our own cancellation.
        if source.failure is not None:
            raise source.failure from None
        if isinstance(error, grpc.RpcError):
            raise error_from_rpc(error) from error
        raise
    finally:
        responses.cancel()


class _Watched(Generic[Item]):
    """Keeps what an iterator raises: gRPC would only write it to its log."""

    def __init__(self, items: Iterable[Item] | AsyncIterable[Item]) -> None:
        self._items = items
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[Item]:
        try:
            if isinstance(self._items, AsyncIterable):
                async for item in self._items:
                    yield item
            else:
                # Away from the event loop: to make an item may mean to read and cut sheets.
                iterator = iter(self._items)
                while (taken := await asyncio.to_thread(_next, iterator)) is not None:
                    yield taken
        except Exception as error:
            self.failure = error
            raise


def _next(items: Iterator[Item]) -> Item | None:
    return next(items, None)
