"""`python -m tests.light_embedding`: the embedding service, with the same models and vectors, and without Ray.

It is told by the same environment, is as real a process, and is there in a second: for systems whose tests are about
what surrounds the embedding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc

from sevenviews.embedding.settings import EmbeddingSettings
from sevenviews.encoder.store import ModelStore
from sevenviews.internal.v1 import embedding_pb2_grpc
from sevenviews.runtime.server import always_ready, run
from tests.fakes.store_embedding import StoreEmbedding


def main() -> None:
    settings = EmbeddingSettings()  # type: ignore[call-arg]  # the environment gives what has no default
    servicer = StoreEmbedding(ModelStore(settings.model_store))

    def register(server: grpc.aio.Server) -> Sequence[str]:
        embedding_pb2_grpc.add_EmbeddingServiceServicer_to_server(servicer, server)
        return ("sevenviews.internal.v1.EmbeddingService",)

    asyncio.run(run("embedding", settings, register, always_ready))


if __name__ == "__main__":
    main()
