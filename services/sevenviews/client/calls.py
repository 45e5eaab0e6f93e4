"""Every call of the API, once: what is asked, and how the answer is read. The clients differ in how they wait."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import grpc
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sevenviews.client import records, replies, requests
from sevenviews.client.requests import DEFAULT_LIMIT, ImageSource, ImportItem, Search, SearchOptions
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
from sevenviews.runtime.facet_wire import counts_of_answer, facet_to_wire
from sevenviews.runtime.wire import filter_to_wire
from sevenviews.v1 import audit_pb2, catalog_pb2, release_pb2, search_pb2, server_pb2

Item = TypeVar("Item")
Result = TypeVar("Result")
Made = TypeVar("Made", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One request, to be made, and how its answer is read."""

    ask: Callable[[], Message]
    read: Callable[[Any], Result]


@dataclass(frozen=True, slots=True)
class SearchCall(Call[records.SearchPage]):
    """A search, whose request may read files; following: the request for the page that a token names."""

    following: Callable[[str], Message]


@dataclass(frozen=True, slots=True)
class Answers(Generic[Result]):
    """Requests, each of which is answered by many messages; a request is made when its first is wanted."""

    requests: Iterable[Message]
    read: Callable[[Any], Result]


@dataclass(frozen=True, slots=True)
class Exchange(Generic[Item, Result]):
    """A stream of requests, made of items, and a stream of answers.

    Attributes:
        kind: of the requests.
        ask: makes one; may read files.
    """

    items: Iterable[Item] | AsyncIterable[Item]
    kind: type[Message]
    ask: Callable[[Item], Message]
    read: Callable[[Any], Result]


def rpcs(channel: grpc.Channel | grpc.aio.Channel) -> Mapping[type[Message], Any]:
    """What makes each call on a channel, by the message that asks: each is that of one rpc alone."""

    def made() -> Iterator[tuple[type[Message], Any]]:
        for module in (audit_pb2, catalog_pb2, release_pb2, search_pb2, server_pb2):
            for service in module.DESCRIPTOR.services_by_name.values():
                for method in service.methods:
                    sides = (method.client_streaming, method.server_streaming)
                    make = getattr(channel, "_".join("stream" if one else "unary" for one in sides))
                    asks, answers = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
                    path = f"/{service.full_name}/{method.name}"
                    yield asks, make(path, asks.SerializeToString, answers.FromString)

    return dict(made())


def shown_as(ask: Callable[..., Any], method: Made) -> Made:
    """A client's method, which shows the arguments of what it asks, and its documentation if it has none itself."""
    signature = inspect.signature(ask)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[itself, *signature.parameters.values()], return_annotation=signature.empty
    )
    method.__name__, method.__doc__ = ask.__name__, method.__doc__ or ask.__doc__
    return method


def search(
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
) -> SearchCall:
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

    def ask() -> Message:
        return requests.search_to_wire(requests.query_images(images, views), options, limit, page_token)

    def following(token: str) -> Message:
        return requests.next_to_wire(options, limit, token)

    return SearchCall(ask, replies.search_page, following)


def search_many(searches: Iterable[Search] | AsyncIterable[Search]) -> Exchange[Search, records.SearchResult]:
    """Answer many searches; one result each, as they are done, in any order. A search that fails fails alone.

    Searches are taken as the items of `import_patents` are.
    """
    kind = search_pb2.BatchSearchDesignsRequest
    return Exchange(searches, kind, requests.batch_to_wire, replies.search_result)


def import_patents(
    items: Iterable[ImportItem] | AsyncIterable[ImportItem],
) -> Exchange[ImportItem, records.ImportResult]:
    """Import patents; one result each, as they are done, in any order. A bad patent fails alone.

    Items are taken from another thread, as fast as the gateway works. What their iterator raises ends the import and
    is raised here.
    """
    return Exchange(items, catalog_pb2.ImportPatentsRequest, requests.import_to_wire, replies.import_result)


def get_patent(patent_id: str) -> Call[Patent]:
    """A patent with its drawings."""
    stored = read_patent(patent_id)
    return Call(stored.ask, lambda response: stored.read(response).patent)


def read_patent(patent_id: str) -> Call[records.StoredPatent]:
    """A patent, and the etag with which only this content of it is replaced or deleted."""
    return Call(lambda: catalog_pb2.GetCatalogPatentRequest(patent_id=patent_id), replies.stored_patent)


