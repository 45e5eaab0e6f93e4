"""The shared server over real sockets: errors, health, drain, metrics, request ids, limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.channels import MAX_ATTEMPTS, open_channel
from sevenviews.runtime.deadlines import remaining
from sevenviews.runtime.server import GrpcServer
from sevenviews.runtime.settings import MEBIBYTE, ServiceSettings
from sevenviews.runtime.status import CODES_OF_CALLS, error_from_rpc
from sevenviews.runtime.telemetry import request_id
from sevenviews.v1 import catalog_pb2, catalog_pb2_grpc, patent_pb2
from tests.reflected import reflected_services

Context = grpc.aio.ServicerContext[Any, Any]


class Probe(catalog_pb2_grpc.CatalogServiceServicer):
    """A servicer whose behaviour a test chooses by the patent id it asks for."""

    def __init__(self) -> None:
        self.calls = 0
        self.failures_left = 0
        self.cancellations_left = 0
        self.seen_request_id = ""
        self.release = asyncio.Event()
        self.entered = asyncio.Semaphore(0)

    async def GetCatalogPatent(  # noqa: N802
        self, request: catalog_pb2.GetCatalogPatentRequest, context: Context
    ) -> catalog_pb2.GetCatalogPatentResponse:
        self.calls += 1
        self.seen_request_id = request_id.get()
        if self.failures_left:
            self.failures_left -= 1
            raise SevenviewsError(Reason.DEPENDENCY_UNAVAILABLE, "down", {"service": "vectors"})
        if self.cancellations_left:
            self.cancellations_left -= 1
            await context.abort(grpc.StatusCode.CANCELLED, "CANCELLED")
        match request.patent_id:
            case "missing":
                raise SevenviewsError(Reason.PATENT_NOT_FOUND, "no such patent", {"patent_id": "missing"})
            case "echo":
                # Whatever a caller could make us say.
                long = "\udc80ü\n\0" * 10_000
                raise SevenviewsError(Reason.PATENT_NOT_FOUND, long, {long: long, "patent_id": long})
            case "crash":
                raise ZeroDivisionError("secret")
            case "deadline":
                left = remaining(context, 60)
                return catalog_pb2.GetCatalogPatentResponse(patent=patent_pb2.Patent(title=str(left)))
            case "wait":
                self.entered.release()
                await self.release.wait()
        return catalog_pb2.GetCatalogPatentResponse(patent=patent_pb2.Patent(patent_id=request.patent_id))

    async def DeleteCatalogPatents(  # noqa: N802
        self, request: catalog_pb2.DeleteCatalogPatentsRequest, context: Context
    ) -> catalog_pb2.DeleteCatalogPatentsResponse:
        self.entered.release()
        await self.release.wait()
        raise SevenviewsError(Reason.PATENT_NOT_FOUND, "no such patents")

    async def ImportPatents(  # noqa: N802
        self, request_iterator: AsyncIterator[catalog_pb2.ImportPatentsRequest], context: Context
    ) -> AsyncIterator[catalog_pb2.ImportPatentsResponse]:
        async for request in request_iterator:
            if request.patent.patent_id == "crash":
                raise ZeroDivisionError("secret")
            yield catalog_pb2.ImportPatentsResponse(patent_id=request.patent.patent_id)


class Running:
    """A started server, a channel to it and its stubs."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.probe = Probe()  # type: ignore[abstract]  # answers the calls under test, and no other
        self.registry = CollectorRegistry()
        self.obstacle: Exception | None = None
        self.parts: dict[str, bool] = {}
        self.server = GrpcServer("probe", settings, self._register, self._ready, self.registry)

    def _register(self, server: grpc.aio.Server) -> list[str]:
        catalog_pb2_grpc.add_CatalogServiceServicer_to_server(self.probe, server)
        return ["sevenviews.v1.CatalogService"]

    async def _ready(self) -> dict[str, bool]:
        if self.obstacle is not None:
            raise self.obstacle
        return self.parts

    async def open(self) -> None:
        await self.server.start()
        self.channel = open_channel(self.server.address)
        self.catalog = catalog_pb2_grpc.CatalogServiceStub(self.channel)
        self.health: Any = health_pb2_grpc.HealthStub(self.channel)

    async def get(self, patent_id: str, **options: Any) -> catalog_pb2.GetCatalogPatentResponse:
        request = catalog_pb2.GetCatalogPatentRequest(patent_id=patent_id)
        return await self.catalog.GetCatalogPatent(request, **options)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    running = Running(ServiceSettings(readiness_seconds=0.05, max_concurrent_requests=2, grace_seconds=5))
    await running.open()
    yield running
    await running.channel.close()
    await running.server.stop()


