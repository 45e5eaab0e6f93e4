"""The metadata service over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

import grpc

from sevenviews.backends.patent_messages import (
    id_of,
    image_from_wire,
    lost_from_wire,
    published_from_wire,
    record_from_wire,
    summary_from_wire,
)
from sevenviews.backends.records import (
    AuditReport,
    PatentGeneration,
    PatentPage,
    PatentRecord,
    PublishedPatent,
    PublishedSummary,
    PutRules,
    StoredPatent,
    Suggestions,
    UnknownName,
)
from sevenviews.backends.remote import call, is_unimplemented, resumed, stream
from sevenviews.designs import (
    BY_ID,
    DrawingImage,
    DrawingSize,
    Facet,
    FacetCounts,
    Patent,
    PatentFilter,
    PatentOrder,
    SevenviewsError,
)
from sevenviews.internal.v1 import patents_pb2, patents_pb2_grpc
from sevenviews.runtime.facet_wire import counts_of_answer, facet_to_wire
from sevenviews.runtime.patent_wire import patent_to_wire, size_to_wire
from sevenviews.runtime.status import error_from_item
from sevenviews.runtime.wire import filter_to_wire
from sevenviews.v1 import patent_pb2

SERVICE = "metadata"

MAX_PATENTS_PER_CALL = 1_000
"""Of BatchGetPatents."""

MAX_PATENTS_PER_PAGE = 1_000
"""Of ListPatents."""


class PatentClient:
    """Every call raises SevenviewsError, as `remote.call` does."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = patents_pb2_grpc.PatentServiceStub(channel)

    async def put(
        self, patent: Patent, contents: Mapping[str, bytes], rules: PutRules, timeout_seconds: float
    ) -> StoredPatent:
        """Stage a patent with its images, by drawing id. Raises PATENT_CONTENT_CONFLICT, ETAG_MISMATCH and others."""
        request = patents_pb2.PutPatentRequest(
            patent=patent_to_wire(patent),
            contents=[
                patent_pb2.DrawingContent(drawing_id=drawing_id, content=content)
                for drawing_id, content in contents.items()
            ],
            replace=rules.replace,
            seen_generation=rules.seen,
            validate_only=rules.validate_only,
        )
        response = await call(SERVICE, self._stub.PutPatent, request, timeout_seconds)
        return StoredPatent(response.generation, response.published_generation, response.changed)

    async def publish(
        self, wanted: Sequence[PatentGeneration], timeout_seconds: float
    ) -> Sequence[SevenviewsError | None]:
        """Make staged generations of 1 to MAX_PATENTS_PER_CALL patents visible. Why each was refused, if it was:
        PATENT_GENERATION_STALE, PATENT_NOT_FOUND."""
        request = patents_pb2.PublishPatentsRequest(
            patents=[
                patents_pb2.PatentGeneration(patent_id=one.patent_id, generation=one.generation)
                for one in wanted
            ]
        )
        response = await call(SERVICE, self._stub.PublishPatents, request, timeout_seconds)
        return [error_from_item(one.status) for one in response.results]

    async def get_published(
        self, patent_ids: Sequence[str], timeout_seconds: float
    ) -> Mapping[str, PublishedPatent]:
        """Those of 1 to MAX_PATENTS_PER_CALL patents that are published."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids)
        response = await call(SERVICE, self._stub.BatchGetPatents, request, timeout_seconds)
        return {id_of(one): published_from_wire(one) for one in response.patents}

    async def get_summaries(
        self, patent_ids: Sequence[str], timeout_seconds: float, *, whole: bool
    ) -> Mapping[str, PublishedSummary]:
        """The same, each as a hit tells of it; with the whole patents, if so asked, which costs more."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids, summaries=not whole)
        response = await call(SERVICE, self._stub.BatchGetPatents, request, timeout_seconds)
        return {id_of(one): summary_from_wire(one) for one in response.patents}

    async def watermark(self, timeout_seconds: float) -> int:
        """The number of the catalogue's last change; who reads after this call sees all up to it."""
        request = patents_pb2.GetWatermarkRequest()
        response = await call(SERVICE, self._stub.GetWatermark, request, timeout_seconds)
        return response.change

    async def get_records(
        self, patent_ids: Sequence[str], timeout_seconds: float
    ) -> Mapping[str, PatentRecord]:
        """The same, and those that are staged."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids, include_staged=True)
        response = await call(SERVICE, self._stub.BatchGetPatents, request, timeout_seconds)
        return {id_of(one): record_from_wire(one) for one in response.patents}

    async def get_staged(
        self, patent_ids: Sequence[str], timeout_seconds: float
    ) -> Mapping[str, PatentRecord]:
        """What is staged of 1 to MAX_PATENTS_PER_CALL patents, also behind what is published."""
        request = patents_pb2.BatchGetPatentsRequest(patent_ids=patent_ids, staged=True)
        response = await call(SERVICE, self._stub.BatchGetPatents, request, timeout_seconds)
        return {id_of(one): record_from_wire(one) for one in response.patents}

    async def suggest(
        self, patent_id: str, holders: Sequence[str], inventors: Sequence[str], timeout_seconds: float
    ) -> Suggestions:
        """What is published and near to an id, unless it is empty, and to those of the names that nobody has."""
        request = patents_pb2.SuggestNamesRequest(patent_id=patent_id, holders=holders, inventors=inventors)
        response = await call(SERVICE, self._stub.SuggestNames, request, timeout_seconds)
        unknown = (UnknownName(one.field, one.name, tuple(one.near)) for one in response.unknown_names)
        return Suggestions(tuple(response.patent_ids), tuple(unknown))

    async def sources(self, digests: Sequence[str], timeout_seconds: float) -> Mapping[str, str]:
        """Those of 1 to MAX_PATENTS_PER_CALL sources that gave what is published, each with its patent's id."""
        request = patents_pb2.FindSourcesRequest(source_digests=digests)
        response = await call(SERVICE, self._stub.FindSources, request, timeout_seconds)
        return {one.source_digest: one.patent_id for one in response.sources}

    async def families(
        self, patent_ids: Sequence[str], timeout_seconds: float, *, same_drawings: bool = False
    ) -> Mapping[str, tuple[str, ...]]:
        """The other published patents of each one's family, in the order of ids; of those that have some. Those whose
        drawings are the same images count as well, if so asked."""
        request = patents_pb2.FindFamiliesRequest(patent_ids=patent_ids, include_same_drawings=same_drawings)
        response = await call(SERVICE, self._stub.FindFamilies, request, timeout_seconds)
        return {one.patent_id: tuple(one.other_patent_ids) for one in response.families}

    async def page(
        self,
        patent_filter: PatentFilter,
        page_size: int,
        page_token: str,
        timeout_seconds: float,
        *,
        include_staged: bool = False,
        order: PatentOrder = BY_ID,
    ) -> PatentPage:
        """Published patents in an order; those that are staged as well, if so asked."""
        request = patents_pb2.ListPatentsRequest(
            filter=filter_to_wire(patent_filter),
            page_size=page_size,
            page_token=page_token,
            include_staged=include_staged,
            order_by=str(order),
        )
        response = await call(SERVICE, self._stub.ListPatents, request, timeout_seconds)
        return PatentPage(
            tuple(map(record_from_wire, response.patents)), response.next_page_token, response.total_size
        )

    async def facets(
        self,
        patent_filter: PatentFilter,
        facets: Sequence[Facet],
        value_count: int,
        timeout_seconds: float,
    ) -> Sequence[FacetCounts]:
        """What the published patents have that the filter lets through, but for what it says of each facet itself."""
        request = patents_pb2.CountFacetsRequest(
            filter=filter_to_wire(patent_filter), facets=map(facet_to_wire, facets), value_count=value_count
        )
        response = await call(SERVICE, self._stub.CountFacets, request, timeout_seconds)
        return counts_of_answer(response.facets)

    async def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int], timeout_seconds: float
    ) -> Sequence[PatentGeneration]:
        """Those that were there, with the generation of their deletion. Raises ETAG_MISMATCH, and deletes nothing, if
        readers see another generation of one than `seen` has."""
        request = patents_pb2.DeletePatentsRequest(patent_ids=patent_ids, seen_generations=seen)
        response = await call(SERVICE, self._stub.DeletePatents, request, timeout_seconds)
        return [PatentGeneration(one.patent_id, one.generation) for one in response.deleted]

    async def image(
        self,
        drawing_id: str,
        size: DrawingSize,
        timeout_seconds: float,
        *,
        content_digest: str = "",
    ) -> DrawingImage:
        """Of what is published; or whatever has that digest, also of what is staged."""
        request = patents_pb2.GetDrawingImageRequest(
            drawing_id=drawing_id, size=size_to_wire(size), content_digest=content_digest
        )
        response = await call(SERVICE, self._stub.GetDrawingImage, request, timeout_seconds)
        return image_from_wire(response)

    async def images(
        self, drawing_ids: Sequence[str], size: DrawingSize, timeout_seconds: float
    ) -> Sequence[DrawingImage | SevenviewsError]:
        """1 to MAX_IMAGES_PER_CALL drawings, reduced: each, or why there is none."""
        request = patents_pb2.BatchGetDrawingImagesRequest(drawing_ids=drawing_ids, size=size_to_wire(size))
        try:
            response = await call(SERVICE, self._stub.BatchGetDrawingImages, request, timeout_seconds)
        except SevenviewsError as error:
            if not is_unimplemented(error):
                raise
            # A service of the version before.
            return [await self._image_or_error(one, size, timeout_seconds) for one in drawing_ids]
        return [error_from_item(one.status) or image_from_wire(one.image) for one in response.results]

    async def _image_or_error(
        self, drawing_id: str, size: DrawingSize, timeout_seconds: float
    ) -> DrawingImage | SevenviewsError:
        try:
            return await self.image(drawing_id, size, timeout_seconds)
        except SevenviewsError as error:
            return error

    async def audit(
        self, timeout_seconds: float, most_deleted: int | None = None
    ) -> AsyncIterator[AuditReport]:
        """Compare records with images, however long it takes: the timeout is that of one stream, and where one is cut
        off another goes on. `most_deleted`: images that may be deleted because no record names them; None: change
        nothing. Raises REPAIR_REFUSED."""
        deleted = 0

        async def behind(key: str) -> AsyncIterator[tuple[str, AuditReport]]:
            nonlocal deleted
            request = patents_pb2.AuditDrawingsRequest(
                repair=most_deleted is not None, most_deleted=(most_deleted or 0) - deleted, after_key=key
            )
            async for report in stream(SERVICE, self._stub.AuditDrawings, request, timeout_seconds):
                lost = tuple(map(lost_from_wire, report.disagreements))
                deleted += sum(one.repaired for one in lost)
                yield report.last_key, AuditReport(report.record_count, report.object_count, lost)

        async for report in resumed(behind, ""):
            yield report
