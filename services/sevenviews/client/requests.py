"""What a caller asks, put on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt
from google.protobuf.field_mask_pb2 import FieldMask

from sevenviews.designs import CropBox, DrawingSize, Patent, PatentFilter, View, ViewMatching
from sevenviews.law import Application
from sevenviews.runtime.law_wire import application_to_wire
from sevenviews.runtime.patent_wire import patent_to_wire, size_to_wire
from sevenviews.runtime.wire import crop_to_wire, filter_to_wire, view_matching_to_wire, view_to_wire
from sevenviews.v1 import audit_pb2, catalog_pb2, law_pb2, patent_pb2, search_pb2

DEFAULT_LIMIT = 20
"""Patents a page."""

_IDS_PER_CALL = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class QueryImage:
    """What to search with: exactly one of content, drawing_id, patent_id and vector.

    Attributes:
        content: an encoded TIFF, PNG, JPEG or WebP.
        view: that it shows; unknown: that of the drawing of the catalogue, of anything else none.
        crop: the part of the content that counts; None: all of it.
        weight: against the other queries; below 0, patents that resemble it are not wanted.
        drawing_id: a drawing of the catalogue.
        patent_id: a patent of the catalogue, which asks with its drawings.
        vector: of unit length, [dimension], made by the model of the release that is searched.
        model_version: that model.
    """

    content: bytes = b""
    view: View = View.UNKNOWN
    crop: CropBox | None = None
    weight: float = 1.0
    drawing_id: str = ""
    patent_id: str = ""
    vector: Sequence[float] | npt.NDArray[np.float32] | None = None
    model_version: str = ""


ImageSource = bytes | str | PathLike[str] | QueryImage
"""The bytes of an image, the path of its file, or a query."""


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search.

    Attributes:
        release_id: empty for the serving one.
        read_mask: fields of the hits' patents.
        exact: compare with every drawing, and trust no index.
        application: that whose dates of law each hit is told by.
        relevant_patents, irrelevant_patents: ids or numbers of patents that are like what is looked for, and of some
            that are not: they move the queries; search.proto has the formula.
        collapse_families: one hit a family, which names the others.
        include_query_families: find the patents that ask as well, and their families.
        certify: the first page has a certificate.
    """

    patent_filter: PatentFilter = field(default_factory=PatentFilter)
    _: KW_ONLY
    view_matching: ViewMatching = ViewMatching.PREFER
    release_id: str = ""
    allow_degraded: bool = False
    read_mask: Sequence[str] = ()
    exact: bool = False
    application: Application | None = None
    relevant_patents: Sequence[str] = ()
    irrelevant_patents: Sequence[str] = ()
    collapse_families: bool = False
    include_query_families: bool = False
    certify: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """One search of many. The id is of the caller's choice; its result has it."""

    search_id: str
    images: Sequence[ImageSource]
    options: SearchOptions = field(default_factory=SearchOptions)
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class ImportItem:
    """A patent to import.

    Attributes:
        patent: with its drawings.
        contents: the encoded image of each drawing, by drawing id.
        replace: take the new content where the id is stored with other content.
        etag: of what it may replace, as it was read; empty: of anything.
        validate_only: check everything and store nothing; the outcome says what would happen.
    """

    patent: Patent
    contents: Mapping[str, bytes]
    replace: bool = False
    etag: str = ""
    validate_only: bool = False


def query_images(images: Sequence[ImageSource], views: Sequence[View] | None) -> tuple[QueryImage, ...]:
    """Read the files among the images.

    Args:
        images: what to search with.
        views: one an image; None leaves the views as they are.

    Raises:
        OSError: a file cannot be read.
        ValueError: there are not as many views as images.
    """
    queries = tuple(map(_query_image, images))
    if views is None:
        return queries
    if len(views) != len(images):
        raise ValueError(f"{len(views)} views are given for {len(images)} images")
    return tuple(replace(query, view=view) for query, view in zip(queries, views, strict=True))


def _query_image(source: ImageSource) -> QueryImage:
    if isinstance(source, QueryImage):
        return source
    if isinstance(source, bytes):
        return QueryImage(source)
    return QueryImage(Path(source).read_bytes())


