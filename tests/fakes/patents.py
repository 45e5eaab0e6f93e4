"""The metadata service in memory: patents that are staged, then published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sevenviews.designs import (
    FacetCounts,
    LocarnoClass,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    size_of_page,
    without_own_conditions,
)
from sevenviews.designs.nearness import nearest
from sevenviews.designs.numbers import ids_near
from sevenviews.designs.terms import holder_key
from sevenviews.internal.v1 import patents_pb2, patents_pb2_grpc
from sevenviews.runtime.encoded import summary_of
from sevenviews.runtime.facet_wire import counts_to_wire, facets_from_wire
from sevenviews.runtime.patent_wire import patent_from_wire
from sevenviews.runtime.status import item_status
from sevenviews.runtime.wire import check_range, filter_from_wire, order_from_wire
from sevenviews.v1 import catalog_pb2, common_pb2, patent_pb2
from tests.fakes.facets import facet_of
from tests.fakes.patent_stores import others_of


@dataclass(frozen=True)
class PatentContent:
    """A generation of a patent with its images, and the digest of both."""

    patent: patent_pb2.Patent
    images: dict[str, bytes]
    digest: str
    generation: int = 1


class FakePatents(patents_pb2_grpc.PatentServiceServicer):
    """Staged and published content by patent id, and the newest generation of each. Published content conflicts with
    other content."""

    def __init__(self) -> None:
        self.staged: dict[str, PatentContent] = {}
        self.published: dict[str, PatentContent] = {}
        self._newest: dict[str, int] = {}
        self._changes: dict[str, int] = {}
        self._change = 0

    def PutPatent(  # noqa: N802
        self, request: patents_pb2.PutPatentRequest, context: Any
    ) -> patents_pb2.PutPatentResponse:
        content = _content(request)
        patent_id = request.patent.patent_id
        staged, published = self.staged.get(patent_id), self.published.get(patent_id)
        is_stored = published is not None and published.digest == content.digest and not staged
        if request.HasField("seen_generation") and not is_stored:
            self._check_seen(patent_id, request.seen_generation)
        if published and published.digest != content.digest and not request.replace:
            raise SevenviewsError(
                Reason.PATENT_CONTENT_CONFLICT,
                f"{patent_id} is stored with other content",
                {"patent_id": patent_id},
            )
        if staged and staged.digest == content.digest:
            return self._put_response(staged, patents_pb2.PATENT_STATE_STAGED, changed=False)
        if published and published.digest == content.digest and not staged:
            return self._put_response(published, patents_pb2.PATENT_STATE_PUBLISHED, changed=False)
        if request.validate_only:
            new = replace(content, generation=self._newest_of(patent_id) + 1)
            return self._put_response(new, patents_pb2.PATENT_STATE_STAGED, changed=True)
        new = replace(content, generation=self._raised(patent_id))
        self.staged[patent_id] = new
        return self._put_response(new, patents_pb2.PATENT_STATE_STAGED, changed=True)

    def _check_seen(self, patent_id: str, generation: int) -> None:
        published = self.published.get(patent_id)
        if published is None or published.generation != generation:
            raise SevenviewsError(Reason.ETAG_MISMATCH, f"{patent_id} has changed", {"patent_id": patent_id})

    def _raised(self, patent_id: str) -> int:
        """The next generation of a patent."""
        self._newest[patent_id] = self._newest_of(patent_id) + 1
        return self._newest[patent_id]

    def _newest_of(self, patent_id: str) -> int:
        # Tests publish content directly.
        published = self.published.get(patent_id)
        return max(self._newest.get(patent_id, 0), published.generation if published else 0)

    def _put_response(
        self, content: PatentContent, state: patents_pb2.PatentState.ValueType, *, changed: bool
    ) -> patents_pb2.PutPatentResponse:
        published = self.published.get(content.patent.patent_id)
        return patents_pb2.PutPatentResponse(
            content_digest=content.digest,
            state=state,
            changed=changed,
            generation=content.generation,
            published_generation=published.generation if published else 0,
        )

    def PublishPatents(  # noqa: N802
        self, request: patents_pb2.PublishPatentsRequest, context: Any
    ) -> patents_pb2.PublishPatentsResponse:
        return patents_pb2.PublishPatentsResponse(
            results=[
                patents_pb2.PublishResult(
                    patent_id=one.patent_id, status=self._publish(one.patent_id, one.generation)
                )
                for one in request.patents
            ]
        )

    def _publish(self, patent_id: str, generation: int) -> common_pb2.ItemStatus:
        staged, published = self.staged.get(patent_id), self.published.get(patent_id)
        if staged and staged.generation == generation:
            self.published[patent_id] = self.staged.pop(patent_id)
            self._change += 1
            self._changes[patent_id] = self._change
        elif not published or published.generation != generation:
            metadata = {
                "patent_id": patent_id,
                "generation": str(generation),
                "newest": str(self._newest_of(patent_id)),
            }
            return item_status(
                SevenviewsError(Reason.PATENT_GENERATION_STALE, f"a newer {patent_id} won", metadata)
            )
        return common_pb2.ItemStatus()

    def _record(self, patent_id: str) -> patents_pb2.PatentRecord:
        published = self.published.get(patent_id)
        content = published or self.staged[patent_id]
        return patents_pb2.PatentRecord(
            patent_id=patent_id,
            patent=content.patent.SerializeToString(),
            state=patents_pb2.PATENT_STATE_PUBLISHED if published else patents_pb2.PATENT_STATE_STAGED,
            generation=content.generation,
            newest_generation=self._newest_of(patent_id),
            change=self._changes.get(patent_id, 0),
        )

    def _summary(self, patent_id: str) -> patents_pb2.PatentRecord:
        content = self.published[patent_id]
        return patents_pb2.PatentRecord(
            patent_id=patent_id,
            summary=summary_of(content.patent).SerializeToString(),
            state=patents_pb2.PATENT_STATE_PUBLISHED,
            generation=content.generation,
            change=self._changes.get(patent_id, 0),
        )

    def GetWatermark(  # noqa: N802
        self, request: patents_pb2.GetWatermarkRequest, context: Any
    ) -> patents_pb2.GetWatermarkResponse:
        return patents_pb2.GetWatermarkResponse(change=self._change)

    def BatchGetPatents(  # noqa: N802
        self, request: patents_pb2.BatchGetPatentsRequest, context: Any
    ) -> patents_pb2.BatchGetPatentsResponse:
        check_range("patent_ids", len(request.patent_ids), 1, 1000)
        found = [id_ for id_ in request.patent_ids if id_ in self.published]
        return patents_pb2.BatchGetPatentsResponse(
            patents=map(self._summary if request.summaries else self._record, found),
            missing_patent_ids=[id_ for id_ in request.patent_ids if id_ not in found],
        )

    def SuggestNames(  # noqa: N802
        self, request: patents_pb2.SuggestNamesRequest, context: Any
    ) -> patents_pb2.SuggestNamesResponse:
        holders = {holder_key(name): name for one in self._patents() for name in one.holders}
        return patents_pb2.SuggestNamesResponse(
            patent_ids=[one for one in ids_near(request.patent_id) if one in self.published],
            unknown_names=[
                common_pb2.UnknownName(
                    field=f"holders[{position}]",
                    name=name,
                    near=[holders[key] for key in nearest(holder_key(name), holders)],
                )
                for position, name in enumerate(request.holders)
                if holder_key(name) not in holders
            ],
        )

    def FindSources(  # noqa: N802
        self, request: patents_pb2.FindSourcesRequest, context: Any
    ) -> patents_pb2.FindSourcesResponse:
        known = {one.source_digest: one.patent_id for one in self._patents()}
        return patents_pb2.FindSourcesResponse(
            sources=[
                catalog_pb2.CatalogSource(source_digest=digest, patent_id=known[digest])
                for digest in request.source_digests
                if digest in known
            ]
        )

    def FindFamilies(  # noqa: N802
        self, request: patents_pb2.FindFamiliesRequest, context: Any
    ) -> patents_pb2.FindFamiliesResponse:
        found = others_of(self._patents(), request.patent_ids, same_drawings=request.include_same_drawings)
        return patents_pb2.FindFamiliesResponse(
            families=(
                patents_pb2.Family(patent_id=patent_id, other_patent_ids=others)
                for patent_id, others in found.items()
            )
        )

    def _patents(self) -> list[Patent]:
        return [patent_from_wire(content.patent) for content in self.published.values()]

    def ListPatents(  # noqa: N802
        self, request: patents_pb2.ListPatentsRequest, context: Any
    ) -> patents_pb2.ListPatentsResponse:
        size = size_of_page(request.page_size, 100, 1000)
        order = order_from_wire(request.order_by)
        found = sorted(
            self._matching(filter_from_wire(request.filter)),
            key=lambda id_: (order.day(patent_from_wire(self.published[id_].patent)) or date.min, id_),
            reverse=order.descending,
        )
        rest = found[found.index(request.page_token) + 1 if request.page_token else 0 :]
        return patents_pb2.ListPatentsResponse(
            patents=map(self._record, rest[:size]),
            next_page_token=rest[size - 1] if len(rest) > size else "",
            total_size=len(found),
        )

    def CountFacets(  # noqa: N802
        self, request: patents_pb2.CountFacetsRequest, context: Any
    ) -> patents_pb2.CountFacetsResponse:
        size = size_of_page(request.value_count, 20, 200)
        counted = []
        for facet in facets_from_wire(request.facets):
            found = self._matching(without_own_conditions(filter_from_wire(request.filter), facet))
            patents = [patent_from_wire(self.published[id_].patent) for id_ in found]
            values = facet_of(patents, facet)
            counted.append(FacetCounts(facet, tuple(values[:size]), len(values) > size))
        return patents_pb2.CountFacetsResponse(facets=map(counts_to_wire, counted))

    def _matching(self, patent_filter: PatentFilter) -> list[str]:
        return sorted(
            id_
            for id_, content in self.published.items()
            if patent_filter.matches(patent_from_wire(content.patent))
        )

    def DeletePatents(  # noqa: N802
        self, request: patents_pb2.DeletePatentsRequest, context: Any
    ) -> patents_pb2.DeletePatentsResponse:
        for patent_id, generation in request.seen_generations.items():
            self._check_seen(patent_id, generation)
        known = sorted({id_ for id_ in request.patent_ids if id_ in self.staged or id_ in self.published})
        deleted = []
        for patent_id in known:
            deleted.append(
                patents_pb2.PatentGeneration(patent_id=patent_id, generation=self._raised(patent_id))
            )
            self.staged.pop(patent_id, None)
            self.published.pop(patent_id, None)
        self._change += bool(deleted)
        return patents_pb2.DeletePatentsResponse(deleted=deleted)

    def GetDrawingImage(  # noqa: N802
        self, request: patents_pb2.GetDrawingImageRequest, context: Any
    ) -> patents_pb2.GetDrawingImageResponse:
        for content in self.published.values():
            if request.drawing_id in content.images:
                image = content.images[request.drawing_id]
                side = 256 if request.size == patent_pb2.DRAWING_SIZE_THUMBNAIL else 2000
                return patents_pb2.GetDrawingImageResponse(
                    content=image, media_type="image/png", width=side, height=side
                )
        raise SevenviewsError(
            Reason.DRAWING_NOT_FOUND,
            f"there is no drawing {request.drawing_id}",
            {"drawing_id": request.drawing_id},
        )

    def BatchGetDrawingImages(  # noqa: N802
        self, request: patents_pb2.BatchGetDrawingImagesRequest, context: Any
    ) -> patents_pb2.BatchGetDrawingImagesResponse:
        return patents_pb2.BatchGetDrawingImagesResponse(
            results=[self._image_result(one, request.size, context) for one in request.drawing_ids]
        )

    def _image_result(
        self, drawing_id: str, size: patent_pb2.DrawingSize.ValueType, context: Any
    ) -> patents_pb2.DrawingImageResult:
        asked = patents_pb2.GetDrawingImageRequest(drawing_id=drawing_id, size=size)
        try:
            return patents_pb2.DrawingImageResult(image=self.GetDrawingImage(asked, context))
        except SevenviewsError as error:
            return patents_pb2.DrawingImageResult(status=item_status(error))

    def ListPatentIds(self, request: patents_pb2.ListPatentIdsRequest, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError("the gateway does not use it")

    def AuditDrawings(self, request: patents_pb2.AuditDrawingsRequest, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError("the gateway does not use it")


def _content(request: patents_pb2.PutPatentRequest) -> PatentContent:
    patent = request.patent
    images = {part.drawing_id: part.content for part in request.contents}
    if not patent.drawings:
        raise SevenviewsError(
            Reason.PATENT_WITHOUT_DRAWINGS,
            f"{patent.patent_id} has no drawings",
            {"patent_id": patent.patent_id},
        )
    for drawing in patent.drawings:
        if drawing.drawing_id not in images:
            raise SevenviewsError(
                Reason.DRAWING_INVALID, "a drawing has no image", {"drawing_id": drawing.drawing_id}
            )
    digest = hashlib.sha256(patent.SerializeToString(deterministic=True))
    for drawing_id in sorted(images):
        digest.update(drawing_id.encode() + images[drawing_id])
    return PatentContent(patent, images, digest.hexdigest())


def locarno(text: str) -> tuple[LocarnoClass, ...]:
    """Classes of a patent: "06-01 14-02"."""
    return tuple(map(LocarnoClass.parse, text.split()))
