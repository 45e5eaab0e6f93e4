"""The vector service over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import grpc
import numpy as np

from sevenviews.backends.records import (
    GenerationRange,
    JudgedPatent,
    MatchedDrawing,
    Model,
    PatentQuery,
    PatentRanking,
    PatentVectors,
    Release,
    ScoredPatent,
    StoredVector,
)
from sevenviews.backends.remote import call, resumed, stream
from sevenviews.backends.vector_messages import (
    create_request,
    delete_request,
    embedding_to_wire,
    release_from_wire,
    stored_from_wire,
    upsert_request,
)
from sevenviews.designs import PatentFilter, ViewMatching
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.answers import coverage_of_answer, view_of_answer
from sevenviews.runtime.wire import (
    filter_to_wire,
    view_matching_to_wire,
    view_to_wire,
)

SERVICE = "vectors"

MAX_RANKED = 4096
"""Patents of SearchPatents."""

_Rows = Sequence[StoredVector]


class VectorClient:
    """Every call raises SevenviewsError, as `remote.call` does."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = vectors_pb2_grpc.VectorServiceStub(channel)

    async def search_patents(
        self,
        release: Release,
        queries: Sequence[PatentQuery],
        patent_filter: PatentFilter,
        matching: ViewMatching,
        limit: int,
        timeout_seconds: float,
        *,
        exact: bool = False,
        judged: Sequence[JudgedPatent] = (),
    ) -> PatentRanking:
        """The best patents, 1 to MAX_RANKED of them. The order does not depend on the limit. Exact: no index is
        trusted, and every drawing that the filter lets through is read. Judged: patents that move the queries."""
        request = vectors_pb2.SearchPatentsRequest(
            release_id=release.release_id,
            queries=[
                vectors_pb2.PatentQuery(
                    embedding=embedding_to_wire(query.vector, release.model_version),
                    view=view_to_wire(query.view),
                    weight=query.weight,
                )
                for query in queries
            ],
            filter=filter_to_wire(patent_filter),
            view_matching=view_matching_to_wire(matching),
            limit=limit,
            exact=exact,
            judged=(
                vectors_pb2.JudgedPatent(
                    patent_id=one.patent_id, generation=one.generation, relevant=one.relevant
                )
                for one in judged
            ),
        )
        response = await call(SERVICE, self._stub.SearchPatents, request, timeout_seconds)
        return PatentRanking(
            tuple(map(_scored_from_wire, response.patents)),
            response.complete,
            tuple(np.array(one.values, np.float32) for one in response.moved),
        )

    async def upsert(
        self, release: Release, patents: Sequence[PatentVectors], timeout_seconds: float
    ) -> None:
        """Replace what the release holds of these generations; others stay beside them."""
        request = upsert_request(release, patents)
        await call(SERVICE, self._stub.UpsertVectors, request, timeout_seconds)

    async def delete(
        self, ranges: Sequence[GenerationRange], timeout_seconds: float, release_id: str = ""
    ) -> None:
        """Remove generations of patents from one release, or from all of them."""
        await call(SERVICE, self._stub.DeleteVectors, delete_request(ranges, release_id), timeout_seconds)

    async def stored(
        self,
        release_id: str,
        patent_ids: Sequence[str],
        timeout_seconds: float,
        *,
        with_vectors: bool = False,
    ) -> AsyncIterator[Sequence[StoredVector]]:
        """What a release holds, of some patents or of all; in the order of drawing ids. The timeout is that of one
        stream: of all, where one is cut off another goes on."""

        async def behind(last: StoredVector | None) -> AsyncIterator[tuple[StoredVector | None, _Rows]]:
            request = vectors_pb2.ListVectorsRequest(
                release_id=release_id,
                patent_ids=patent_ids,
                include_embeddings=with_vectors,
                after_drawing_id=last.drawing_id if last else "",
                after_generation=last.generation if last else 0,
            )
            async for response in stream(SERVICE, self._stub.ListVectors, request, timeout_seconds):
                rows = tuple(map(stored_from_wire, response.vectors))
                # Those of some patents come in groups, each in its order.
                yield rows[-1] if rows and not patent_ids else last, rows

        async for rows in resumed(behind, None):
            yield rows

    async def serving_release(self, timeout_seconds: float) -> Release:
        """Raises NO_SERVING_RELEASE, naming the releases that there are."""
        request = vectors_pb2.GetServingReleaseRequest()
        response = await call(SERVICE, self._stub.GetServingRelease, request, timeout_seconds)
        return release_from_wire(response.release)

    async def release(self, release_id: str, timeout_seconds: float) -> Release:
        """Without its count of vectors. Raises RELEASE_NOT_FOUND."""
        request = vectors_pb2.GetReleaseRequest(release_id=release_id, without_counts=True)
        response = await call(SERVICE, self._stub.GetRelease, request, timeout_seconds)
        return release_from_wire(response.release)

    async def releases(self, timeout_seconds: float) -> tuple[Release, ...]:
        """All that are not retired, without their counts of vectors."""
        request = vectors_pb2.ListReleasesRequest(without_counts=True)
        response = await call(SERVICE, self._stub.ListReleases, request, timeout_seconds)
        return tuple(map(release_from_wire, response.releases))

    async def create_release(self, release_id: str, model: Model, timeout_seconds: float) -> Release:
        """The same parameters again give the same release. Raises RELEASE_CONFLICT."""
        request = create_request(release_id, model)
        response = await call(SERVICE, self._stub.CreateRelease, request, timeout_seconds)
        return release_from_wire(response.release)

    async def complete(self, release_id: str, timeout_seconds: float) -> Release:
        """Say that the release holds all that it should."""
        request = vectors_pb2.CompleteReleaseRequest(release_id=release_id)
        response = await call(SERVICE, self._stub.CompleteRelease, request, timeout_seconds)
        return release_from_wire(response.release)

    async def promote(self, release_id: str, timeout_seconds: float, *, only_first: bool = False) -> Release:
        """Let the release answer searches from now on.

        Raises:
            SevenviewsError: RELEASE_STATE, it cannot, or another one does and this was to be the first.
        """
        request = vectors_pb2.PromoteReleaseRequest(release_id=release_id, only_first=only_first)
        response = await call(SERVICE, self._stub.PromoteRelease, request, timeout_seconds)
        return release_from_wire(response.release)


def _scored_from_wire(patent: vectors_pb2.ScoredPatent) -> ScoredPatent:
    return ScoredPatent(
        patent.patent_id,
        patent.generation,
        patent.score,
        tuple(
            MatchedDrawing(one.query_index, one.drawing_id, view_of_answer(one.view), one.similarity)
            for one in patent.matches
        ),
        tuple(map(coverage_of_answer, patent.coverage)),
    )
