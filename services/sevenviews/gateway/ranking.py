"""From the nearest drawings of each query image to ranked patents. Pure.

The score of a patent p against the query images q = 1…n is

    score(p) = 1/n · Σ_q best(p, q)
    best(p, q) = max over the drawings d of p among the candidates of q of cos(q, d) + bonus(q, d)
    bonus(q, d) = SAME_VIEW_BONUS if the view is to be preferred, known, and that of d; else 0

A patent without a drawing among the candidates of q gets q's floor instead of best(p, q): had it a drawing
more similar than the worst candidate, that drawing would be a candidate. So a patent is never punished for
more than is known, and one that matches several query images stands before one that matches a single one as
well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from sevenviews.backends.records import NearestDrawing
from sevenviews.designs import View, ViewMatching

SAME_VIEW_BONUS = 0.05
"""In cosine: decides between drawings about equally similar; never lifts an unlike one over a like one."""


@dataclass(frozen=True, slots=True)
class QueryCandidates:
    """The candidates of one query image, in any order.

    Attributes:
        view: of the query image.
        drawings: no drawing twice.
        floor: what a patent that has no drawing here scores; see `candidate_floor`.
    """

    view: View
    drawings: tuple[NearestDrawing, ...]
    floor: float


@dataclass(frozen=True, slots=True)
class Match:
    """The best drawing of a patent for one query image."""

    query_index: int
    drawing: NearestDrawing


@dataclass(frozen=True, slots=True)
class RankedPatent:
    """A patent with its score; matches in the order of the queries."""

    patent_id: str
    score: float
    matches: tuple[Match, ...]


def candidate_floor(drawings: Sequence[NearestDrawing], *, exhausted: bool) -> float:
    """The highest score that a drawing which is not a candidate may have.

    Args:
        drawings: best first.
        exhausted: nothing else can match the query at all; then its absence counts as unlike, 0, or as the
            worst candidate where even that is below 0.
    """
    worst = drawings[-1].score if drawings else 0.0
    return min(worst, 0.0) if exhausted else worst


def rank_patents(candidates: Sequence[QueryCandidates], matching: ViewMatching) -> list[RankedPatent]:
    """The patents of all candidates, best first; of equal scores, the smaller patent id first."""
    best_of_query = [_best_drawings(query, matching) for query in candidates]
    patent_ids = {patent_id for best in best_of_query for patent_id in best}
    ranked = [_rank(patent_id, candidates, best_of_query, matching) for patent_id in patent_ids]
    return sorted(ranked, key=lambda patent: (-patent.score, patent.patent_id))


def _best_drawings(query: QueryCandidates, matching: ViewMatching) -> dict[str, NearestDrawing]:
    best: dict[str, NearestDrawing] = {}
    for drawing in _best_first(query, matching):
        best.setdefault(drawing.patent_id, drawing)
    return best


def _best_first(query: QueryCandidates, matching: ViewMatching) -> Iterable[NearestDrawing]:
    return sorted(
        query.drawings, key=lambda drawing: (-_preferred(drawing, query.view, matching), drawing.drawing_id)
    )


def _preferred(drawing: NearestDrawing, view: View, matching: ViewMatching) -> float:
    same_view = view is not View.UNKNOWN and drawing.view is view
    return drawing.score + (SAME_VIEW_BONUS if same_view and matching is ViewMatching.PREFER else 0.0)


def _rank(
    patent_id: str,
    candidates: Sequence[QueryCandidates],
    best_of_query: Sequence[dict[str, NearestDrawing]],
    matching: ViewMatching,
) -> RankedPatent:
    matches = tuple(
        Match(index, best[patent_id]) for index, best in enumerate(best_of_query) if patent_id in best
    )
    matched = {match.query_index for match in matches}
    scores = [_preferred(match.drawing, candidates[match.query_index].view, matching) for match in matches]
    floors = [query.floor for index, query in enumerate(candidates) if index not in matched]
    return RankedPatent(patent_id, fsum(scores + floors) / len(candidates), matches)
