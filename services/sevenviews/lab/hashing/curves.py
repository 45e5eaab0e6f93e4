"""Curves of a Hamming ranking: precision against recall as the ball grows, and precision of the first N."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sevenviews.lab.hashing.codes import Distances
from sevenviews.lab.hashing.ranking import within_radius
from sevenviews.lab.metrics import Relevance, Scores


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve: x ascending, y beside it."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


def precision_recall_by_radius(distances: Distances, relevance: Relevance, bits: int) -> Curve:
    """Recall (x) and precision (y) within each radius 0 … bits; recall never falls.

    Raises:
        ValueError: the shapes differ, or no query has anything to find.
    """
    balls = [within_radius(distances, relevance, radius) for radius in range(bits + 1)]
    return Curve(np.array([ball.recall for ball in balls]), np.array([ball.precision for ball in balls]))


def precision_at(scores: Scores, relevance: Relevance, counts: Sequence[int]) -> Curve:
    """Share of relevant entries (y) among the first N (x), over the queries with something to find.

    Raises:
        ValueError: a count is not within 1 and the size of the gallery.
    """
    if not counts or min(counts) < 1 or max(counts) > scores.shape[1]:
        raise ValueError(f"counts: {list(counts)} are not within 1 and the {scores.shape[1]} of the gallery")
    counted = np.flatnonzero(relevance.any(1))
    order = np.argsort(-scores[counted], axis=1, kind="stable")[:, : max(counts)]
    hits = np.cumsum(np.take_along_axis(relevance[counted], order, 1), axis=1)
    shares = [float((hits[:, count - 1] / count).mean()) for count in counts]
    return Curve(np.array(counts, np.float64), np.array(shares))
