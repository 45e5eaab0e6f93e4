"""VectorService on a real socket, over the index in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import nan
from typing import Any, cast

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from prometheus_client import CollectorRegistry

from sevenviews.backends.records import StoredVector
from sevenviews.designs import PatentFilter, Reason, SevenviewsError
from sevenviews.internal.v1 import vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.server import GrpcServer
from sevenviews.v1 import common_pb2
from sevenviews.vectors.__main__ import SERVICE
from sevenviews.vectors.releases import Release
from sevenviews.vectors.servicer import Threads, VectorServicer
from sevenviews.vectors.settings import VectorsSettings
from tests.fakes.design_index import FakeDesignIndex

MODEL = "0123456789abcdef"
RELEASE = "r-1"
EAST, NORTH = (1.0, 0.0), (0.0, 1.0)


class FailingIndex(FakeDesignIndex):
    """Does not answer while it is down; notes how long each look may take; waits with a scan until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.timeouts: list[float] = []
        self.scans = 0
        self.scanning, self.may_scan = threading.Event(), threading.Event()
        self.may_scan.set()

    def check(self, timeout: float) -> None:
        self.timeouts.append(timeout)
        if self.down:
            raise SevenviewsError(
                Reason.DEPENDENCY_UNAVAILABLE, "Milvus does not answer", {"service": "milvus"}
            )
        super().check(timeout)

    def _scan(
        self, release: Release, patent_filter: PatentFilter, timeout: float
    ) -> Iterator[Sequence[StoredVector]]:
        self.scans += 1
        self.scanning.set()
        assert self.may_scan.wait(timeout)
        yield from super()._scan(release, patent_filter, timeout)

    def serving_release(self, timeout: float) -> Any:
        self.check(timeout)
        return super().serving_release(timeout)


@dataclass
class Service:
    """A running service, and what a client of it needs."""

    index: FailingIndex
    server: GrpcServer
    channel: grpc.aio.Channel

    @property
    def stub(self) -> vectors_pb2_grpc.VectorServiceAsyncStub:
        return vectors_pb2_grpc.VectorServiceStub(self.channel)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    index = FailingIndex()
    settings = VectorsSettings(port=0, url="milvus-lite:unused", grace_seconds=0, readiness_seconds=0.05)
    with ThreadPoolExecutor(2) as threads:

        def register(server: grpc.aio.Server) -> tuple[str]:
            servicer = VectorServicer(
                index, Threads.shared(threads), settings.milvus_seconds, settings.exact_seconds
            )
            vectors_pb2_grpc.add_VectorServiceServicer_to_server(servicer, server)
            return (SERVICE,)

        async def readiness() -> None:
            index.check(1.0)

        server = GrpcServer("vectors", settings, register, readiness, CollectorRegistry())
        await server.start()
        async with grpc.aio.insecure_channel(server.address) as channel:
            yield Service(index, server, channel)
        await server.stop()


@pytest.fixture
async def release(service: Service) -> vectors_pb2.Release:
    request = vectors_pb2.CreateReleaseRequest(release_id=RELEASE, model_version=MODEL, dimension=2)
    return (await service.stub.CreateRelease(request)).release


def embedding(values: tuple[float, ...], model: str = MODEL) -> common_pb2.Embedding:
    return common_pb2.Embedding(values=values, model_version=model)


def design(patent_id: str, *vectors: tuple[float, float]) -> vectors_pb2.PatentVectors:
    return vectors_pb2.PatentVectors(
        patent_id=patent_id,
        generation=3,
        office="US",
        locarno=[common_pb2.LocarnoClass(class_number=6, subclass_number=1)],
        drawings=[
            vectors_pb2.DrawingVector(
                drawing_id=f"{patent_id}-D00001-{number:02d}",
                view=common_pb2.VIEW_FRONT,
                embedding=embedding(vector),
            )
            for number, vector in enumerate(vectors, start=1)
        ],
    )


async def promote(
    stub: vectors_pb2_grpc.VectorServiceAsyncStub, release_id: str
) -> vectors_pb2.PromoteReleaseResponse:
    await stub.CompleteRelease(vectors_pb2.CompleteReleaseRequest(release_id=release_id))
    return await stub.PromoteRelease(vectors_pb2.PromoteReleaseRequest(release_id=release_id))


def search(**fields: Any) -> vectors_pb2.SearchVectorsRequest:
    chosen: dict[str, Any] = {"release_id": RELEASE, "queries": [embedding(EAST)], "limit": 5, **fields}
    return vectors_pb2.SearchVectorsRequest(**chosen)


async def failure(call: Any) -> tuple[grpc.StatusCode, error_details_pb2.ErrorInfo]:
    """The code and the rich detail that a call ends with."""
    with pytest.raises(grpc.RpcError) as caught:
        await call
    status = rpc_status.from_call(cast(grpc.Call, caught.value))
    assert status is not None
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert info.domain == "sevenviews"
    assert status.message
    return caught.value.code(), info


