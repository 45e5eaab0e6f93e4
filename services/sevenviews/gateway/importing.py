"""The import of patents, in steps that each may be the last before a crash.

1. Put: the metadata service stages each patent and its images as a new generation. Nobody sees it.
2. Index: the drawings become vectors, once for each model of a release that is kept current, and go to every such
   release, beside those of other generations. Searches meet them, and leave out what is not published.
3. Publish: each generation that is still the newest of its patent appears. Only now is it in every store.
4. Sweep: the vectors of the generations before it go. Of a generation that was not published because a newer one had
   come, exactly its own go: the newer content won, and whoever sent the other is told.

Each step is idempotent, so the same patent again completes what was begun: a put that finds the content unchanged but
unpublished gives its generation, and goes on with step 2. Whatever a crash leaves behind is of a generation that no
reader sees, and goes with the next `reconcile --repair`. Two imports of one patent, an import and a deletion, in one
gateway or in two, need not know of each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from sevenviews.backends.embedding_client import MAX_IMAGES_PER_CALL
from sevenviews.backends.patent_client import PatentClient
from sevenviews.backends.records import GenerationRange, PatentGeneration, PutRules, StoredPatent
from sevenviews.designs import ImportOutcome, Patent, Reason, SevenviewsError
from sevenviews.gateway.concurrency import BatchRules, map_batches
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.etag import etag_of, generation_of
from sevenviews.gateway.indexing import Indexer, StoredGeneration, internal
from sevenviews.gateway.releases import Releases
from sevenviews.gateway.telemetry import REFUSED, GatewayMetrics
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.status import CALLERS_FAULTS, code_of

log = structlog.get_logger()

MAX_BATCH_BYTES = 16 * MEBIBYTE
"""Of the images of one batch, unless it is a single patent."""

MAX_STREAM_BYTES = 64 * MEBIBYTE
"""Of the images of one stream that are worked on or wait for it; one message more may have been taken before."""

_PUTS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class ImportItem:
    """A patent to import, with the images of its drawings by drawing id.

    Attributes:
        replace: take the new content where the id is stored with other content.
        etag: of what it may replace; empty: of anything.
        validate_only: check everything and store nothing.
        fault: why the item could not even be read; it fails with that.
    """

    patent: Patent
    contents: Mapping[str, bytes] = field(default_factory=dict)
    replace: bool = False
    etag: str = ""
    validate_only: bool = False
    fault: SevenviewsError | None = None

    @property
    def size(self) -> int:
        """Bytes of its images."""
        return sum(map(len, self.contents.values()))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The error is there if and only if the outcome is FAILED. The etag is that of what is stored now."""

    patent_id: str
    outcome: ImportOutcome
    error: SevenviewsError | None = None
    etag: str = ""


