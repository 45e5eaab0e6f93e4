"""Imports that share calls, and imports of one patent that meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from prometheus_client import CollectorRegistry

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import (
    ImportOutcome,
    Reason,
    SevenviewsError,
)
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.importing import Importer
from sevenviews.gateway.importing import ImportItem as GatewayItem
from sevenviews.gateway.indexing import Indexer
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.runtime.channels import open_channel
from tests.fakes.embedding import embedding_of, vector_image
from tests.fakes.services import FakeServices
from tests.unit.gateway.harness import (
    STEPS,
    design,
    import_all,
    publish,
    running_gateway,
)

QUERY = vector_image(1)

INTERNAL = SevenviewsError(Reason.INTERNAL, "died here")


async def test_a_batch_shares_its_calls(services: FakeServices) -> None:
    async with importing(services) as importer:
        items = [an_item(f"USD{number}", QUERY, vector_image(0, 1)) for number in range(6)]
        bad, conflicting = an_item("USD7", QUERY, b"bad"), an_item("USD8", QUERY)
        publish(services, design("USD8", vector_image(0, 1)))
        results = await importer.import_batch([bad, *items, conflicting], Deadline.after(10))
    assert [one.patent_id for one in results] == ["USD7", *(f"USD{n}" for n in range(6)), "USD8"]
    reasons = [one.error.reason if one.error else None for one in results]
    assert reasons == [Reason.IMAGE_CORRUPT, *[None] * 6, Reason.PATENT_CONTENT_CONFLICT]
    calls = {method: services.servers[service].of(method) for service, method in STEPS.values()}
    assert [len(call.request.images) for call in calls["EmbedImages"]] == [14]
    assert [len(call.request.patents) for call in calls["UpsertVectors"]] == [6]
    assert [len(call.request.patents) for call in calls["PublishPatents"]] == [6]


async def test_a_call_that_fails_for_the_sake_of_one_patent_fails_no_other(services: FakeServices) -> None:
    """Whatever it is that a service does not take, and says of the whole call."""
    async with importing(services) as importer:
        services.vector_server.fail("UpsertVectors", INTERNAL, times=2)
        items = [an_item(f"USD{number}", QUERY) for number in range(3)]
        results = await importer.import_batch(items, Deadline.after(10))
    assert [one.outcome for one in results] == [
        ImportOutcome.FAILED,
        ImportOutcome.CREATED,
        ImportOutcome.CREATED,
    ]


async def test_an_outage_is_not_met_with_a_call_for_each_patent(services: FakeServices) -> None:
    async with importing(services) as importer:
        overloaded = SevenviewsError(Reason.OVERLOADED, "too much")
        services.embedding_server.fail("EmbedImages", overloaded, times=9)
        items = [an_item(f"USD{number}", QUERY) for number in range(3)]
        results = await importer.import_batch(items, Deadline.after(10))
    assert {one.error.reason for one in results if one.error} == {Reason.OVERLOADED}
    assert services.embedding_server.count("EmbedImages") == 1


@asynccontextmanager
async def importing(services: FakeServices) -> AsyncIterator[Importer]:
    """An importer without a gateway around it."""
    timeouts = CallTimeouts()
    async with (
        open_channel(services.embedding_server.address) as embedding,
        open_channel(services.vector_server.address) as vectors,
        open_channel(services.patent_server.address) as metadata,
    ):
        index, embedder = VectorClient(vectors), EmbeddingClient(lambda: embedding)
        releases = Releases(index, embedder, timeouts, 0)
        indexer = Indexer(embedder, index, releases, timeouts)
        metrics = GatewayMetrics(CollectorRegistry())
        yield Importer(PatentClient(metadata), indexer, releases, timeouts, 2, metrics)


def an_item(patent_id: str, *images: bytes, replace: bool = False) -> GatewayItem:
    made = design(patent_id, *images)
    return GatewayItem(made.patent, made.contents, replace)


async def test_the_newer_of_two_imports_wins(services: FakeServices) -> None:
    """Of two gateways, the slower one held up between its vectors and its publication."""
    async with running_gateway(services) as slow, running_gateway(services) as fast:
        released = services.patent_server.block("PublishPatents")
        older = asyncio.create_task(import_all(slow.client, design("USD1", QUERY, replace=True)))
        await services.patent_server.arrival("PublishPatents")
        newer = asyncio.create_task(import_all(fast.client, design("USD1", vector_image(0, 1), replace=True)))
        await services.patent_server.arrival("PublishPatents", 2)
        rows = services.vectors.serving().drawings
        assert set(rows) == {("USD1-D00001-01", 1), ("USD1-D00001-01", 2)}
        released.set()
        lost, won = (await older)["USD1"], (await newer)["USD1"]
    assert lost.error is not None
    assert lost.error.reason is Reason.PATENT_GENERATION_STALE
    assert lost.error.metadata == {"patent_id": "USD1", "generation": "1", "newest": "2"}
    assert won.outcome is ImportOutcome.CREATED
    [row] = services.vectors.serving().drawings.values()
    assert (row.generation, row.vector.tolist()) == (2, pytest.approx(embedding_of(vector_image(0, 1))))
