"""How much a patent that was not seen can still score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sevenviews.designs import ViewMatching
from sevenviews.ranking.records import QueryDrawing
from sevenviews.ranking.score import checked_cosines, levels_of, weights_of

_ROUNDING = 1e-12
"""Sums of the same numbers in another order differ by less."""


def upper_bound(
    best_similarity_not_seen: npt.NDArray[np.floating],
    queries: Sequence[QueryDrawing],
    matching: ViewMatching,
    level: float | Sequence[float],
) -> float:
    """The largest score that a patent can have whose drawings all have at most these cosines.

    No drawing scores above its cosine, and a query image that is left out counts as its level. Which views the
    unseen drawings have is not known: all may have the right one.

    Args:
        best_similarity_not_seen: [queries]; 1 where nothing is known. Entries of negative weights do not matter:
            a patent may resemble such an image as little as it likes.
        queries, matching, level: as for `score_patent`.

    Raises:
        ValueError: as `score_patent`.
    """
    del matching  # Whatever it costs, no match is worth more than its cosine.
    best = checked_cosines(best_similarity_not_seen, (len(queries),))
    return float(upper_bounds(best[None], queries, level)[0])


def upper_bounds(
    best: npt.NDArray[np.floating], queries: Sequence[QueryDrawing], level: float | Sequence[float]
) -> npt.NDArray[np.float64]:
    """`upper_bound` of many patents at once, of each of which something is known.

    Args:
        best: the most that any drawing of each patent can be worth to each image, its cost subtracted: x(q, d) of the
            formula; [patents, queries].
        queries, level: as for `score_patent`.

    Returns:
        [patents].
    """
    weights, levels = weights_of(queries), levels_of(level, len(queries))
    wanted = weights > 0
    reach: npt.NDArray[np.float64] = (
        np.maximum(best, levels)[:, wanted] @ weights[wanted] / weights[wanted].sum()
    )
    return np.clip((1 + reach) / 2, 0.0, 1.0) + _ROUNDING