async def failure(call: Any) -> tuple[grpc.StatusCode, SevenviewsError]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), error_from_rpc(caught.value)


async def test_an_error_becomes_a_rich_status(running: Running) -> None:
    code, error = await failure(running.get("missing"))
    assert code is grpc.StatusCode.NOT_FOUND
    assert (error.reason, error.message, error.metadata) == (
        Reason.PATENT_NOT_FOUND,
        "no such patent",
        {"patent_id": "missing"},
    )


async def test_an_error_arrives_whatever_it_echoes(running: Running) -> None:
    code, error = await failure(running.get("echo"))
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, Reason.PATENT_NOT_FOUND)
    assert error.metadata["patent_id"].startswith("\N{REPLACEMENT CHARACTER}ü ")


async def test_an_unforeseen_error_leaks_nothing(running: Running) -> None:
    code, error = await failure(running.get("crash", metadata=[("x-request-id", "r-17")]))
    assert code is grpc.StatusCode.INTERNAL
    assert error.metadata == {"request_id": "r-17"}
    assert "secret" not in error.message


async def test_an_unforeseen_error_in_a_stream_leaks_nothing(running: Running) -> None:
    async def requests() -> AsyncIterator[catalog_pb2.ImportPatentsRequest]:
        yield catalog_pb2.ImportPatentsRequest(patent=patent_pb2.Patent(patent_id="a"))
        yield catalog_pb2.ImportPatentsRequest(patent=patent_pb2.Patent(patent_id="crash"))

    received: list[str] = []

    async def read() -> None:
        received.extend([response.patent_id async for response in running.catalog.ImportPatents(requests())])

    code, error = await failure(read())
    assert code is grpc.StatusCode.INTERNAL
    assert error.reason is Reason.INTERNAL
    # The caller may hear of it before it is counted.
    give_up = time.monotonic() + 10
    while _count(running, "ImportPatents", "INTERNAL") != 1 and time.monotonic() < give_up:
        await running.get("a")
    assert _count(running, "ImportPatents", "INTERNAL") == 1


async def test_retries_happen_and_end(running: Running) -> None:
    running.probe.failures_left = 2
    assert (await running.get("a")).patent.patent_id == "a"
    assert running.probe.calls == 3
    running.probe.failures_left = 100
    code, error = await failure(running.get("a"))
    assert (code, error.metadata) == (grpc.StatusCode.UNAVAILABLE, {"service": "vectors"})
    assert running.probe.calls == 3 + MAX_ATTEMPTS


async def test_a_call_that_reached_a_server_as_it_stopped_is_tried_again(running: Running) -> None:
    running.probe.cancellations_left = 1
    assert (await running.get("a")).patent.patent_id == "a"
    assert running.probe.calls == 2
    running.probe.cancellations_left = 100
    _, error = await failure(running.get("a"))
    assert error.reason is Reason.DEPENDENCY_UNAVAILABLE


async def test_the_request_id_crosses_the_channel(running: Running) -> None:
    token = request_id.set("r-42")
    await running.get("a")
    request_id.reset(token)
    assert running.probe.seen_request_id == "r-42"


async def test_a_request_id_unfit_for_logs_is_replaced(running: Running) -> None:
    await running.get("a", metadata=[("x-request-id", "x" * 300)])
    assert len(running.probe.seen_request_id) == 32


async def test_the_deadline_is_known_to_the_handler(running: Running) -> None:
    assert 0 < float((await running.get("deadline", timeout=5)).patent.title) < 5
    assert 59 < float((await running.get("deadline")).patent.title) <= 60


async def test_more_requests_than_the_limit_are_refused(running: Running) -> None:
    waiting = [asyncio.create_task(running.get("wait")) for _ in range(2)]
    for _ in waiting:
        await running.probe.entered.acquire()
    code, error = await failure(running.get("a"))
    assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.OVERLOADED)
    running.probe.release.set()
    await asyncio.gather(*waiting)
    assert (await running.get("a")).patent.patent_id == "a"


