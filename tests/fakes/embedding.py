"""The embedding service in memory: images that say their own vector."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc
from sevenviews.runtime.status import item_status
from sevenviews.runtime.wire import check_range
from sevenviews.v1 import common_pb2

Vector = npt.NDArray[np.float32]
DIMENSION = 8
DEFAULT_MODEL = "a1a1a1a1a1a1a1a1"


def vector_image(*values: float) -> bytes:
    """An "image" whose embedding is these values, made unit length."""
    return b"vector:" + ",".join(f"{value:.6f}" for value in values).encode()


def embedding_of(content: bytes, model_version: str = DEFAULT_MODEL, crop: str = "") -> Vector:
    """The fakes' network: what `vector_image` says, or else a random direction drawn from the bytes.

    Models see the same image differently: all but the default turn the vector around.
    """
    values = np.zeros(DIMENSION, np.float32)
    if content.startswith(b"vector:"):
        given = [float(text) for text in content.removeprefix(b"vector:").split(b",")]
        values[: len(given)] = given
    else:
        seed = hashlib.sha256(content + crop.encode()).digest()
        values[:] = np.random.default_rng(list(seed)).standard_normal(DIMENSION)
    values /= np.linalg.norm(values)
    return values if model_version == DEFAULT_MODEL else np.ascontiguousarray(values[::-1])


class FakeEmbedding(embedding_pb2_grpc.EmbeddingServiceServicer):
    """Refuses images that start with "bad". Told to answer nothing, it breaks its contract: no result an image."""

    def __init__(self) -> None:
        self.models: list[str] = [DEFAULT_MODEL]
        self.answers_nothing = False

    def EmbedImages(  # noqa: N802
        self, request: embedding_pb2.EmbedImagesRequest, context: Any
    ) -> embedding_pb2.EmbedImagesResponse:
        version = request.model_version or self.models[0]
        check_range("images", len(request.images), 1, 64)
        if version not in self.models:
            raise SevenviewsError(Reason.MODEL_NOT_FOUND, f"no model {version}", {"model_version": version})
        response = embedding_pb2.EmbedImagesResponse(model_version=version)
        for image in () if self.answers_nothing else request.images:
            response.results.append(self._result(image, version))
        response.timings.add(stage="decode").duration.FromMilliseconds(2)
        response.timings.add(stage="infer").duration.FromMilliseconds(3)
        return response

    def _result(self, image: embedding_pb2.ImageContent, version: str) -> embedding_pb2.EmbedResult:
        if image.content.startswith(b"bad"):
            reason = Reason.CROP_BOX_INVALID if b"crop" in image.content else Reason.IMAGE_CORRUPT
            return embedding_pb2.EmbedResult(
                status=item_status(SevenviewsError(reason, "the image is damaged"))
            )
        vector = embedding_of(image.content, version, str(image.crop))
        return embedding_pb2.EmbedResult(
            embedding=common_pb2.Embedding(values=vector.tolist(), model_version=version)
        )

    def ListModels(  # noqa: N802
        self, request: embedding_pb2.ListModelsRequest, context: Any
    ) -> embedding_pb2.ListModelsResponse:
        return embedding_pb2.ListModelsResponse(
            models=[
                embedding_pb2.Model(model_version=version, dimension=DIMENSION, is_default=position == 0)
                for position, version in enumerate(self.models)
            ]
        )
