"""The embedding service over gRPC."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import grpc

from sevenviews.backends.embedding_messages import embed_request, model_from_wire, result_from_wire
from sevenviews.backends.records import EmbeddedImages, ImageInput, Model
from sevenviews.backends.remote import call
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc

SERVICE = "embedding"

MAX_IMAGES_PER_CALL = 64
"""Of EmbedImages, and of BatchGetDrawingImages."""


class EmbeddingClient:
    """Every call raises SevenviewsError, as `remote.call` does.

    Args:
        channel: gives the channel for a call; see RenewedChannel.
    """

    def __init__(self, channel: Callable[[], grpc.aio.Channel]) -> None:
        self._channel = channel

    async def embed(
        self, images: Sequence[ImageInput], model_version: str, timeout_seconds: float
    ) -> EmbeddedImages:
        """Embed 1 to MAX_IMAGES_PER_CALL images with one model."""
        request = embed_request(images, model_version)
        response = await call(SERVICE, self._stub().EmbedImages, request, timeout_seconds)
        return EmbeddedImages(
            results=tuple(map(result_from_wire, response.results)),
            timings={timing.stage: timing.duration.ToTimedelta() for timing in response.timings},
        )

    async def models(self, timeout_seconds: float) -> tuple[Model, ...]:
        """The models of the store."""
        request = embedding_pb2.ListModelsRequest()
        response = await call(SERVICE, self._stub().ListModels, request, timeout_seconds)
        return tuple(map(model_from_wire, response.models))

    def _stub(self) -> embedding_pb2_grpc.EmbeddingServiceAsyncStub:
        return embedding_pb2_grpc.EmbeddingServiceStub(self._channel())
