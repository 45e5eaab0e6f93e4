"""A DesignIndex in memory: exact, and slow for many vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sevenviews.designs import Party, Patent, PatentFilter, View
from sevenviews.vectors.drawings import (
    NearestDrawing,
    PatentGenerations,
    PatentVectors,
    StoredVector,
    row_id,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import Metric, Release, ReleaseState, not_found


@dataclass(slots=True)
class _Collection:
    release: Release
    patents: dict[tuple[str, int], PatentVectors] = field(default_factory=dict)
    """By patent and generation."""


class FakeDesignIndex(DesignIndex):
    """Implements the hooks by their definitions."""

    def __init__(self) -> None:
        super().__init__()
        self._collections: dict[str, _Collection] = {}
        self._serving_id = ""

    def _described(self, collection: _Collection) -> Release:
        release = collection.release
        if release.release_id == self._serving_id:
            return replace(release, state=ReleaseState.SERVING)
        return replace(release, state=ReleaseState.KEPT if release.promoted else ReleaseState.BUILDING)

    def _release(self, release_id: str, timeout: float) -> Release | None:
        found = self._collections.get(release_id)
        return None if found is None else self._described(found)

    def _releases(self, timeout: float) -> Sequence[Release]:
        return [self._described(one) for one in self._collections.values()]

    def _serving(self, timeout: float) -> Release | None:
        return self._release(self._serving_id, timeout)

    def _create(self, release: Release, timeout: float) -> None:
        self._collections[release.release_id] = _Collection(release)

    def _promote(self, release: Release, timeout: float) -> None:
        self._collections[release.release_id].release = release
        self._serving_id = release.release_id

    def _keep(self, release: Release, timeout: float) -> None:
        self._collections[release.release_id].release = release

    def _build_index(self, release: Release, timeout: float) -> None:
        """There is none."""

    def _retire(self, release: Release, timeout: float) -> None:
        del self._collections[release.release_id]

    def _count(self, release: Release, timeout: float) -> int:
        return sum(len(one.drawings) for one in self._of(release).patents.values())

    def _upsert(self, release: Release, patents: Sequence[PatentVectors], timeout: float) -> None:
        self._of(release).patents.update({(one.patent_id, one.generation): one for one in patents})

    def _delete(self, release: Release, patents: Sequence[PatentGenerations], timeout: float) -> None:
        held = self._of(release).patents
        for patent_id, generation in list(held):
            for one in patents:
                if one.patent_id == patent_id and (one.is_every or one.first <= generation <= one.last):
                    held.pop((patent_id, generation), None)

    def _search(
        self,
        release: Release,
        vectors: npt.NDArray[np.float32],
        patent_filter: PatentFilter,
        views: tuple[View, ...],
        limit: int,
        timeout: float,
    ) -> tuple[tuple[NearestDrawing, ...], ...]:
        rows = [
            (patent, drawing)
            for patent in self._of(release).patents.values()
            if patent_filter.matches(as_patent(patent))
            for drawing in patent.drawings
            if not views or drawing.view in views
        ]
        found = []
        for vector in vectors:
            near = [
                NearestDrawing(
                    d.drawing_id,
                    p.patent_id,
                    p.generation,
                    d.view,
                    float(_kept(release, d.embedding.vector) @ _kept(release, vector)),
                )
                for p, d in rows
            ]
            found.append(tuple(sorted(near, key=lambda one: -one.score)[:limit]))
        return tuple(found)

    def _list(
        self, release: Release, patent_ids: tuple[str, ...], with_vectors: bool, timeout: float
    ) -> Iterator[Sequence[StoredVector]]:
        rows = [
            StoredVector(
                drawing.drawing_id,
                patent.patent_id,
                patent.generation,
                drawing.view,
                _kept(release, drawing.embedding.vector) if with_vectors else None,
                drawing.content_key,
            )
            for patent in self._of(release).patents.values()
            if not patent_ids or patent.patent_id in patent_ids
            for drawing in patent.drawings
        ]
        if rows:
            yield sorted(rows, key=lambda row: row_id(row.drawing_id, row.generation))

    def _of(self, release: Release) -> _Collection:
        if release.release_id not in self._collections:
            raise not_found(release.release_id)
        return self._collections[release.release_id]


def _kept(release: Release, vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What a release keeps of a vector: by the metric HAMMING its signs, made unit."""
    if release.metric is Metric.IP:
        return vector
    signs: npt.NDArray[np.float32] = np.where(vector > 0, 1, -1).astype(np.float32)
    return signs / np.float32(np.sqrt(len(vector)))


def as_patent(vectors: PatentVectors) -> Patent:
    """What a filter sees of a patent."""
    return Patent(
        vectors.patent_id,
        office=vectors.office,
        locarno=vectors.locarno,
        assignees=tuple(map(Party, vectors.holders)),
        publication_date=vectors.publication_date,
        filing_date=vectors.filing_date,
    )
