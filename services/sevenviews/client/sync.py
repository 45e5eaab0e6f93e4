"""The client for programs without asyncio."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    SevenviewsError,
    View,
    ViewMatching,
)
from sevenviews.law import Application
from sevenviews.runtime.bearer import Bearer, Credential
from sevenviews.runtime.channels import open_blocking_channel
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


class Client:
    """A connection to the gateway; safe to share between threads. `AsyncClient` has the same methods.

    Args:
        address: host:port, or dns:///name:port to balance over all addresses of a name.
        timeout_seconds: for each call but an import and the others of many, which may last as long as they need.
        max_message_bytes: the gateway must allow as much.
        credential: the API key or token that the gateway asks for; a path: the file of one, which may be renewed.
        tls: the gateway's CA, and the certificate that it may demand; None for plaintext.

    Each method raises SevenviewsError with the reason that search.proto documents for its rpc, or with
    DEPENDENCY_UNAVAILABLE or DEADLINE_EXCEEDED where the gateway itself does not answer. A call that is refused as
    OVERLOADED or QUOTA_EXCEEDED is made again when the gateway says, if that is within the timeout.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        timeout_seconds: float = 30.0,
        max_message_bytes: int = 64 * MEBIBYTE,
        tls: ClientTls | None = None,
        credential: Credential | None = None,
    ) -> None:
        bearer = None if credential is None else Bearer(credential)
        self._channel = open_blocking_channel(address, max_message_bytes, tls, bearer=bearer)
        self._search = search_pb2_grpc.SearchServiceStub(self._channel)
        self._catalog = catalog_pb2_grpc.CatalogServiceStub(self._channel)
        self._server = server_pb2_grpc.ServerServiceStub(self._channel)
        self._audit = audit_pb2_grpc.AuditServiceStub(self._channel)
        self._timeout_seconds = timeout_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; what runs fails."""
        self._channel.close()

    def search(
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
        """Find patents that look like one article.

        Args:
            images: 1 to 16 drawings of it; none is needed with a page token.
            views: what each of them shows.
            limit: patents a page, at most 200; 0: 20.
            patent_filter: which patents may be found.
            view_matching: how the views weigh.
            release_id: empty for the serving release.
            allow_degraded: take an answer without bibliography rather than none.
            read_mask: fields of Patent that each hit has beside its summary; "*": all.
            exact: compare with every drawing that the filter lets through, and miss none; takes time in proportion.
            relevant_patents, irrelevant_patents: patents that are like what is looked for, and some that are not, by
                id or number: relevance feedback.
            collapse_families: one hit a family, which names the others.
            include_query_families: find the patents that ask as well, and their families.
            page_token: of the page before, which everything else is taken from that is not given.
            application: tell each hit's dates of law against it.
            certify: answer with a certificate; not with a page token.
        """
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
        queries = requests.query_images(images, views)
        return self._page(requests.search_to_wire(queries, options, limit, page_token))

    def search_pages(
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
    ) -> Iterator[records.SearchPage]:
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
        queries = requests.query_images(images, views)
        page = self._page(requests.search_to_wire(queries, options, limit, ""))
        yield page
        while page.next_page_token:
            page = self._page(requests.next_to_wire(options, limit, page.next_page_token))
            yield page

    def _page(self, request: search_pb2.SearchDesignsRequest) -> records.SearchPage:
        return replies.search_page(self._call(self._search.SearchDesigns, request))

    def search_many(self, searches: Iterable[Search]) -> Iterator[records.SearchResult]:
        """Answer many searches; one result each, as they are done, in any order. A search that fails fails alone.

        Searches are taken as those of `import_patents`.
        """
        source = _Watched(searches)
        responses = self._search.BatchSearchDesigns(map(requests.batch_to_wire, source))
        for response in _answers(source, responses):
            yield replies.search_result(response)

    def import_patents(self, items: Iterable[ImportItem]) -> Iterator[records.ImportResult]:
        """Import patents; one result each, as they are done, in any order. A bad patent fails alone.

        Items are taken from another thread, as fast as the gateway works. What their iterator raises ends the
        import and is raised here.
        """
        source = _Watched(items)
        responses = self._catalog.ImportPatents(map(requests.import_to_wire, source))
        for response in _answers(source, responses):
            yield replies.import_result(response)

    def get_patent(self, patent_id: str) -> Patent:
        """A patent with its drawings."""
        return self.read_patent(patent_id).patent

    def read_patent(self, patent_id: str) -> records.StoredPatent:
        """A patent, and the etag with which only this content of it is replaced or deleted."""
        request = catalog_pb2.GetCatalogPatentRequest(patent_id=patent_id)
        return replies.stored_patent(self._call(self._catalog.GetCatalogPatent, request))

    def get_patents(self, patent_ids: Iterable[str]) -> Iterator[records.PatentResult]:
        """Patents by their ids, in that order, a result each: one that cannot be read fails alone. A call for every
        thousand, made when its first result is wanted."""
        for request in requests.batches_of_patents(patent_ids):
            yield from map(replies.patent_result, _told(self._catalog.BatchGetCatalogPatents(request)))

    def list_patents(
        self,
        patent_filter: PatentFilter | None = None,
        page_size: int = 100,
        page_token: str = "",
        order_by: str = "",
    ) -> records.PatentPage:
        """A page of the catalogue, at most 1,000 patents, by id or as order_by says: "filing_date desc"."""
        request = requests.page_to_wire(patent_filter, page_size, page_token, order_by)
        return replies.patent_page(self._call(self._catalog.ListCatalogPatents, request))

    def facets(
        self,
        patent_filter: PatentFilter | None = None,
        facets: Sequence[Facet] = (),
        value_count: int = 20,
    ) -> tuple[FacetCounts, ...]:
        """Counts of the patents that a filter lets through, by each facet, or by all; up to 200 values of each.

        A facet leaves out what the filter says of it: that of Locarno classes counts those of other classes too.
        """
        request = requests.facets_to_wire(patent_filter, facets, value_count)
        return replies.facet_counts(self._call(self._catalog.GetCatalogFacets, request))

    def get_drawing(self, drawing_id: str, size: DrawingSize = DrawingSize.ORIGINAL) -> DrawingImage:
        """The image of a drawing."""
        request = requests.drawing_to_wire(drawing_id, size)
        return replies.drawing_image(self._call(self._catalog.GetCatalogDrawing, request))

    def get_drawings(
        self, drawing_ids: Iterable[str], size: DrawingSize = DrawingSize.ORIGINAL
    ) -> Iterator[records.DrawingResult]:
        """Images of drawings; as `get_patents`."""
        for request in requests.batches_of_drawings(drawing_ids, size):
            yield from map(replies.drawing_result, _told(self._catalog.BatchGetCatalogDrawings(request)))

    def delete_patents(self, patent_ids: Sequence[str], etags: Mapping[str, str] | None = None) -> int:
        """Delete patents from every store; how many there were. Unknown ids are no error.

        Etags: by patent id, of those that are to be deleted only as they were read; with another one, ETAG_MISMATCH,
        nothing is deleted.
        """
        request = catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=patent_ids, etags=etags)
        return self._call(self._catalog.DeleteCatalogPatents, request).deleted_count

    def delete(self, patent_ids: Sequence[str], etags: Mapping[str, str] | None = None) -> records.Deletion:
        """As `delete_patents`; which of them there were, and which not."""
        request = catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=patent_ids, etags=etags)
        return replies.deletion(self._call(self._catalog.DeleteCatalogPatents, request))

    def find_sources(self, digests: Sequence[str]) -> dict[str, str]:
        """Those of 1 to 1,000 source digests that need not be imported again: the id of each one's patent."""
        request = catalog_pb2.FindCatalogSourcesRequest(source_digests=digests)
        return replies.sources(self._call(self._catalog.FindCatalogSources, request))

    def audit_events(
        self, start: datetime | None = None, end: datetime | None = None, caller: str = "", of_id: str = ""
    ) -> Iterator[records.AuditEvent]:
        """The calls that ended from start on and before end, oldest first; of one caller, or one patent or drawing.

        For auditors. AUDIT_NOT_KEPT where the gateway writes none down.
        """
        request = requests.audit_to_wire(start, end, caller, of_id)
        yield from map(replies.audit_event, _told(self._audit.ReadAuditEvents(request)))

    def server_info(self) -> records.ServerInfo:
        """The gateway's version, what it searches with, and how much it takes."""
        request = server_pb2.GetServerInfoRequest()
        return replies.server_info(self._call(self._server.GetServerInfo, request))

    def _call(self, method: grpc.UnaryUnaryMultiCallable[Request, Response], request: Request) -> Response:
        give_up = time.monotonic() + self._timeout_seconds
        while True:
            try:
                return method(request, timeout=give_up - time.monotonic())
            except grpc.RpcError as failure:
                error = error_from_rpc(failure)
                if (pause := pause_before_retry(error, give_up)) is None:
                    raise error from failure
            time.sleep(pause)


def _told(responses: Any) -> Iterator[Any]:
    """The answers of a call."""
    try:
        yield from responses
    except grpc.RpcError as error:
        raise error_from_rpc(error) from error
    finally:
        responses.cancel()


def _answers(source: _Watched[Any], responses: Any) -> Iterator[Any]:
    """The answers of a call, `responses`, to a stream of requests made of a source."""
    try:
        yield from _told(responses)
    except SevenviewsError:
        if source.failure is not None:
            raise source.failure from None
        raise


class _Watched(Generic[Item]):
    """Keeps what an iterator raises: gRPC would only write it to its log."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self.failure: Exception | None = None

    def __iter__(self) -> Iterator[Item]:
        try:
            yield from self._items
        except Exception as error:
            self.failure = error
            raise
