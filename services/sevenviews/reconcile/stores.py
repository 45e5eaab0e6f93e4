"""The three stores, reached through the services that own them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import grpc
from prometheus_client import CollectorRegistry

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.remote import call, dependency_error
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import Patent, Reason
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.importing import Importer, ImportItem
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.internal.v1 import patents_pb2, patents_pb2_grpc, vectors_pb2, vectors_pb2_grpc
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.wire import patent_from_wire

_PAGE = 500
_CALL_SECONDS = 30.0
_STREAM_SECONDS = 3600.0
_REPAIR_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class CataloguedPatent:
    """A patent of the database."""

    patent: Patent
    published: bool


@dataclass(frozen=True, slots=True)
class StoredDrawing:
    """A vector of a release; the content key tells which image was embedded, and is empty if unknown."""

    drawing_id: str
    patent_id: str
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class LostObject:
    """A record without its image, or an image without a record, whose drawing id is empty."""

    drawing_id: str
    object_key: str
    repaired: bool


class Stores(Protocol):
    """All that reconciling needs. Every method raises SevenviewsError where a service does not answer."""

    def patents(self) -> AsyncIterator[Sequence[CataloguedPatent]]:
        """Pages of all patents, staged ones too, in the order of ids."""
        ...

    async def release_ids(self) -> Sequence[str]:
        """Of all releases that are not retired."""
        ...

    def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredDrawing]]:
        """What a release holds, of some patents or of all."""
        ...

    def objects(self, *, repair: bool) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        """How many images were checked so far, and what was found among them."""
        ...

    async def finish_import(self, patent: Patent) -> None:
        """Embed and publish a staged patent from its stored images."""
        ...

    async def write_vectors(self, patent: Patent) -> None:
        """Replace a published patent's vectors in every release, from its stored images."""
        ...

    async def delete_vectors(self, patent_ids: Sequence[str]) -> None:
        """Remove patents from every release."""
        ...


class RemoteStores:
    """Implements `Stores` over gRPC."""

    def __init__(
        self, embedding: grpc.aio.Channel, vectors: grpc.aio.Channel, metadata: grpc.aio.Channel
    ) -> None:
        self._vector_stub = vectors_pb2_grpc.VectorServiceStub(vectors)
        self._patent_stub = patents_pb2_grpc.PatentServiceStub(metadata)
        self._vector_client = VectorClient(vectors)
        self._patent_client = PatentClient(metadata)
        embedder = EmbeddingClient(lambda: embedding)
        timeouts = CallTimeouts(_CALL_SECONDS, _CALL_SECONDS, _CALL_SECONDS)
        self._importer = Importer(
            self._patent_client,
            embedder,
            self._vector_client,
            Releases(self._vector_client, embedder, timeouts, 0.0),
            timeouts,
            concurrency=1,
            metrics=GatewayMetrics(CollectorRegistry()),
        )

    async def patents(self) -> AsyncIterator[Sequence[CataloguedPatent]]:
        token = ""
        while True:
            request = patents_pb2.ListPatentsRequest(page_size=_PAGE, page_token=token, include_staged=True)
            response = await call("metadata", self._patent_stub.ListPatents, request, _CALL_SECONDS)
            published = patents_pb2.PATENT_STATE_PUBLISHED
            yield [
                CataloguedPatent(patent_from_wire(patent), state == published)
                for patent, state in zip(response.patents, response.states, strict=True)
            ]
            token = response.next_page_token
            if not token:
                return

    async def release_ids(self) -> Sequence[str]:
        return [release.release_id for release in await self._vector_client.releases(_CALL_SECONDS)]

    async def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredDrawing]]:
        request = vectors_pb2.ListVectorsRequest(release_id=release_id, patent_ids=patent_ids)
        try:
            async for response in self._vector_stub.ListVectors(request, timeout=_STREAM_SECONDS):
                yield [
                    StoredDrawing(one.drawing_id, one.patent_id, one.content_key) for one in response.vectors
                ]
        except grpc.RpcError as error:
            raise dependency_error(error, "vectors") from error

    async def objects(self, *, repair: bool) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        request = patents_pb2.AuditDrawingsRequest(repair=repair)
        try:
            async for report in self._patent_stub.AuditDrawings(request, timeout=_STREAM_SECONDS):
                yield (
                    report.checked_count,
                    [
                        LostObject(
                            one.drawing_id if one.reason == Reason.DRAWING_CONTENT_MISSING else "",
                            one.object_key,
                            one.repaired,
                        )
                        for one in report.disagreements
                    ],
                )
        except grpc.RpcError as error:
            raise dependency_error(error, "metadata") from error

    async def finish_import(self, patent: Patent) -> None:
        result = await self._importer.import_one(await self._item(patent), Deadline.after(_REPAIR_SECONDS))
        if result.error is not None:
            raise result.error

    async def write_vectors(self, patent: Patent) -> None:
        await self._importer.index_drawings(await self._item(patent), Deadline.after(_REPAIR_SECONDS))

    async def delete_vectors(self, patent_ids: Sequence[str]) -> None:
        await self._vector_client.delete(patent_ids, _CALL_SECONDS)

    async def _item(self, patent: Patent) -> ImportItem:
        contents = {one.drawing_id: await self._image(one.drawing_id) for one in patent.drawings}
        return ImportItem(patent, contents)

    async def _image(self, drawing_id: str) -> bytes:
        request = patents_pb2.GetDrawingImageRequest(drawing_id=drawing_id, include_staged=True)
        response = await call("metadata", self._patent_stub.GetDrawingImage, request, _CALL_SECONDS)
        return response.content


@asynccontextmanager
async def open_stores(embedding: str, vectors: str, metadata: str) -> AsyncIterator[RemoteStores]:
    """The stores behind three services, host:port each."""
    async with (
        open_channel(embedding) as embedding_channel,
        open_channel(vectors) as vectors_channel,
        open_channel(metadata) as metadata_channel,
    ):
        yield RemoteStores(embedding_channel, vectors_channel, metadata_channel)
