"""The score of a patent against several query images.

Let s(q, d) be the cosine of query image q and drawing d of the patent, and w(q) the weight of q. Then

    score = (1 + r) / 2, cut to 0 … 1; 0 if no match is allowed
    r     = τ · ln(Σ⁺ w(q) · e^(y(q) / τ) / Σ⁺ w(q))  −  Σ⁻ |w(q)| · max(0, z(q) − l(q)) / Σ⁺ w(q)
    y(q)  = x(q, d) if A matches q with the drawing d,  l(q) if A leaves q out
    z(q)  = max over all d of x(q, d)
    x(q, d) = s(q, d) − c(q, d)
    c(q, d) = OTHER_VIEW_COST if views are preferred, that of q is known, and d has neither it nor its mirror image

Σ⁺ runs over the query images of positive weight, Σ⁻ over the others: patents that resemble these are not wanted.
τ is SOFTNESS: a mean that gives most say to the query images that are most alike, for those tell most. Of a single
query image it is x. l(q) is the field's level, which an unrelated patent usually reaches: a constant of the model.

A is the set of matches (q, d), the one of all that are allowed with the largest r (Hungarian method). It holds one
match at least; a query image is in one match at most, and a drawing as well; but a drawing of the left or the right
side may serve twice, the second time for a query image of the opposite side, which its mirror image shows. A view
that is not named (UNKNOWN, OTHER) may be such a side. If views are required, only drawings of its own view are
matched with a query image.

So a query image is left out where the design has no drawing that is more like it than an unrelated one: because it
does not show that view, or because another query image has more use for the drawing. It then moves r toward the
level, by its share, and nothing that resembles it less can lower the score: what a design does not show is not held
against it.

The score is a function of the query and the patent alone, the same whatever else is found. It does not fall when a
cosine to a query image of positive weight rises, nor rise when one to a query image of negative weight does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sevenviews.designs import View, ViewCoverage, ViewMatching
from sevenviews.ranking.assignment import LEFT_OUT, Places, assign
from sevenviews.ranking.records import Match, PatentScore, QueryDrawing, StoredDrawing
from sevenviews.ranking.soft_mean import SOFTNESS, as_score, levels_of, row_sums, soft_mean, weights_of
from sevenviews.ranking.values import MIRRORED, Flags, Values, ViewPairs, checked_cosines

_Cell = TypeVar("_Cell", bound=np.generic)


def score_patent(
    similarities: npt.NDArray[np.floating],
    queries: Sequence[QueryDrawing],
    drawings: Sequence[StoredDrawing],
    matching: ViewMatching,
    level: float | Sequence[float],
) -> PatentScore:
    """Score one patent, and say what matched; the order of its drawings does not matter.

    Args:
        similarities: cosines, [queries, drawings]; what rounding puts beyond -1 or 1 is cut.
        queries: one positive weight at least.
        drawings: all of the patent's.
        matching: how views weigh.
        level: the field's level as a cosine, -1 to 1; for all query images, or one each. A constant of the model
            or of the query: never derived from what was found.

    Raises:
        ValueError: shapes differ, a cosine is not finite, or no weight is positive.
    """
    cosines = checked_cosines(similarities, (len(queries), len(drawings)))
    order = sorted(range(len(drawings)), key=lambda index: drawings[index].drawing_id)
    views = [drawings[index].view for index in order]
    (scored,) = _explained(cosines[:, order], queries, views, np.zeros(1, np.int64), matching, level)
    matches = (replace(one, drawing_index=order[one.drawing_index]) for one in scored.matches)
    return replace(scored, matches=tuple(matches))


def explain_patents(
    similarities: npt.NDArray[np.floating],
    queries: Sequence[QueryDrawing],
    views: Sequence[View],
    first_drawings: npt.NDArray[np.integer],
    matching: ViewMatching,
    level: float | Sequence[float],
) -> list[PatentScore]:
    """Many patents, each as `score_patent` gives it; its drawings are counted from its first. Takes, and raises, what
    `score_patents` does."""
    cosines = checked_cosines(similarities, (len(queries), len(views)))
    starts = _checked_starts(first_drawings, len(views))
    return list(_explained(cosines, queries, views, starts, matching, level)) if len(starts) else []


def score_patents(
    similarities: npt.NDArray[np.floating],
    queries: Sequence[QueryDrawing],
    views: Sequence[View],
    first_drawings: npt.NDArray[np.integer],
    matching: ViewMatching,
    level: float | Sequence[float],
    softness: float = SOFTNESS,
) -> Values:
    """The scores of many patents, [patents]: those that `score_patent` gives, one by one.

    Args:
        similarities: cosines, [queries, drawings of all patents]; those of a patent stand together, in the order of
            their ids.
        queries: one positive weight at least.
        views: of the drawings.
        first_drawings: of each patent, ascending, the first one 0: no patent is without a drawing. [patents]
        matching, level: as for `score_patent`.
        softness: τ; another one than that of `score_patent` is for the measurement that chooses it.

    Raises:
        ValueError: as `score_patent`, or a patent has no drawing.
    """
    cosines = checked_cosines(similarities, (len(queries), len(views)))
    starts = _checked_starts(first_drawings, len(views))
    if not len(starts):
        return np.empty(0)
    return _score(cosines, queries, views, starts, matching, level, softness)[0]


def _checked_starts(first_drawings: npt.NDArray[np.integer], count: int) -> npt.NDArray[np.int64]:
    starts = np.asarray(first_drawings, np.int64)
    if len(starts) and (starts[0] != 0 or (np.diff(starts, append=count) < 1).any()):
        raise ValueError("each patent needs a drawing, and each drawing a patent")
    return starts


def _explained(
    cosines: Values,
    queries: Sequence[QueryDrawing],
    views: Sequence[View],
    starts: npt.NDArray[np.int64],
    matching: ViewMatching,
    level: float | Sequence[float],
) -> Iterator[PatentScore]:
    """All at once: one by one, what is done for each call takes longer than the scores."""
    scores, places = _score(cosines, queries, views, starts, matching, level)
    for score, start, chosen in zip(scores.tolist(), starts.tolist(), places.tolist(), strict=True):
        matches = tuple(
            Match(query, place, float(cosines[query, start + place]))
            for query, place in enumerate(chosen)
            if place != LEFT_OUT
        )
        found = {match.query_index: views[start + match.drawing_index] for match in matches}
        coverage = tuple(_coverage(query, found.get(index)) for index, query in enumerate(queries))
        yield PatentScore(score, matches, coverage)


def _score(
    cosines: Values,
    queries: Sequence[QueryDrawing],
    views: Sequence[View],
    starts: npt.NDArray[np.int64],
    matching: ViewMatching,
    level: float | Sequence[float],
    softness: float = SOFTNESS,
) -> tuple[Values, Places]:
    """Scores, [patents], and the place of each query image's drawing within its patent, [patents, queries]."""
    weights, levels = weights_of(queries), levels_of(level, len(queries))
    places = np.full((len(starts), len(queries)), LEFT_OUT, np.int64)
    if not views:
        return np.zeros(len(starts)), places
    pairs = ViewPairs([query.view for query in queries], views)
    split = _Split(starts, len(views))
    worth = split.by_patent(pairs.worth(cosines, matching), -np.inf)
    twice = split.by_patent(pairs.may_be_mirrored, False)
    wanted, unwanted = weights > 0, weights < 0
    places[:, wanted] = assign(worth[:, wanted], twice[:, wanted], weights[wanted], levels[wanted], softness)
    nearest = worth[:, unwanted].argmax(-1)
    resembling = np.take_along_axis(worth[:, unwanted], nearest[..., None], -1)[..., 0]
    places[:, unwanted] = np.where(np.isfinite(resembling), nearest, LEFT_OUT)
    chosen = np.take_along_axis(worth, np.maximum(places, 0)[..., None], -1)[..., 0]
    reached = np.where(places == LEFT_OUT, levels, chosen)
    mean = soft_mean(reached[:, wanted], weights[wanted], softness)
    excess = row_sums(np.maximum(0, reached - levels)[:, unwanted] * -weights[unwanted])
    matched = (places[:, wanted] != LEFT_OUT).any(-1)
    return np.where(matched, as_score(mean - excess / weights[wanted].sum()), 0.0), places


class _Split:
    """Columns of all patents' drawings, as a table a patent: [queries, drawings] to [patents, queries, most]."""

    def __init__(self, starts: npt.NDArray[np.int64], count: int) -> None:
        lengths = np.diff(starts, append=count)
        places = np.arange(lengths.max())
        self._real: Flags = places < lengths[:, None]
        self._columns = np.where(self._real, starts[:, None] + places, 0)

    def by_patent(self, table: npt.NDArray[_Cell], absent: float | bool) -> npt.NDArray[_Cell]:
        """The tables, filled up with `absent`."""
        tables = table[:, self._columns].swapaxes(0, 1)
        return np.where(self._real[:, None], tables, np.asarray(absent, table.dtype))


def _coverage(query: QueryDrawing, found: View | None) -> ViewCoverage:
    if found is None:
        return ViewCoverage.MISSING
    same = query.view is not View.UNKNOWN and found in (query.view, MIRRORED.get(query.view))
    return ViewCoverage.SAME_VIEW if same else ViewCoverage.OTHER_VIEW
