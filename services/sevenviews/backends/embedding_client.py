"""The embedding service over gRPC."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import grpc
import numpy as np

from sevenviews.backends.records import EmbeddedImages, ImageInput, Model, Vector
from sevenviews.backends.remote import call
from sevenviews.designs import SevenviewsError
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc
from sevenviews.runtime.status import error_from_item
from sevenviews.runtime.wire import crop_to_wire

SERVICE = "embedding"


class EmbeddingClient:
    """Implements `ports.Embedder`.

    Args:
        channel: gives the channel for a call; see RenewedChannel.
    """

    def __init__(self, channel: Callable[[], grpc.aio.Channel]) -> None:
        self._channel = channel

    async def embed(
        self, images: Sequence[ImageInput], model_version: str, timeout_seconds: float
    ) -> EmbeddedImages:
        request = embedding_pb2.EmbedImagesRequest(
            model_version=model_version, images=map(_image_to_wire, images)
        )
        response = await call(SERVICE, self._stub().EmbedImages, request, timeout_seconds)
        return EmbeddedImages(
            results=tuple(map(_result_from_wire, response.results)),
            timings={timing.stage: timing.duration.ToTimedelta() for timing in response.timings},
        )

    async def models(self, timeout_seconds: float) -> tuple[Model, ...]:
        request = embedding_pb2.ListModelsRequest()
        response = await call(SERVICE, self._stub().ListModels, request, timeout_seconds)
        return tuple(
            Model(model.model_version, model.dimension, model.is_default) for model in response.models
        )

    def _stub(self) -> embedding_pb2_grpc.EmbeddingServiceAsyncStub:
        return embedding_pb2_grpc.EmbeddingServiceStub(self._channel())


def _image_to_wire(image: ImageInput) -> embedding_pb2.ImageContent:
    crop = None if image.crop is None else crop_to_wire(image.crop)
    return embedding_pb2.ImageContent(content=image.content, crop=crop)


def _result_from_wire(result: embedding_pb2.EmbedResult) -> Vector | SevenviewsError:
    error = error_from_item(result.status)
    return np.array(result.embedding.values, np.float32) if error is None else error
