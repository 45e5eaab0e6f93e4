"""The metadata service in memory: patents that are staged, then published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sevenviews.designs import LocarnoClass, PatentFilter, Reason, SevenviewsError
from sevenviews.internal.v1 import patents_pb2, patents_pb2_grpc
from sevenviews.runtime.wire import check_range, filter_from_wire, patent_from_wire
from sevenviews.v1 import patent_pb2


@dataclass(frozen=True)
class PatentContent:
    """A patent with its images, and the digest of both."""

    patent: patent_pb2.Patent
    images: dict[str, bytes]
    digest: str


class FakePatents(patents_pb2_grpc.PatentServiceServicer):
    """Staged and published content by patent id. Other content conflicts with staged content too."""

    def __init__(self) -> None:
        self.staged: dict[str, PatentContent] = {}
        self.published: dict[str, PatentContent] = {}

    def PutPatent(  # noqa: N802
        self, request: patents_pb2.PutPatentRequest, context: Any
    ) -> patents_pb2.PutPatentResponse:
        content = _content(request)
        patent_id = request.patent.patent_id
        if self._digest(self.published, patent_id) == content.digest:
            return _put_response(content, patents_pb2.PATENT_STATE_PUBLISHED, changed=False)
        if self._digest(self.staged, patent_id) == content.digest:
            return _put_response(content, patents_pb2.PATENT_STATE_STAGED, changed=False)
        if not request.replace and (patent_id in self.published or patent_id in self.staged):
            raise SevenviewsError(
                Reason.PATENT_CONTENT_CONFLICT,
                f"{patent_id} is stored with other content",
                {"patent_id": patent_id},
            )
        self.staged[patent_id] = content
        return _put_response(content, patents_pb2.PATENT_STATE_STAGED, changed=True)

    @staticmethod
    def _digest(contents: dict[str, PatentContent], patent_id: str) -> str:
        return contents[patent_id].digest if patent_id in contents else ""

    def PublishPatent(  # noqa: N802
        self, request: patents_pb2.PublishPatentRequest, context: Any
    ) -> patents_pb2.PublishPatentResponse:
        patent_id = request.patent_id
        if patent_id not in self.staged and patent_id not in self.published:
            raise SevenviewsError(Reason.PATENT_NOT_FOUND, f"no patent {patent_id}")
        if self._digest(self.staged, patent_id) == request.content_digest:
            self.published[patent_id] = self.staged.pop(patent_id)
        elif self._digest(self.published, patent_id) != request.content_digest:
            raise SevenviewsError(Reason.PATENT_CONTENT_CONFLICT, "other content was staged meanwhile")
        return patents_pb2.PublishPatentResponse()

    def BatchGetPatents(  # noqa: N802
        self, request: patents_pb2.BatchGetPatentsRequest, context: Any
    ) -> patents_pb2.BatchGetPatentsResponse:
        check_range("patent_ids", len(request.patent_ids), 1, 1000)
        found = [id_ for id_ in request.patent_ids if id_ in self.published]
        return patents_pb2.BatchGetPatentsResponse(
            patents=[self.published[id_].patent for id_ in found],
            missing_patent_ids=[id_ for id_ in request.patent_ids if id_ not in found],
        )

    def ListPatents(  # noqa: N802
        self, request: patents_pb2.ListPatentsRequest, context: Any
    ) -> patents_pb2.ListPatentsResponse:
        size = check_range("page_size", request.page_size or 100, 1, 1000)
        found = self._matching(filter_from_wire(request.filter))
        rest = [id_ for id_ in found if id_ > request.page_token]
        return patents_pb2.ListPatentsResponse(
            patents=[self.published[id_].patent for id_ in rest[:size]],
            next_page_token=rest[size - 1] if len(rest) > size else "",
            states=[patents_pb2.PATENT_STATE_PUBLISHED for _ in rest[:size]],
            total_count=len(found),
        )

    def _matching(self, patent_filter: PatentFilter) -> list[str]:
        return sorted(
            id_
            for id_, content in self.published.items()
            if patent_filter.matches(patent_from_wire(content.patent))
        )

    def DeletePatents(  # noqa: N802
        self, request: patents_pb2.DeletePatentsRequest, context: Any
    ) -> patents_pb2.DeletePatentsResponse:
        known = {id_ for id_ in request.patent_ids if id_ in self.staged or id_ in self.published}
        for patent_id in known:
            self.staged.pop(patent_id, None)
            self.published.pop(patent_id, None)
        return patents_pb2.DeletePatentsResponse(deleted_count=len(known))

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


def _put_response(
    content: PatentContent, state: patents_pb2.PatentState.ValueType, *, changed: bool
) -> patents_pb2.PutPatentResponse:
    return patents_pb2.PutPatentResponse(content_digest=content.digest, state=state, changed=changed)


def locarno(text: str) -> tuple[LocarnoClass, ...]:
    """Classes of a patent: "06-01 14-02"."""
    return tuple(map(LocarnoClass.parse, text.split()))
