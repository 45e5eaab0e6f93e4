"""Patents scored exactly, by all their drawings: what both kinds of search end with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.backends.records import (
    JudgedPatent,
    MatchedDrawing,
    NearestDrawing,
    ScoredPatent,
    StoredVector,
    Vector,
)
from sevenviews.designs import View, ViewMatching
from sevenviews.ranking import JudgedDrawings, QueryDrawing, StoredDrawing, explain_patents, score_patents
from sevenviews.vectors.candidates import Key

FINALISTS_PER_CALL = 64


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best patents, best first; complete if no other patent can be found at all.

    Moved: the query images as judged patents have moved them, [queries, dimension]; None where none were judged.
    """

    patents: tuple[ScoredPatent, ...]
    complete: bool
    moved: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search compares patents with.

    Attributes:
        vectors: of the query images, [queries, dimension].
        queries: their views and weights.
        matching: how views weigh.
        level: the field's level; see `ranking.score`.
    """

    vectors: npt.NDArray[np.float32]
    queries: Sequence[QueryDrawing]
    matching: ViewMatching
    level: float

    def cosines(self, rows: Sequence[StoredVector]) -> npt.NDArray[np.float32]:
        """[queries, rows]."""
        cosines: npt.NDArray[np.float32] = self.vectors @ np.stack([_vector(row) for row in rows]).T
        return cosines

    def scores(
        self, cosines: npt.NDArray[np.floating], views: Sequence[View], first: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.float64]:
        """As `score_patents` gives them."""
        return score_patents(cosines, self.queries, views, first, self.matching, self.level)

    def told(
        self,
        scores: Mapping[Key, float],
        rows: Sequence[Sequence[StoredVector | NearestDrawing]],
        cosines: npt.NDArray[np.floating],
    ) -> list[ScoredPatent]:
        """Patents with what matched of their drawings.

        Args:
            scores: of the patents, in their order.
            rows: of each, in the order of their ids.
            cosines: of all these rows, [queries, rows].
        """
        starts = np.cumsum([0, *map(len, rows)])[:-1]
        views = [row.view for group in rows for row in group]
        explained = explain_patents(cosines, self.queries, views, starts, self.matching, self.level)
        return [
            ScoredPatent(
                *key,
                score,
                tuple(
                    MatchedDrawing(
                        one.query_index,
                        group[one.drawing_index].drawing_id,
                        group[one.drawing_index].view,
                        one.similarity,
                    )
                    for one in scored.matches
                ),
                scored.coverage,
            )
            for (key, score), group, scored in zip(scores.items(), rows, explained, strict=True)
        ]


def drawings_of(
    keys: Sequence[Key], drawings: Callable[[Sequence[str]], Iterable[StoredVector]]
) -> dict[Key, list[StoredVector]]:
    """All drawings of some patents, in the order of their ids; who has none any more is not there.

    Args:
        keys: which.
        drawings: those of some patents, every generation, with their vectors.
    """
    wanted = dict.fromkeys(patent_id for patent_id, _ in keys)
    rows: dict[Key, list[StoredVector]] = {key: [] for key in keys}
    for row in drawings(tuple(wanted)):
        # Another generation may be beyond the filter: it counts where it was found itself.
        if (key := (row.patent_id, row.generation)) in rows:
            rows[key].append(row)
    return {key: sorted(found, key=lambda row: row.drawing_id) for key, found in rows.items() if found}


def judged_drawings(
    judged: Sequence[JudgedPatent], drawings: Callable[[Sequence[str]], Iterable[StoredVector]]
) -> list[JudgedDrawings]:
    """Patents as feedback takes them; who has no drawing, or not any more, is not there. `drawings`: as above."""
    marks = {(one.patent_id, one.generation): one.relevant for one in judged}
    return [
        JudgedDrawings(
            marks[key],
            [StoredDrawing(row.drawing_id, row.view) for row in rows],
            np.stack([_vector(row) for row in rows]),
        )
        for key, rows in drawings_of(list(marks), drawings).items()
    ]


def _vector(row: StoredVector) -> Vector:
    assert row.vector is not None  # noqa: S101 - the source gives them with their vectors
    return row.vector
