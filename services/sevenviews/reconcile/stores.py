"""The three stores, reached through the services that own them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import grpc
from prometheus_client import CollectorRegistry

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import GenerationRange, LostObject, PatentRecord, StoredVector
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import DrawingSize, Patent, PatentFilter, Reason, SevenviewsError
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.importing import Importer, ImportItem
from sevenviews.gateway.indexing import Indexer, StoredGeneration
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.security import ClientTls

_PAGE = 500
_CALL_SECONDS = 30.0
_STREAM_SECONDS = 3600.0
_REPAIR_SECONDS = 300.0
_LOOKED_UP_AT_ONCE = 1000


class Stores(Protocol):
    """All that reconciling needs. Every method raises SevenviewsError where a service does not answer."""

    def patents(self) -> AsyncIterator[Sequence[PatentRecord]]:
        """Pages of all patents, staged ones too, in the order of ids."""
        ...

    async def records(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        """Those of some patents that are published or staged, by id."""
        ...

    async def release_ids(self) -> Sequence[str]:
        """Of all releases that are not retired."""
        ...

    def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredVector]]:
        """What a release holds, all generations, of some patents or of all; one drawing after the other."""
        ...

    def objects(self) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        """How many images were checked so far, and what was found among them."""
        ...

    async def is_missing(self, drawing_id: str) -> bool:
        """Whether a record has lost the image of its drawing."""
        ...

    def delete_orphaned_objects(self, most_percent: float) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        """The same as `objects`, deleting images that no record names. Raises REPAIR_REFUSED."""
        ...

    async def finish_import(self, record: PatentRecord) -> None:
        """Embed and publish a staged patent from its stored images."""
        ...

    async def write_vectors(self, record: PatentRecord) -> None:
        """Replace the vectors of a published generation in every release, from its stored images."""
        ...

    async def delete_vectors(self, release_id: str, ranges: Sequence[GenerationRange]) -> None:
        """Remove generations of patents from a release."""
        ...


class RemoteStores:
    """Implements `Stores` over gRPC."""

    def __init__(
        self, embedding: grpc.aio.Channel, vectors: grpc.aio.Channel, metadata: grpc.aio.Channel
    ) -> None:
        self._index, self._patents = VectorClient(vectors), PatentClient(metadata)
        embedder = EmbeddingClient(lambda: embedding)
        timeouts = CallTimeouts(_CALL_SECONDS, _CALL_SECONDS, _CALL_SECONDS)
        releases = Releases(self._index, embedder, timeouts, 0.0)
        self._indexer = Indexer(embedder, self._index, releases, timeouts)
        metrics = GatewayMetrics(CollectorRegistry())
        self._importer = Importer(
            self._patents, self._indexer, releases, timeouts, concurrency=1, metrics=metrics
        )

    async def patents(self) -> AsyncIterator[Sequence[PatentRecord]]:
        token = ""
        while True:
            page = await self._patents.page(PatentFilter(), _PAGE, token, _CALL_SECONDS, include_staged=True)
            yield page.patents
            token = page.next_page_token
            if not token:
                return

    async def records(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        found: dict[str, PatentRecord] = {}
        for at in range(0, len(patent_ids), _LOOKED_UP_AT_ONCE):
            found |= await self._patents.get_records(patent_ids[at : at + _LOOKED_UP_AT_ONCE], _CALL_SECONDS)
        return found

    async def release_ids(self) -> Sequence[str]:
        return [release.release_id for release in await self._index.releases(_CALL_SECONDS)]

    def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredVector]]:
        return self._index.stored(release_id, patent_ids, _STREAM_SECONDS)

    def objects(self) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        return self._patents.audit(_STREAM_SECONDS, repair=False)

    async def is_missing(self, drawing_id: str) -> bool:
        try:
            # Smaller ones are there without the image itself.
            await self._patents.image(drawing_id, DrawingSize.PREVIEW, _CALL_SECONDS, include_staged=True)
        except SevenviewsError as error:
            if error.reason not in (Reason.DRAWING_CONTENT_MISSING, Reason.DRAWING_NOT_FOUND):
                raise
            return error.reason is Reason.DRAWING_CONTENT_MISSING
        return False

    def delete_orphaned_objects(self, most_percent: float) -> AsyncIterator[tuple[int, Sequence[LostObject]]]:
        return self._patents.audit(_STREAM_SECONDS, repair=True, most_deleted_percent=most_percent)

    async def finish_import(self, record: PatentRecord) -> None:
        item = ImportItem(record.patent, await self._images(record.patent))
        (result,) = await self._importer.import_batch([item], Deadline.after(_REPAIR_SECONDS))
        if result.error is not None:
            raise result.error

    async def write_vectors(self, record: PatentRecord) -> None:
        stored = StoredGeneration(record.patent, await self._images(record.patent), record.generation)
        (error,) = await self._indexer.index([stored], Deadline.after(_REPAIR_SECONDS))
        if error is not None:
            raise error

    async def delete_vectors(self, release_id: str, ranges: Sequence[GenerationRange]) -> None:
        await self._index.delete(ranges, _CALL_SECONDS, release_id)

    async def _images(self, patent: Patent) -> dict[str, bytes]:
        return {one.drawing_id: await self._image(one.drawing_id) for one in patent.drawings}

    async def _image(self, drawing_id: str) -> bytes:
        original = DrawingSize.ORIGINAL
        return (await self._patents.image(drawing_id, original, _CALL_SECONDS, include_staged=True)).content


@asynccontextmanager
async def open_stores(
    embedding: str, vectors: str, metadata: str, tls: ClientTls | None = None
) -> AsyncIterator[RemoteStores]:
    """The stores behind three services, host:port each; `tls` is of vectors and metadata."""
    async with (
        open_channel(embedding) as embedding_channel,
        open_channel(vectors, tls=tls) as vectors_channel,
        open_channel(metadata, tls=tls) as metadata_channel,
    ):
        yield RemoteStores(embedding_channel, vectors_channel, metadata_channel)
