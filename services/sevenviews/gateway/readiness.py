"""The gateway is ready while it can answer something, and tells by health what it cannot.

A search needs embeddings and vectors; without the metadata service it can still be answered in part, where its caller
allows that. The catalogue needs the metadata service. So there is nothing to answer only where the metadata service
and one of the other two are away; then all gateways leave the endpoints.

It joins only when it has found all three once. One that was given a wrong address never does, so that a rollout stops
at it; and an installation is complete when its first search is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sevenviews.backends.remote import call
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.telemetry import GatewayMetrics

log = structlog.get_logger()

SEARCH = "sevenviews.v1.SearchService"
CATALOG = "sevenviews.v1.CatalogService"

PROBE_SECONDS = 0.8
"""Shorter than the server waits for an answer, so that the log names the service that does not give one."""


class Dependencies:
    """Looks at the three services at once, by grpc.health.v1: each answers what it knows, and looks nothing up.

    Args:
        embedding: gives the channel for a call. Ray Serve's proxy asks one replica, which proves a whole way through;
            it is ready if it has a default model in memory, or can bring it there.
        vectors: channel to the vector service.
        metadata: channel to the metadata service.
        metrics: are told what was found, of each service.
    """

    def __init__(
        self,
        embedding: Callable[[], grpc.aio.Channel],
        vectors: grpc.aio.Channel,
        metadata: grpc.aio.Channel,
        metrics: GatewayMetrics,
    ) -> None:
        self._ready = metrics.dependency_ready
        self._channels: Mapping[str, Callable[[], grpc.aio.Channel]] = {
            "embedding": embedding,
            "vectors": lambda: vectors,
            "metadata": lambda: metadata,
        }
        self._obstacles: Mapping[str, SevenviewsError] = {}
        self._complete = False
        """All three have been ready at once."""

    async def check(self) -> Mapping[str, bool]:
        """Which of our services can be answered.

        Raises:
            SevenviewsError: none can, or one service has yet to be found: DEPENDENCY_UNAVAILABLE or
                DEADLINE_EXCEEDED, naming the first that is in the way.
        """
        found = await asyncio.gather(*map(self._obstacle, self._channels))
        obstacles = {name: one for name, one in zip(self._channels, found, strict=True) if one is not None}
        self._tell(obstacles)
        catalog = "metadata" not in obstacles
        search = not {"embedding", "vectors"} & obstacles.keys()
        self._complete |= not obstacles
        if not self._complete or not (catalog or search):
            raise next(iter(obstacles.values()))
        return {SEARCH: search, CATALOG: catalog}

    async def _obstacle(self, service: str) -> SevenviewsError | None:
        # Its stub is published without the types of its methods.
        stub: Any = health_pb2_grpc.HealthStub(self._channels[service]())
        try:
            answer = await call(service, stub.Check, health_pb2.HealthCheckRequest(), PROBE_SECONDS)
        except SevenviewsError as error:
            return error
        if answer.status == health_pb2.HealthCheckResponse.SERVING:
            return None
        return SevenviewsError(
            Reason.DEPENDENCY_UNAVAILABLE, f"the {service} service is not ready", {"service": service}
        )

    def _tell(self, obstacles: Mapping[str, SevenviewsError]) -> None:
        for service in self._channels:
            self._ready.labels(service).set(service not in obstacles)
        for service in obstacles.keys() - self._obstacles.keys():
            log.warning("dependency not ready", dependency=service, error=obstacles[service].message)
        for service in self._obstacles.keys() - obstacles.keys():
            log.info("dependency ready", dependency=service)
        self._obstacles = obstacles
