"""Between the messages of vectors.proto and the records: said once, for clients that await and those that block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.backends.records import (
    DrawingVector,
    GenerationRange,
    IndexParameters,
    Model,
    NearestDrawing,
    PatentVectors,
    Release,
    ReleaseState,
    StoredVector,
    Vector,
)
from sevenviews.internal.v1 import vectors_pb2
from sevenviews.runtime.answers import time_of_answer, view_of_answer
from sevenviews.runtime.calibrations import calibration_of, calibration_to_wire
from sevenviews.runtime.wire import (
    date_to_wire,
    locarno_to_wire,
    view_to_wire,
)
from sevenviews.v1 import common_pb2

DEFAULT_INDEX = IndexParameters()
_STATES = {
    vectors_pb2.RELEASE_STATE_BUILDING: ReleaseState.BUILDING,
    vectors_pb2.RELEASE_STATE_SERVING: ReleaseState.SERVING,
    vectors_pb2.RELEASE_STATE_KEPT: ReleaseState.KEPT,
}


def embedding_to_wire(vector: Vector, model_version: str) -> common_pb2.Embedding:
    return common_pb2.Embedding(values=vector.tolist(), model_version=model_version)


def upsert_request(release: Release, patents: Sequence[PatentVectors]) -> vectors_pb2.UpsertVectorsRequest:
    return vectors_pb2.UpsertVectorsRequest(
        release_id=release.release_id,
        patents=[_patent_to_wire(one, release.model_version) for one in patents],
    )


def delete_request(ranges: Sequence[GenerationRange], release_id: str) -> vectors_pb2.DeleteVectorsRequest:
    """Of every release, if none is named."""
    patents = [
        vectors_pb2.PatentGenerations(
            patent_id=one.patent_id, first_generation=one.first, last_generation=one.last
        )
        for one in ranges
    ]
    return vectors_pb2.DeleteVectorsRequest(release_id=release_id, patents=patents)


def create_request(
    release_id: str, model: Model, index: IndexParameters = DEFAULT_INDEX, metric: str = "IP"
) -> vectors_pb2.CreateReleaseRequest:
    return vectors_pb2.CreateReleaseRequest(
        release_id=release_id,
        model_version=model.model_version,
        dimension=model.dimension,
        index=vectors_pb2.IndexParameters(m=index.m, ef_construction=index.ef_construction, ef=index.ef),
        metric=metric,
        calibration=calibration_to_wire(model.calibration),
    )


def nearest_from_wire(wire: vectors_pb2.NearestDrawing) -> NearestDrawing:
    return NearestDrawing(
        wire.drawing_id, wire.patent_id, wire.generation, view_of_answer(wire.view), wire.score
    )


def stored_from_wire(wire: vectors_pb2.StoredVector) -> StoredVector:
    vector = np.array(wire.embedding.values, np.float32) if wire.HasField("embedding") else None
    view = view_of_answer(wire.view)
    return StoredVector(wire.drawing_id, wire.patent_id, wire.generation, view, vector, wire.content_key)


def release_from_wire(wire: vectors_pb2.Release) -> Release:
    return Release(
        release_id=wire.release_id,
        model_version=wire.model_version,
        # A state of a newer server takes writes, as all states but "retired" do, which are not listed.
        state=_STATES.get(wire.state, ReleaseState.KEPT),
        collection=wire.collection,
        dimension=wire.dimension,
        metric=wire.metric,
        index=IndexParameters(wire.index.m, wire.index.ef_construction, wire.index.ef),
        vector_count=wire.vector_count,
        created=time_of_answer(wire.created_time),
        ready=time_of_answer(wire.ready_time),
        promoted=time_of_answer(wire.promoted_time),
        evaluation=dict(wire.evaluation),
        calibration=calibration_of(wire),
    )


def _patent_to_wire(vectors: PatentVectors, model_version: str) -> vectors_pb2.PatentVectors:
    patent = vectors.patent
    return vectors_pb2.PatentVectors(
        patent_id=patent.patent_id,
        generation=vectors.generation,
        locarno=map(locarno_to_wire, patent.locarno),
        office=patent.office,
        holders=patent.holders,
        publication_date=date_to_wire(patent.publication_date),
        filing_date=date_to_wire(patent.filing_date),
        kind=patent.kind,
        uspc=patent.uspc,
        inventors=[party.name for party in patent.inventors],
        drawings=[_drawing_to_wire(drawing, model_version) for drawing in vectors.drawings],
    )


def _drawing_to_wire(drawing: DrawingVector, model_version: str) -> vectors_pb2.DrawingVector:
    return vectors_pb2.DrawingVector(
        drawing_id=drawing.drawing_id,
        view=view_to_wire(drawing.view),
        embedding=embedding_to_wire(drawing.vector, model_version),
        content_key=drawing.content_key,
    )
