"""The search of patents in two stages: candidates by the index, finalists scored exactly.

The index gives the nearest drawings of each query image, down to some depth. What it has not given lies below the
last drawing of its list, so that for every patent there is an upper bound of its score: that of what is known of it,
and below it what a list's end allows. Patents are scored exactly, by all their drawings, in the order of these
bounds, until the last one wanted scores more than anything left can reach; where the bound of those not seen at all
is what stands in the way, the lists are fetched deeper. This is the threshold algorithm of Fagin, Lotem and Naor
(2001) with `ranking.score_patent` as its aggregation. Its answer is the order of all patents by their score, as far
as the index is exact; it stops at MAX_DEPTH drawings an image, and gives what is best of those.

Patents are ranked in blocks of growing size, whose ends do not depend on how many are asked for: an approximate index
fetched deeper may find a drawing that it missed before, and who asks for more must not see another beginning.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.designs import View, ViewCoverage, ViewMatching
from sevenviews.ranking import (
    PatentScore,
    QueryDrawing,
    StoredDrawing,
    score_patent,
    upper_bounds,
)
from sevenviews.vectors.candidates import Candidates, Key, NearestList, nearest_lists
from sevenviews.vectors.drawings import NearestDrawing, StoredVector, Vector

BLOCKS = (64, 256, 1024, 4096)
"""How many patents are ranked when each block ends."""

MAX_PATENTS = BLOCKS[-1]
MAX_DEPTH = 16_384
DRAWINGS_PER_PATENT = 4
"""First guess at how many neighbours of an image belong to one patent: of seven views some look alike."""

DEEPER = 4
FINALISTS_PER_CALL = 64
_ROUNDING = 1e-6
"""The index computes a cosine in single precision, and in another order than we do."""


@dataclass(frozen=True, slots=True)
class DrawingSource:
    """An index, under one release, filter and deadline.

    Attributes:
        nearest: of some query images, by their positions, the drawings of some views (none: of any), so many at most,
            best first.
        drawings: all drawings of some patents, every generation, with their vectors.
    """

    nearest: Callable[[Sequence[int], tuple[View, ...], int], Sequence[Sequence[NearestDrawing]]]
    drawings: Callable[[Sequence[str]], Iterable[StoredVector]]


@dataclass(frozen=True, slots=True)
class MatchedDrawing:
    """The drawing of a patent that was matched with a query image; their cosine."""

    query_index: int
    drawing_id: str
    view: View
    similarity: float


@dataclass(frozen=True, slots=True)
class RankedPatent:
    """A generation of a patent, its score within 0 and 1, and how it came about; see `ranking.score`."""

    patent_id: str
    generation: int
    score: float
    matches: tuple[MatchedDrawing, ...]
    coverage: tuple[ViewCoverage, ...]

    @property
    def order(self) -> tuple[float, str, int]:
        """Sorts the best first; of equal scores, the smaller id."""
        return -self.score, self.patent_id, -self.generation


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best patents, best first; complete if no other patent can be found at all."""

    patents: tuple[RankedPatent, ...]
    complete: bool


