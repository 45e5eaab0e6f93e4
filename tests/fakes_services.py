"""Embedding, vector and metadata service in memory: the real protos on real sockets, with faults on demand."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np
import numpy.typing as npt
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from sevenviews.designs import LocarnoClass, Party, Patent, PatentFilter, Reason, SevenviewsError, View
from sevenviews.runtime.status import item_status, to_rpc_status
from sevenviews.runtime.wire import (
    check_range,
    date_from_wire,
    filter_from_wire,
    locarno_from_wire,
    patent_from_wire,
    view_from_wire,
    view_to_wire,
)
from sevenviews.v1 import (
    common_pb2,
    embedding_pb2,
    embedding_pb2_grpc,
    patents_pb2,
    patents_pb2_grpc,
    vectors_pb2,
    vectors_pb2_grpc,
)

Vector = npt.NDArray[np.float32]
Context = grpc.aio.ServicerContext[Any, Any]

DIMENSION = 8
DEFAULT_MODEL = "a1a1a1a1a1a1a1a1"


# ---- the server around each fake


@dataclass(frozen=True)
class RecordedCall:
    """A call that arrived. Seconds left: of its deadline; None without one."""

    method: str
    request: Any
    seconds_left: float | None
    metadata: dict[str, str]


@dataclass
class Fault:
    """What happens to calls of a method instead of, or after, their work.

    Attributes:
        error: a reason of ours, or a bare status as gRPC or a proxy makes it.
        times: how many calls it meets.
        after_work: the work is done and its answer lost, as when a service dies between the two.
    """

    error: SevenviewsError | grpc.StatusCode
    times: int = 1
    after_work: bool = False


class FakeServer(grpc.aio.ServerInterceptor):
    """A gRPC server on a free port of this machine that records its calls and fails as told."""

    def __init__(self, register: Callable[[grpc.aio.Server], None]) -> None:
        self._register = register
        self._faults: dict[str, deque[Fault]] = {}
        self._blocked: dict[str, asyncio.Event] = {}
        self._server: grpc.aio.Server | None = None
        self._health = health.aio.HealthServicer()
        self._arrived = asyncio.Condition()
        self.calls: list[RecordedCall] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port; again on the same one after a stop."""
        self._server = grpc.aio.server(interceptors=[self], options=[("grpc.so_reuseport", 0)])
        self._register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        await self.set_serving(True)
        self.port = self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        """Go away at once: calls that run are cut off."""
        if self._server is not None:
            await self._server.stop(None)

    async def set_serving(self, serving: bool) -> None:
        """What grpc.health.v1 says."""
        status = health_pb2.HealthCheckResponse
        await self._health.set("", status.SERVING if serving else status.NOT_SERVING)

    def fail(
        self,
        method: str,
        error: SevenviewsError | grpc.StatusCode,
        *,
        times: int = 1,
        after_work: bool = False,
    ) -> None:
        """Let the next calls of a method fail."""
        self._faults.setdefault(method, deque()).append(Fault(error, times, after_work))

    def block(self, method: str) -> asyncio.Event:
        """Let calls of a method wait until the event is set."""
        return self._blocked.setdefault(method, asyncio.Event())

    async def arrival(self, method: str, number: int = 1) -> None:
        """Return once so many calls of the method have arrived."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: self.count(method) >= number)

    def count(self, method: str) -> int:
        """How many calls of a method arrived."""
        return len(self.of(method))

    def of(self, method: str) -> list[RecordedCall]:
        """The calls of a method that arrived."""
        return [call for call in self.calls if call.method == method]

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method).rpartition("/")[2]
        if handler is None or handler.unary_unary is None or method == "Check":
            return handler

        async def behavior(request: Any, context: Context) -> Any:
            metadata = {key: str(value) for key, value in context.invocation_metadata() or ()}
            self.calls.append(RecordedCall(method, request, context.time_remaining(), metadata))
            async with self._arrived:
                self._arrived.notify_all()
            if method in self._blocked:
                await self._blocked[method].wait()
            fault = self._next_fault(method)
            if fault is not None and not fault.after_work:
                await _abort(context, fault.error)
            try:
                response = handler.unary_unary(request, context)
            except SevenviewsError as error:
                await _abort(context, error)
            if fault is not None:
                await _abort(context, fault.error)
            return response

        return grpc.unary_unary_rpc_method_handler(
            behavior, handler.request_deserializer, handler.response_serializer
        )

    def _next_fault(self, method: str) -> Fault | None:
        faults = self._faults.get(method)
        if not faults:
            return None
        fault = faults[0]
        fault.times -= 1
        if fault.times == 0:
            faults.popleft()
        return fault


async def _abort(context: Context, error: SevenviewsError | grpc.StatusCode) -> None:
    if isinstance(error, SevenviewsError):
        await context.abort_with_status(rpc_status.to_status(to_rpc_status(error)))
    else:
        await context.abort(error, "made by the test")


# ---- embedding


def vector_image(*values: float) -> bytes:
    """An "image" whose embedding is these values, made unit length."""
    return b"vector:" + ",".join(f"{value:.6f}" for value in values).encode()


def embedding_of(content: bytes, model_version: str = DEFAULT_MODEL, crop: str = "") -> Vector:
    """The fakes' network: what `vector_image` says, or else a random direction drawn from the bytes.

    Models see the same image differently: all but the default turn the vector around.
    """
    values = np.zeros(DIMENSION, np.float32)
    if content.startswith(b"vector:"):
        given = [float(text) for text in content.removeprefix(b"vector:").split(b",")]
        values[: len(given)] = given
    else:
        seed = hashlib.sha256(content + crop.encode()).digest()
        values[:] = np.random.default_rng(list(seed)).standard_normal(DIMENSION)
    values /= np.linalg.norm(values)
    return values if model_version == DEFAULT_MODEL else np.ascontiguousarray(values[::-1])


class FakeEmbedding(embedding_pb2_grpc.EmbeddingServiceServicer):
    """Refuses images that start with "bad". Told to answer nothing, it breaks its contract: no result an image."""

    def __init__(self) -> None:
        self.models: list[str] = [DEFAULT_MODEL]
        self.answers_nothing = False

    def EmbedImages(  # noqa: N802
        self, request: embedding_pb2.EmbedImagesRequest, context: Any
    ) -> embedding_pb2.EmbedImagesResponse:
        version = request.model_version or self.models[0]
        check_range("images", len(request.images), 1, 64)
        if version not in self.models:
            raise SevenviewsError(Reason.MODEL_NOT_FOUND, f"no model {version}", {"model_version": version})
        response = embedding_pb2.EmbedImagesResponse(model_version=version)
        for image in () if self.answers_nothing else request.images:
            response.results.append(self._result(image, version))
        response.timings.add(stage="decode").duration.FromMilliseconds(2)
        response.timings.add(stage="infer").duration.FromMilliseconds(3)
        return response

    def _result(self, image: embedding_pb2.ImageContent, version: str) -> embedding_pb2.EmbedResult:
        if image.content.startswith(b"bad"):
            reason = Reason.CROP_BOX_INVALID if b"crop" in image.content else Reason.IMAGE_CORRUPT
            return embedding_pb2.EmbedResult(
                status=item_status(SevenviewsError(reason, "the image is damaged"))
            )
        vector = embedding_of(image.content, version, str(image.crop))
        return embedding_pb2.EmbedResult(
            embedding=common_pb2.Embedding(values=vector.tolist(), model_version=version)
        )

    def ListModels(  # noqa: N802
        self, request: embedding_pb2.ListModelsRequest, context: Any
    ) -> embedding_pb2.ListModelsResponse:
        return embedding_pb2.ListModelsResponse(
            models=[
                embedding_pb2.Model(model_version=version, dimension=DIMENSION, is_default=position == 0)
                for position, version in enumerate(self.models)
            ]
        )


# ---- vectors


@dataclass
class IndexedDrawing:
    """A row of a collection. The patent holds what filters need."""

    drawing_id: str
    patent: Patent
    view: View
    vector: Vector


@dataclass
class FakeRelease:
    """A release with its collection."""

    release_id: str
    model_version: str
    state: vectors_pb2.ReleaseState.ValueType = vectors_pb2.RELEASE_STATE_BUILDING
    drawings: dict[str, IndexedDrawing] = field(default_factory=dict)

    def to_wire(self) -> vectors_pb2.Release:
        return vectors_pb2.Release(
            release_id=self.release_id,
            model_version=self.model_version,
            dimension=DIMENSION,
            state=self.state,
            vector_count=len(self.drawings),
        )

    def put(self, patent: Patent, drawings: Iterable[tuple[str, View, Vector]]) -> None:
        """Replace what is held of the patent."""
        self.remove(patent.patent_id)
        for drawing_id, view, vector in drawings:
            self.drawings[drawing_id] = IndexedDrawing(drawing_id, patent, view, vector)

    def remove(self, patent_id: str) -> None:
        self.drawings = {
            key: drawing for key, drawing in self.drawings.items() if drawing.patent.patent_id != patent_id
        }


class FakeVectors(vectors_pb2_grpc.VectorServiceServicer):
    """Exact search; of equal scores the smaller drawing id first."""

    def __init__(self) -> None:
        self.releases: dict[str, FakeRelease] = {}

    def add_release(self, release_id: str, model_version: str = DEFAULT_MODEL) -> FakeRelease:
        """A new release; serves if told so by `serve`."""
        self.releases[release_id] = FakeRelease(release_id, model_version)
        return self.releases[release_id]

    def serve(self, release_id: str) -> FakeRelease:
        """Promote a release."""
        for release in self.releases.values():
            if release.state == vectors_pb2.RELEASE_STATE_SERVING:
                release.state = vectors_pb2.RELEASE_STATE_KEPT
        self.releases[release_id].state = vectors_pb2.RELEASE_STATE_SERVING
        return self.releases[release_id]

    def serving(self) -> FakeRelease:
        for release in self.releases.values():
            if release.state == vectors_pb2.RELEASE_STATE_SERVING:
                return release
        raise SevenviewsError(Reason.NO_SERVING_RELEASE, "no release was promoted yet")

    def _release(self, release_id: str) -> FakeRelease:
        if not release_id:
            return self.serving()
        if release_id not in self.releases:
            raise SevenviewsError(
                Reason.RELEASE_NOT_FOUND, f"no release {release_id}", {"release_id": release_id}
            )
        return self.releases[release_id]

    def SearchVectors(  # noqa: N802
        self, request: vectors_pb2.SearchVectorsRequest, context: Any
    ) -> vectors_pb2.SearchVectorsResponse:
        release = self._release(request.release_id)
        check_range("limit", request.limit, 1, 16_384)
        check_range("queries", len(request.queries), 1, 32)
        patent_filter = filter_from_wire(request.filter)
        views = {view_from_wire(view) for view in request.views}
        rows = [
            row
            for row in release.drawings.values()
            if patent_filter.matches(row.patent) and (not views or row.view in views)
        ]
        return vectors_pb2.SearchVectorsResponse(
            results=[_nearest(rows, _checked(query, release), request.limit) for query in request.queries],
            release=common_pb2.ReleaseReference(
                release_id=release.release_id, model_version=release.model_version
            ),
        )

    def UpsertVectors(  # noqa: N802
        self, request: vectors_pb2.UpsertVectorsRequest, context: Any
    ) -> vectors_pb2.UpsertVectorsResponse:
        release = self._release(request.release_id)
        for patent in request.patents:
            drawings = [
                (drawing.drawing_id, view_from_wire(drawing.view), _checked(drawing.embedding, release))
                for drawing in patent.drawings
            ]
            release.put(_filterable(patent), drawings)
        return vectors_pb2.UpsertVectorsResponse(
            vector_count=sum(len(patent.drawings) for patent in request.patents)
        )

    def DeleteVectors(  # noqa: N802
        self, request: vectors_pb2.DeleteVectorsRequest, context: Any
    ) -> vectors_pb2.DeleteVectorsResponse:
        releases = [self._release(request.release_id)] if request.release_id else self.releases.values()
        for release in releases:
            for patent_id in request.patent_ids:
                release.remove(patent_id)
        return vectors_pb2.DeleteVectorsResponse()

    def ListVectors(self, request: vectors_pb2.ListVectorsRequest, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError("the gateway does not use it")

    def CreateRelease(  # noqa: N802
        self, request: vectors_pb2.CreateReleaseRequest, context: Any
    ) -> vectors_pb2.CreateReleaseResponse:
        known = self.releases.get(request.release_id)
        if known is not None and known.model_version != request.model_version:
            raise SevenviewsError(Reason.RELEASE_CONFLICT, "other parameters")
        release = known or self.add_release(request.release_id, request.model_version)
        return vectors_pb2.CreateReleaseResponse(release=release.to_wire())

    def GetRelease(  # noqa: N802
        self, request: vectors_pb2.GetReleaseRequest, context: Any
    ) -> vectors_pb2.GetReleaseResponse:
        return vectors_pb2.GetReleaseResponse(release=self._release(request.release_id).to_wire())

    def GetServingRelease(  # noqa: N802
        self, request: vectors_pb2.GetServingReleaseRequest, context: Any
    ) -> vectors_pb2.GetServingReleaseResponse:
        return vectors_pb2.GetServingReleaseResponse(release=self.serving().to_wire())

    def ListReleases(  # noqa: N802
        self, request: vectors_pb2.ListReleasesRequest, context: Any
    ) -> vectors_pb2.ListReleasesResponse:
        releases = [release.to_wire() for release in self.releases.values()]
        return vectors_pb2.ListReleasesResponse(releases=releases)

    def PromoteRelease(  # noqa: N802
        self, request: vectors_pb2.PromoteReleaseRequest, context: Any
    ) -> vectors_pb2.PromoteReleaseResponse:
        self._release(request.release_id)
        return vectors_pb2.PromoteReleaseResponse(release=self.serve(request.release_id).to_wire())

    def CompleteRelease(self, request: vectors_pb2.CompleteReleaseRequest, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError("the gateway does not use it")

    def FencePromotions(self, request: vectors_pb2.FencePromotionsRequest, context: Any) -> Any:  # noqa: N802
        raise NotImplementedError("the gateway does not use it")

    def RetireRelease(  # noqa: N802
        self, request: vectors_pb2.RetireReleaseRequest, context: Any
    ) -> vectors_pb2.RetireReleaseResponse:
        del self.releases[self._release(request.release_id).release_id]
        return vectors_pb2.RetireReleaseResponse()


def _checked(embedding: common_pb2.Embedding, release: FakeRelease) -> Vector:
    if embedding.model_version != release.model_version:
        raise SevenviewsError(
            Reason.EMBEDDING_MODEL_MISMATCH,
            "the embedding is of another model than the release",
            {"expected": release.model_version, "actual": embedding.model_version},
        )
    return np.array(embedding.values, np.float32)


def _nearest(rows: Sequence[IndexedDrawing], query: Vector, limit: int) -> vectors_pb2.NearestDrawings:
    scored = sorted(((-float(row.vector @ query), row.drawing_id, row) for row in rows), key=lambda s: s[:2])
    return vectors_pb2.NearestDrawings(
        drawings=[
            vectors_pb2.NearestDrawing(
                drawing_id=drawing_id,
                patent_id=row.patent.patent_id,
                view=view_to_wire(row.view),
                score=-negative,
            )
            for negative, drawing_id, row in scored[:limit]
        ]
    )


def _filterable(patent: vectors_pb2.PatentVectors) -> Patent:
    return Patent(
        patent.patent_id,
        office=patent.office,
        locarno=tuple(map(locarno_from_wire, patent.locarno)),
        assignees=tuple(map(Party, patent.holders)),
        publication_date=date_from_wire(patent.publication_date),
        filing_date=date_from_wire(patent.filing_date),
    )


# ---- metadata


@dataclass(frozen=True)
class PatentContent:
    """A patent with its images, and the digest of both."""

    patent: patents_pb2.Patent
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
                side = 256 if request.size == patents_pb2.DRAWING_SIZE_THUMBNAIL else 2000
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


# ---- all three


@dataclass
class FakeServices:
    """The three services and the servers around them."""

    embedding: FakeEmbedding
    vectors: FakeVectors
    patents: FakePatents
    embedding_server: FakeServer
    vector_server: FakeServer
    patent_server: FakeServer

    @property
    def servers(self) -> dict[str, FakeServer]:
        """By the name that the gateway gives the service in errors."""
        return {
            "embedding": self.embedding_server,
            "vectors": self.vector_server,
            "metadata": self.patent_server,
        }

    def methods(self) -> list[str]:
        """What was called on any of them."""
        return [call.method for server in self.servers.values() for call in server.calls]

    def forget_calls(self) -> None:
        for server in self.servers.values():
            server.calls.clear()


@asynccontextmanager
async def fake_services() -> AsyncIterator[FakeServices]:
    """All three, listening."""
    embedding, vectors, patents = FakeEmbedding(), FakeVectors(), FakePatents()
    services = FakeServices(
        embedding,
        vectors,
        patents,
        FakeServer(lambda to: embedding_pb2_grpc.add_EmbeddingServiceServicer_to_server(embedding, to)),
        FakeServer(lambda to: vectors_pb2_grpc.add_VectorServiceServicer_to_server(vectors, to)),
        FakeServer(lambda to: patents_pb2_grpc.add_PatentServiceServicer_to_server(patents, to)),
    )
    async with AsyncExitStack() as stack:
        for server in services.servers.values():
            await server.start()
            stack.push_async_callback(server.stop)
        yield services


def locarno(text: str) -> tuple[LocarnoClass, ...]:
    """Classes of a patent: "06-01 14-02"."""
    return tuple(map(LocarnoClass.parse, text.split()))
