"""A DesignIndex in memory: exact, and slow for many vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import NearestDrawing, StoredVector
from sevenviews.designs import Party, Patent, PatentFilter, View
from sevenviews.vectors.drawings import PatentGenerations, PatentVectors, row_id
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.release_facts import Facts, is_release
from sevenviews.vectors.releases import Metric, Release, not_found
from sevenviews.vectors.turns import Turn


@dataclass(slots=True)
class _Collection:
    facts: dict[str, str]
    patents: dict[tuple[str, int], PatentVectors] = field(default_factory=dict)
    """By patent and generation."""


class FakeDesignIndex(DesignIndex):
    """Implements the hooks by their definitions."""

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, _Collection] = {}
        self._newest = Turn()

    def _collections(self, timeout: float) -> Sequence[str]:
        return list(self._held)

    def _facts(self, collection: str, timeout: float) -> Facts | None:
        found = self._held.get(collection)
        return dict(found.facts) if found is not None and is_release(found.facts) else None

    def _turn(self, timeout: float) -> Turn:
        turn = self._newest
        return turn if turn.collection in self._held else Turn(turn.number)

    def _take_turn(self, turn: Turn, timeout: float) -> bool:
        if turn.number == self._newest.number + 1:
            self._newest = turn
        return turn == self._newest

    def _note(self, release: Release, facts: Facts, timeout: float) -> None:
        self._of(release).facts.update(facts)

    def _create(self, release: Release, facts: Facts, timeout: float) -> None:
        self._held.setdefault(release.collection, _Collection(dict(facts)))

    def _prepare(self, release: Release, timeout: float) -> None:
        """It can be written to as it is."""

    def forget_turns(self) -> None:
        """As after a restore of the collections alone, without their aliases."""
        self._newest = Turn()

    def _build_index(self, release: Release, timeout: float) -> None:
        """There is none."""

    def _drop(self, release: Release, timeout: float) -> None:
        self._held.pop(release.collection, None)

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
        self,
        release: Release,
        patent_ids: tuple[str, ...],
        with_vectors: bool,
        timeout: float,
        after: str = "",
    ) -> Iterator[Sequence[StoredVector]]:
        wanted = [
            patent
            for patent in self._of(release).patents.values()
            if not patent_ids or patent.patent_id in patent_ids
        ]
        for rows in self._stored(release, wanted, with_vectors=with_vectors):
            yield [row for row in rows if row_id(row.drawing_id, row.generation) > after]

    def _scan(
        self, release: Release, patent_filter: PatentFilter, timeout: float
    ) -> Iterator[Sequence[StoredVector]]:
        held = self._of(release).patents.values()
        wanted = [patent for patent in held if patent_filter.matches(as_patent(patent))]
        yield from self._stored(release, wanted, with_vectors=True)

    def _stored(
        self, release: Release, patents: Sequence[PatentVectors], *, with_vectors: bool
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
            for patent in patents
            for drawing in patent.drawings
        ]
        if rows:
            yield sorted(rows, key=lambda row: row_id(row.drawing_id, row.generation))

    def _of(self, release: Release) -> _Collection:
        found = self._held.get(release.collection)
        if found is None:
            raise not_found(release.release_id)
        return found


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
        kind=vectors.kind,
        uspc=vectors.uspc,
        inventors=tuple(map(Party, vectors.inventors)),
    )
