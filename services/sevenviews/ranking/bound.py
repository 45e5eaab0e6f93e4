"""How much a patent that was not seen can still score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.ranking.records import QueryDrawing
from sevenviews.ranking.soft_mean import as_score, levels_of, soft_mean, weights_of
from sevenviews.ranking.values import Values

_ROUNDING = 1e-12
"""Sums of the same numbers in another order differ by less."""


def upper_bounds(best: Values, queries: Sequence[QueryDrawing], level: float | Sequence[float]) -> Values:
    """The largest scores that patents can have of whose drawings no more than this is known.

    A query image that is left out counts as its level; but one at least is matched, for a patent that matches none
    scores 0. Which views the drawings have, and how these are matched, is not asked: all may have the right ones.

    Args:
        best: the most that any drawing of each patent can be worth to each image, its cost subtracted: x(q, d) of the
            formula; 1 where nothing is known; [patents, queries]. Entries of negative weights do not matter: a patent
            may resemble such an image as little as it likes.
        queries, level: as for `score_patent`.

    Returns:
        [patents].

    Raises:
        ValueError: as `score_patent`.
    """
    weights, levels = weights_of(queries), levels_of(level, len(queries))
    wanted = weights > 0
    best, levels, weights = best[:, wanted], levels[wanted], weights[wanted]
    # A row for each query image that may be the one that is matched for sure.
    for_sure = np.eye(best.shape[1], dtype=bool)
    reach = np.where(for_sure, best[:, None, :], np.maximum(best, levels)[:, None, :])
    bounds: Values = np.minimum(1.0, as_score(soft_mean(reach, weights)).max(-1) + _ROUNDING)
    return bounds
