"""The gateway is ready when the three services are."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from sevenviews.backends.ports import Embedder
from sevenviews.backends.remote import call
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.telemetry import GatewayMetrics

PROBE_SECONDS = 0.8
"""Shorter than the server waits for an answer, so that the log names the service that does not give one."""


class Dependencies:
    """Looks at the three services at once.

    Args:
        embedder: asked for its models; the proxy of Ray Serve has no grpc.health.v1.
        vectors: channel to the vector service.
        metadata: channel to the metadata service.
        metrics: are told what was found, of each service.
    """

    def __init__(
        self,
        embedder: Embedder,
        vectors: grpc.aio.Channel,
        metadata: grpc.aio.Channel,
        metrics: GatewayMetrics,
    ) -> None:
        self._embedder = embedder
        self._ready = metrics.dependency_ready
        # Their stub is published without the types of its methods.
        self._health: dict[str, Any] = {
            "vectors": health_pb2_grpc.HealthStub(vectors),
            "metadata": health_pb2_grpc.HealthStub(metadata),
        }

    async def check(self) -> None:
        """Return when all three can answer.

        Raises:
            SevenviewsError: DEPENDENCY_UNAVAILABLE or DEADLINE_EXCEEDED, naming the first that cannot.
        """
        looks = {"embedding": self._models()} | {name: self._serves(name) for name in self._health}
        found = await asyncio.gather(*looks.values(), return_exceptions=True)
        obstacles = dict(zip(looks, found, strict=True))
        for service, obstacle in obstacles.items():
            self._ready.labels(service).set(obstacle is None)
        for obstacle in obstacles.values():
            if obstacle is not None:
                raise obstacle

    async def _models(self) -> None:
        if not await self._embedder.models(PROBE_SECONDS):
            raise _not_ready("embedding", "has no model")

    async def _serves(self, service: str) -> None:
        request = health_pb2.HealthCheckRequest()
        response = await call(service, self._health[service].Check, request, PROBE_SECONDS)
        if response.status != health_pb2.HealthCheckResponse.SERVING:
            raise _not_ready(service, "is not ready")


def _not_ready(service: str, why: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.DEPENDENCY_UNAVAILABLE, f"the {service} service {why}", {"service": service}
    )
