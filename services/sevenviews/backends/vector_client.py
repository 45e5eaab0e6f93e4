"""The vector service over gRPC."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from sevenviews.backends.records import (
    DrawingVector,
    GenerationRange,
    MatchedDrawing,
    Model,
    PatentQuery,
    PatentRanking,
    PatentVectors,
    Release,
    ReleaseState,
    ScoredPatent,
    Vector,
)
from sevenviews.backends.remote import call
from sevenviews.designs import PatentFilter, ViewMatching
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.wire import (
    coverage_from_wire,
    date_to_wire,
    filter_to_wire,
    locarno_to_wire,
    view_matching_to_wire,
    view_of_answer,
    view_to_wire,
)
from sevenviews.v1 import common_pb2

SERVICE = "vectors"


class VectorClient:
    """Implements `ports.VectorIndex`."""

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
    ) -> PatentRanking:
        request = vectors_pb2.SearchPatentsRequest(
            release_id=release.release_id,
            queries=[
                vectors_pb2.PatentQuery(
                    embedding=_embedding(query.vector, release),
                    view=view_to_wire(query.view),
                    weight=query.weight,
                )
                for query in queries
            ],
            filter=filter_to_wire(patent_filter),
            view_matching=view_matching_to_wire(matching),
            limit=limit,
        )
        response = await call(SERVICE, self._stub.SearchPatents, request, timeout_seconds)
        return PatentRanking(tuple(map(_scored_from_wire, response.patents)), response.complete)

    async def upsert(
        self, release: Release, patents: Sequence[PatentVectors], timeout_seconds: float
    ) -> None:
        request = vectors_pb2.UpsertVectorsRequest(
            release_id=release.release_id, patents=[_patent_to_wire(one, release) for one in patents]
        )
        await call(SERVICE, self._stub.UpsertVectors, request, timeout_seconds)

    async def delete(
        self, ranges: Sequence[GenerationRange], timeout_seconds: float, release_id: str = ""
    ) -> None:
        patents = [
            vectors_pb2.PatentGenerations(
                patent_id=one.patent_id, first_generation=one.first, last_generation=one.last
            )
            for one in ranges
        ]
        request = vectors_pb2.DeleteVectorsRequest(release_id=release_id, patents=patents)
        await call(SERVICE, self._stub.DeleteVectors, request, timeout_seconds)

    async def serving_release(self, timeout_seconds: float) -> Release:
        request = vectors_pb2.GetServingReleaseRequest()
        response = await call(SERVICE, self._stub.GetServingRelease, request, timeout_seconds)
        return _release_from_wire(response.release)

    async def release(self, release_id: str, timeout_seconds: float) -> Release:
        request = vectors_pb2.GetReleaseRequest(release_id=release_id)
        response = await call(SERVICE, self._stub.GetRelease, request, timeout_seconds)
        return _release_from_wire(response.release)

    async def releases(self, timeout_seconds: float) -> tuple[Release, ...]:
        request = vectors_pb2.ListReleasesRequest()
        response = await call(SERVICE, self._stub.ListReleases, request, timeout_seconds)
        return tuple(map(_release_from_wire, response.releases))

    async def create_release(self, release_id: str, model: Model, timeout_seconds: float) -> Release:
        request = vectors_pb2.CreateReleaseRequest(
            release_id=release_id, model_version=model.model_version, dimension=model.dimension
        )
        response = await call(SERVICE, self._stub.CreateRelease, request, timeout_seconds)
        return _release_from_wire(response.release)

    async def complete(self, release_id: str, timeout_seconds: float) -> Release:
        request = vectors_pb2.CompleteReleaseRequest(release_id=release_id)
        response = await call(SERVICE, self._stub.CompleteRelease, request, timeout_seconds)
        return _release_from_wire(response.release)

    async def promote_first(self, release_id: str, timeout_seconds: float) -> Release:
        request = vectors_pb2.PromoteReleaseRequest(release_id=release_id, only_first=True)
        response = await call(SERVICE, self._stub.PromoteRelease, request, timeout_seconds)
        return _release_from_wire(response.release)


def _embedding(vector: Vector, release: Release) -> common_pb2.Embedding:
    return common_pb2.Embedding(values=vector.tolist(), model_version=release.model_version)


def _patent_to_wire(vectors: PatentVectors, release: Release) -> vectors_pb2.PatentVectors:
    patent = vectors.patent
    return vectors_pb2.PatentVectors(
        patent_id=patent.patent_id,
        generation=vectors.generation,
        locarno=map(locarno_to_wire, patent.locarno),
        office=patent.office,
        holders=patent.holders,
        publication_date=date_to_wire(patent.publication_date),
        filing_date=date_to_wire(patent.filing_date),
        drawings=[_drawing_to_wire(drawing, release) for drawing in vectors.drawings],
    )


def _drawing_to_wire(drawing: DrawingVector, release: Release) -> vectors_pb2.DrawingVector:
    return vectors_pb2.DrawingVector(
        drawing_id=drawing.drawing_id,
        view=view_to_wire(drawing.view),
        embedding=_embedding(drawing.vector, release),
        content_key=drawing.content_key,
    )


def _scored_from_wire(patent: vectors_pb2.ScoredPatent) -> ScoredPatent:
    return ScoredPatent(
        patent.patent_id,
        patent.generation,
        patent.score,
        tuple(
            MatchedDrawing(one.query_index, one.drawing_id, view_of_answer(one.view), one.similarity)
            for one in patent.matches
        ),
        tuple(map(coverage_from_wire, patent.coverage)),
    )


_STATES = {
    vectors_pb2.RELEASE_STATE_BUILDING: ReleaseState.BUILDING,
    vectors_pb2.RELEASE_STATE_SERVING: ReleaseState.SERVING,
    vectors_pb2.RELEASE_STATE_KEPT: ReleaseState.KEPT,
}


def _release_from_wire(release: vectors_pb2.Release) -> Release:
    # A state of a newer server takes writes, as all states but "retired" do, which are not listed.
    state = _STATES.get(release.state, ReleaseState.KEPT)
    return Release(release.release_id, release.model_version, state)
