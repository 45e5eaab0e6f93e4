"""All three services in memory, each behind a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from sevenviews.internal.v1 import embedding_pb2_grpc, patents_pb2_grpc, vectors_pb2_grpc
from tests.fakes.embedding import FakeEmbedding
from tests.fakes.patents import FakePatents
from tests.fakes.server import FakeServer
from tests.fakes.vectors import FakeVectors


@dataclass
class FakeServices:
    """The three services and the servers around them."""

    embedding: FakeEmbedding
    vectors: FakeVectors
    patents: FakePatents
    embedding_server: FakeServer
    vector_server: FakeServer
    patent_server: FakeServer

    @property
    def servers(self) -> dict[str, FakeServer]:
        """By the name that the gateway gives the service in errors."""
        return {
            "embedding": self.embedding_server,
            "vectors": self.vector_server,
            "metadata": self.patent_server,
        }

    def methods(self) -> list[str]:
        """What was called on any of them."""
        return [call.method for server in self.servers.values() for call in server.calls]

    def forget_calls(self) -> None:
        for server in self.servers.values():
            server.calls.clear()


@asynccontextmanager
async def fake_services() -> AsyncIterator[FakeServices]:
    """All three, listening."""
    embedding, vectors, patents = FakeEmbedding(), FakeVectors(), FakePatents()
    services = FakeServices(
        embedding,
        vectors,
        patents,
        FakeServer(lambda to: embedding_pb2_grpc.add_EmbeddingServiceServicer_to_server(embedding, to)),
        FakeServer(lambda to: vectors_pb2_grpc.add_VectorServiceServicer_to_server(vectors, to)),
        FakeServer(lambda to: patents_pb2_grpc.add_PatentServiceServicer_to_server(patents, to)),
    )
    async with AsyncExitStack() as stack:
        for server in services.servers.values():
            await server.start()
            stack.push_async_callback(server.stop)
        yield services
