"""The import of a patent, in steps that each may be the last before a crash.

1. Put: the metadata service stages the patent and its images. Nobody sees them.
2. Embed: the drawings become vectors, once for each model of a release that is kept current.
3. Upsert: the vectors go to every such release. Searches meet them, and leave out the unpublished patent.
4. Publish: the patent appears. Only now is it in every store.

Each step is idempotent, so the same patent again completes what was begun: a put that finds the content
unchanged but unpublished goes on with step 2. A patent that fails in step 2 leaves releases and readers as
they were.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from sevenviews.backends.ports import MAX_IMAGES_PER_CALL, Embedder, PatentStore, VectorIndex
from sevenviews.backends.records import DrawingVector, ImageInput, Release, StoredPatent, Vector
from sevenviews.designs import ImportOutcome, Patent, Reason, SevenviewsError, content_key
from sevenviews.gateway.concurrency import KeyedLocks, map_bounded
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.telemetry import GatewayMetrics
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.telemetry import request_id

log = structlog.get_logger()

MAX_CHUNK_BYTES = 32 * MEBIBYTE
"""Of the images of one EmbedImages: half of what a message may be by default."""

# What a release that was retired meanwhile says to a write.
_RETIRED = {Reason.RELEASE_NOT_FOUND, Reason.RELEASE_STATE}


@dataclass(frozen=True, slots=True)
class ImportItem:
    """A patent to import, with the images of its drawings by drawing id.

    Attributes:
        replace: take the new content where the id is stored with other content.
        fault: why the item could not even be read; it fails with that.
    """

    patent: Patent
    contents: Mapping[str, bytes] = field(default_factory=dict)
    replace: bool = False
    fault: SevenviewsError | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The error is there if and only if the outcome is FAILED."""

    patent_id: str
    outcome: ImportOutcome
    error: SevenviewsError | None = None