async def test_a_release_from_its_creation_to_its_end(service: Service, release: vectors_pb2.Release) -> None:
    stub = service.stub
    assert (release.release_id, release.dimension) == (RELEASE, 2)
    assert (release.index.m, release.index.ef_construction, release.index.ef) == (16, 200, 128)
    assert release.state == vectors_pb2.RELEASE_STATE_BUILDING
    assert release.HasField("created_time")
    assert not release.HasField("promoted_time")

    patents = [design("USD1", EAST, NORTH), design("USD2", NORTH)]
    written = await stub.UpsertVectors(vectors_pb2.UpsertVectorsRequest(release_id=RELEASE, patents=patents))
    assert written.vector_count == 3
    promoted = (await promote(stub, RELEASE)).release
    assert promoted.state == vectors_pb2.RELEASE_STATE_SERVING
    assert promoted.vector_count == 3
    assert promoted.HasField("promoted_time")

    # Without a release: the serving one.
    found = await stub.SearchVectors(search(release_id="", limit=1))
    assert found.release == common_pb2.ReleaseReference(release_id=RELEASE, model_version=MODEL)
    (nearest,) = found.results[0].drawings
    assert (nearest.drawing_id, nearest.patent_id) == ("USD1-D00001-01", "USD1")
    assert nearest.view == common_pb2.VIEW_FRONT
    assert nearest.score == pytest.approx(1)

    assert nearest.generation == 3

    gone = [vectors_pb2.PatentGenerations(patent_id="USD1", first_generation=2, last_generation=3)]
    await stub.DeleteVectors(vectors_pb2.DeleteVectorsRequest(patents=gone))
    listing = stub.ListVectors(vectors_pb2.ListVectorsRequest(include_embeddings=True))
    (row,) = [row async for portion in listing for row in portion.vectors]
    assert (row.drawing_id, row.generation) == ("USD2-D00001-01", 3)
    assert row.embedding == embedding(NORTH)

    second = vectors_pb2.CreateReleaseRequest(model_version="next", dimension=2)
    chosen = (await stub.CreateRelease(second)).release.release_id
    await promote(stub, chosen)
    listed = (await stub.ListReleases(vectors_pb2.ListReleasesRequest())).releases
    assert [one.release_id for one in listed] == [chosen, RELEASE]
    assert listed[1].state == vectors_pb2.RELEASE_STATE_KEPT
    await stub.RetireRelease(vectors_pb2.RetireReleaseRequest(release_id=RELEASE))
    code, info = await failure(stub.GetRelease(vectors_pb2.GetReleaseRequest(release_id=RELEASE)))
    assert (code, info.reason) == (grpc.StatusCode.NOT_FOUND, "RELEASE_NOT_FOUND")
    assert dict(info.metadata) == {"release_id": RELEASE}


