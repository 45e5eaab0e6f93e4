"""A gateway on a real socket before the fake services, and designs to fill them with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import exp, log
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry

from sevenviews.client import AsyncClient, ImportItem, ImportResult, PatentHit, QueryImage, SearchPage
from sevenviews.client.replies import search_page
from sevenviews.client.requests import SearchOptions, search_to_wire
from sevenviews.designs import Drawing, ImportOutcome, Patent, Reason, SevenviewsError, View, drawing_id
from sevenviews.gateway.bootstrap import Gateway
from sevenviews.gateway.settings import GatewaySettings
from sevenviews.ranking import SOFTNESS
from sevenviews.runtime.channels import channel_options
from sevenviews.runtime.patent_wire import patent_to_wire
from sevenviews.runtime.server import GrpcServer
from sevenviews.runtime.status import error_from_rpc
from sevenviews.v1 import search_pb2_grpc
from tests.fakes.embedding import embedding_of, vector_image
from tests.fakes.patents import PatentContent
from tests.fakes.services import FakeServices

RELEASE = "r-1"

STEPS = {
    "put": ("metadata", "PutPatent"),
    "releases": ("vectors", "ListReleases"),
    "embed": ("embedding", "EmbedImages"),
    "upsert": ("vectors", "UpsertVectors"),
    "publish": ("metadata", "PublishPatents"),
}
"""Of an import: the service and the method."""


@dataclass
class RunningGateway:
    """A gateway, what stands behind it, and a client before it."""

    services: FakeServices
    server: GrpcServer
    client: AsyncClient
    registry: CollectorRegistry

    def sample(self, name: str, **labels: str) -> float:
        """A metric's value; 0 if it was never set."""
        return self.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def running_gateway(services: FakeServices, **settings: Any) -> AsyncIterator[RunningGateway]:
    """A gateway with a client; settings as GatewaySettings has them."""
    registry = CollectorRegistry()
    chosen: dict[str, Any] = {
        "port": 0,
        "grace_seconds": 0,
        "embedding_address": services.embedding_server.address,
        "vectors_address": services.vector_server.address,
        "metadata_address": services.patent_server.address,
        **settings,
    }
    gateway_settings = GatewaySettings(**chosen)
    gateway = Gateway(gateway_settings, registry)
    server = GrpcServer(
        "gateway",
        gateway_settings,
        gateway.register,
        gateway.readiness,
        registry,
        gateway.guard,
        gateway.witness,
    )
    await server.start()
    services.forget_calls()  # those of the first look at readiness
    try:
        async with AsyncClient(server.address, timeout_seconds=10) as client:
            yield RunningGateway(services, server, client, registry)
    finally:
        await server.stop()
        await gateway.close()


def design(
    patent_id: str, *images: bytes, views: Sequence[View] = (), replace: bool = False, **fields: Any
) -> ImportItem:
    """A patent with one drawing an image. Fields as Patent has them."""
    ids = [drawing_id(patent_id, 1, position) for position in range(1, len(images) + 1)]
    seen = [*views, *[View.UNKNOWN] * (len(images) - len(views))]
    drawings = tuple(
        Drawing(id_, 1, view, figure_number=str(position))
        for position, (id_, view) in enumerate(zip(ids, seen, strict=True), start=1)
    )
    patent = Patent(patent_id, title=f"Design {patent_id}", drawings=drawings, **fields)
    return ImportItem(patent, dict(zip(ids, images, strict=True)), replace)


def publish(services: FakeServices, *items: ImportItem, generation: int = 1) -> None:
    """Put designs into the stores directly, as if they had been imported into every release."""
    for item in items:
        patent = item.patent
        services.patents.published[patent.patent_id] = PatentContent(
            patent_to_wire(patent), dict(item.contents), f"digest of {patent.patent_id}", generation
        )
        index(services, item, generation)


def index(services: FakeServices, item: ImportItem, generation: int = 1) -> None:
    """Put the vectors of a design into every release, and nothing else anywhere."""
    for release in services.vectors.releases.values():
        drawings = [
            (
                drawing.drawing_id,
                drawing.view,
                embedding_of(item.contents[drawing.drawing_id], release.model_version),
            )
            for drawing in item.patent.drawings
        ]
        release.put(item.patent, drawings, generation)


def like(similarity: float) -> bytes:
    """An image whose cosine similarity with `vector_image(1)` is this."""
    return vector_image(similarity, (1 - similarity**2) ** 0.5)


def score_of(*cosines: float) -> float:
    """What a patent scores whose drawings reach these cosines, as search.proto defines it."""
    mean = sum(exp(cosine / SOFTNESS) for cosine in cosines) / len(cosines)
    return (1 + SOFTNESS * log(mean)) / 2


def ids(hits: Sequence[PatentHit]) -> list[str]:
    return [hit.patent_id for hit in hits]


async def import_all(client: AsyncClient, *items: ImportItem) -> dict[str, ImportResult]:
    """The results by patent id."""
    return {result.patent_id: result async for result in client.import_patents(items)}


async def searchable(gateway: RunningGateway) -> list[str]:
    """The patents that a search finds."""
    return ids((await gateway.client.search([vector_image(1)], limit=100)).hits)


async def outcome(gateway: RunningGateway, item: ImportItem) -> ImportOutcome:
    """Of an import that does not fail."""
    results = await import_all(gateway.client, item)
    result = results[item.patent.patent_id]
    assert result.error is None, result.error
    return result.outcome


async def search_once(gateway: RunningGateway, image: bytes) -> SearchPage:
    """A search that the caller does not try again: what the gateway itself does, and how soon."""
    request = search_to_wire([QueryImage(image)], SearchOptions(), limit=10, page_token="")
    options = dict(channel_options()) | {"grpc.enable_retries": 0}
    async with grpc.aio.insecure_channel(gateway.server.address, options=list(options.items())) as channel:
        try:
            stub = search_pb2_grpc.SearchServiceStub(channel)
            return search_page(await stub.SearchDesigns(request, timeout=10))
        except grpc.RpcError as error:
            raise error_from_rpc(error) from error


async def failure(call: Any, reason: Reason) -> SevenviewsError:
    """The error that the call ends with, which has this reason."""
    with pytest.raises(SevenviewsError) as caught:
        await call
    assert caught.value.reason is reason, caught.value
    return caught.value
