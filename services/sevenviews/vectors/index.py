"""The port: an index of drawings under releases. Public methods check, hooks compute."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import JudgedPatent, NearestDrawing, StoredVector
from sevenviews.designs import PatentFilter, Reason, SevenviewsError, View, ViewMatching
from sevenviews.ranking import moved_queries
from sevenviews.runtime.wire import check_range, required
from sevenviews.vectors.binary import signs
from sevenviews.vectors.checks import (
    MAX_LIMIT,
    MAX_QUERIES,
    check_embedding,
    check_generations,
    check_judged,
    check_patent_ids,
    check_patents,
    check_queries,
)
from sevenviews.vectors.drawings import Embedding, PatentGenerations, PatentQuery, PatentVectors
from sevenviews.vectors.exact_search import EveryDrawing, rank_exactly
from sevenviews.vectors.finalists import Asked, Ranking, judged_drawings
from sevenviews.vectors.patent_search import MAX_PATENTS, DrawingSource, PatentSearch
from sevenviews.vectors.release_store import ReleaseStore
from sevenviews.vectors.releases import Metric, Release
from sevenviews.vectors.turns import Turn


class DesignIndex(ReleaseStore):
    """Releases, and the drawings that they hold. Like its base in threads, timeouts and errors.

    A write returns when whoever reads sees it: readers do not wait.
    """

    def upsert(self, release_id: str, patents: Sequence[PatentVectors], timeout: float) -> int:
        """Replace what a release holds of these generations of patents.

        Other generations stay beside them. Returns drawings written.
        """
        if not patents:
            raise required("patents")
        release = self._named(release_id, timeout)
        check_patents(patents, release)
        self._upsert(release, patents, timeout)
        return sum(len(patent.drawings) for patent in patents)

    def delete(self, release_id: str, patents: Sequence[PatentGenerations], timeout: float) -> None:
        """Remove generations of patents from one release, or from all for an empty id; absent ones are no error."""
        if not patents:
            raise required("patents")
        check_generations(patents)
        chosen = (self._named(release_id, timeout),) if release_id else self._releases(timeout)
        for release in chosen:
            self._delete(release, patents, timeout)

    def search(
        self,
        release_id: str,
        queries: Sequence[Embedding],
        patent_filter: PatentFilter,
        views: Sequence[View],
        limit: int,
        timeout: float,
    ) -> tuple[Release, tuple[tuple[NearestDrawing, ...], ...]]:
        """The nearest drawings of each query, best first, under one release.

        Args:
            release_id: empty for the serving one.
            queries: 1 to 32.
            patent_filter: which patents may be found.
            views: which views may be found; none: all.
            limit: drawings a query, 1 to 16,384.
        """
        if not queries:
            raise required("queries")
        check_range("queries", len(queries), 1, MAX_QUERIES)
        check_range("limit", limit, 1, MAX_LIMIT)
        release = self._named(release_id, timeout) if release_id else self.serving_release(timeout)
        for position, query in enumerate(queries):
            check_embedding(query, release, f"queries[{position}]")
        vectors = np.stack([query.vector for query in queries])
        return release, self._search(release, vectors, patent_filter, tuple(views), limit, timeout)

    def search_patents(
        self,
        release_id: str,
        queries: Sequence[PatentQuery],
        patent_filter: PatentFilter,
        matching: ViewMatching,
        limit: int,
        timeout: float,
        *,
        exact: bool = False,
        judged: Sequence[JudgedPatent] = (),
    ) -> tuple[Release, Ranking]:
        """The patents that are most like some query images together, best first, under one release.

        Args:
            release_id: empty for the serving one.
            queries: 1 to 32, one of positive weight at least.
            patent_filter: which patents may be found.
            matching: how views weigh; REQUIRE needs the view of each image.
            limit: patents, 1 to 4,096.
            exact: read every drawing that the filter lets through, and trust no index.
            judged: patents that move the images before anything is ranked; see `ranking.feedback`.
        """
        check_queries(queries, matching)
        check_judged(judged)
        check_range("limit", limit, 1, MAX_PATENTS)
        deadline = time.monotonic() + timeout
        release = self._named(release_id, timeout) if release_id else self.serving_release(timeout)
        for position, query in enumerate(queries):
            check_embedding(query.embedding, release, f"queries[{position}].embedding")
        drawn = [query.drawing for query in queries]
        vectors = np.stack([query.embedding.vector for query in queries])

        def compared() -> npt.NDArray[np.float32]:
            return vectors if release.metric is Metric.IP else signs(vectors)

        def nearest(
            asking: Sequence[int], views: tuple[View, ...], depth: int
        ) -> Sequence[Sequence[NearestDrawing]]:
            return self._search(release, vectors[list(asking)], patent_filter, views, depth, _until(deadline))

        def drawings(patent_ids: Sequence[str]) -> Iterator[StoredVector]:
            for portion in self._list(release, tuple(patent_ids), True, _until(deadline)):
                yield from portion

        def rows() -> Iterator[Sequence[StoredVector]]:
            for portion in self._scan(release, patent_filter, _until(deadline)):
                yield portion
                _until(deadline)

        if judged:
            known = judged_drawings(judged, drawings)
            vectors = moved_queries(compared(), drawn, known, matching, release.level)
        asked = Asked(compared(), drawn, matching, release.level)
        if exact:
            ranking = rank_exactly(EveryDrawing(rows, drawings), asked, limit)
        else:
            ranking = PatentSearch(DrawingSource(nearest, drawings), asked).best(limit)
        return release, replace(ranking, moved=vectors) if judged else ranking

    def list(
        self,
        release_id: str,
        patent_ids: Sequence[str],
        *,
        with_vectors: bool,
        timeout: float,
        after: str = "",
    ) -> tuple[Release, Iterator[Sequence[StoredVector]]]:
        """What a release holds, all generations, in portions, in the order of row ids.

        Args:
            release_id: empty for the serving one.
            patent_ids: only of these; none: of all.
            with_vectors: give the vectors too.
            timeout: of each portion.
            after: a row id, as `row_id` gives it; only what comes behind it.
        """
        check_patent_ids(patent_ids)
        release = self._named(release_id, timeout) if release_id else self.serving_release(timeout)
        return release, self._list(release, tuple(patent_ids), with_vectors, timeout, after)

    def check(self, timeout: float) -> None:
        """Return if the engine answers."""
        self._turn(timeout)

    def close(self) -> None:
        """Let go of the engine."""

    def _named(self, release_id: str, timeout: float) -> Release:
        """A release that the caller names. Whether it serves is neither asked nor told: it costs two calls."""
        return self._known(release_id, timeout, Turn())

    # Hooks: what they are given has been checked.

    @abstractmethod
    def _upsert(self, release: Release, patents: Sequence[PatentVectors], timeout: float) -> None: ...

    @abstractmethod
    def _delete(self, release: Release, patents: Sequence[PatentGenerations], timeout: float) -> None: ...

    @abstractmethod
    def _search(
        self,
        release: Release,
        vectors: npt.NDArray[np.float32],
        patent_filter: PatentFilter,
        views: tuple[View, ...],
        limit: int,
        timeout: float,
    ) -> tuple[tuple[NearestDrawing, ...], ...]: ...

    @abstractmethod
    def _list(
        self,
        release: Release,
        patent_ids: tuple[str, ...],
        with_vectors: bool,
        timeout: float,
        after: str = "",
    ) -> Iterator[Sequence[StoredVector]]: ...

    @abstractmethod
    def _scan(
        self, release: Release, patent_filter: PatentFilter, timeout: float
    ) -> Iterator[Sequence[StoredVector]]:
        """All drawings that a filter lets through, with their vectors, in portions."""


def _until(deadline: float) -> float:
    """Seconds until a time of the monotonic clock."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise SevenviewsError(
            Reason.DEADLINE_EXCEEDED, "the deadline passed while patents were ranked", {"service": "vectors"}
        )
    return left
