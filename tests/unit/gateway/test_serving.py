"""The gateway as a server: readiness, quotas, settings, and the process itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry
from pydantic import ValidationError

from sevenviews.client import AsyncClient
from sevenviews.designs import Reason
from sevenviews.gateway.readiness import Dependencies
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.gateway.telemetry import DEPENDENCIES, STAGES, GatewayMetrics
from sevenviews.runtime.channels import open_channel
from tests.conftest import ROOT
from tests.fakes.embedding import vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import RunningGateway, design, failure, ids, publish, running_gateway

QUERY = vector_image(1)
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


SEARCH, CATALOG = "sevenviews.v1.SearchService", "sevenviews.v1.CatalogService"


async def becomes(channel: grpc.aio.Channel, **wanted: Any) -> None:
    """Return when the health of the whole, of searches and of the catalogue is this."""
    names = {"whole": "", "search": SEARCH, "catalog": CATALOG}
    stub: Any = health_pb2_grpc.HealthStub(channel)
    async with asyncio.timeout(15):
        for name, status in wanted.items():
            async for answer in stub.Watch(health_pb2.HealthCheckRequest(service=names[name])):
                if answer.status == status:
                    break


def ready_dependencies(registry: CollectorRegistry) -> set[str]:
    name = "sevenviews_gateway_dependency_ready"
    return {one for one in DEPENDENCIES if registry.get_sample_value(name, {"dependency": one}) == 1}


@pytest.mark.parametrize("service", ["embedding", "vectors"])
async def test_without_searches_the_catalogue_is_served(services: FakeServices, service: str) -> None:
    publish(services, design("USD1", QUERY))
    async with (
        running_gateway(services, readiness_seconds=0.05) as gateway,
        open_channel(gateway.server.address) as channel,
    ):
        await becomes(channel, whole=SERVING, search=SERVING, catalog=SERVING)
        await services.servers[service].set_serving(False)
        await becomes(channel, search=NOT_SERVING, whole=SERVING, catalog=SERVING)
        assert (await gateway.client.get_patent("USD1")).patent_id == "USD1"
        await services.servers[service].set_serving(True)
        await becomes(channel, search=SERVING)


async def test_without_the_metadata_service_searches_are_served(services: FakeServices) -> None:
    publish(services, design("USD1", QUERY))
    async with (
        running_gateway(services, readiness_seconds=0.05) as gateway,
        open_channel(gateway.server.address) as channel,
    ):
        await gateway.client.search([QUERY])
        await services.patent_server.stop()
        await becomes(channel, catalog=NOT_SERVING, whole=SERVING, search=SERVING)
        page = await gateway.client.search([QUERY], allow_degraded=True)
        assert ids(page.hits) == ["USD1"]
        assert page.degradations != ()
        await services.patent_server.start()
        await becomes(channel, catalog=SERVING)


async def test_health_turns_where_nothing_can_be_answered(services: FakeServices) -> None:
    async with (
        running_gateway(services, readiness_seconds=0.05) as gateway,
        open_channel(gateway.server.address) as channel,
    ):
        await services.patent_server.set_serving(False)
        await services.embedding_server.stop()
        await becomes(channel, whole=NOT_SERVING, search=NOT_SERVING, catalog=NOT_SERVING)
        await services.embedding_server.start()
        await becomes(channel, whole=SERVING, search=SERVING, catalog=NOT_SERVING)


async def test_readiness_names_what_stands_in_the_way(services: FakeServices) -> None:
    async with (
        open_channel(services.embedding_server.address) as embedding,
        open_channel(services.vector_server.address) as vectors,
        open_channel(services.patent_server.address) as metadata,
    ):
        registry = CollectorRegistry()
        dependencies = Dependencies(lambda: embedding, vectors, metadata, GatewayMetrics(registry))
        assert await dependencies.check() == {SEARCH: True, CATALOG: True}
        assert ready_dependencies(registry) == {"embedding", "vectors", "metadata"}
        await services.patent_server.set_serving(False)
        assert await dependencies.check() == {SEARCH: True, CATALOG: False}
        assert ready_dependencies(registry) == {"embedding", "vectors"}
        await services.vector_server.set_serving(False)
        error = await failure(dependencies.check(), Reason.DEPENDENCY_UNAVAILABLE)
        assert error.metadata == {"service": "vectors"}
        assert ready_dependencies(registry) == {"embedding"}


@pytest.mark.parametrize("service", ["embedding", "vectors", "metadata"])
async def test_a_gateway_joins_when_it_has_found_all_three(services: FakeServices, service: str) -> None:
    """Or a rollout with a wrong address would replace gateways that know the right one."""
    await services.servers[service].set_serving(False)
    async with (
        running_gateway(services, readiness_seconds=0.05) as gateway,
        open_channel(gateway.server.address) as channel,
    ):
        await becomes(channel, whole=NOT_SERVING)
        await services.servers[service].set_serving(True)
        await becomes(channel, whole=SERVING, search=SERVING, catalog=SERVING)


async def test_a_look_asks_for_health_and_for_nothing_else(services: FakeServices) -> None:
    """A probe that lists the models makes every replica read all of them, from every gateway, every two seconds."""
    async with (
        running_gateway(services, readiness_seconds=0.01) as gateway,
        open_channel(gateway.server.address) as channel,
    ):
        await services.embedding_server.set_serving(False)
        await becomes(channel, search=NOT_SERVING)
        await services.embedding_server.set_serving(True)
        await becomes(channel, search=SERVING)
        assert services.methods() == []


async def test_a_quota_is_spent_by_searches(services: FakeServices) -> None:
    publish(services, design("USD1", QUERY))
    async with running_gateway(services, quota_requests=2, quota_window_seconds=86_400) as gateway:
        for _ in range(2):
            await gateway.client.search([QUERY])
        error = await failure(gateway.client.search([QUERY]), Reason.QUOTA_EXCEEDED)
        assert error.metadata == {"limit": "2", "window_seconds": "86400"}
        assert error.retry_seconds is not None
        assert 0 < error.retry_seconds <= 86_400
        # Another connection of the same host has no quota of its own; reads cost none.
        async with AsyncClient(gateway.server.address) as other:
            await failure(other.search([QUERY]), Reason.QUOTA_EXCEEDED)
            await other.get_patent("USD1")


async def test_a_redis_that_is_gone_slows_searches_only(services: FakeServices) -> None:
    publish(services, design("USD1", QUERY))
    async with running_gateway(services, cache_url="redis://127.0.0.1:1/0") as gateway:
        for _ in range(2):
            assert ids((await gateway.client.search([QUERY])).hits) == ["USD1"]
        assert services.embedding_server.count("EmbedImages") == 2
        assert gateway.sample("sevenviews_gateway_redis_errors_total", use="cache") >= 1


async def test_every_stage_of_a_search_is_measured(services: FakeServices) -> None:
    publish(services, design("USD1", QUERY))
    async with running_gateway(services) as gateway:
        name = "sevenviews_gateway_search_stage_seconds_count"
        # There before the first search, at zero.
        assert {gateway.registry.get_sample_value(name, {"stage": stage}) for stage in STAGES} == {0}
        await gateway.client.search([QUERY])
        assert {stage: gateway.sample(name, stage=stage) for stage in STAGES} == dict.fromkeys(STAGES, 1)
        lookups = "sevenviews_gateway_cached_embeddings_total"
        assert (gateway.sample(lookups, outcome="hit"), gateway.sample(lookups, outcome="miss")) == (0, 1)
        await gateway.client.search([QUERY])
        assert (gateway.sample(lookups, outcome="hit"), gateway.sample(lookups, outcome="miss")) == (1, 1)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert GatewaySettings().port == 50051
    monkeypatch.setenv("SEVENVIEWS_GATEWAY_PORT", "6000")
    monkeypatch.setenv("SEVENVIEWS_GATEWAY_VECTORS_ADDRESS", "dns:///vectors:50053")
    settings = GatewaySettings()
    assert (settings.port, settings.vectors_address) == (6000, "dns:///vectors:50053")
    monkeypatch.setenv("SEVENVIEWS_GATEWAY_RELEASE_SECONDS", "3")
    with pytest.raises(ValidationError):
        GatewaySettings()


def test_every_setting_is_described() -> None:
    assert [name for name, field in GatewaySettings.model_fields.items() if not field.description] == []


async def test_the_process_serves_and_drains_on_sigterm(services: FakeServices) -> None:
    """A search that runs when SIGTERM comes is answered; then the process ends with 0."""
    publish(services, design("USD1", QUERY))
    process = await start_process(services)
    try:
        address = await announced_address(process)
        released = services.embedding_server.block("EmbedImages")
        async with AsyncClient(address) as client:
            search = asyncio.create_task(client.search([QUERY]))
            await services.embedding_server.arrival("EmbedImages")
            process.send_signal(signal.SIGTERM)
            released.set()
            assert ids((await search).hits) == ["USD1"]
        assert await asyncio.wait_for(process.wait(), 15) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def start_process(services: FakeServices) -> asyncio.subprocess.Process:
    environment = {
        "SEVENVIEWS_GATEWAY_PORT": "0",
        "SEVENVIEWS_GATEWAY_EMBEDDING_ADDRESS": services.embedding_server.address,
        "SEVENVIEWS_GATEWAY_VECTORS_ADDRESS": services.vector_server.address,
        "SEVENVIEWS_GATEWAY_METADATA_ADDRESS": services.patent_server.address,
        "PYTHONPATH": str(ROOT / "services"),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sevenviews.gateway",
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )


async def announced_address(process: asyncio.subprocess.Process) -> str:
    """From the log line that says where it listens."""
    assert process.stderr is not None
    async with asyncio.timeout(30):
        async for line in process.stderr:
            if b'"listening"' in line:
                _, _, rest = line.decode().partition('"address": "')
                return rest.partition('"')[0]
    raise AssertionError("the gateway ended before it listened")


async def test_all_services_are_registered(gateway: RunningGateway) -> None:
    async with open_channel(gateway.server.address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        for service in ("", SEARCH, CATALOG, "sevenviews.v1.ServerService"):
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == SERVING