def get_patents(patent_ids: Iterable[str]) -> Answers[records.PatentResult]:
    """Patents by their ids, in that order, a result each: one that cannot be read fails alone. A call for every
    thousand, made when its first result is wanted."""
    return Answers(requests.batches_of_patents(patent_ids), replies.patent_result)


def list_patents(
    patent_filter: PatentFilter | None = None,
    page_size: int = 100,
    page_token: str = "",
    order_by: str = "",
) -> Call[records.PatentPage]:
    """A page of the catalogue, at most 1,000 patents, by id or as order_by says: "filing_date desc"."""
    request = catalog_pb2.ListCatalogPatentsRequest(
        filter=filter_to_wire(patent_filter or PatentFilter()),
        page_size=page_size,
        page_token=page_token,
        order_by=order_by,
    )
    return Call(lambda: request, replies.patent_page)


def facets(
    patent_filter: PatentFilter | None = None, facets: Sequence[Facet] = (), value_count: int = 20
) -> Call[tuple[FacetCounts, ...]]:
    """Counts of the patents that a filter lets through, by each facet, or by all; up to 200 values of each.

    A facet leaves out what the filter says of it: that of Locarno classes counts those of other classes too.
    """
    request = catalog_pb2.GetCatalogFacetsRequest(
        filter=filter_to_wire(patent_filter or PatentFilter()),
        facets=map(facet_to_wire, facets),
        value_count=value_count,
    )
    return Call(lambda: request, lambda response: counts_of_answer(response.facets))


def get_drawing(drawing_id: str, size: DrawingSize = DrawingSize.ORIGINAL) -> Call[DrawingImage]:
    """The image of a drawing."""
    return Call(lambda: requests.drawing_to_wire(drawing_id, size), replies.drawing_image)


def get_drawings(
    drawing_ids: Iterable[str], size: DrawingSize = DrawingSize.ORIGINAL
) -> Answers[records.DrawingResult]:
    """Images of drawings; as `get_patents`."""
    return Answers(requests.batches_of_drawings(drawing_ids, size), replies.drawing_result)


def delete_patents(patent_ids: Sequence[str], etags: Mapping[str, str] | None = None) -> Call[int]:
    """Delete patents from every store; how many there were. Unknown ids are no error.

    Etags: by patent id, of those that are to be deleted only as they were read; with another one, ETAG_MISMATCH,
    nothing is deleted.
    """
    return Call(delete(patent_ids, etags).ask, lambda response: int(response.deleted_count))


def delete(patent_ids: Sequence[str], etags: Mapping[str, str] | None = None) -> Call[records.Deletion]:
    """As `delete_patents`; which of them there were, and which not."""
    return Call(
        lambda: catalog_pb2.DeleteCatalogPatentsRequest(patent_ids=patent_ids, etags=etags), replies.deletion
    )


def find_sources(digests: Sequence[str]) -> Call[dict[str, str]]:
    """Those of 1 to 1,000 source digests that need not be imported again: the id of each one's patent."""
    return Call(lambda: catalog_pb2.FindCatalogSourcesRequest(source_digests=digests), _sources)


def _sources(response: catalog_pb2.FindCatalogSourcesResponse) -> dict[str, str]:
    return {one.source_digest: one.patent_id for one in response.sources}


def audit_events(
    start: datetime | None = None, end: datetime | None = None, caller: str = "", of_id: str = ""
) -> Answers[records.AuditEvent]:
    """The calls that ended from start on and before end, oldest first; of one caller, or one patent or drawing.

    For auditors. AUDIT_NOT_KEPT where the gateway writes none down.
    """
    return Answers([requests.audit_to_wire(start, end, caller, of_id)], replies.audit_event)


def releases() -> Call[tuple[records.Release, ...]]:
    """All releases that are not retired, newest first. For operators."""
    return Call(
        release_pb2.ListSearchReleasesRequest, lambda response: tuple(map(replies.release, response.releases))
    )


def promote_release(release_id: str) -> Call[records.Release]:
    """Let a release answer searches. For operators."""
    return Call(
        lambda: release_pb2.PromoteSearchReleaseRequest(release_id=release_id),
        lambda response: replies.release(response.release),
    )


def server_info() -> Call[records.ServerInfo]:
    """The gateway's version, what it searches with, and how much it takes."""
    return Call(server_pb2.GetServerInfoRequest, replies.server_info)
