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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import NearestDrawing, ScoredPatent, StoredVector
from sevenviews.designs import View
from sevenviews.ranking import upper_bounds
from sevenviews.vectors.candidates import Candidates, Key, NearestList, nearest_lists
from sevenviews.vectors.finalists import FINALISTS_PER_CALL, Asked, Ranking, drawings_of

BLOCKS = (64, 256, 1024, 4096)
"""How many patents are ranked when each block ends."""

MAX_PATENTS = BLOCKS[-1]
MAX_DEPTH = 16_384
DRAWINGS_PER_PATENT = 4
"""First guess at how many neighbours of an image belong to one patent: of seven views some look alike."""

DEEPER = 4
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


class PatentSearch:
    """One search.

    Args:
        source: where drawings are found.
        asked: what they are compared with.
        blocks: how many patents are ranked when each block ends.
    """

    def __init__(self, source: DrawingSource, asked: Asked, blocks: Sequence[int] = BLOCKS) -> None:
        self._source = source
        self._asked = asked
        self._blocks = blocks
        self._lists = nearest_lists(asked.queries, asked.matching)
        self._depth = 0
        self._candidates = Candidates(len(asked.queries), self._lists)
        self._scores: dict[Key, float] = {}
        self._drawings: dict[Key, Sequence[StoredVector]] = {}
        """Of those that were scored by all their drawings."""
        # Scored, or found to be gone when they were to be.
        self._settled: set[Key] = set()
        self._given: list[Key] = []

    def best(self, limit: int) -> Ranking:
        """The best patents: `limit` of them, at most the last block's end, or as many as there are."""
        for end in self._blocks:
            self._given += self._block(end - len(self._given))
            if len(self._given) < end or end >= limit:
                break
        # What was not scored, because it cannot reach the block, is another patent that can be found.
        all_scored = self._exhausted and self._settled.issuperset(self._candidates.keys)
        complete = all_scored and len(self._scores) == len(self._given) <= limit
        return Ranking(tuple(self._told(self._given[:limit])), complete)

    def _block(self, size: int) -> list[Key]:
        """The best `size` patents of those that no earlier block has; of equal scores, the smaller id first."""
        given = set(self._given)
        while True:
            left = ((-score, *key) for key, score in self._scores.items() if key not in given)
            best = heapq.nsmallest(size, left)
            worst = -best[-1][0] if len(best) == size else -1.0
            if promising := [key for key, bound in self._bounds() if bound + _ROUNDING >= worst]:
                self._score(promising[:FINALISTS_PER_CALL])
            elif self._deeper_can_matter(worst):
                self._deepen(size)
            else:
                return [(patent_id, generation) for _, patent_id, generation in best]

    # Bounds

    def _bounds(self) -> list[tuple[Key, float]]:
        """The candidates that are not yet scored, those first that can reach most."""
        keys = [key for key in self._candidates.keys if key not in self._settled]
        if not keys:
            return []
        bounds = upper_bounds(self._candidates.reach(keys), self._asked.queries, self._asked.level)
        order = sorted(range(len(keys)), key=lambda at: (-bounds[at], keys[at]))
        return [(keys[at], float(bounds[at])) for at in order]

    def _unseen_bound(self) -> float:
        """What a patent can reach of which no list has a drawing."""
        return float(upper_bounds(self._candidates.unseen(), self._asked.queries, self._asked.level)[0])

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
        if len(self._asked.queries) == 1:
            keys = self._not_scored_by_lists(keys)
        if not keys:
            return
        found = drawings_of(keys, self._source.drawings)
        if not found:
            return
        self._drawings |= found
        drawings = [row for group in found.values() for row in group]
        first = np.cumsum([0, *(len(group) for group in found.values())][:-1])
        cosines = self._asked.cosines(drawings)
        self._keep(found, self._asked.scores(cosines, [row.view for row in drawings], first))

    def _not_scored_by_lists(self, keys: Sequence[Key]) -> list[Key]:
        """Scores those of which the lists know all: a single image is matched with one drawing, and none can be worth
        more. Gives the others."""
        known = {key: best for key in keys if (best := self._candidates.best_drawing(key))}
        if known:
            cosines = np.array([[best.score for best in known.values()]])
            views = [best.view for best in known.values()]
            self._keep(known, self._asked.scores(cosines, views, np.arange(len(known))))
        return [key for key in keys if key not in known]

    def _keep(self, keys: Iterable[Key], scores: npt.NDArray[np.float64]) -> None:
        self._scores |= zip(keys, scores.tolist(), strict=True)

    def _told(self, keys: Sequence[Key]) -> Iterator[ScoredPatent]:
        """Patents with what matched."""
        for at in range(0, len(keys), FINALISTS_PER_CALL):
            scores = {key: self._scores[key] for key in keys[at : at + FINALISTS_PER_CALL]}
            known = [key for key in scores if key in self._drawings]
            told: dict[Key, ScoredPatent] = {}
            if known:
                rows = [self._drawings[key] for key in known]
                cosines = self._asked.cosines([row for group in rows for row in group])
                told |= self._by_key({key: scores[key] for key in known}, rows, cosines)
            # What is not scored by its drawings is scored by the best of them.
            listed = {
                key: best
                for key in scores
                if key not in told and (best := self._candidates.best_drawing(key))
            }
            if listed:
                cosines = np.array([[best.score for best in listed.values()]], np.float32)
                bests = [[best] for best in listed.values()]
                told |= self._by_key({key: scores[key] for key in listed}, bests, cosines)
            yield from (told[key] for key in scores)

    def _by_key(
        self,
        scores: Mapping[Key, float],
        rows: Sequence[Sequence[StoredVector | NearestDrawing]],
        cosines: npt.NDArray[np.floating],
    ) -> dict[Key, ScoredPatent]:
        return dict(zip(scores, self._asked.told(scores, rows, cosines), strict=True))