def search_to_wire(
    queries: Sequence[QueryImage], options: SearchOptions, limit: int, page_token: str
) -> search_pb2.SearchDesignsRequest:
    return search_pb2.SearchDesignsRequest(
        queries=map(_query_to_wire, queries),
        filter=filter_to_wire(options.patent_filter),
        view_matching=view_matching_to_wire(options.view_matching),
        page_size=limit,
        page_token=page_token,
        release_id=options.release_id,
        allow_degraded=options.allow_degraded,
        read_mask=FieldMask(paths=options.read_mask),
        exact=options.exact,
        application=_application_to_wire(options),
        relevant_patents=options.relevant_patents,
        irrelevant_patents=options.irrelevant_patents,
        collapse_families=options.collapse_families,
        include_query_families=options.include_query_families,
        certify=options.certify,
    )


def batch_to_wire(search: Search) -> search_pb2.BatchSearchDesignsRequest:
    """Reads the files among the images. Raises OSError."""
    request = search_to_wire(query_images(search.images, None), search.options, search.limit, "")
    return search_pb2.BatchSearchDesignsRequest(search_id=search.search_id, search=request)


def _query_to_wire(query: QueryImage) -> search_pb2.QueryImage:
    wire = search_pb2.QueryImage(
        view=view_to_wire(query.view),
        crop=None if query.crop is None else crop_to_wire(query.crop),
        weight=query.weight,
    )
    if query.drawing_id:
        wire.drawing_id = query.drawing_id
    elif query.patent_id:
        wire.patent_id = query.patent_id
    elif query.vector is not None:
        wire.embedding.values.extend(map(float, query.vector))
        wire.embedding.model_version = query.model_version
    else:
        wire.content = query.content
    return wire


def next_to_wire(options: SearchOptions, limit: int, page_token: str) -> search_pb2.SearchDesignsRequest:
    """The page after another: the gateway knows what was asked for."""
    return search_pb2.SearchDesignsRequest(
        page_size=limit,
        page_token=page_token,
        allow_degraded=options.allow_degraded,
        read_mask=FieldMask(paths=options.read_mask),
        # It tells how long the page may take.
        exact=options.exact,
        application=_application_to_wire(options),
    )


def _application_to_wire(options: SearchOptions) -> law_pb2.DesignApplication | None:
    return None if options.application is None else application_to_wire(options.application)


def import_to_wire(item: ImportItem) -> catalog_pb2.ImportPatentsRequest:
    return catalog_pb2.ImportPatentsRequest(
        patent=patent_to_wire(item.patent),
        contents=[
            patent_pb2.DrawingContent(drawing_id=drawing_id, content=content)
            for drawing_id, content in item.contents.items()
        ],
        replace=item.replace,
        etag=item.etag,
        validate_only=item.validate_only,
    )


def batches_of_patents(patent_ids: Iterable[str]) -> Iterator[catalog_pb2.BatchGetCatalogPatentsRequest]:
    for batch in _batches(patent_ids):
        yield catalog_pb2.BatchGetCatalogPatentsRequest(patent_ids=batch)


def batches_of_drawings(
    drawing_ids: Iterable[str], size: DrawingSize
) -> Iterator[catalog_pb2.BatchGetCatalogDrawingsRequest]:
    for batch in _batches(drawing_ids):
        yield catalog_pb2.BatchGetCatalogDrawingsRequest(drawing_ids=batch, size=size_to_wire(size))


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while batch := list(islice(left, _IDS_PER_CALL)):
        yield batch


def drawing_to_wire(drawing_id: str, size: DrawingSize) -> catalog_pb2.GetCatalogDrawingRequest:
    return catalog_pb2.GetCatalogDrawingRequest(drawing_id=drawing_id, size=size_to_wire(size))


def audit_to_wire(
    start: datetime | None, end: datetime | None, caller: str, of_id: str
) -> audit_pb2.ReadAuditEventsRequest:
    """Times have zones, or are of the local one."""
    request = audit_pb2.ReadAuditEventsRequest(caller=caller, id=of_id)
    if start is not None:
        request.start_time.FromDatetime(start.astimezone(UTC))
    if end is not None:
        request.end_time.FromDatetime(end.astimezone(UTC))
    return request
