"""What relevance feedback is worth: simulated users mark what they see first, and the rest is ranked anew.

A drawing of a design asks, and every other drawing of the corpus is a document; relevant are the other drawings of
the same design. A user sees the first SHOWN, marks some, and `ranking.moved_queries` moves the query. Only what was
not shown is judged, before and after: the residual collection (Chang, Cirillo and Razon, "Evaluation of feedback
retrieval using modified freezing, residual collection, and test and control groups", in G. Salton, The SMART
Retrieval System, 1971). What was shown would come first by its mark alone, and tell nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.designs import PACKAGED, ViewMatching
from sevenviews.lab.advance import Advance, unheard
from sevenviews.lab.hiding.measure import Gallery
from sevenviews.lab.metrics import average_precision
from sevenviews.lab.ranking import Ranks
from sevenviews.lab.resampling import Paired, compare_paired
from sevenviews.ranking import (
    Feedback,
    JudgedDrawings,
    QueryDrawing,
    StoredDrawing,
    moved_queries,
)

SHOWN = 10
"""Documents that a user looks at."""

_MISTAKES = 0.2

Flags = npt.NDArray[np.bool_]
User = Callable[[Flags, np.random.Generator], Mapping[int, bool]]
"""What a user marks, by place, as relevant or not; given what is relevant of all that is shown."""


USERS: Mapping[str, User] = {
    "marks all": lambda relevant, _: dict(enumerate(relevant.tolist())),
    "marks the relevant": lambda relevant, _: dict.fromkeys(np.flatnonzero(relevant).tolist(), True),
    "marks the others": lambda relevant, _: dict.fromkeys(np.flatnonzero(~relevant).tolist(), False),
    "one mark in five wrong": lambda relevant, chance: dict(
        enumerate((relevant ^ (chance.random(len(relevant)) < _MISTAKES)).tolist())
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a user's marks change, query by query; all lists run alongside."""

    patents: Sequence[str]  # of each query
    before: npt.NDArray[np.float64]  # average precision in the residual collection
    after: npt.NDArray[np.float64]
    next_before: npt.NDArray[np.float64]
    """Share of the first SHOWN of it that is relevant, of as many as can be."""
    next_after: npt.NDArray[np.float64]

    @property
    def change(self) -> Paired:
        """Of the average precision."""
        return compare_paired(self.after, self.before, self.patents)

    @property
    def next_change(self) -> Paired:
        """Of the share of the first SHOWN that is relevant."""
        return compare_paired(self.next_after, self.next_before, self.patents)


def measure(
    gallery: Gallery,
    asking: Collection[str],
    seed: int,
    feedback: Feedback | None = None,
    advance: Advance = unheard,
) -> dict[str, Outcome]:
    """What each of USERS gains; of the queries that leave something relevant in the residual collection.

    Args:
        gallery: all drawings; each is a document.
        asking: the patents whose drawings ask, one after the other.
        feedback: other parameters than those of the product.

    Raises ValueError: no query leaves anything.
    """
    chance = np.random.default_rng(seed)
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in USERS}
    patents: list[str] = []
    for done, patent in enumerate(sorted(asking), 1):
        mine = list(gallery.drawings[patent])
        for query in mine:
            first = _Query(gallery, query, mine)
            if not first.leaves_some:
                continue
            before = first.figures(gallery.vectors[query])
            patents.append(patent)
            for name, user in USERS.items():
                moved = first.moved(user(first.shown_relevant, chance), feedback or Feedback())
                rows[name].append((*before, *first.figures(moved)))
        advance(done)
    if not patents:
        raise ValueError("no drawing that asks leaves another of its design unseen")
    columns = {name: np.array(found).T for name, found in rows.items()}
    return {
        name: Outcome(patents, before, after, next_before, next_after)
        for name, (before, next_before, after, next_after) in columns.items()
    }


class _Query:
    """A drawing that asks, and what the user was shown."""

    def __init__(self, gallery: Gallery, query: int, mine: Sequence[int]) -> None:
        self._gallery = gallery
        self._vector = gallery.vectors[query]
        cosines = gallery.vectors @ self._vector
        cosines[query] = -np.inf
        order = np.argsort(-cosines, kind="stable")
        self._shown = order[:SHOWN]
        self._residual = np.sort(order[SHOWN:-1])
        others = [index for index in mine if index != query]
        self.shown_relevant: Flags = np.isin(self._shown, others)
        self._relevant: Flags = np.isin(self._residual, others)

    @property
    def leaves_some(self) -> bool:
        return bool(self._relevant.any())

    def moved(self, marks: Mapping[int, bool], feedback: Feedback) -> npt.NDArray[np.float32]:
        """The query as it asks with the marks."""
        judged = [
            JudgedDrawings(relevant, [StoredDrawing(f"{index:08d}")], self._gallery.vectors[[index]])
            for at, relevant in marks.items()
            for index in [int(self._shown[at])]
        ]
        (moved,) = moved_queries(
            self._vector[None], [QueryDrawing()], judged, ViewMatching.PREFER, PACKAGED.level, feedback
        )
        vector: npt.NDArray[np.float32] = moved
        return vector

    def figures(self, vector: npt.NDArray[np.float32]) -> tuple[float, float]:
        """Average precision in the residual collection, and the share of its first that is relevant."""
        cosines = self._gallery.vectors[self._residual] @ vector
        order = np.argsort(-cosines, kind="stable")
        ranks = np.flatnonzero(self._relevant[order]) + 1
        (precision,) = average_precision(Ranks(np.zeros(1, np.int64), (ranks,)))
        return float(precision), float((ranks <= SHOWN).sum() / min(SHOWN, len(ranks)))
