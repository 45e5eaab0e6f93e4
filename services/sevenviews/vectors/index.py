"""The port: an index of drawings under releases. Public methods check, hooks compute."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from sevenviews.designs import (
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
    ViewMatching,
)
from sevenviews.ranking import PACKAGED_LEVEL
from sevenviews.vectors.binary import signs
from sevenviews.vectors.checks import (
    MAX_LIMIT,
    MAX_QUERIES,
    check_embedding,
    check_generations,
    check_patent_ids,
    check_patents,
    check_queries,
    check_range,
    check_release,
    required,
)
from sevenviews.vectors.drawings import (
    Embedding,
    NearestDrawing,
    PatentGenerations,
    PatentQuery,
    PatentVectors,
    StoredVector,
)
from sevenviews.vectors.patent_search import MAX_PATENTS, DrawingSource, PatentSearch, Ranking
from sevenviews.vectors.releases import (
    IndexParameters,
    Metric,
    Release,
    ReleaseState,
    fenced,
    is_release_id,
    new_release_id,
    not_found,
)


class DesignIndex(ABC):
    """Blocking; safe to use from several threads. `timeout` is in seconds, for the whole call.

    Every method raises SevenviewsError as vectors.proto documents for its rpc, and DEPENDENCY_UNAVAILABLE where the
    engine does not answer in time.

    Args:
        now: the clock, in UTC.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    # Releases

    def create_release(
        self,
        release_id: str,
        model_version: str,
        dimension: int,
        index: IndexParameters,
        timeout: float,
        metric: Metric = Metric.IP,
    ) -> Release:
        """Create a release with its empty collection; the same parameters again return it unchanged.

        By the metric HAMMING it takes the same unit vectors, keeps their signs, and lists unit vectors of signs.
        """
        wanted = Release(
            release_id or new_release_id(self._now()),
            model_version,
            dimension,
            index,
            created=self._now(),
            metric=metric,
        )
        check_release(wanted)
        existing = self._release(wanted.release_id, timeout)
        if existing is None:
            self._create(wanted, timeout)
            existing = self.release(wanted.release_id, timeout)
        if not existing.same_parameters(wanted):
            raise SevenviewsError(
                Reason.RELEASE_CONFLICT,
                f"release {wanted.release_id} exists with other parameters",
                {"release_id": wanted.release_id},
            )
        return existing

    def release(self, release_id: str, timeout: float) -> Release:
        """A release with its exact count of vectors."""
        if not is_release_id(release_id):
            raise not_found(release_id)
        found = self._release(release_id, timeout)
        if found is None:
            raise not_found(release_id)
        return replace(found, vector_count=self._count(found, timeout))

    def serving_release(self, timeout: float) -> Release:
        """The release that answers searches, without its count."""
        found = self._serving(timeout)
        if found is None:
            raise SevenviewsError(
                Reason.NO_SERVING_RELEASE, "no release has been promoted yet: nothing can be searched"
            )
        return found

    def releases(self, timeout: float) -> tuple[Release, ...]:
        """All that are not retired, newest first."""
        found = self._releases(timeout)
        counted = [replace(one, vector_count=self._count(one, timeout)) for one in found]
        oldest = datetime.min.replace(tzinfo=UTC)
        return tuple(sorted(counted, key=lambda one: (one.created or oldest, one.release_id), reverse=True))

    def complete(self, release_id: str, evaluation: Mapping[str, float], timeout: float) -> Release:
        """Wait until a release's index is built; note the time, and the figures that it was measured by."""
        chosen = self.release(release_id, timeout)
        self._build_index(chosen, timeout)
        self._keep(replace(chosen, ready=chosen.ready or self._now(), evaluation=dict(evaluation)), timeout)
        return self.release(release_id, timeout)

    def fence(self, token: int, timeout: float) -> None:
        """Refuse the promotions of holders of older tokens from now on."""
        if token < 1:
            raise required("fencing_token")
        serving = self.serving_release(timeout)
        if token < serving.fence:
            raise fenced(token, serving.fence)
        self._keep(replace(serving, fence=token), timeout)

    def promote(self, release_id: str, timeout: float, fencing_token: int = 0) -> Release:
        """Let a release answer searches from now on; the one before is kept.

        Args:
            release_id: which.
            timeout: in seconds.
            fencing_token: of the refresh that promotes; 0: a person does.
        """
        chosen = self.release(release_id, timeout)
        before = self._serving(timeout)
        fence = before.fence if before else 0
        if fencing_token and fencing_token < fence:
            raise fenced(fencing_token, fence)
        if chosen.state is not ReleaseState.SERVING:
            promoted = replace(chosen, promoted=self._now(), fence=max(fence, fencing_token))
            self._promote(promoted, timeout)
        return self.release(release_id, timeout)

    def retire(self, release_id: str, timeout: float) -> None:
        """Drop a release and its collection for good."""
        chosen = self.release(release_id, timeout)
        if chosen.state is ReleaseState.SERVING:
            raise SevenviewsError(
                Reason.RELEASE_STATE,
                f"release {release_id} is serving; promote another one first",
                {"release_id": release_id, "state": "SERVING"},
            )
        self._retire(chosen, timeout)

    # Vectors

    def upsert(self, release_id: str, patents: Sequence[PatentVectors], timeout: float) -> int:
        """Replace what a release holds of these generations of patents; searches see it at once.

        Other generations stay beside them. Returns drawings written.
        """
        if not patents:
            raise required("patents")
        release = self._known(release_id, timeout)
        check_patents(patents, release)
        self._upsert(release, patents, timeout)
        return sum(len(patent.drawings) for patent in patents)

    def delete(self, release_id: str, patents: Sequence[PatentGenerations], timeout: float) -> None:
        """Remove generations of patents from one release, or from all for an empty id; absent ones are no error."""
        if not patents:
            raise required("patents")
        check_generations(patents)
        chosen = (self._known(release_id, timeout),) if release_id else self._releases(timeout)
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
        release = self._known(release_id, timeout) if release_id else self.serving_release(timeout)
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
    ) -> tuple[Release, Ranking]:
        """The patents that are most like some query images together, best first, under one release.

        Args:
            release_id: empty for the serving one.
            queries: 1 to 32, one of positive weight at least.
            patent_filter: which patents may be found.
            matching: how views weigh; REQUIRE needs the view of each image.
            limit: patents, 1 to 4,096.
        """
        check_queries(queries, matching)
        check_range("limit", limit, 1, MAX_PATENTS)
        deadline = time.monotonic() + timeout
        release = self._known(release_id, timeout) if release_id else self.serving_release(timeout)
        for position, query in enumerate(queries):
            check_embedding(query.embedding, release, f"queries[{position}].embedding")
        vectors = np.stack([query.embedding.vector for query in queries])

        def nearest(
            asking: Sequence[int], views: tuple[View, ...], depth: int
        ) -> Sequence[Sequence[NearestDrawing]]:
            return self._search(release, vectors[list(asking)], patent_filter, views, depth, _until(deadline))

        def drawings(patent_ids: Sequence[str]) -> Iterator[StoredVector]:
            for portion in self._list(release, tuple(patent_ids), True, _until(deadline)):
                yield from portion

        compared = vectors if release.metric is Metric.IP else signs(vectors)
        asked = [query.drawing for query in queries]
        search = PatentSearch(DrawingSource(nearest, drawings), compared, asked, matching, PACKAGED_LEVEL)
        return release, search.best(limit)

    def list(
        self, release_id: str, patent_ids: Sequence[str], *, with_vectors: bool, timeout: float
    ) -> tuple[Release, Iterator[Sequence[StoredVector]]]:
        """What a release holds, all generations, in portions, in the order of row ids.

        Args:
            release_id: empty for the serving one.
            patent_ids: only of these; none: of all.
            with_vectors: give the vectors too.
            timeout: of each portion.
        """
        check_patent_ids(patent_ids)
        release = self._known(release_id, timeout) if release_id else self.serving_release(timeout)
        return release, self._list(release, tuple(patent_ids), with_vectors, timeout)

    def check(self, timeout: float) -> None:
        """Return if the engine answers."""
        self._serving(timeout)

    def close(self) -> None:  # noqa: B027 - an index in memory holds nothing
        """Let go of the engine."""

    def _known(self, release_id: str, timeout: float) -> Release:
        """A release, without its count."""
        if not release_id:
            raise required("release_id")
        found = self._release(release_id, timeout) if is_release_id(release_id) else None
        if found is None:
            raise not_found(release_id)
        return found

    # Hooks: what they are given has been checked.

    @abstractmethod
    def _release(self, release_id: str, timeout: float) -> Release | None: ...

    @abstractmethod
    def _releases(self, timeout: float) -> Sequence[Release]: ...

    @abstractmethod
    def _serving(self, timeout: float) -> Release | None: ...

    @abstractmethod
    def _create(self, release: Release, timeout: float) -> None: ...

    @abstractmethod
    def _promote(self, release: Release, timeout: float) -> None: ...

    @abstractmethod
    def _keep(self, release: Release, timeout: float) -> None: ...

    @abstractmethod
    def _build_index(self, release: Release, timeout: float) -> None: ...

    @abstractmethod
    def _retire(self, release: Release, timeout: float) -> None: ...

    @abstractmethod
    def _count(self, release: Release, timeout: float) -> int: ...

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
        self, release: Release, patent_ids: tuple[str, ...], with_vectors: bool, timeout: float
    ) -> Iterator[Sequence[StoredVector]]: ...


def _until(deadline: float) -> float:
    """Seconds until a time of the monotonic clock."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise SevenviewsError(
            Reason.DEADLINE_EXCEEDED, "the deadline passed while patents were ranked", {"service": "vectors"}
        )
    return left