async def test_a_message_over_the_limit_is_resource_exhausted() -> None:
    running = Running(ServiceSettings(max_message_bytes=MEBIBYTE))
    await running.open()
    code, error = await failure(running.get("x" * 2 * MEBIBYTE))
    assert (code, error.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.MESSAGE_TOO_LARGE)
    await running.channel.close()
    await running.server.stop()


async def test_health_follows_readiness(running: Running) -> None:
    states: Any = health_pb2.HealthCheckResponse.ServingStatus
    watch = running.health.Watch(health_pb2.HealthCheckRequest(service="sevenviews.v1.CatalogService"))
    assert (await watch.read()).status == states.SERVING
    assert _ready(running) == 1
    running.obstacle = ConnectionError("Milvus is down")
    assert (await watch.read()).status == states.NOT_SERVING
    assert _ready(running) == 0
    running.obstacle = None
    assert (await watch.read()).status == states.SERVING
    watch.cancel()


async def test_a_part_may_be_not_ready_while_the_whole_is(running: Running) -> None:
    states: Any = health_pb2.HealthCheckResponse.ServingStatus
    service = "sevenviews.v1.CatalogService"
    running.parts = {service: False, "drawings": False}
    watch = running.health.Watch(health_pb2.HealthCheckRequest(service=service))
    while (await watch.read()).status != states.NOT_SERVING:
        pass
    for name, status in (("", states.SERVING), ("drawings", states.NOT_SERVING)):
        assert (await running.health.Check(health_pb2.HealthCheckRequest(service=name))).status == status
    assert _ready(running) == 1
    # What is not named any more is ready again.
    running.parts = {}
    assert (await watch.read()).status == states.SERVING
    running.parts = {"drawings": False}
    running.obstacle = ConnectionError("nothing works")
    assert (await watch.read()).status == states.NOT_SERVING
    watch.cancel()


async def test_a_stop_turns_health_then_drains(running: Running) -> None:
    states: Any = health_pb2.HealthCheckResponse.ServingStatus
    watch = running.health.Watch(health_pb2.HealthCheckRequest())
    assert (await watch.read()).status == states.SERVING
    waiting = asyncio.create_task(running.get("wait"))
    await running.probe.entered.acquire()
    stop = asyncio.create_task(running.server.stop())
    assert (await watch.read()).status == states.NOT_SERVING
    assert not waiting.done()
    running.probe.release.set()
    assert (await waiting).patent.patent_id == "wait"
    watch.cancel()
    await stop


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
async def test_reflection_tells_of_every_service_in_both_versions(running: Running, version: str) -> None:
    described = await reflected_services(running.channel, version)
    assert set(described) == {
        "sevenviews.v1.CatalogService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    for name, files in described.items():
        assert name in {f"{file.package}.{service.name}" for file in files for service in file.service}


async def test_metrics_count_by_method_and_code(running: Running) -> None:
    await running.get("a")
    await failure(running.get("missing"))
    assert _count(running, "GetCatalogPatent", "OK") == 1
    assert _count(running, "GetCatalogPatent", "NOT_FOUND") == 1


async def test_every_count_is_there_before_the_first_call(running: Running) -> None:
    """A series that is born with its first failure hides it from `rate()`, and so from the alerts."""
    methods = catalog_pb2.DESCRIPTOR.services_by_name["CatalogService"].methods
    for method in methods:
        counts = {code: _count(running, method.name, code) for code in CODES_OF_CALLS}
        assert counts == dict.fromkeys(CODES_OF_CALLS, 0), method.name
    await failure(running.get("missing"))
    assert _count(running, "GetCatalogPatent", "NOT_FOUND") == 1


def _count(running: Running, method: str, code: str) -> float | None:
    labels = {"service": "probe", "method": f"/sevenviews.v1.CatalogService/{method}", "code": code}
    return running.registry.get_sample_value("sevenviews_requests_total", labels)


def _ready(running: Running) -> float | None:
    return running.registry.get_sample_value("sevenviews_service_ready", {"service": "probe"})