class Importer:
    """Imports patents: several at once, but no two of the same id.

    Args:
        store: the metadata service.
        embedder: the embedding service.
        index: the vector service.
        releases: which releases to write to.
        timeouts: of single calls.
        concurrency: patents of one stream that are worked on at once.
        metrics: where outcomes are counted.
    """

    def __init__(
        self,
        store: PatentStore,
        embedder: Embedder,
        index: VectorIndex,
        releases: Releases,
        timeouts: CallTimeouts,
        concurrency: int,
        metrics: GatewayMetrics,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._index = index
        self._releases = releases
        self._timeouts = timeouts
        self._concurrency = concurrency
        self._metrics = metrics
        self._locks = KeyedLocks()

    async def import_all(
        self, items: AsyncIterator[ImportItem], deadline: Deadline
    ) -> AsyncIterator[ImportResult]:
        """One result an item, in the order in which they are done. The first import makes the first release.

        Raises:
            SevenviewsError: there is no release, and none can be made.
        """
        await self._releases.ensure_serving(deadline)

        async def work(item: ImportItem) -> ImportResult:
            return await self.import_one(item, deadline)

        async for result in map_bounded(items, work, self._concurrency):
            yield result

    async def import_one(self, item: ImportItem, deadline: Deadline) -> ImportResult:
        """Import a patent; a failure is part of the result."""
        patent_id = item.patent.patent_id
        async with self._locks.hold(patent_id):
            try:
                result = ImportResult(patent_id, await self._import(item, deadline))
            except SevenviewsError as error:
                result = ImportResult(patent_id, ImportOutcome.FAILED, error)
            except Exception:
                # A fault of ours in one patent must not end the stream for the others.
                log.exception("import failed", patent_id=patent_id)
                result = ImportResult(patent_id, ImportOutcome.FAILED, _internal(patent_id))
        self._metrics.imported.labels(result.outcome.value).inc()
        return result

    async def _import(self, item: ImportItem, deadline: Deadline) -> ImportOutcome:
        if item.fault is not None:
            raise item.fault
        patent_id = item.patent.patent_id
        stored = await self._put(item, deadline)
        if stored.published and not stored.changed:
            return ImportOutcome.UNCHANGED
        replaces = (item.replace or not stored.changed) and await self._is_published(patent_id, deadline)
        await self.index_drawings(item, deadline)
        await self._store.publish(patent_id, stored.content_digest, deadline.share(self._timeouts.metadata))
        return ImportOutcome.REPLACED if replaces else ImportOutcome.CREATED

    async def _put(self, item: ImportItem, deadline: Deadline) -> StoredPatent:
        """Stage the patent. Content that was never published does not stand in the way of other content."""

        async def put(replace: bool) -> StoredPatent:
            timeout = deadline.share(self._timeouts.metadata)
            return await self._store.put(item.patent, item.contents, replace=replace, timeout_seconds=timeout)

        try:
            return await put(item.replace)
        except SevenviewsError as error:
            if error.reason is not Reason.PATENT_CONTENT_CONFLICT:
                raise
            if await self._is_published(item.patent.patent_id, deadline):
                raise
            # Left by an import that failed, say, for the sake of a drawing that is corrected now.
            return await put(True)

    async def _is_published(self, patent_id: str, deadline: Deadline) -> bool:
        timeout = deadline.share(self._timeouts.metadata)
        return patent_id in await self._store.get_published([patent_id], timeout)

    async def index_drawings(self, item: ImportItem, deadline: Deadline) -> None:
        """Write the vectors of a patent's drawings to every release that is kept current.

        Raises:
            SevenviewsError: NO_SERVING_RELEASE, there is none; or what a service answers.
        """
        releases = await self._releases.kept_current(deadline)
        vectors = {
            version: await self._embed(item, version, deadline)
            for version in dict.fromkeys(release.model_version for release in releases)
        }
        written = 0
        for release in releases:
            written += await self._upsert(release, item.patent, vectors[release.model_version], deadline)
        if not written:
            self._releases.forget()
            raise SevenviewsError(Reason.NO_SERVING_RELEASE, "there is no release to write vectors to")

    async def _upsert(
        self, release: Release, patent: Patent, drawings: Sequence[DrawingVector], deadline: Deadline
    ) -> bool:
        """Whether the release took the vectors; it does not if it was retired meanwhile."""
        try:
            await self._index.upsert(release, patent, drawings, deadline.share(self._timeouts.vectors))
        except SevenviewsError as error:
            if error.reason not in _RETIRED:
                raise
            log.info("release retired during an import", release_id=release.release_id)
            return False
        return True

    async def _embed(
        self, item: ImportItem, model_version: str, deadline: Deadline
    ) -> tuple[DrawingVector, ...]:
        vectors: dict[str, Vector] = {}
        for chunk in _chunks(item):
            answer = await self._embedder.embed(
                [ImageInput(content) for content in chunk.values()],
                model_version,
                deadline.share(self._timeouts.embedding),
            )
            for drawing_id, result in zip(chunk, answer.results, strict=True):
                if isinstance(result, SevenviewsError):
                    raise _of_drawing(result, drawing_id)
                vectors[drawing_id] = result
        return tuple(
            DrawingVector(
                drawing.drawing_id,
                drawing.view,
                vectors[drawing.drawing_id],
                content_key(item.contents[drawing.drawing_id]),
            )
            for drawing in item.patent.drawings
        )


def _chunks(item: ImportItem) -> Iterator[dict[str, bytes]]:
    """The images of the drawings by id, in portions that one call takes."""
    chunk: dict[str, bytes] = {}
    size = 0
    for drawing in item.patent.drawings:
        content = item.contents[drawing.drawing_id]
        if chunk and (len(chunk) == MAX_IMAGES_PER_CALL or size + len(content) > MAX_CHUNK_BYTES):
            yield chunk
            chunk, size = {}, 0
        chunk[drawing.drawing_id] = content
        size += len(content)
    if chunk:
        yield chunk


def _of_drawing(error: SevenviewsError, drawing_id: str) -> SevenviewsError:
    named = SevenviewsError(error.reason, f"drawing {drawing_id}: {error.message}", error.metadata)
    return named.with_metadata(drawing_id=drawing_id, image=drawing_id)


def _internal(patent_id: str) -> SevenviewsError:
    current = request_id.get()
    return SevenviewsError(
        Reason.INTERNAL,
        f"internal error while importing {patent_id}; report request id {current}",
        {"request_id": current},
    )