class Importer:
    """Imports patents in batches.

    Args:
        store: the metadata service.
        indexer: writes the vectors.
        releases: makes the first release.
        timeouts: of single calls.
        concurrency: batches of one stream that are worked on at once.
        metrics: where outcomes are counted.
    """

    def __init__(
        self,
        store: PatentClient,
        indexer: Indexer,
        releases: Releases,
        timeouts: CallTimeouts,
        concurrency: int,
        metrics: GatewayMetrics,
    ) -> None:
        self._store = store
        self._indexer = indexer
        self._releases = releases
        self._timeouts = timeouts
        self._metrics = metrics
        self._rules: BatchRules[ImportItem] = BatchRules(
            concurrency, _fits, lambda item: item.patent.patent_id, lambda item: item.size, MAX_STREAM_BYTES
        )

    async def import_all(
        self, items: AsyncIterator[ImportItem], deadline: Deadline
    ) -> AsyncIterator[ImportResult]:
        """One result an item, in the order in which they are done. The first import makes the first release.

        Raises:
            SevenviewsError: there is no release, and none can be made.
        """

        async def work(batch: Sequence[ImportItem]) -> Sequence[ImportResult]:
            return await self.import_batch(batch, deadline)

        async for result in map_batches(self._served(items, deadline), work, self._rules):
            yield result

    async def _served(
        self, items: AsyncIterator[ImportItem], deadline: Deadline
    ) -> AsyncIterator[ImportItem]:
        """The items, with a release to import them into. What is only to be checked needs none, and makes none."""
        ensured = False
        async for item in items:
            if not (ensured or item.validate_only):
                await self._releases.ensure_serving(deadline)
                ensured = True
            yield item

    async def import_batch(self, items: Sequence[ImportItem], deadline: Deadline) -> Sequence[ImportResult]:
        """Import patents, no two of the same id. A failure is part of its patent's result, in the order given."""
        results: dict[str, ImportResult] = {}
        staged: list[_Staged] = []
        for put in await self._put_all(items, deadline):
            if isinstance(put, _Staged):
                staged.append(put)
            else:
                results[put.patent_id] = put
        if staged:
            for result in await self._finish(staged, deadline):
                results[result.patent_id] = result
        for item in items:
            if not item.validate_only:
                self._metrics.imported.labels(_counted_as(results[item.patent.patent_id])).inc()
        return [results[item.patent.patent_id] for item in items]

    async def _put_all(
        self, items: Sequence[ImportItem], deadline: Deadline
    ) -> Sequence[_Staged | ImportResult]:
        turns = asyncio.Semaphore(_PUTS_AT_ONCE)

        async def put(item: ImportItem) -> _Staged | ImportResult:
            async with turns:
                return await self._put(item, deadline)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(put(item)) for item in items]
        return [task.result() for task in tasks]

    async def _put(self, item: ImportItem, deadline: Deadline) -> _Staged | ImportResult:
        patent_id = item.patent.patent_id
        if item.fault is not None:
            return _failed(patent_id, item.fault)
        try:
            rules = PutRules(item.replace, generation_of(item.etag, patent_id), item.validate_only)
            timeout = deadline.share(self._timeouts.metadata)
            stored = await self._store.put(item.patent, item.contents, rules, timeout)
        except SevenviewsError as error:
            return _failed(patent_id, error)
        except Exception:
            # A fault of ours in one patent must not end the stream for the others.
            log.exception("import failed", patent_id=patent_id)
            return _failed(patent_id, internal(f"importing {patent_id}"))
        if item.validate_only:
            return ImportResult(patent_id, _outcome(stored))
        if stored.is_published:
            return ImportResult(patent_id, _outcome(stored), etag=etag_of(patent_id, stored.generation))
        return _Staged(StoredGeneration(item.patent, item.contents, stored.generation), stored)

    async def _finish(self, staged: Sequence[_Staged], deadline: Deadline) -> Sequence[ImportResult]:
        """Index, publish and sweep."""
        failures = await self._indexer.index([one.content for one in staged], deadline)
        results = [
            _failed(one.patent_id, error)
            for one, error in zip(staged, failures, strict=True)
            if error is not None
        ]
        indexed = [one for one, error in zip(staged, failures, strict=True) if error is None]
        if indexed:
            results += await self._publish(indexed, deadline)
        return results

    async def _publish(self, indexed: Sequence[_Staged], deadline: Deadline) -> Sequence[ImportResult]:
        wanted = [PatentGeneration(one.patent_id, one.generation) for one in indexed]
        try:
            refusals = await self._store.publish(wanted, deadline.share(self._timeouts.metadata))
        except SevenviewsError as error:
            return [_failed(one.patent_id, error) for one in indexed]
        outdated = [
            outdated
            for one, refusal in zip(wanted, refusals, strict=True)
            if (outdated := _outdated(one, refusal)) is not None
        ]
        await self._indexer.sweep(outdated, deadline)
        return [one.result(refusal) for one, refusal in zip(indexed, refusals, strict=True)]


@dataclass(frozen=True, slots=True)
class _Staged:
    """A patent after its put."""

    content: StoredGeneration
    stored: StoredPatent

    @property
    def patent_id(self) -> str:
        return self.content.patent.patent_id

    @property
    def generation(self) -> int:
        return self.content.generation

    def result(self, refusal: SevenviewsError | None) -> ImportResult:
        if refusal is not None:
            return _failed(self.patent_id, refusal)
        # Nobody else can have published anything between a put and the publication of its generation.
        etag = etag_of(self.patent_id, self.generation)
        return ImportResult(self.patent_id, _outcome(self.stored), etag=etag)


def _counted_as(result: ImportResult) -> str:
    refused = result.error is not None and code_of(result.error.reason) in CALLERS_FAULTS
    return REFUSED if refused else result.outcome.value


def _outcome(stored: StoredPatent) -> ImportOutcome:
    """Of the import, once its generation is published."""
    if stored.is_published:
        return ImportOutcome.UNCHANGED
    return ImportOutcome.REPLACED if stored.published_generation else ImportOutcome.CREATED


def _outdated(one: PatentGeneration, refusal: SevenviewsError | None) -> GenerationRange | None:
    """The generations whose vectors nobody will see, now that this one was published or refused."""
    if refusal is None:
        return GenerationRange(one.patent_id, 1, one.generation - 1) if one.generation > 1 else None
    if refusal.reason in (Reason.PATENT_GENERATION_STALE, Reason.PATENT_NOT_FOUND):
        return GenerationRange(one.patent_id, one.generation, one.generation)
    return None


def _fits(batch: Sequence[ImportItem], item: ImportItem) -> bool:
    """Whether the images of all go into one call of the embedding service."""
    items = [*batch, item]
    return (
        len(items) <= MAX_IMAGES_PER_CALL
        and sum(len(one.contents) for one in items) <= MAX_IMAGES_PER_CALL
        and sum(one.size for one in items) <= MAX_BATCH_BYTES
    )


def _failed(patent_id: str, error: SevenviewsError) -> ImportResult:
    return ImportResult(patent_id, ImportOutcome.FAILED, error)
