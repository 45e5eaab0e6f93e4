"""The vector service's messages, to and from what the index speaks."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np

from sevenviews.backends.records import NearestDrawing, ReleaseState, ScoredPatent, StoredVector
from sevenviews.internal.v1 import vectors_pb2
from sevenviews.ranking import QueryDrawing
from sevenviews.runtime.calibrations import calibration_to_wire
from sevenviews.runtime.wire import (
    coverage_to_wire,
    date_from_wire,
    locarno_from_wire,
    malformed,
    time_to_wire,
    view_from_wire,
    view_to_wire,
)
from sevenviews.v1 import common_pb2
from sevenviews.vectors.drawings import DrawingVector, Embedding, PatentQuery, PatentVectors
from sevenviews.vectors.releases import IndexParameters, Metric, Release

_STATES = {
    ReleaseState.BUILDING: vectors_pb2.RELEASE_STATE_BUILDING,
    ReleaseState.SERVING: vectors_pb2.RELEASE_STATE_SERVING,
    ReleaseState.KEPT: vectors_pb2.RELEASE_STATE_KEPT,
}


DEFAULT_INDEX = IndexParameters()


def embedding_from_wire(wire: common_pb2.Embedding) -> Embedding:
    return Embedding(np.asarray(wire.values, np.float32), wire.model_version)


def patent_from_wire(wire: vectors_pb2.PatentVectors, field: str) -> PatentVectors:
    return PatentVectors(
        patent_id=wire.patent_id,
        generation=wire.generation,
        drawings=tuple(
            DrawingVector(
                drawing.drawing_id,
                view_from_wire(drawing.view, f"{field}.drawings[{n}].view"),
                embedding_from_wire(drawing.embedding),
                drawing.content_key,
            )
            for n, drawing in enumerate(wire.drawings)
        ),
        locarno=tuple(
            locarno_from_wire(locarno, f"{field}.locarno[{n}]") for n, locarno in enumerate(wire.locarno)
        ),
        office=wire.office,
        holders=tuple(wire.holders),
        publication_date=date_from_wire(wire.publication_date, f"{field}.publication_date"),
        filing_date=date_from_wire(wire.filing_date, f"{field}.filing_date"),
        kind=wire.kind,
        uspc=tuple(wire.uspc),
        inventors=tuple(wire.inventors),
    )


def patent_query_from_wire(wire: vectors_pb2.PatentQuery, field: str) -> PatentQuery:
    weight = wire.weight if wire.HasField("weight") else 1.0
    if not weight or not isfinite(weight):
        raise malformed(f"{field}.weight", weight, "is no weight")
    return PatentQuery(
        embedding_from_wire(wire.embedding), QueryDrawing(view_from_wire(wire.view, f"{field}.view"), weight)
    )


def ranked_to_wire(patent: ScoredPatent) -> vectors_pb2.ScoredPatent:
    return vectors_pb2.ScoredPatent(
        patent_id=patent.patent_id,
        generation=patent.generation,
        score=patent.score,
        matches=(
            vectors_pb2.MatchedDrawing(
                query_index=one.query_index,
                drawing_id=one.drawing_id,
                view=view_to_wire(one.view),
                similarity=one.similarity,
            )
            for one in patent.matches
        ),
        coverage=map(coverage_to_wire, patent.coverage),
    )


def nearest_to_wire(found: NearestDrawing) -> vectors_pb2.NearestDrawing:
    return vectors_pb2.NearestDrawing(
        drawing_id=found.drawing_id,
        patent_id=found.patent_id,
        generation=found.generation,
        view=view_to_wire(found.view),
        score=found.score,
    )


def stored_to_wire(row: StoredVector, model_version: str) -> vectors_pb2.StoredVector:
    embedding = None
    if row.vector is not None:
        embedding = common_pb2.Embedding(values=row.vector.tolist(), model_version=model_version)
    return vectors_pb2.StoredVector(
        drawing_id=row.drawing_id,
        patent_id=row.patent_id,
        generation=row.generation,
        view=view_to_wire(row.view),
        embedding=embedding,
        content_key=row.content_key,
    )


def index_from_wire(wire: vectors_pb2.IndexParameters, built: IndexParameters) -> IndexParameters:
    return replace(
        built,
        m=wire.m or built.m,
        ef_construction=wire.ef_construction or built.ef_construction,
        ef=wire.ef or built.ef,
    )


def metric_from_wire(wire: str) -> Metric:
    try:
        return Metric(wire or Metric.IP)
    except ValueError:
        raise malformed("metric", wire, "is neither IP nor HAMMING") from None


def release_to_wire(release: Release) -> vectors_pb2.Release:
    return vectors_pb2.Release(
        release_id=release.release_id,
        model_version=release.model_version,
        collection=release.collection,
        dimension=release.dimension,
        state=_STATES[release.state],
        index=vectors_pb2.IndexParameters(
            m=release.index.m, ef_construction=release.index.ef_construction, ef=release.index.ef
        ),
        created_time=time_to_wire(release.created),
        promoted_time=time_to_wire(release.promoted),
        vector_count=release.vector_count,
        ready_time=time_to_wire(release.ready),
        evaluation=release.evaluation,
        metric=release.metric.value,
        calibration=calibration_to_wire(release.calibration),
    )
