"""The vector service as both kinds of client see it: what one has written, the other reads alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from sevenviews.backends.blocking import Addresses, Services
from sevenviews.backends.records import (
    DrawingVector,
    GenerationRange,
    IndexParameters,
    Model,
    PatentQuery,
    PatentVectors,
    Release,
    ReleaseState,
    Vector,
)
from sevenviews.backends.vector_client import VectorClient
from sevenviews.backends.vector_messages import release_from_wire
from sevenviews.designs import (
    Drawing,
    LocarnoClass,
    Patent,
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
    ViewMatching,
    drawing_id,
)
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.channels import open_channel
from sevenviews.vectors.servicer import Threads, VectorServicer
from tests.fakes.design_index import FakeDesignIndex
from tests.filters import ONE_OF_EACH, patents
from tests.servers import ThreadedServer

MODEL = Model("m-1", 8)
PATENT = Patent(
    "USD0000001",
    office="US",
    locarno=(LocarnoClass(6, 1),),
    publication_date=date(2024, 5, 1),
    drawings=(
        Drawing("USD0000001-D00001-01", 1, view=View.FRONT),
        Drawing("USD0000001-D00002-01", 2, view=View.BACK),
    ),
)


def unit(axis: int) -> Vector:
    vector: Vector = np.eye(8, dtype=np.float32)[axis]
    return vector


DRAWINGS = (
    DrawingVector("USD0000001-D00001-01", View.FRONT, unit(0), "a" * 16),
    DrawingVector("USD0000001-D00002-01", View.BACK, unit(1)),
)
VECTORS = PatentVectors(PATENT, 2, DRAWINGS)


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadPoolExecutor(4) as threads:
        servicer = VectorServicer(FakeDesignIndex(), Threads.shared(threads), 30.0, 30.0)
        with ThreadedServer(
            lambda server: vectors_pb2_grpc.add_VectorServiceServicer_to_server(servicer, server)
        ) as address:
            yield address


@pytest.fixture
def services(address: str) -> Iterator[Services]:
    with Services(Addresses(vectors=address), patience_seconds=0) as services:
        yield services


@pytest.fixture
async def client(address: str) -> AsyncIterator[VectorClient]:
    async with open_channel(address) as channel:
        yield VectorClient(channel)


async def test_a_release_is_told_whole(services: Services, client: VectorClient) -> None:
    begun = datetime.now(UTC)
    made = services.create_release("r-1", MODEL, IndexParameters(24, 100, 64), "HAMMING")
    assert made.index == IndexParameters(24, 100, 64)
    assert (made.release_id, made.model_version, made.dimension) == ("r-1", "m-1", 8)
    assert (made.state, made.metric, made.vector_count) == (ReleaseState.BUILDING, "HAMMING", 0)
    assert made.collection
    assert made.created is not None
    assert begun <= made.created <= datetime.now(UTC)
    assert (made.ready, made.promoted, made.evaluation) == (None, None, {})
    services.complete_release("r-1", {"map": 0.5})
    promoted = await client.promote("r-1", 10, only_first=True)
    assert (promoted.state, promoted.evaluation) == (ReleaseState.SERVING, {"map": 0.5})
    assert promoted.ready is not None
    assert promoted.promoted is not None
    assert made.created <= promoted.ready <= promoted.promoted
    assert services.releases() == list(await client.releases(10)) == [promoted]
    assert services.release("r-1") == await client.release("r-1", 10) == promoted
    assert services.serving_release() == await client.serving_release(10)


async def test_the_service_chooses_what_is_left_open(services: Services, client: VectorClient) -> None:
    made = await client.create_release("r-1", MODEL, 10)
    assert made.metric == "IP"
    assert min(made.index.m, made.index.ef_construction, made.index.ef) > 0
    assert services.create_release("r-1", MODEL) == made
    with pytest.raises(SevenviewsError) as caught:
        services.create_release("r-1", Model("m-1", 16))
    assert caught.value.reason is Reason.RELEASE_CONFLICT


@pytest.mark.parametrize("blocking", [True, False])
async def test_what_was_written_is_listed(
    services: Services, client: VectorClient, *, blocking: bool
) -> None:
    release = services.create_release("r-1", MODEL)
    if blocking:
        services.write(release, [VECTORS])
    else:
        await client.upsert(release, [VECTORS], 10)
    rows = list(services.stored("r-1", with_vectors=True))
    assert [(one.drawing_id, one.view, one.content_key) for one in rows] == [
        (one.drawing_id, one.view, one.content_key) for one in DRAWINGS
    ]
    for row, drawing in zip(rows, DRAWINGS, strict=True):
        assert (row.patent_id, row.generation) == (PATENT.patent_id, 2)
        assert row.vector is not None
        assert row.vector.tolist() == drawing.vector.tolist()
    without = list(services.stored("r-1", [PATENT.patent_id]))
    assert [one.vector for one in without] == [None, None]
    assert [one async for portion in client.stored("r-1", [], 10) for one in portion] == without
    assert services.rows("r-1", [PATENT.patent_id]) == without
    assert services.release("r-1").vector_count == 2
    services.delete("r-1", [GenerationRange(PATENT.patent_id, 1, 1)])
    assert list(services.stored("r-1")) == without
    await client.delete([GenerationRange(PATENT.patent_id, 1, 2)], 10)
    assert list(services.stored("r-1")) == []


def test_the_nearest_drawings_come_first(services: Services) -> None:
    release = services.create_release("r-1", MODEL)
    services.write(release, [VECTORS])
    found = services.search(release, unit(1), 2)
    assert [(one.drawing_id, one.view) for one in found] == [
        ("USD0000001-D00002-01", View.BACK),
        ("USD0000001-D00001-01", View.FRONT),
    ]
    assert [one.score for one in found] == pytest.approx([1, 0])


def test_a_state_of_a_newer_service_takes_writes() -> None:
    wire = vectors_pb2.Release(release_id="r-1", model_version="m-1")
    wire.state = 99  # type: ignore[assignment]
    assert release_from_wire(wire) == Release("r-1", "m-1", ReleaseState.KEPT, metric="", evaluation={})


FILTERED = patents()


@pytest.fixture
def filtered(services: Services) -> Release:
    release = services.create_release("filtered", MODEL)
    drawings = [DrawingVector(drawing_id(one.patent_id, 1, 1), View.FRONT, unit(0)) for one in FILTERED]
    services.write(
        release, [PatentVectors(one, 1, (drawn,)) for one, drawn in zip(FILTERED, drawings, strict=True)]
    )
    return release


@pytest.mark.parametrize("condition", ONE_OF_EACH, ids=lambda one: next(iter(one)))
async def test_all_that_a_filter_looks_at_is_written(
    filtered: Release, client: VectorClient, condition: dict[str, Any]
) -> None:
    wanted = PatentFilter(**condition)
    ranking = await client.search_patents(
        filtered, [PatentQuery(unit(0))], wanted, ViewMatching.IGNORE, 1000, 10
    )
    expected = {one.patent_id for one in FILTERED if wanted.matches(one)}
    assert 0 < len(expected) < len(FILTERED)
    assert {one.patent_id for one in ranking.patents} == expected


def test_each_condition_was_asked() -> None:
    assert {name for one in ONE_OF_EACH for name in one} == {field.name for field in fields(PatentFilter)}