async def test_what_is_not_complete_is_promoted_by_force_alone(
    service: Service, release: vectors_pb2.Release
) -> None:
    request = vectors_pb2.PromoteReleaseRequest(release_id=RELEASE)
    code, info = await failure(service.stub.PromoteRelease(request))
    assert (code, info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RELEASE_STATE")
    assert dict(info.metadata) == {"release_id": RELEASE, "state": "BUILDING"}
    request.force = True
    assert not (await service.stub.PromoteRelease(request)).release.HasField("ready_time")
    assert (await promote(service.stub, RELEASE)).release.HasField("ready_time")


async def test_the_first_release_is_promoted_where_none_serves(
    service: Service, release: vectors_pb2.Release
) -> None:
    await promote(service.stub, RELEASE)
    second = vectors_pb2.CreateReleaseRequest(release_id="r-2", model_version=MODEL, dimension=2)
    await service.stub.CreateRelease(second)
    await service.stub.CompleteRelease(vectors_pb2.CompleteReleaseRequest(release_id="r-2"))
    request = vectors_pb2.PromoteReleaseRequest(release_id="r-2", only_first=True)
    code, info = await failure(service.stub.PromoteRelease(request))
    assert (code, info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RELEASE_STATE")
    assert dict(info.metadata) == {"release_id": RELEASE, "state": "SERVING"}


async def test_aliases_that_were_lost_are_told(service: Service, release: vectors_pb2.Release) -> None:
    await promote(service.stub, RELEASE)
    service.index.forget_turns()
    code, info = await failure(service.stub.SearchVectors(search(release_id="")))
    assert (code, info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_SERVING_RELEASE")
    assert dict(info.metadata) == {"releases": RELEASE, "missing_alias": "serving"}


@pytest.mark.parametrize(
    ("fields", "code", "reason", "metadata"),
    [
        ({"queries": []}, "INVALID_ARGUMENT", "FIELD_REQUIRED", {"field": "queries"}),
        (
            {"limit": 16_385},
            "INVALID_ARGUMENT",
            "FIELD_OUT_OF_RANGE",
            {"field": "limit", "minimum": "1", "maximum": "16384"},
        ),
        ({"views": [99]}, "INVALID_ARGUMENT", "FIELD_MALFORMED", {"field": "views[0]", "value": "99"}),
        (
            {"filter": common_pb2.PatentFilter(offices=['US"'])},
            "INVALID_ARGUMENT",
            "FIELD_MALFORMED",
            {"field": "filter.offices[0]", "value": 'US"'},
        ),
        (
            {"queries": [embedding(EAST), embedding((nan, 0.0))]},
            "INVALID_ARGUMENT",
            "EMBEDDING_INVALID",
            {"field": "queries[1]"},
        ),
        (
            {"queries": [embedding((1.0, 0.0, 0.0))]},
            "INVALID_ARGUMENT",
            "EMBEDDING_DIMENSION_MISMATCH",
            {"expected": "2", "actual": "3"},
        ),
        (
            {"queries": [embedding(EAST, "other")]},
            "FAILED_PRECONDITION",
            "EMBEDDING_MODEL_MISMATCH",
            {"expected": MODEL, "actual": "other"},
        ),
        ({"release_id": "r-9"}, "NOT_FOUND", "RELEASE_NOT_FOUND", {"release_id": "r-9"}),
        ({"release_id": ""}, "FAILED_PRECONDITION", "NO_SERVING_RELEASE", {"releases": RELEASE}),
    ],
)
async def test_what_a_search_is_refused_for(
    service: Service,
    release: vectors_pb2.Release,
    fields: dict[str, Any],
    code: str,
    reason: str,
    metadata: dict[str, str],
) -> None:
    status, info = await failure(service.stub.SearchVectors(search(**fields)))
    assert (status.name, info.reason, dict(info.metadata)) == (code, reason, metadata)


async def test_a_refused_upsert_leaves_all_as_it_was(service: Service, release: vectors_pb2.Release) -> None:
    good = design("USD1", EAST)
    bad = design("USD2", (0.5, 0.0))
    request = vectors_pb2.UpsertVectorsRequest(release_id=RELEASE, patents=[good, bad])
    code, info = await failure(service.stub.UpsertVectors(request))
    assert (code, info.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "EMBEDDING_INVALID")
    assert info.metadata["field"] == "patents[1].drawings[0].embedding"
    found = await service.stub.GetRelease(vectors_pb2.GetReleaseRequest(release_id=RELEASE))
    assert found.release.vector_count == 0


async def test_an_engine_that_is_down_is_unavailable_and_then_back(
    service: Service, release: vectors_pb2.Release
) -> None:
    await promote(service.stub, RELEASE)
    service.index.down = True
    code, info = await failure(service.stub.SearchVectors(search(release_id="")))
    assert (code, info.reason) == (grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")
    assert dict(info.metadata) == {"service": "milvus"}
    service.index.down = False
    assert (await service.stub.SearchVectors(search(release_id=""))).release.release_id == RELEASE


async def test_health_follows_the_engine(service: Service) -> None:
    stub: Any = health_pb2_grpc.HealthStub(service.channel)  # its types know only Check
    watch = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE))
    serving = health_pb2.HealthCheckResponse.SERVING
    assert (await watch.read()).status == serving
    service.index.down = True
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
    service.index.down = False
    assert (await watch.read()).status == serving


async def test_exact_searches_take_turns_and_others_go_on(
    service: Service, release: vectors_pb2.Release
) -> None:
    designs = [design("USD0000001", NORTH), design("USD0000002", EAST)]
    await service.stub.UpsertVectors(vectors_pb2.UpsertVectorsRequest(release_id=RELEASE, patents=designs))
    query = vectors_pb2.PatentQuery(embedding=embedding(EAST))
    request = vectors_pb2.SearchPatentsRequest(release_id=RELEASE, queries=[query], limit=1)
    plain = await service.stub.SearchPatents(request)
    request.exact = True
    service.index.may_scan.clear()
    scans = [asyncio.create_task(_answer(service.stub.SearchPatents(request))) for _ in range(3)]
    assert await asyncio.to_thread(service.index.scanning.wait, 10)
    # Of two threads one is free.
    request.exact = False
    assert await service.stub.SearchPatents(request) == plain
    assert service.index.scans == 1
    service.index.may_scan.set()
    assert [await one for one in scans] == [plain] * 3
    assert (plain.patents[0].patent_id, plain.complete, service.index.scans) == ("USD0000002", False, 3)


async def _answer(call: Any) -> Any:
    return await call


async def test_the_callers_deadline_is_handed_on(service: Service, release: vectors_pb2.Release) -> None:
    await promote(service.stub, RELEASE)
    service.index.timeouts.clear()
    await service.stub.GetServingRelease(vectors_pb2.GetServingReleaseRequest(), timeout=3)
    await service.stub.GetServingRelease(vectors_pb2.GetServingReleaseRequest())
    handed_on = [one for one in service.index.timeouts if one != 1.0]  # 1.0: the looks at readiness
    assert 0 < handed_on[0] < 3
    # The time that the call has taken already counts.
    assert 9 < handed_on[1] <= VectorsSettings(url="milvus-lite:unused").milvus_seconds == 10
