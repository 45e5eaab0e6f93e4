"""The embedding service over the models of a store, without Ray: no batches, no limits, the same vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from sevenviews.designs import SevenviewsError
from sevenviews.encoder.encoder import Encoder
from sevenviews.encoder.store import ModelStore
from sevenviews.internal.v1 import embedding_pb2, embedding_pb2_grpc
from sevenviews.runtime.status import item_status
from sevenviews.v1 import common_pb2


class StoreEmbedding(embedding_pb2_grpc.EmbeddingServiceServicer):
    """Embeds with the models of a store, one image after the other."""

    def __init__(self, models: ModelStore) -> None:
        self._models = models
        self._encoders: dict[str, Encoder] = {}

    async def EmbedImages(  # noqa: N802
        self, request: embedding_pb2.EmbedImagesRequest, context: Any
    ) -> embedding_pb2.EmbedImagesResponse:
        encoder = self._encoder(request.model_version or self._models.default_version())
        response = embedding_pb2.EmbedImagesResponse(model_version=encoder.version)
        for image in request.images:
            try:
                (vector,) = encoder.embed(encoder.prepare(image.content)[np.newaxis])
            except SevenviewsError as error:
                response.results.add(status=item_status(error))
                continue
            embedding = common_pb2.Embedding(values=vector.tolist(), model_version=encoder.version)
            response.results.add(embedding=embedding)
        return response

    async def ListModels(  # noqa: N802
        self, request: embedding_pb2.ListModelsRequest, context: Any
    ) -> embedding_pb2.ListModelsResponse:
        default = self._models.default_version()
        found = [self._encoder(version) for version in self._models.versions()]
        models = [
            embedding_pb2.Model(
                model_version=one.version, dimension=one.dimension, is_default=one.version == default
            )
            for one in sorted(found, key=lambda one: one.version != default)
        ]
        return embedding_pb2.ListModelsResponse(models=models)

    def _encoder(self, version: str) -> Encoder:
        if version not in self._encoders:
            self._encoders[version] = Encoder(self._models.open(version))
        return self._encoders[version]
