"""Vectors of patents that are staged or published, into every release that is kept current.

Rows of different generations of a patent lie side by side in a release, and readers see the published one alone. So
nothing here needs a lock: whoever writes a generation touches no other, and whoever sweeps one knows that it will
never be published again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog

from sevenviews.backends.embedding_client import MAX_IMAGES_PER_CALL, EmbeddingClient
from sevenviews.backends.records import (
    DrawingVector,
    GenerationRange,
    ImageInput,
    PatentVectors,
    Release,
    ReleaseState,
    Vector,
)
from sevenviews.backends.vector_client import VectorClient
from sevenviews.designs import Patent, Reason, SevenviewsError, content_key
from sevenviews.gateway.deadline import CallTimeouts, Deadline
from sevenviews.gateway.releases import Releases
from sevenviews.runtime.settings import MEBIBYTE
from sevenviews.runtime.telemetry import request_id

log = structlog.get_logger()

MAX_CHUNK_BYTES = 32 * MEBIBYTE
"""Of the images of one EmbedImages: half of what a message may be by default."""

# A service says so of itself, and not of what it was sent: each patent alone would fare no better.
_OF_THE_SERVICE = {
    Reason.DEPENDENCY_UNAVAILABLE,
    Reason.DEADLINE_EXCEEDED,
    Reason.DRAINING,
    Reason.OVERLOADED,
    Reason.STORAGE_FULL,
    Reason.NO_SERVING_RELEASE,
}

_Embedded = Mapping[str, Vector | SevenviewsError]
"""By drawing id."""


@dataclass(frozen=True, slots=True)
class StoredGeneration:
    """A generation of a patent as it is stored, with the images of its drawings by drawing id."""

    patent: Patent
    contents: Mapping[str, bytes]
    generation: int


class Indexer:
    """Embeds drawings, and writes and sweeps their vectors."""

    def __init__(
        self, embedder: EmbeddingClient, index: VectorClient, releases: Releases, timeouts: CallTimeouts
    ) -> None:
        self._embedder = embedder
        self._index = index
        self._releases = releases
        self._timeouts = timeouts

    async def index(
        self, patents: Sequence[StoredGeneration], deadline: Deadline
    ) -> Sequence[SevenviewsError | None]:
        """Write the vectors of patents, no two of the same id, to every release that is kept current.

        Returns:
            Why each patent failed, if it did; in the order given. One that did not is in every release that there
            was at the end, the serving one among them.
        """
        try:
            return await self._together(patents, deadline)
        except SevenviewsError as error:
            failure = error
        except Exception:
            # A fault of ours in one patent must not fail the others.
            log.exception("indexing failed", patents=[one.patent.patent_id for one in patents])
            failure = internal(f"importing {patents[0].patent.patent_id}")
        if len(patents) == 1 or failure.reason in _OF_THE_SERVICE:
            return [failure] * len(patents)
        return [(await self.index([one], deadline))[0] for one in patents]

    async def sweep(self, ranges: Sequence[GenerationRange], deadline: Deadline) -> None:
        """Remove generations that no reader will ever see. A failure is told, not raised: `reconcile` finds them."""
        if not ranges:
            return
        try:
            await self._index.delete(ranges, deadline.share(self._timeouts.vectors))
        except SevenviewsError as error:
            log.warning("outdated vectors are left to reconcile", patents=len(ranges), error=error.message)

    async def _together(
        self, patents: Sequence[StoredGeneration], deadline: Deadline
    ) -> list[SevenviewsError | None]:
        embedded: dict[str, _Embedded] = {}
        taken: set[str] = set()
        refused: set[str] = set()
        while lacking := [one for one in await self._current(deadline) if one.release_id not in taken]:
            # All models before any release: a drawing that one cannot read leaves the releases as they were.
            for version in dict.fromkeys(one.model_version for one in lacking):
                if version not in embedded:
                    embedded[version] = await self._embed(patents, version, deadline)
            sound = [one for one in patents if _failure(one, embedded) is None]
            if not sound:
                break
            for release in lacking:
                if await self._upsert(release, sound, embedded[release.model_version], refused, deadline):
                    taken.add(release.release_id)
        return [_failure(one, embedded) for one in patents]

    async def _current(self, deadline: Deadline) -> tuple[Release, ...]:
        current = await self._releases.kept_current(deadline)
        if not any(one.state is ReleaseState.SERVING for one in current):
            self._releases.forget()
            raise SevenviewsError(Reason.NO_SERVING_RELEASE, "there is no release to write vectors to")
        return current

    async def _upsert(
        self,
        release: Release,
        patents: Sequence[StoredGeneration],
        vectors: _Embedded,
        refused: set[str],
        deadline: Deadline,
    ) -> bool:
        """Whether the release took the vectors. One that is not there may be retired: the next list tells."""
        rows = [_rows(one, vectors) for one in patents]
        try:
            await self._index.upsert(release, rows, deadline.share(self._timeouts.vectors))
        except SevenviewsError as error:
            if error.reason is not Reason.RELEASE_NOT_FOUND or release.release_id in refused:
                raise
            log.info("release not there during an import", release_id=release.release_id)
            refused.add(release.release_id)
            self._releases.forget()
            return False
        return True

    async def _embed(
        self, patents: Sequence[StoredGeneration], model_version: str, deadline: Deadline
    ) -> _Embedded:
        vectors: dict[str, Vector | SevenviewsError] = {}
        for chunk in _chunks(patents):
            answer = await self._embedder.embed(
                [ImageInput(content) for content in chunk.values()],
                model_version,
                deadline.share(self._timeouts.embedding),
            )
            vectors.update(zip(chunk, answer.results, strict=True))
        return vectors


def internal(doing: str) -> SevenviewsError:
    """What a caller is told of a fault of ours."""
    current = request_id.get()
    return SevenviewsError(
        Reason.INTERNAL, f"internal error while {doing}; report request id {current}", {"request_id": current}
    )


def _failure(one: StoredGeneration, embedded: Mapping[str, _Embedded]) -> SevenviewsError | None:
    """What the first model says that cannot read one of the drawings."""
    for vectors in embedded.values():
        for drawing in one.patent.drawings:
            error = vectors[drawing.drawing_id]
            if isinstance(error, SevenviewsError):
                return _of_drawing(error, drawing.drawing_id)
    return None


def _rows(one: StoredGeneration, vectors: _Embedded) -> PatentVectors:
    drawings = []
    for drawing in one.patent.drawings:
        vector = vectors[drawing.drawing_id]
        assert not isinstance(vector, SevenviewsError)  # noqa: S101 - only patents without a failure come here
        key = content_key(one.contents[drawing.drawing_id])
        drawings.append(DrawingVector(drawing.drawing_id, drawing.view, vector, key))
    return PatentVectors(one.patent, one.generation, tuple(drawings))


def _chunks(patents: Sequence[StoredGeneration]) -> Iterator[dict[str, bytes]]:
    """The images of all drawings by id, in portions that one call takes."""
    chunk: dict[str, bytes] = {}
    size = 0
    for one in patents:
        for drawing in one.patent.drawings:
            content = one.contents[drawing.drawing_id]
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
