"""The port: an index of drawings under releases. Public methods check, hooks compute."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from sevenviews.designs import (
    LocarnoClass,
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
    is_patent_id,
    patent_id_of,
)
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

Vector = npt.NDArray[np.float32]
"""One embedding: [dimension], unit length."""

MAX_QUERIES = 32
MAX_LIMIT = 16_384
MAX_DRAWINGS_PER_UPSERT = 10_000
MAX_CLASSES = 32
MAX_HOLDERS = 32
_UNIT_TOLERANCE = 1e-3
_CONTENT_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Embedding:
    """A vector, and the model that made it."""

    vector: Vector
    model_version: str


@dataclass(frozen=True, slots=True)
class DrawingVector:
    """What is stored of a drawing; the content key tells which image was embedded, and is empty if unknown."""

    drawing_id: str
    view: View
    embedding: Embedding
    content_key: str = ""


@dataclass(frozen=True, slots=True)
class PatentVectors:
    """The vectors of one patent, with what its filter needs."""

    patent_id: str
    drawings: tuple[DrawingVector, ...]
    locarno: tuple[LocarnoClass, ...] = ()
    office: str = ""
    holders: tuple[str, ...] = ()
    publication_date: date | None = None
    filing_date: date | None = None


@dataclass(frozen=True, slots=True)
class NearestDrawing:
    """A drawing near a query; score: inner product of unit vectors, -1 to 1."""

    drawing_id: str
    patent_id: str
    view: View
    score: float


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A row of a release; the vector only where it was asked for."""

    drawing_id: str
    patent_id: str
    view: View
    vector: Vector | None = None
    content_key: str = ""


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
        _check_release(wanted)
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
            raise _required("fencing_token")
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
        """Replace what a release holds of some patents; searches see it at once. Returns drawings written."""
        if not patents:
            raise _required("patents")
        release = self._known(release_id, timeout)
        _check_patents(patents, release)
        self._upsert(release, patents, timeout)
        return sum(len(patent.drawings) for patent in patents)

    def delete(self, release_id: str, patent_ids: Sequence[str], timeout: float) -> None:
        """Remove patents from one release, or from all for an empty id. Unknown patents are no error."""
        if not patent_ids:
            raise _required("patent_ids")
        _check_patent_ids(patent_ids)
        chosen = (self._known(release_id, timeout),) if release_id else self._releases(timeout)
        for release in chosen:
            self._delete(release, patent_ids, timeout)

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
            raise _required("queries")
        _check_range("queries", len(queries), 1, MAX_QUERIES)
        _check_range("limit", limit, 1, MAX_LIMIT)
        release = self._known(release_id, timeout) if release_id else self.serving_release(timeout)
        for position, query in enumerate(queries):
            _check_embedding(query, release, f"queries[{position}]")
        vectors = np.stack([query.vector for query in queries])
        return release, self._search(release, vectors, patent_filter, tuple(views), limit, timeout)

    def list(
        self, release_id: str, patent_ids: Sequence[str], *, with_vectors: bool, timeout: float
    ) -> tuple[Release, Iterator[Sequence[StoredVector]]]:
        """What a release holds, in portions, in the order of drawing ids.

        Args:
            release_id: empty for the serving one.
            patent_ids: only of these; none: of all.
            with_vectors: give the vectors too.
            timeout: of each portion.
        """
        _check_patent_ids(patent_ids)
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
            raise _required("release_id")
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
    def _delete(self, release: Release, patent_ids: Sequence[str], timeout: float) -> None: ...

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


def _check_release(release: Release) -> None:
    if not is_release_id(release.release_id):
        raise SevenviewsError(
            Reason.FIELD_MALFORMED,
            f"release_id {release.release_id!r} is not 1 to 40 lower-case letters, digits and hyphens",
            {"field": "release_id", "value": release.release_id},
        )
    if not release.model_version:
        raise _required("model_version")
    _check_range("dimension", release.dimension, 2, 4096)
    if release.metric is Metric.HAMMING and release.dimension % 8:
        raise _malformed(
            "dimension", str(release.dimension), "is no whole number of bytes, as binary codes need"
        )
    _check_range("index.m", release.index.m, 4, 64)
    _check_range("index.ef_construction", release.index.ef_construction, 8, 512)
    _check_range("index.ef", release.index.ef, 8, 4096)


