"""Retrieval metrics by DeepPatent's definitions (WACV 2022, section 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating]
"""[queries, gallery]; the higher, the more alike. -inf takes a pair out of the ranking."""

Relevance = npt.NDArray[np.bool_]
"""[queries, gallery]: whether a gallery drawing shows the query's patent."""

ACCURACY_AT = (1, 5, 20)


@dataclass(frozen=True, slots=True)
class RankingReport:
    """What a ranking is worth.

    Attributes:
        average_precision: of each query, [queries].
        accuracy: Acc@K: K -> share of queries with a match among the first K.
        queries: those with at least one relevant drawing in the gallery; others are not counted.
    """

    average_precision: npt.NDArray[np.float64]
    accuracy: Mapping[int, float]
    queries: int

    @property
    def mean_average_precision(self) -> float:
        """mAP: the mean of AP over the queries."""
        return float(self.average_precision.mean())


def evaluate_ranking(
    scores: Scores, relevance: Relevance, accuracy_at: Sequence[int] = ACCURACY_AT, depth: int | None = None
) -> RankingReport:
    """AP over the whole ranking, and Acc@K.

    AP = 1/|S⁺| · Σ_K 1[x_K ∈ S⁺] · Prec@K, with Prec@K the share of relevant drawings among the first K.
    Among equal scores the drawing that comes first in the gallery ranks first.

    Args:
        scores: [queries, gallery].
        relevance: [queries, gallery].
        accuracy_at: the K of Acc@K.
        depth: cut the ranking there. Then AP is another figure, "mAP@depth": its divisor is the number of
            relevant drawings within the cut, as hashing papers compute it.

    Raises:
        ValueError: the shapes differ, a score is NaN, or no query has a relevant drawing.
    """
    if scores.shape != relevance.shape:
        raise ValueError(f"scores {scores.shape} and relevance {relevance.shape} differ in shape")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN: no ranking")
    rankable = relevance & np.isfinite(scores)
    counted = np.flatnonzero(rankable.any(1))
    if not len(counted):
        raise ValueError("no query has a relevant drawing in the gallery")
    ranks = [_relevant_ranks(scores[query], rankable[query]) for query in counted]
    precisions = [_average_precision(one if depth is None else one[one <= depth]) for one in ranks]
    firsts = np.array([one[0] for one in ranks])
    return RankingReport(
        np.array(precisions), {k: float((firsts <= k).mean()) for k in accuracy_at}, len(counted)
    )


def _relevant_ranks(scores: Scores, relevant: Relevance) -> npt.NDArray[np.int64]:
    """Ranks, from 1, at which the relevant drawings come, ascending."""
    order = np.argsort(-scores, kind="stable")
    return np.flatnonzero(relevant[order]) + 1


def _average_precision(ranks: npt.NDArray[np.int64]) -> float:
    if not len(ranks):
        return 0.0
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))
