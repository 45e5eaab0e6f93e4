"""PatentService on the wire: messages in, use cases called in threads, messages out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

import grpc

from sevenviews.backends.records import PatentGeneration
from sevenviews.designs import DrawingImage, Reason, SevenviewsError
from sevenviews.internal.v1 import patents_pb2, patents_pb2_grpc
from sevenviews.metadata.audit import Disagreement
from sevenviews.metadata.checks import LARGEST
from sevenviews.metadata.images import Size
from sevenviews.metadata.patent_table import PatentRecord, PublishedSummary, State
from sevenviews.metadata.service import PatentCatalogue
from sevenviews.runtime.deadlines import Deadline, in_thread
from sevenviews.runtime.facet_wire import counts_to_wire, facets_from_wire
from sevenviews.runtime.patent_wire import patent_from_wire, size_from_wire
from sevenviews.runtime.status import item_status
from sevenviews.runtime.wire import check_range, filter_from_wire, malformed, order_from_wire, required
from sevenviews.v1 import catalog_pb2, common_pb2

Context = grpc.aio.ServicerContext[Any, Any]
Result = TypeVar("Result")

_STATES = {
    State.STAGED: patents_pb2.PATENT_STATE_STAGED,
    State.PUBLISHED: patents_pb2.PATENT_STATE_PUBLISHED,
}


_THREADS_A_BATCH = 2
"""That read the images of one batch: more callers than one are waiting."""


class PatentServicer(patents_pb2_grpc.PatentServiceServicer):
    """Translates.

    Args:
        catalogue: the use cases.
        threads: where they run; the event loop never waits for a store.
        default_seconds: of a request without a deadline.
    """

    def __init__(self, catalogue: PatentCatalogue, threads: Executor, default_seconds: float = 30.0) -> None:
        self._catalogue = catalogue
        self._threads = threads
        self._default_seconds = default_seconds

    async def PutPatent(  # noqa: N802
        self, request: patents_pb2.PutPatentRequest, context: Context
    ) -> patents_pb2.PutPatentResponse:
        deadline = Deadline.of_call(context, self._default_seconds)

        def put() -> patents_pb2.PutPatentResponse:
            contents: dict[str, bytes] = {}
            for one in request.contents:
                if one.drawing_id in contents:
                    raise SevenviewsError(
                        Reason.DRAWING_INVALID,
                        f"two images are given for {one.drawing_id}",
                        {"drawing_id": one.drawing_id},
                    )
                contents[one.drawing_id] = one.content
            patent = patent_from_wire(request.patent)
            stored = self._catalogue.put(
                patent,
                contents,
                replace_existing=request.replace,
                seen=request.seen_generation if request.HasField("seen_generation") else None,
                validate_only=request.validate_only,
                deadline=deadline,
            )
            return patents_pb2.PutPatentResponse(
                content_digest=stored.content_digest,
                state=_STATES[stored.state],
                changed=stored.changed,
                generation=stored.generation,
                published_generation=stored.published_generation,
            )

        return await self._in_thread(context, put)

    async def PublishPatents(  # noqa: N802
        self, request: patents_pb2.PublishPatentsRequest, context: Context
    ) -> patents_pb2.PublishPatentsResponse:
        wanted = [PatentGeneration(one.patent_id, one.generation) for one in request.patents]
        refusals = await self._in_thread(context, lambda: self._catalogue.publish(wanted))
        return patents_pb2.PublishPatentsResponse(
            results=(
                patents_pb2.PublishResult(
                    patent_id=one.patent_id,
                    status=common_pb2.ItemStatus() if refusal is None else item_status(refusal),
                )
                for one, refusal in zip(wanted, refusals, strict=True)
            )
        )

    async def BatchGetPatents(  # noqa: N802
        self, request: patents_pb2.BatchGetPatentsRequest, context: Context
    ) -> patents_pb2.BatchGetPatentsResponse:
        def get() -> patents_pb2.BatchGetPatentsResponse:
            if request.summaries:
                told, missing = self._catalogue.summaries(request.patent_ids)
                return patents_pb2.BatchGetPatentsResponse(
                    patents=map(summary_to_wire, told), missing_patent_ids=missing
                )
            if request.staged:
                found, missing = self._catalogue.staged(request.patent_ids)
            else:
                found, missing = self._catalogue.batch_get(
                    request.patent_ids, include_staged=request.include_staged
                )
            return patents_pb2.BatchGetPatentsResponse(
                patents=map(_record, found), missing_patent_ids=missing
            )

        return await self._in_thread(context, get)

    async def SuggestNames(  # noqa: N802
        self, request: patents_pb2.SuggestNamesRequest, context: Context
    ) -> patents_pb2.SuggestNamesResponse:
        found = await self._in_thread(
            context,
            lambda: self._catalogue.suggest(request.patent_id, request.holders, request.inventors),
        )
        return patents_pb2.SuggestNamesResponse(
            patent_ids=found.patent_ids,
            unknown_names=[
                common_pb2.UnknownName(field=one.field, name=one.name, near=one.near)
                for one in found.unknown_names
            ],
        )

    async def GetWatermark(  # noqa: N802
        self, request: patents_pb2.GetWatermarkRequest, context: Context
    ) -> patents_pb2.GetWatermarkResponse:
        change = await self._in_thread(context, self._catalogue.watermark)
        return patents_pb2.GetWatermarkResponse(change=change)

    async def FindSources(  # noqa: N802
        self, request: patents_pb2.FindSourcesRequest, context: Context
    ) -> patents_pb2.FindSourcesResponse:
        found = await self._in_thread(context, lambda: self._catalogue.sources(request.source_digests))
        return patents_pb2.FindSourcesResponse(
            sources=[
                catalog_pb2.CatalogSource(source_digest=digest, patent_id=patent_id)
                for digest, patent_id in found.items()
            ]
        )

    async def FindFamilies(  # noqa: N802
        self, request: patents_pb2.FindFamiliesRequest, context: Context
    ) -> patents_pb2.FindFamiliesResponse:
        found = await self._in_thread(
            context,
            lambda: self._catalogue.families(request.patent_ids, same_drawings=request.include_same_drawings),
        )
        return patents_pb2.FindFamiliesResponse(
            families=[
                patents_pb2.Family(patent_id=patent_id, other_patent_ids=others)
                for patent_id, others in found.items()
            ]
        )

    async def ListPatents(  # noqa: N802
        self, request: patents_pb2.ListPatentsRequest, context: Context
    ) -> patents_pb2.ListPatentsResponse:
        def page() -> patents_pb2.ListPatentsResponse:
            found = self._catalogue.list(
                filter_from_wire(request.filter),
                request.page_size,
                request.page_token,
                include_staged=request.include_staged,
                order=order_from_wire(request.order_by),
            )
            return patents_pb2.ListPatentsResponse(
                patents=map(_record, found.patents),
                next_page_token=found.next_page_token,
                total_size=found.total_size,
            )

        return await self._in_thread(context, page)

    async def CountFacets(  # noqa: N802
        self, request: patents_pb2.CountFacetsRequest, context: Context
    ) -> patents_pb2.CountFacetsResponse:
        def count() -> patents_pb2.CountFacetsResponse:
            counted = self._catalogue.facets(
                filter_from_wire(request.filter), facets_from_wire(request.facets), request.value_count
            )
            return patents_pb2.CountFacetsResponse(facets=map(counts_to_wire, counted))

        return await self._in_thread(context, count)

    async def ListPatentIds(  # noqa: N802
        self, request: patents_pb2.ListPatentIdsRequest, context: Context
    ) -> AsyncIterator[patents_pb2.ListPatentIdsResponse]:
        portions = self._catalogue.ids(include_staged=request.include_staged)
        while (portion := await self._next(context, portions)) is not None:
            yield patents_pb2.ListPatentIdsResponse(patents=map(_generation, portion))

    async def DeletePatents(  # noqa: N802
        self, request: patents_pb2.DeletePatentsRequest, context: Context
    ) -> patents_pb2.DeletePatentsResponse:
        deleted = await self._in_thread(
            context, lambda: self._catalogue.delete(request.patent_ids, request.seen_generations)
        )
        return patents_pb2.DeletePatentsResponse(deleted=map(_generation, deleted))

    async def GetDrawingImage(  # noqa: N802
        self, request: patents_pb2.GetDrawingImageRequest, context: Context
    ) -> patents_pb2.GetDrawingImageResponse:
        _require(request.drawing_id, "drawing_id")

        deadline = Deadline.of_call(context, self._default_seconds)

        def image() -> patents_pb2.GetDrawingImageResponse:
            size = Size[size_from_wire(request.size).name]
            digest = request.content_digest
            return _image(self._catalogue.images.get(request.drawing_id, size, deadline, digest))

        return await self._in_thread(context, image)

    async def BatchGetDrawingImages(  # noqa: N802
        self, request: patents_pb2.BatchGetDrawingImagesRequest, context: Context
    ) -> patents_pb2.BatchGetDrawingImagesResponse:
        if not request.drawing_ids:
            raise required("drawing_ids")
        size = Size[size_from_wire(request.size).name]
        if size is Size.ORIGINAL:
            raise malformed("size", request.size, "not a reduction")
        deadline = Deadline.of_call(context, self._default_seconds)
        images = self._catalogue.images
        keys = await self._in_thread(context, lambda: images.keys(request.drawing_ids))

        def image(drawing_id: str) -> patents_pb2.DrawingImageResult:
            try:
                found = images.at(drawing_id, keys.get(drawing_id), size, deadline)
            except SevenviewsError as error:
                return patents_pb2.DrawingImageResult(status=item_status(error))
            return patents_pb2.DrawingImageResult(image=_image(found))

        def portion(first: int, _: float) -> list[patents_pb2.DrawingImageResult]:
            return [image(one) for one in request.drawing_ids[first::_THREADS_A_BATCH]]

        portions = [
            in_thread(self._threads, deadline, partial(portion, first)) for first in range(_THREADS_A_BATCH)
        ]
        done = await asyncio.gather(*portions)
        return patents_pb2.BatchGetDrawingImagesResponse(
            results=(
                done[at % _THREADS_A_BATCH][at // _THREADS_A_BATCH] for at in range(len(request.drawing_ids))
            )
        )

    async def AuditDrawings(  # noqa: N802
        self, request: patents_pb2.AuditDrawingsRequest, context: Context
    ) -> AsyncIterator[patents_pb2.AuditDrawingsResponse]:
        check_range("most_deleted", request.most_deleted, 0, LARGEST)
        audit = self._catalogue.audit
        if request.repair:
            reports = audit.repair(request.most_deleted, request.after_key)
        else:
            reports = audit.examine(request.after_key)
        while (report := await self._next(context, reports)) is not None:
            yield patents_pb2.AuditDrawingsResponse(
                record_count=report.records,
                object_count=report.objects,
                last_key=report.last_key,
                disagreements=map(_disagreement, report.disagreements),
            )

    async def _in_thread(self, context: Context, work: Callable[[], Result]) -> Result:
        deadline = Deadline.of_call(context, self._default_seconds)
        return await in_thread(self._threads, deadline, lambda _: work())

    async def _next(self, context: Context, portions: Iterator[Result]) -> Result | None:
        # As long as there are more, a stream goes on.
        deadline = Deadline.of_step(context, self._default_seconds)
        return await in_thread(self._threads, deadline, lambda _: next(portions, None))


def _record(record: PatentRecord) -> patents_pb2.PatentRecord:
    return patents_pb2.PatentRecord(
        patent_id=record.patent_id,
        patent=record.encoded.content,
        state=_STATES[record.state],
        generation=record.generation,
        newest_generation=record.newest,
        change=record.change,
    )


def summary_to_wire(one: PublishedSummary) -> patents_pb2.PatentRecord:
    """A summary as it travels: as it is kept."""
    return patents_pb2.PatentRecord(
        patent_id=one.patent_id,
        summary=one.content,
        change=one.change,
        state=patents_pb2.PATENT_STATE_PUBLISHED,
        generation=one.generation,
    )


def _image(found: DrawingImage) -> patents_pb2.GetDrawingImageResponse:
    return patents_pb2.GetDrawingImageResponse(
        content=found.content, media_type=found.media_type, width=found.width, height=found.height
    )


def _generation(one: PatentGeneration) -> patents_pb2.PatentGeneration:
    return patents_pb2.PatentGeneration(patent_id=one.patent_id, generation=one.generation)


def _disagreement(found: Disagreement) -> patents_pb2.DrawingDisagreement:
    return patents_pb2.DrawingDisagreement(
        drawing_id=found.drawing_id,
        object_key=found.object_key,
        reason=found.reason.value,
        repaired=found.repaired,
    )


def _require(value: str, field: str) -> None:
    if not value:
        raise required(field)
