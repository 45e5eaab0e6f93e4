"""VectorService on the wire: messages in, the index called in threads, messages out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import grpc
import structlog

from sevenviews.backends.records import JudgedPatent, StoredVector
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.calibrations import calibration_of
from sevenviews.runtime.deadlines import Deadline, in_thread
from sevenviews.runtime.wire import (
    filter_from_wire,
    view_from_wire,
    view_matching_from_wire,
)
from sevenviews.v1 import common_pb2
from sevenviews.vectors.drawings import PatentGenerations, row_id
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.messages import (
    DEFAULT_INDEX,
    embedding_from_wire,
    index_from_wire,
    metric_from_wire,
    nearest_to_wire,
    patent_from_wire,
    patent_query_from_wire,
    ranked_to_wire,
    release_to_wire,
    stored_to_wire,
)
from sevenviews.vectors.releases import IndexParameters

log = structlog.get_logger()

Context = grpc.aio.ServicerContext[Any, Any]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Threads:
    """Who waits for Milvus, apart: neither a bulk of writes nor a job that waits for an index holds up a search.

    Attributes:
        searches: searches that read an index.
        writes: of vectors.
        waits: all else: what is done with releases, listings, exact searches.
    """

    searches: Executor
    writes: Executor
    waits: Executor

    @classmethod
    def shared(cls, threads: Executor) -> Self:
        """The same ones for everything."""
        return cls(threads, threads, threads)


class VectorServicer(vectors_pb2_grpc.VectorServiceServicer):
    """Translates.

    Args:
        index: where the work is done.
        threads: where it runs; the event loop never waits for Milvus.
        default_seconds: of a request without a deadline.
        exact_seconds: of an exact search.
        built: index parameters of releases that are made without any.
    """

    def __init__(
        self,
        index: DesignIndex,
        threads: Threads,
        default_seconds: float,
        exact_seconds: float,
        built: IndexParameters = DEFAULT_INDEX,
    ) -> None:
        self._index = index
        self._threads = threads
        self._built = built
        self._default_seconds = default_seconds
        self._exact_seconds = exact_seconds
        # It takes a thread for minutes, and memory for each drawing: the others must not lack them.
        self._exact_turn = asyncio.Lock()

    async def UpsertVectors(  # noqa: N802
        self, request: vectors_pb2.UpsertVectorsRequest, context: Context
    ) -> vectors_pb2.UpsertVectorsResponse:
        def upsert(timeout: float) -> int:
            patents = [patent_from_wire(one, f"patents[{n}]") for n, one in enumerate(request.patents)]
            return self._index.upsert(request.release_id, patents, timeout)

        count = await self._in_thread(context, upsert, self._threads.writes)
        return vectors_pb2.UpsertVectorsResponse(vector_count=count)

    async def DeleteVectors(  # noqa: N802
        self, request: vectors_pb2.DeleteVectorsRequest, context: Context
    ) -> vectors_pb2.DeleteVectorsResponse:
        patents = [
            PatentGenerations(one.patent_id, one.first_generation, one.last_generation)
            for one in request.patents
        ]
        await self._in_thread(
            context,
            lambda timeout: self._index.delete(request.release_id, patents, timeout),
            self._threads.writes,
        )
        return vectors_pb2.DeleteVectorsResponse()

    async def SearchVectors(  # noqa: N802
        self, request: vectors_pb2.SearchVectorsRequest, context: Context
    ) -> vectors_pb2.SearchVectorsResponse:
        def search(timeout: float) -> vectors_pb2.SearchVectorsResponse:
            release, found = self._index.search(
                request.release_id,
                [embedding_from_wire(query) for query in request.queries],
                filter_from_wire(request.filter),
                [view_from_wire(view, f"views[{n}]") for n, view in enumerate(request.views)],
                request.limit,
                timeout,
            )
            return vectors_pb2.SearchVectorsResponse(
                results=(vectors_pb2.NearestDrawings(drawings=map(nearest_to_wire, one)) for one in found),
                release=common_pb2.ReleaseReference(
                    release_id=release.release_id, model_version=release.model_version
                ),
            )

        return await self._in_thread(context, search, self._threads.searches)

    async def SearchPatents(  # noqa: N802
        self, request: vectors_pb2.SearchPatentsRequest, context: Context
    ) -> vectors_pb2.SearchPatentsResponse:
        def search(timeout: float) -> vectors_pb2.SearchPatentsResponse:
            release, ranking = self._index.search_patents(
                request.release_id,
                [patent_query_from_wire(query, f"queries[{n}]") for n, query in enumerate(request.queries)],
                filter_from_wire(request.filter),
                view_matching_from_wire(request.view_matching),
                request.limit,
                timeout,
                exact=request.exact,
                judged=[JudgedPatent(one.patent_id, one.generation, one.relevant) for one in request.judged],
            )
            moved = () if ranking.moved is None else ranking.moved.tolist()
            return vectors_pb2.SearchPatentsResponse(
                patents=map(ranked_to_wire, ranking.patents),
                complete=ranking.complete,
                moved=(
                    common_pb2.Embedding(values=one, model_version=release.model_version) for one in moved
                ),
                release=common_pb2.ReleaseReference(
                    release_id=release.release_id, model_version=release.model_version
                ),
            )

        if not request.exact:
            return await self._in_thread(context, search, self._threads.searches)
        deadline = Deadline.of_call(context, self._exact_seconds)
        async with self._exact_turn:
            return await in_thread(self._threads.waits, deadline, search)

    async def ListVectors(  # noqa: N802
        self, request: vectors_pb2.ListVectorsRequest, context: Context
    ) -> AsyncIterator[vectors_pb2.ListVectorsResponse]:
        behind = request.after_drawing_id
        after = row_id(behind, request.after_generation) if behind else ""
        release, portions = await self._in_thread(
            context,
            lambda timeout: self._index.list(
                request.release_id,
                request.patent_ids,
                with_vectors=request.include_embeddings,
                timeout=timeout,
                after=after,
            ),
        )
        while (portion := await self._next_portion(context, portions)) is not None:
            yield vectors_pb2.ListVectorsResponse(
                vectors=(stored_to_wire(row, release.model_version) for row in portion)
            )

    async def CreateRelease(  # noqa: N802
        self, request: vectors_pb2.CreateReleaseRequest, context: Context
    ) -> vectors_pb2.CreateReleaseResponse:
        release = await self._in_thread(
            context,
            lambda timeout: self._index.create_release(
                request.release_id,
                request.model_version,
                request.dimension,
                index_from_wire(request.index, self._built),
                timeout,
                metric_from_wire(request.metric),
                calibration_of(request),
            ),
        )
        return vectors_pb2.CreateReleaseResponse(release=release_to_wire(release))

    async def GetRelease(  # noqa: N802
        self, request: vectors_pb2.GetReleaseRequest, context: Context
    ) -> vectors_pb2.GetReleaseResponse:
        release = await self._in_thread(
            context,
            lambda timeout: self._index.release(
                request.release_id, timeout, counted=not request.without_counts
            ),
        )
        return vectors_pb2.GetReleaseResponse(release=release_to_wire(release))

    async def GetServingRelease(  # noqa: N802
        self, request: vectors_pb2.GetServingReleaseRequest, context: Context
    ) -> vectors_pb2.GetServingReleaseResponse:
        # Each search of a gateway may wait for this answer.
        release = await self._in_thread(context, self._index.serving_release, self._threads.searches)
        return vectors_pb2.GetServingReleaseResponse(release=release_to_wire(release))

    async def ListReleases(  # noqa: N802
        self, request: vectors_pb2.ListReleasesRequest, context: Context
    ) -> vectors_pb2.ListReleasesResponse:
        releases = await self._in_thread(
            context, lambda timeout: self._index.releases(timeout, counted=not request.without_counts)
        )
        return vectors_pb2.ListReleasesResponse(releases=map(release_to_wire, releases))

    async def CompleteRelease(  # noqa: N802
        self, request: vectors_pb2.CompleteReleaseRequest, context: Context
    ) -> vectors_pb2.CompleteReleaseResponse:
        release = await self._in_thread(
            context,
            lambda timeout: self._index.complete(request.release_id, dict(request.evaluation), timeout),
        )
        return vectors_pb2.CompleteReleaseResponse(release=release_to_wire(release))

    async def FencePromotions(  # noqa: N802
        self, request: vectors_pb2.FencePromotionsRequest, context: Context
    ) -> vectors_pb2.FencePromotionsResponse:
        await self._in_thread(context, lambda timeout: self._index.fence(request.fencing_token, timeout))
        return vectors_pb2.FencePromotionsResponse()

    async def PromoteRelease(  # noqa: N802
        self, request: vectors_pb2.PromoteReleaseRequest, context: Context
    ) -> vectors_pb2.PromoteReleaseResponse:
        release = await self._in_thread(
            context,
            lambda timeout: self._index.promote(
                request.release_id,
                timeout,
                request.fencing_token,
                force=request.force,
                only_first=request.only_first,
            ),
        )
        if release.ready is None:
            log.warning("a release serves that is not complete", release_id=release.release_id)
        return vectors_pb2.PromoteReleaseResponse(release=release_to_wire(release))

    async def RetireRelease(  # noqa: N802
        self, request: vectors_pb2.RetireReleaseRequest, context: Context
    ) -> vectors_pb2.RetireReleaseResponse:
        await self._in_thread(context, lambda timeout: self._index.retire(request.release_id, timeout))
        return vectors_pb2.RetireReleaseResponse()

    async def _next_portion(
        self, context: Context, portions: Iterator[Sequence[StoredVector]]
    ) -> Sequence[StoredVector] | None:
        deadline = Deadline.of_step(context, self._default_seconds)
        return await in_thread(self._threads.waits, deadline, lambda _: next(portions, None))

    async def _in_thread(
        self, context: Context, work: Callable[[float], Result], threads: Executor | None = None
    ) -> Result:
        deadline = Deadline.of_call(context, self._default_seconds)
        return await in_thread(threads or self._threads.waits, deadline, work)
