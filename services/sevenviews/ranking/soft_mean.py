"""The mean over query images that gives most say to what is most alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.ranking.records import QueryDrawing
from sevenviews.ranking.values import Values

SOFTNESS = 0.05
"""τ, in cosine: as it grows the soft mean becomes the mean, as it shrinks the maximum."""


def soft_mean(cosines: Values, weights: Values, softness: float = SOFTNESS) -> Values:
    """τ · ln(Σ w · e^(c / τ) / Σ w) over the last axis: [..., queries] to [...]."""
    highest: Values = cosines.max(-1)
    shares = np.exp((cosines - highest[..., None]) / softness) * (weights / weights.sum())
    mean: Values = highest + softness * np.log(row_sums(shares))
    return mean


def row_sums(values: Values) -> Values:
    """Sums over the last axis, each the same to the last bit whatever other rows stand beside it."""
    sums: Values = np.ascontiguousarray(values).sum(-1)
    return sums


def as_score(cosine: Values) -> Values:
    """A mean of cosines as a score within 0 and 1."""
    return np.clip((1 + cosine) / 2, 0, 1)


def weights_of(queries: Sequence[QueryDrawing]) -> Values:
    """The weight of each. Raises ValueError if none is positive."""
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
