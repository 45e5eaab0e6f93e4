"""How much a patent that was not seen can still score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sevenviews.designs import ViewMatching
from sevenviews.ranking.records import QueryDrawing
from sevenviews.ranking.score import as_score, checked_cosines, levels_of, weights_of

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
    weights, levels = weights_of(queries), levels_of(level, len(queries))
    wanted = weights > 0
    reach = np.maximum(best, levels)[wanted] @ weights[wanted] / weights[wanted].sum()
    return min(1.0, as_score(float(reach)) + _ROUNDING)
