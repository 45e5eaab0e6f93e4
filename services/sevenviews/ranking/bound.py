"""How much a patent that was not seen can still score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sevenviews.designs import ViewMatching
from sevenviews.ranking.records import QueryDrawing
from sevenviews.ranking.soft_mean import as_score, levels_of, soft_mean, weights_of
from sevenviews.ranking.values import Values, checked_cosines

_ROUNDING = 1e-12
"""Sums of the same numbers in another order differ by less."""


def upper_bound(
    best_similarity_not_seen: npt.NDArray[np.floating],
    queries: Sequence[QueryDrawing],
    matching: ViewMatching,
    level: float | Sequence[float],
) -> float:
    """The largest score that a patent can have whose drawings all have at most these cosines.

    No drawing is worth more than its cosine, and a query image that is left out counts as its level; but one at least
    is matched, for a patent that matches none scores 0. Which views the unseen drawings have is not known: all may
    have the right one.

    Args:
        best_similarity_not_seen: [queries]; 1 where nothing is known. Entries of negative weights do not matter:
            a patent may resemble such an image as little as it likes.
        queries, matching, level: as for `score_patent`.

    Raises:
        ValueError: as `score_patent`.
    """
    del matching  # Whatever views cost or forbid, some patent may have the right ones.
    best = checked_cosines(best_similarity_not_seen, (len(queries),))
    return float(upper_bounds(best[None], queries, level)[0])


def upper_bounds(best: Values, queries: Sequence[QueryDrawing], level: float | Sequence[float]) -> Values:
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
    best, levels, weights = best[:, wanted], levels[wanted], weights[wanted]
    # A row for each query image that may be the one that is matched for sure.
    for_sure = np.eye(best.shape[1], dtype=bool)
    reach = np.where(for_sure, best[:, None, :], np.maximum(best, levels)[:, None, :])
    bounds: Values = np.minimum(1.0, as_score(soft_mean(reach, weights)).max(-1) + _ROUNDING)
    return bounds