class PatentSearch:
    """One search.

    Args:
        source: where drawings are found.
        vectors: of the query images, [queries, dimension].
        queries: their views and weights.
        matching: how views weigh.
        level: the field's level; see `ranking.score`.
        blocks: how many patents are ranked when each block ends.
    """

    def __init__(
        self,
        source: DrawingSource,
        vectors: npt.NDArray[np.float32],
        queries: Sequence[QueryDrawing],
        matching: ViewMatching,
        level: float,
        blocks: Sequence[int] = BLOCKS,
    ) -> None:
        self._source = source
        self._vectors = vectors
        self._queries = queries
        self._matching = matching
        self._level = level
        self._blocks = blocks
        self._lists = nearest_lists(queries, matching)
        self._depth = 0
        self._candidates = Candidates(len(queries), self._lists)
        self._scored: dict[Key, RankedPatent] = {}
        # Scored, or found to be gone when they were to be.
        self._settled: set[Key] = set()
        self._given: list[RankedPatent] = []

    def best(self, limit: int) -> Ranking:
        """The best patents: `limit` of them, at most the last block's end, or as many as there are."""
        for end in self._blocks:
            block = self._block(end - len(self._given))
            self._given += block
            if len(self._given) < end or end >= limit:
                break
        complete = self._exhausted and len(self._scored) == len(self._given) <= limit
        return Ranking(tuple(self._given[:limit]), complete)

    def _block(self, size: int) -> list[RankedPatent]:
        """The best `size` patents of those that no earlier block has."""
        given = {(one.patent_id, one.generation) for one in self._given}
        while True:
            left = (one for key, one in self._scored.items() if key not in given)
            best = heapq.nsmallest(size, left, key=lambda one: one.order)
            worst = best[-1].score if len(best) == size else -1.0
            bounds = self._bounds()
            if promising := [key for key, bound in bounds if bound + _ROUNDING >= worst]:
                self._score(promising[:FINALISTS_PER_CALL])
            elif self._deeper_can_matter(worst):
                self._deepen(size)
            else:
                return best

    # Bounds

    def _bounds(self) -> list[tuple[Key, float]]:
        """The candidates that are not yet scored, those first that can reach most."""
        keys = [key for key in self._candidates.keys if key not in self._settled]
        if not keys:
            return []
        bounds = upper_bounds(self._candidates.reach(keys), self._queries, self._level)
        order = sorted(range(len(keys)), key=lambda at: (-bounds[at], keys[at]))
        return [(keys[at], float(bounds[at])) for at in order]

    def _unseen_bound(self) -> float:
        """What a patent can reach of which no list has a drawing."""
        return float(upper_bounds(self._candidates.unseen(), self._queries, self._level)[0])

    @property
    def _exhausted(self) -> bool:
        return self._depth > 0 and all(one.exhausted for one in self._lists)

    def _deeper_can_matter(self, worst: float) -> bool:
        """Whether a patent that no list has may score as much as the last one wanted."""
        if self._depth == 0:
            return True
        return not self._exhausted and self._depth < MAX_DEPTH and self._unseen_bound() + _ROUNDING >= worst

    # Both stages

    def _deepen(self, size: int) -> None:
        wanted = max(DRAWINGS_PER_PATENT * size, DEEPER * self._depth)
        self._depth = min(wanted, MAX_DEPTH)
        groups: dict[tuple[View, ...], list[NearestList]] = defaultdict(list)
        for one in self._lists:
            if not one.exhausted:
                groups[one.views].append(one)
        for views, lists in groups.items():
            found = self._source.nearest([one.query for one in lists], views, self._depth)
            for one, drawings in zip(lists, found, strict=True):
                one.fill(drawings, self._depth)

    def _score(self, keys: Sequence[Key]) -> None:
        self._settled.update(keys)
        if len(self._queries) == 1:
            keys = [key for key in keys if not self._score_by_lists(key)]
        if not keys:
            return
        wanted = dict.fromkeys(patent_id for patent_id, _ in keys)
        rows: dict[Key, list[StoredVector]] = {key: [] for key in keys}
        for row in self._source.drawings(tuple(wanted)):
            # Another generation may be beyond the filter: it counts where a list has it.
            if (key := (row.patent_id, row.generation)) in rows:
                rows[key].append(row)
        self._scored |= {key: self._ranked(key, drawings) for key, drawings in rows.items() if drawings}

    def _score_by_lists(self, key: Key) -> bool:
        """Whether the lists know all: a single image is matched with one drawing, and no other can be worth more."""
        best = self._candidates.best_drawing(key)
        if best is None:
            return False
        drawing = StoredDrawing(best.drawing_id, best.view)
        cosine = np.array([[best.score]])
        scored = score_patent(cosine, self._queries, [drawing], self._matching, self._level)
        match = MatchedDrawing(0, best.drawing_id, best.view, best.score)
        self._scored[key] = RankedPatent(*key, scored.score, (match,), scored.coverage)
        return True

    def _ranked(self, key: Key, rows: Sequence[StoredVector]) -> RankedPatent:
        stored = np.stack([_vector(row) for row in rows])
        scored = score_patent(
            self._vectors @ stored.T,
            self._queries,
            [StoredDrawing(row.drawing_id, row.view) for row in rows],
            self._matching,
            self._level,
        )
        return RankedPatent(*key, scored.score, _matches(scored, rows), scored.coverage)


def _vector(row: StoredVector) -> Vector:
    assert row.vector is not None  # noqa: S101 - the source gives them with their vectors
    return row.vector


def _matches(scored: PatentScore, rows: Sequence[StoredVector]) -> tuple[MatchedDrawing, ...]:
    return tuple(
        MatchedDrawing(
            one.query_index,
            rows[one.drawing_index].drawing_id,
            rows[one.drawing_index].view,
            one.similarity,
        )
        for one in scored.matches
    )
