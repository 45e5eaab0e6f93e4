"""The vector service in memory: releases, and exact search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sevenviews.designs import PACKAGED, Calibration, Party, Patent, Reason, SevenviewsError, View
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.ranking import (
    JudgedDrawings,
    PatentScore,
    QueryDrawing,
    StoredDrawing,
    moved_queries,
    score_patent,
)
from sevenviews.runtime.calibrations import calibration_of, calibration_to_wire
from sevenviews.runtime.wire import (
    check_range,
    date_from_wire,
    filter_from_wire,
    locarno_from_wire,
    view_from_wire,
    view_matching_from_wire,
    view_to_wire,
)
from sevenviews.v1 import common_pb2
from tests.fakes.embedding import DEFAULT_MODEL, DIMENSION, Vector


@dataclass
class IndexedDrawing:
    """A row of a collection. The patent holds what filters need."""

    drawing_id: str
    patent: Patent
    view: View
    vector: Vector
    generation: int = 1


@dataclass
class FakeRelease:
    """A release with its collection."""

    release_id: str
    model_version: str
    state: vectors_pb2.ReleaseState.ValueType = vectors_pb2.RELEASE_STATE_BUILDING
    is_complete: bool = False
    calibration: Calibration = PACKAGED
    drawings: dict[tuple[str, int], IndexedDrawing] = field(default_factory=dict)
    """By drawing and generation."""

    def to_wire(self) -> vectors_pb2.Release:
        return vectors_pb2.Release(
            release_id=self.release_id,
            model_version=self.model_version,
            dimension=DIMENSION,
            state=self.state,
            vector_count=len(self.drawings),
            calibration=calibration_to_wire(self.calibration),
        )

    def put(self, patent: Patent, drawings: Iterable[tuple[str, View, Vector]], generation: int = 1) -> None:
        """Replace what is held of this generation of the patent."""
        self.remove(patent.patent_id, generation, generation)
        for drawing_id, view, vector in drawings:
            row = IndexedDrawing(drawing_id, patent, view, vector, generation)
            self.drawings[drawing_id, generation] = row

    def remove(self, patent_id: str, first: int = 0, last: int = 0) -> None:
        """Some generations of a patent; without numbers all of them."""
        self.drawings = {
            key: row
            for key, row in self.drawings.items()
            if row.patent.patent_id != patent_id or (last and not first <= row.generation <= last)
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
        metadata = {"releases": ", ".join(self.releases)} if self.releases else {}
        raise SevenviewsError(Reason.NO_SERVING_RELEASE, "no release serves", metadata)

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

    def SearchPatents(  # noqa: N802
        self, request: vectors_pb2.SearchPatentsRequest, context: Any
    ) -> vectors_pb2.SearchPatentsResponse:
        release = self._release(request.release_id)
        check_range("limit", request.limit, 1, 4096)
        check_range("queries", len(request.queries), 1, 32)
        vectors = np.stack([_checked(query.embedding, release) for query in request.queries])
        queries = [
            QueryDrawing(view_from_wire(query.view), query.weight if query.HasField("weight") else 1.0)
            for query in request.queries
        ]
        patent_filter, matching = (
            filter_from_wire(request.filter),
            view_matching_from_wire(request.view_matching),
        )
        if judged := self._judged(request, release):
            vectors = moved_queries(vectors, queries, judged, matching, release.calibration.level)
        patents: dict[tuple[str, int], list[IndexedDrawing]] = {}
        for row in release.drawings.values():
            if patent_filter.matches(row.patent):
                patents.setdefault((row.patent.patent_id, row.generation), []).append(row)
        scored = []
        for (patent_id, generation), rows in patents.items():
            cosines = vectors @ np.stack([row.vector for row in rows]).T
            drawings = [StoredDrawing(row.drawing_id, row.view) for row in rows]
            score = score_patent(cosines, queries, drawings, matching, release.calibration.level)
            if score.matches:
                scored.append(_scored(patent_id, generation, score, rows))
        scored.sort(key=lambda one: (-one.score, one.patent_id, -one.generation))
        return vectors_pb2.SearchPatentsResponse(
            patents=scored[: request.limit],
            complete=len(scored) <= request.limit,
            moved=(
                common_pb2.Embedding(values=one.tolist(), model_version=release.model_version)
                for one in vectors
                if request.judged
            ),
            release=common_pb2.ReleaseReference(
                release_id=release.release_id, model_version=release.model_version
            ),
        )

    def _judged(
        self, request: vectors_pb2.SearchPatentsRequest, release: FakeRelease
    ) -> list[JudgedDrawings]:
        judged = []
        for one in request.judged:
            rows = [
                row
                for row in release.drawings.values()
                if (row.patent.patent_id, row.generation) == (one.patent_id, one.generation)
            ]
            if rows:
                drawings = [StoredDrawing(row.drawing_id, row.view) for row in rows]
                judged.append(JudgedDrawings(one.relevant, drawings, np.stack([row.vector for row in rows])))
        return judged

    def UpsertVectors(  # noqa: N802
        self, request: vectors_pb2.UpsertVectorsRequest, context: Any
    ) -> vectors_pb2.UpsertVectorsResponse:
        release = self._release(request.release_id)
        for patent in request.patents:
            drawings = [
                (drawing.drawing_id, view_from_wire(drawing.view), _checked(drawing.embedding, release))
                for drawing in patent.drawings
            ]
            check_range("generation", patent.generation, 1, 2**63 - 1)
            release.put(_filterable(patent), drawings, patent.generation)
        return vectors_pb2.UpsertVectorsResponse(
            vector_count=sum(len(patent.drawings) for patent in request.patents)
        )

    def DeleteVectors(  # noqa: N802
        self, request: vectors_pb2.DeleteVectorsRequest, context: Any
    ) -> vectors_pb2.DeleteVectorsResponse:
        releases = [self._release(request.release_id)] if request.release_id else self.releases.values()
        for release in releases:
            for one in request.patents:
                release.remove(one.patent_id, one.first_generation, one.last_generation)
        return vectors_pb2.DeleteVectorsResponse()

    def ListVectors(  # noqa: N802
        self, request: vectors_pb2.ListVectorsRequest, context: Any
    ) -> Iterator[vectors_pb2.ListVectorsResponse]:
        release = self._release(request.release_id)
        for (drawing_id, generation), row in sorted(release.drawings.items()):
            if not request.patent_ids or row.patent.patent_id in request.patent_ids:
                embedding = common_pb2.Embedding(
                    values=row.vector.tolist(), model_version=release.model_version
                )
                stored = vectors_pb2.StoredVector(
                    drawing_id=drawing_id,
                    patent_id=row.patent.patent_id,
                    view=view_to_wire(row.view),
                    embedding=embedding if request.include_embeddings else None,
                    generation=generation,
                )
                yield vectors_pb2.ListVectorsResponse(vectors=[stored])

    def CreateRelease(  # noqa: N802
        self, request: vectors_pb2.CreateReleaseRequest, context: Any
    ) -> vectors_pb2.CreateReleaseResponse:
        known = self.releases.get(request.release_id)
        if known is not None and known.model_version != request.model_version:
            raise SevenviewsError(Reason.RELEASE_CONFLICT, "other parameters")
        release = known or self.add_release(request.release_id, request.model_version)
        release.calibration = release.calibration if known else calibration_of(request)
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
        release = self._release(request.release_id)
        serving = [
            one.release_id
            for one in self.releases.values()
            if one.state == vectors_pb2.RELEASE_STATE_SERVING and one is not release
        ]
        if (request.only_first and serving) or not (request.force or release.is_complete):
            raise SevenviewsError(Reason.RELEASE_STATE, "not the first, or not complete")
        return vectors_pb2.PromoteReleaseResponse(release=self.serve(request.release_id).to_wire())

    def CompleteRelease(  # noqa: N802
        self, request: vectors_pb2.CompleteReleaseRequest, context: Any
    ) -> vectors_pb2.CompleteReleaseResponse:
        release = self._release(request.release_id)
        release.is_complete = True
        return vectors_pb2.CompleteReleaseResponse(release=release.to_wire())

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
    scored = sorted(
        ((-float(row.vector @ query), row.drawing_id, row.generation, row) for row in rows),
        key=lambda s: s[:3],
    )
    return vectors_pb2.NearestDrawings(
        drawings=[
            vectors_pb2.NearestDrawing(
                drawing_id=drawing_id,
                patent_id=row.patent.patent_id,
                generation=generation,
                view=view_to_wire(row.view),
                score=-negative,
            )
            for negative, drawing_id, generation, row in scored[:limit]
        ]
    )


def _scored(
    patent_id: str, generation: int, score: PatentScore, rows: Sequence[IndexedDrawing]
) -> vectors_pb2.ScoredPatent:
    return vectors_pb2.ScoredPatent(
        patent_id=patent_id,
        generation=generation,
        score=score.score,
        matches=(
            vectors_pb2.MatchedDrawing(
                query_index=match.query_index,
                drawing_id=rows[match.drawing_index].drawing_id,
                view=view_to_wire(rows[match.drawing_index].view),
                similarity=match.similarity,
            )
            for match in score.matches
        ),
        coverage=(common_pb2.ViewCoverage.Value(f"VIEW_COVERAGE_{one.name}") for one in score.coverage),
    )


def _filterable(patent: vectors_pb2.PatentVectors) -> Patent:
    return Patent(
        patent.patent_id,
        office=patent.office,
        locarno=tuple(map(locarno_from_wire, patent.locarno)),
        assignees=tuple(map(Party, patent.holders)),
        publication_date=date_from_wire(patent.publication_date),
        filing_date=date_from_wire(patent.filing_date),
        kind=patent.kind,
        uspc=tuple(patent.uspc),
        inventors=tuple(map(Party, patent.inventors)),
    )
