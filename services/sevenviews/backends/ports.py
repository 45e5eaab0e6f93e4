"""What the use cases need of the embedding, vector and metadata services, in the domain's words.

Every call takes the seconds it may last, and raises SevenviewsError: the callee's own reason, or
DEPENDENCY_UNAVAILABLE and DEADLINE_EXCEEDED with the metadata `service` where the callee did not answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from sevenviews.backends.records import (
    EmbeddedImages,
    GenerationRange,
    ImageInput,
    JudgedPatent,
    Model,
    PatentGeneration,
    PatentPage,
    PatentQuery,
    PatentRanking,
    PatentRecord,
    PatentVectors,
    PublishedPatent,
    PublishedSummary,
    PutRules,
    Release,
    StoredPatent,
    StoredVector,
    Suggestions,
)
from sevenviews.designs import (
    BY_ID,
    DrawingImage,
    DrawingSize,
    Facet,
    FacetCounts,
    Patent,
    PatentFilter,
    PatentOrder,
    SevenviewsError,
    ViewMatching,
)

MAX_IMAGES_PER_CALL = 64
"""Of EmbedImages, and of BatchGetDrawingImages."""

MAX_RANKED = 4096
"""Patents of SearchPatents."""

MAX_PATENTS_PER_CALL = 1_000
"""Of BatchGetPatents."""

MAX_PATENTS_PER_PAGE = 1_000
"""Of ListPatents."""


class Embedder(Protocol):
    """The embedding service."""

    async def embed(
        self, images: Sequence[ImageInput], model_version: str, timeout_seconds: float
    ) -> EmbeddedImages:
        """Embed 1 to MAX_IMAGES_PER_CALL images with one model."""
        ...

    async def models(self, timeout_seconds: float) -> tuple[Model, ...]:
        """The models of the store."""
        ...


class VectorIndex(Protocol):
    """The vector service."""

    async def search_patents(
        self,
        release: Release,
        queries: Sequence[PatentQuery],
        patent_filter: PatentFilter,
        matching: ViewMatching,
        limit: int,
        timeout_seconds: float,
        *,
        exact: bool = False,
        judged: Sequence[JudgedPatent] = (),
    ) -> PatentRanking:
        """The best patents, 1 to MAX_RANKED of them. The order does not depend on the limit. Exact: no index is
        trusted, and every drawing that the filter lets through is read. Judged: patents that move the queries."""
        ...

    async def upsert(
        self, release: Release, patents: Sequence[PatentVectors], timeout_seconds: float
    ) -> None:
        """Replace what the release holds of these generations; others stay beside them."""
        ...

    async def delete(
        self, ranges: Sequence[GenerationRange], timeout_seconds: float, release_id: str = ""
    ) -> None:
        """Remove generations of patents from one release, or from all of them."""
        ...

    def stored(
        self,
        release_id: str,
        patent_ids: Sequence[str],
        timeout_seconds: float,
        *,
        with_vectors: bool = False,
    ) -> AsyncIterator[Sequence[StoredVector]]:
        """What a release holds, of some patents or of all, every generation; in the order of drawing ids."""
        ...

    async def serving_release(self, timeout_seconds: float) -> Release:
        """Raises NO_SERVING_RELEASE, naming the releases that there are."""
        ...

    async def release(self, release_id: str, timeout_seconds: float) -> Release:
        """Without its count of vectors. Raises RELEASE_NOT_FOUND."""
        ...

    async def releases(self, timeout_seconds: float) -> tuple[Release, ...]:
        """All that are not retired, without their counts of vectors."""
        ...

    async def create_release(self, release_id: str, model: Model, timeout_seconds: float) -> Release:
        """The same parameters again give the same release. Raises RELEASE_CONFLICT."""
        ...

    async def complete(self, release_id: str, timeout_seconds: float) -> Release:
        """Say that the release holds all that it should."""
        ...

    async def promote_first(self, release_id: str, timeout_seconds: float) -> Release:
        """Let the release answer searches from now on. Raises RELEASE_STATE where another one does."""
        ...


class PatentStore(Protocol):
    """The metadata service."""

    async def put(
        self, patent: Patent, contents: Mapping[str, bytes], rules: PutRules, timeout_seconds: float
    ) -> StoredPatent:
        """Stage a patent with its images, by drawing id. Raises PATENT_CONTENT_CONFLICT, ETAG_MISMATCH and others."""
        ...

    async def publish(
        self, wanted: Sequence[PatentGeneration], timeout_seconds: float
    ) -> Sequence[SevenviewsError | None]:
        """Make staged generations of 1 to MAX_PATENTS_PER_CALL patents visible. Why each was refused, if it was:
        PATENT_GENERATION_STALE, PATENT_NOT_FOUND."""
        ...

    async def get_published(
        self, patent_ids: Sequence[str], timeout_seconds: float
    ) -> Mapping[str, PublishedPatent]:
        """Those of 1 to MAX_PATENTS_PER_CALL patents that are published."""
        ...

    async def get_summaries(
        self, patent_ids: Sequence[str], timeout_seconds: float, *, whole: bool
    ) -> Mapping[str, PublishedSummary]:
        """The same, each as a hit tells of it; with the whole patents, if so asked, which costs more."""
        ...

    async def watermark(self, timeout_seconds: float) -> int:
        """The number of the catalogue's last change; who reads after this call sees all up to it."""
        ...

    async def get_records(
        self, patent_ids: Sequence[str], timeout_seconds: float
    ) -> Mapping[str, PatentRecord]:
        """The same, and those that are staged."""
        ...

    async def suggest(
        self, patent_id: str, holders: Sequence[str], inventors: Sequence[str], timeout_seconds: float
    ) -> Suggestions:
        """What is published and near to an id, unless it is empty, and to those of the names that nobody has."""
        ...

    async def sources(self, digests: Sequence[str], timeout_seconds: float) -> Mapping[str, str]:
        """Those of 1 to MAX_PATENTS_PER_CALL sources that gave what is published, each with its patent's id."""
        ...

    async def families(
        self, patent_ids: Sequence[str], timeout_seconds: float, *, same_drawings: bool = False
    ) -> Mapping[str, tuple[str, ...]]:
        """The other published patents of each one's family, in the order of ids; of those that have some. Those whose
        drawings are the same images count as well, if so asked."""
        ...

    async def page(
        self,
        patent_filter: PatentFilter,
        page_size: int,
        page_token: str,
        timeout_seconds: float,
        *,
        include_staged: bool = False,
        order: PatentOrder = BY_ID,
    ) -> PatentPage:
        """Published patents in an order; those that are staged as well, if so asked."""
        ...

    async def facets(
        self,
        patent_filter: PatentFilter,
        facets: Sequence[Facet],
        value_count: int,
        timeout_seconds: float,
    ) -> Sequence[FacetCounts]:
        """What the published patents have that the filter lets through, but for what it says of each facet itself."""
        ...

    async def delete(
        self, patent_ids: Sequence[str], seen: Mapping[str, int], timeout_seconds: float
    ) -> Sequence[PatentGeneration]:
        """Those that were there, with the generation of their deletion. Raises ETAG_MISMATCH, and deletes nothing, if
        readers see another generation of one than `seen` has."""
        ...

    async def images(
        self, drawing_ids: Sequence[str], size: DrawingSize, timeout_seconds: float
    ) -> Sequence[DrawingImage | SevenviewsError]:
        """1 to MAX_IMAGES_PER_CALL drawings, reduced: each, or why there is none."""
        ...

    async def image(self, drawing_id: str, size: DrawingSize, timeout_seconds: float) -> DrawingImage:
        """Raises DRAWING_NOT_FOUND, DRAWING_CONTENT_MISSING."""
        ...
