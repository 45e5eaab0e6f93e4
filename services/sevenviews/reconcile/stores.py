"""The three stores, reached through the services that own them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import grpc

from sevenviews.backends.embedding_client import EmbeddingClient
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import (
    AuditReport,
    GenerationRange,
    LostObject,
    PatentGeneration,
    PatentRecord,
    StoredVector,
)
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import DrawingSize, PatentFilter, Reason, SevenviewsError
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.indexing import Indexer, StoredGeneration
from sevenviews.gateway.releases import Releases
from sevenviews.runtime.channels import open_channel
from sevenviews.runtime.security import ClientTls

_PAGE = 500
_CALL_SECONDS = 30.0
_STREAM_SECONDS = 600.0
_REPAIR_SECONDS = 300.0


class Stores(Protocol):
    """All that reconciling needs. Every method raises SevenviewsError where a service does not answer."""

    def patents(self) -> AsyncIterator[Sequence[PatentRecord]]:
        """Pages of all patents, staged ones too, in the order of ids."""
        ...

    async def records(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        """Those of 1 to 1,000 patents that are published or staged, by id."""
        ...

    async def staged(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        """What is staged of 1 to 1,000 patents, by id, also behind what is published."""
        ...

    async def release_ids(self) -> Sequence[str]:
        """Of all releases that are not retired."""
        ...

    def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredVector]]:
        """What a release holds, all generations, of some patents or of all; one drawing after the other."""
        ...

    def objects(self, most_deleted: int | None = None) -> AsyncIterator[AuditReport]:
        """Images beside what records name. As many as are allowed are deleted of those that no record names; more of
        them raise REPAIR_REFUSED."""
        ...

    async def is_missing(self, lost: LostObject) -> bool:
        """Whether a record names an image, and still it is not there."""
        ...

    async def finish_import(self, record: PatentRecord) -> None:
        """Embed and publish what is staged of a patent, from its stored images."""
        ...

    async def write_vectors(self, record: PatentRecord) -> None:
        """Replace the vectors of a generation in every release, from its stored images."""
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
        self._indexer = Indexer(
            embedder, self._index, Releases(self._index, embedder, timeouts, 0.0), timeouts
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
        return await self._patents.get_records(patent_ids, _CALL_SECONDS)

    async def staged(self, patent_ids: Sequence[str]) -> Mapping[str, PatentRecord]:
        return await self._patents.get_staged(patent_ids, _CALL_SECONDS)

    async def release_ids(self) -> Sequence[str]:
        return [release.release_id for release in await self._index.releases(_CALL_SECONDS)]

    def vectors(
        self, release_id: str, patent_ids: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[StoredVector]]:
        return self._index.stored(release_id, patent_ids, _STREAM_SECONDS)

    def objects(self, most_deleted: int | None = None) -> AsyncIterator[AuditReport]:
        return self._patents.audit(_STREAM_SECONDS, most_deleted)

    async def is_missing(self, lost: LostObject) -> bool:
        try:
            # Smaller ones are there without the image itself.
            await self._image(lost.drawing_id, lost.digest, DrawingSize.PREVIEW)
        except SevenviewsError as error:
            if error.reason not in (Reason.DRAWING_CONTENT_MISSING, Reason.DRAWING_NOT_FOUND):
                raise
            return error.reason is Reason.DRAWING_CONTENT_MISSING
        return False

    async def finish_import(self, record: PatentRecord) -> None:
        await self.write_vectors(record)
        wanted = PatentGeneration(record.patent_id, record.generation)
        (refusal,) = await self._patents.publish([wanted], _CALL_SECONDS)
        if refusal is not None:
            raise refusal
        if record.generation > 1:
            await self._index.delete(
                [GenerationRange(record.patent_id, 1, record.generation - 1)], _CALL_SECONDS
            )

    async def write_vectors(self, record: PatentRecord) -> None:
        contents = {
            one.drawing_id: await self._image(one.drawing_id, one.content_digest, DrawingSize.ORIGINAL)
            for one in record.patent.drawings
        }
        stored = StoredGeneration(record.patent, contents, record.generation)
        (error,) = await self._indexer.index([stored], Deadline.after(_REPAIR_SECONDS))
        if error is not None:
            raise error

    async def delete_vectors(self, release_id: str, ranges: Sequence[GenerationRange]) -> None:
        await self._index.delete(ranges, _CALL_SECONDS, release_id)

    async def _image(self, drawing_id: str, digest: str, size: DrawingSize) -> bytes:
        image = await self._patents.image(drawing_id, size, _CALL_SECONDS, content_digest=digest)
        return image.content


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
