"""The search of patents that trusts no index: every drawing is read, every patent scored.

It takes time in proportion to what the filter lets through, and of each drawing it keeps its view and its cosines:
four bytes an image of the query. The rows of a patent may come apart, so that no patent is done before the end.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import ScoredPatent, StoredVector
from sevenviews.designs import View, ViewMatching
from sevenviews.vectors.candidates import Key
from sevenviews.vectors.finalists import FINALISTS_PER_CALL, Asked, Ranking, drawings_of

_VIEWS = tuple(View)
_VIEW_NUMBERS = {view: number for number, view in enumerate(_VIEWS)}


@dataclass(frozen=True, slots=True)
class EveryDrawing:
    """An index that is read as a whole, under one release, filter and deadline.

    Attributes:
        rows: all drawings that may be found, with their vectors, in portions.
        drawings: all drawings of some patents, every generation, with their vectors.
    """

    rows: Callable[[], Iterable[Sequence[StoredVector]]]
    drawings: Callable[[Sequence[str]], Iterable[StoredVector]]


def rank_exactly(source: EveryDrawing, asked: Asked, limit: int) -> Ranking:
    """The best patents of all, or as many as there are; of equal scores, the smaller id first.

    A patent that is deleted meanwhile is left out.
    """
    scanned = _Scanned()
    for portion in source.rows():
        scanned.add(portion, asked.cosines(portion))
    scores = dict(_scored(scanned, asked))
    best = heapq.nsmallest(limit, ((-score, *key) for key, score in scores.items()))
    ranked: list[ScoredPatent] = []
    for at in range(0, len(best), FINALISTS_PER_CALL):
        keys = [(patent_id, generation) for _, patent_id, generation in best[at : at + FINALISTS_PER_CALL]]
        found = drawings_of(keys, source.drawings)
        if found:
            rows = [row for group in found.values() for row in group]
            ranked += asked.told(
                {key: scores[key] for key in found}, list(found.values()), asked.cosines(rows)
            )
    return Ranking(tuple(ranked), len(scores) <= limit)


@dataclass(slots=True)
class _Scanned:
    """What is kept of the drawings that were read."""

    patents: dict[Key, int] = field(default_factory=dict)
    """Their numbers."""

    _owners: list[npt.NDArray[np.int32]] = field(default_factory=list)
    _views: list[npt.NDArray[np.int8]] = field(default_factory=list)
    _cosines: list[npt.NDArray[np.float32]] = field(default_factory=list)

    def add(self, rows: Sequence[StoredVector], cosines: npt.NDArray[np.float32]) -> None:
        numbers = [
            self.patents.setdefault((row.patent_id, row.generation), len(self.patents)) for row in rows
        ]
        self._owners.append(np.array(numbers, np.int32))
        self._views.append(np.array([_VIEW_NUMBERS[row.view] for row in rows], np.int8))
        self._cosines.append(cosines)

    def by_patent(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.float32]]:
        """Where the drawings of each patent begin, and where the last one's end; their views; their cosines,
        [queries, drawings]."""
        owners = np.concatenate(self._owners)
        order = np.argsort(owners, kind="stable")
        edges = np.searchsorted(owners[order], np.arange(len(self.patents) + 1))
        views = np.concatenate(self._views)[order]
        return edges, views, np.concatenate(self._cosines, axis=1)[:, order]


def _scored(scanned: _Scanned, asked: Asked) -> Iterator[tuple[Key, float]]:
    """The patents of which a drawing may be matched with an image that is wanted."""
    if not scanned.patents:
        return
    keys = list(scanned.patents)
    edges, views, cosines = scanned.by_patent()
    may_match = _views_that_may_match(asked)
    for at in range(0, len(keys), FINALISTS_PER_CALL):
        end = min(at + FINALISTS_PER_CALL, len(keys))
        first, last = edges[at], edges[end]
        starts = edges[at:end] - first
        shown = views[first:last]
        scores = asked.scores(cosines[:, first:last], [_VIEWS[one] for one in shown.tolist()], starts)
        findable = np.logical_or.reduceat(may_match[shown], starts)
        for key, score, may_be_found in zip(keys[at:end], scores.tolist(), findable.tolist(), strict=True):
            if may_be_found:
                yield key, score


def _views_that_may_match(asked: Asked) -> npt.NDArray[np.bool_]:
    """Of each view."""
    wanted = {query.view for query in asked.queries if query.weight > 0}
    required = asked.matching is ViewMatching.REQUIRE
    return np.array([not required or view in wanted for view in _VIEWS])