def _check_patents(patents: Sequence[PatentVectors], release: Release) -> None:
    _check_range("patents", sum(len(one.drawings) for one in patents), 1, MAX_DRAWINGS_PER_UPSERT)
    _check_patent_ids([patent.patent_id for patent in patents])
    seen: set[str] = set()
    for number, patent in enumerate(patents):
        field = f"patents[{number}]"
        if not patent.drawings:
            raise _required(f"{field}.drawings")
        _check_range(f"{field}.locarno", len(patent.locarno), 0, MAX_CLASSES)
        _check_range(f"{field}.holders", len(patent.holders), 0, MAX_HOLDERS)
        for position, drawing in enumerate(patent.drawings):
            place = f"{field}.drawings[{position}]"
            _check_drawing_id(drawing.drawing_id, patent.patent_id, f"{place}.drawing_id")
            if drawing.drawing_id in seen:
                raise _malformed(f"{place}.drawing_id", drawing.drawing_id, "is there twice")
            seen.add(drawing.drawing_id)
            if drawing.content_key and not _CONTENT_KEY.fullmatch(drawing.content_key):
                raise _malformed(f"{place}.content_key", drawing.content_key, "is not 16 hexadecimal digits")
            _check_embedding(drawing.embedding, release, f"{place}.embedding")


def _check_drawing_id(drawing_id: str, patent_id: str, field: str) -> None:
    try:
        owner = patent_id_of(drawing_id)
    except ValueError as error:
        raise _malformed(field, drawing_id, "is not a drawing id") from error
    if owner != patent_id:
        raise _malformed(field, drawing_id, f"does not belong to {patent_id}")


def _check_patent_ids(patent_ids: Sequence[str]) -> None:
    for position, patent_id in enumerate(patent_ids):
        if not is_patent_id(patent_id):
            raise _malformed(f"patent_ids[{position}]", patent_id, "is not a patent id")


def _check_embedding(embedding: Embedding, release: Release, field: str) -> None:
    if embedding.model_version != release.model_version:
        raise SevenviewsError(
            Reason.EMBEDDING_MODEL_MISMATCH,
            f"{field} is of model {embedding.model_version!r}; release {release.release_id} is of "
            f"{release.model_version!r}",
            {"expected": release.model_version, "actual": embedding.model_version},
        )
    if len(embedding.vector) != release.dimension:
        raise SevenviewsError(
            Reason.EMBEDDING_DIMENSION_MISMATCH,
            f"{field} has {len(embedding.vector)} dimensions; release {release.release_id} has "
            f"{release.dimension}",
            {"expected": str(release.dimension), "actual": str(len(embedding.vector))},
        )
    length = float(np.linalg.norm(embedding.vector))
    # Written so that NaN fails.
    if not abs(length - 1) <= _UNIT_TOLERANCE:
        raise SevenviewsError(
            Reason.EMBEDDING_INVALID, f"{field} is not of unit length but {length:.6g}", {"field": field}
        )


def _check_range(field: str, value: int, minimum: int, maximum: int) -> None:
    if not minimum <= value <= maximum:
        raise SevenviewsError(
            Reason.FIELD_OUT_OF_RANGE,
            f"{field}: {value} is not within {minimum} to {maximum}",
            {"field": field, "minimum": str(minimum), "maximum": str(maximum)},
        )


def _required(field: str) -> SevenviewsError:
    return SevenviewsError(Reason.FIELD_REQUIRED, f"{field} is required", {"field": field})


def _malformed(field: str, value: str, why: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.FIELD_MALFORMED, f"{field} {value!r} {why}", {"field": field, "value": value}
    )
