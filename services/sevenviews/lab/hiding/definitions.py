"""The definitions of a patent's score that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from sevenviews.designs import PACKAGED, View, ViewMatching
from sevenviews.ranking import SOFTNESS, QueryDrawing, score_patents

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of several drawings, against some patents."""

    cosines: npt.NDArray[np.float32]  # [queries, drawings]; the drawings of a patent stand together
    asking: Sequence[View]  # the view of each query drawing
    views: Sequence[View]  # of the patents' drawings
    first_drawings: npt.NDArray[np.int64]  # of each patent, ascending


Definition = Callable[[Asked], Scores]
"""The score of each patent; only their order counts."""

OURS = "ours"
MEAN_OF_MAXIMA = "mean of maxima"
MAXIMUM = "maximum"
SUM = "sum"

_MEAN = 1e3
"""A softness at which the soft mean is the mean."""

_SAME_VIEW_BONUS = 0.05


def mean_of_maxima(asked: Asked, bonus: float = _SAME_VIEW_BONUS) -> Scores:
    """Σ_q max_d (s(q, d) + bonus where both have the same known view): what Sevenviews ranked by before."""
    known = [[query is not View.UNKNOWN and query is view for view in asked.views] for query in asked.asking]
    preferred = asked.cosines + bonus * np.array(known, np.float64)
    best: Scores = np.maximum.reduceat(preferred, asked.first_drawings, axis=1).sum(0)
    return best


def maximum(asked: Asked) -> Scores:
    """max_q max_d s(q, d)."""
    best: Scores = np.maximum.reduceat(asked.cosines, asked.first_drawings, axis=1).max(0)
    return best


def total(asked: Asked) -> Scores:
    """Σ_q Σ_d s(q, d)."""
    sums: Scores = np.add.reduceat(asked.cosines, asked.first_drawings, axis=1).sum(0)
    return sums


def assigned(
    asked: Asked,
    softness: float = SOFTNESS,
    level: float = PACKAGED.level,
    matching: ViewMatching = ViewMatching.PREFER,
) -> Scores:
    """`ranking.score`, which is ours."""
    queries = [QueryDrawing(view) for view in asked.asking]
    return score_patents(asked.cosines, queries, asked.views, asked.first_drawings, matching, level, softness)


def once_only(asked: Asked) -> Scores:
    """Ours, but that no drawing may serve twice: all are taken for fronts."""
    fronts = Asked(
        asked.cosines, [View.FRONT] * len(asked.asking), [View.FRONT] * len(asked.views), asked.first_drawings
    )
    return assigned(fronts)


def soft_mean_of_maxima(asked: Asked) -> Scores:
    """The soft mean of the best drawings, each of which may serve all query drawings."""
    best = np.maximum.reduceat(asked.cosines.astype(np.float64), asked.first_drawings, axis=1)
    soft: Scores = np.exp(best / SOFTNESS).sum(0)
    return soft


COMPARED: Mapping[str, Definition] = {
    OURS: assigned,
    MEAN_OF_MAXIMA: mean_of_maxima,
    MAXIMUM: maximum,
    SUM: total,
}
"""What the chosen definition is set beside."""

TRIED: Mapping[str, Definition] = {
    **COMPARED,
    **{
        f"softness {softness:g}": partial(assigned, softness=softness)
        for softness in (0.03, 0.075, 0.1, 0.15, 0.3)
    },
    "mean instead of soft mean": partial(assigned, softness=_MEAN),
    **{f"level {level:g}": partial(assigned, level=level) for level in (0.0, 0.05, 0.15, 0.2)},
    "views ignored": partial(assigned, matching=ViewMatching.IGNORE),
    "no drawing twice": once_only,
    "any drawing for all": soft_mean_of_maxima,
}
"""Among which it was chosen; each differs in one thing from ours."""
