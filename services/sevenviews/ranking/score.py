"""The score of a patent against several query images.

Let s(q, d) be the cosine of query image q and drawing d of the patent, w(q) the weight and l(q) the field's level,
which is what the best drawing of an unrelated patent usually reaches. Then

    score = (1 + r) / 2, cut to 0 … 1
    r     = Σ⁺ w(q) · y(q) / Σ⁺ w(q)  −  Σ⁻ |w(q)| · max(0, z(q) − l(q)) / Σ⁺ w(q)
    y(q)  = x(q, d)  if the assignment gives q the drawing d,  l(q)  if it leaves q out
    z(q)  = max over d of x(q, d)
    x(q, d) = s(q, d) − c(q, d)
    c(q, d) = OTHER_VIEW_COST if views are preferred, that of q is known, and d has not the same; else 0

Σ⁺ runs over the query images of positive weight, Σ⁻ over those of negative weight. The assignment gives each drawing
to one query image at most, and is the one that makes r largest among those that match as many query images as they
can (Hungarian method). A drawing of the left or the right side may serve twice, the second time for a query image of
the opposite side, which its mirror image shows. Under REQUIRE a drawing is given to query images of its own view
alone. So a query image is left out when the patent has no drawing for it: r is then the mean of the others,
shrunk toward the level by the weight that is missing.

The score is a function of the query and the patent alone, and does not fall when a cosine to a query image of
positive weight rises.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from sevenviews.designs import View, ViewCoverage, ViewMatching
from sevenviews.ranking.records import Match, PatentScore, QueryDrawing, StoredDrawing

PACKAGED_LEVEL = 0.15
"""The field's level of the packaged model, as a cosine."""

OTHER_VIEW_COST = 0.05
"""In cosine: decides between drawings about equally similar; never lifts an unlike one over a like one."""

Values = npt.NDArray[np.float64]

_FORBIDDEN = -1e6
_LEFT_OUT = -1e3
_MIRRORED = {View.LEFT: View.RIGHT, View.RIGHT: View.LEFT}


def score_patent(
    similarities: npt.NDArray[np.floating],
    queries: Sequence[QueryDrawing],
    drawings: Sequence[StoredDrawing],
    matching: ViewMatching,
    level: float | Sequence[float],
) -> PatentScore:
    """Score one patent; the order of its drawings does not matter.

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
    weights, levels = weights_of(queries), levels_of(level, len(queries))
    order = sorted(range(len(drawings)), key=lambda index: drawings[index].drawing_id)
    values = _values(cosines, queries, drawings, matching)[:, order]
    views = [drawings[index].view for index in order]
    chosen = _assigned(values, queries, views, weights, levels) | _resembling(values, weights)
    total = 0.0
    for query in range(len(queries)):
        column = chosen.get(query)
        gain = 0.0 if column is None else values[query, column] - levels[query]
        total += weights[query] * (levels[query] + gain if weights[query] > 0 else max(0.0, gain))
    matches = tuple(
        Match(query, order[column], float(cosines[query, order[column]]))
        for query, column in sorted(chosen.items())
    )
    coverage = tuple(
        _coverage(query, None if column is None else views[column])
        for query, column in ((query, chosen.get(index)) for index, query in enumerate(queries))
    )
    return PatentScore(as_score(total / weights[weights > 0].sum()), matches, coverage)


def as_score(cosine: float) -> float:
    """A weighted mean of cosines as a score within 0 and 1."""
    return float(min(1.0, max(0.0, (1 + cosine) / 2)))


def weights_of(queries: Sequence[QueryDrawing]) -> Values:
    """Raises ValueError if none is positive."""
    weights = np.array([query.weight for query in queries], np.float64)
    if not (weights > 0).any():
        raise ValueError("a query needs an image of positive weight")
    return weights


def levels_of(level: float | Sequence[float], count: int) -> Values:
    """A level a query image. Raises ValueError if there are others than `count`, or one is not within -1 and 1."""
    levels: Values = np.broadcast_to(np.asarray(level, np.float64), (count,))
    if not (np.abs(levels) <= 1).all():
        raise ValueError(f"a level is a cosine, not {level}")
    return levels


def checked_cosines(similarities: npt.NDArray[np.floating], shape: tuple[int, ...]) -> Values:
    """Cosines within -1 and 1. Raises ValueError if the shape is another, or one is not finite."""
    if similarities.shape != shape:
        raise ValueError(f"cosines of shape {shape} are needed, not {similarities.shape}")
    if not np.isfinite(similarities).all():
        raise ValueError("a cosine is not finite")
    return np.clip(np.asarray(similarities, np.float64), -1, 1)


def _values(
    cosines: Values,
    queries: Sequence[QueryDrawing],
    drawings: Sequence[StoredDrawing],
    matching: ViewMatching,
) -> Values:
    """x(q, d) of the formula, -inf where the match is forbidden; [queries, drawings]."""
    if matching is ViewMatching.IGNORE:
        return cosines
    same = np.array([[one.view is other.view for other in drawings] for one in queries], bool)
    same = same.reshape(cosines.shape)
    if matching is ViewMatching.REQUIRE:
        return np.where(same, cosines, -np.inf)
    known = np.array([query.view is not View.UNKNOWN for query in queries])
    return cosines - np.where(known[:, None] & ~same, OTHER_VIEW_COST, 0.0)


def _assigned(
    values: Values, queries: Sequence[QueryDrawing], views: Sequence[View], weights: Values, levels: Values
) -> dict[int, int]:
    """Query image -> column of its drawing, for the positive weights."""
    wanted = np.flatnonzero(weights > 0)
    twice = [column for column, view in enumerate(views) if view in _MIRRORED]
    columns = np.array([*range(len(views)), *twice], np.int64)
    gains = weights[wanted, None] * (values[wanted][:, columns] - levels[wanted, None])
    for place, column in enumerate(twice, len(views)):
        opposite = [queries[int(query)].view is _MIRRORED[views[column]] for query in wanted]
        gains[~np.array(opposite), place] = -np.inf
    spare = np.full((len(wanted), len(wanted)), _LEFT_OUT)
    table = np.hstack([np.maximum(gains, _FORBIDDEN), spare])
    rows, places = linear_sum_assignment(table, maximize=True)
    return {
        int(wanted[row]): int(columns[place])
        for row, place in zip(rows, places, strict=True)
        if place < len(columns)
    }


def _resembling(values: Values, weights: Values) -> dict[int, int]:
    """Query image -> column of the drawing that resembles it most, for the negative weights."""
    unwanted = np.flatnonzero(weights < 0)
    best = {int(query): int(values[query].argmax()) for query in unwanted if values.shape[1]}
    return {query: column for query, column in best.items() if np.isfinite(values[query, column])}


def _coverage(query: QueryDrawing, found: View | None) -> ViewCoverage:
    if found is None:
        return ViewCoverage.MISSING
    same = query.view is not View.UNKNOWN and found in (query.view, _MIRRORED.get(query.view))
    return ViewCoverage.SAME_VIEW if same else ViewCoverage.OTHER_VIEW
