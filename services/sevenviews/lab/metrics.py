"""Retrieval metrics: DeepPatent's (WACV 2022, section 5.1), and variants that others report by the same name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from sevenviews.lab.ranking import Ranks, Relevance, Scores, rank_scores

ACCURACY_AT = (1, 5, 20)


class Divisor(StrEnum):
    """What a truncated average precision is divided by. Over the whole ranking all three are the same."""

    FOUND = "found"
    """The relevant drawings within the cut: hashing papers (CSQ, HashNet)."""

    RELEVANT = "relevant"
    """All relevant drawings, |S⁺|: even a perfect ranking stays below 1 where there are more than the cut holds."""

    POSSIBLE = "possible"
    """As many as the cut could hold, min(|S⁺|, depth)."""


@dataclass(frozen=True, slots=True)
class RankingReport:
    """What a ranking is worth."""

    average_precision: npt.NDArray[np.float64]  # of each query, [queries]
    accuracy: Mapping[int, float]  # Acc@K: K -> share of queries with a match among the first K
    queries: int  # those with at least one relevant drawing in the gallery; others are not counted

    @property
    def mean_average_precision(self) -> float:
        """mAP: the mean of AP over the queries."""
        return float(self.average_precision.mean())


def evaluate_ranking(
    scores: Scores,
    relevance: Relevance,
    accuracy_at: Sequence[int] = ACCURACY_AT,
    depth: int | None = None,
    divisor: Divisor = Divisor.FOUND,
) -> RankingReport:
    """AP over the whole ranking, and Acc@K.

    Args:
        scores: [queries, gallery].
        relevance: [queries, gallery].
        accuracy_at: the K of Acc@K.
        depth, divisor: see `average_precision`.

    Raises ValueError: the shapes differ, a score is NaN, or no query has a relevant drawing.
    """
    ranks = rank_scores(scores, relevance)
    return RankingReport(
        average_precision(ranks, depth, divisor),
        {k: accuracy(ranks, k) for k in accuracy_at},
        len(ranks.queries),
    )


def average_precision(
    ranks: Ranks, depth: int | None = None, divisor: Divisor = Divisor.FOUND
) -> npt.NDArray[np.float64]:
    """AP of each counted query, [queries].

    AP = 1/|S⁺| · Σ_K 1[x_K ∈ S⁺] · Prec@K, with Prec@K the share of relevant drawings among the first K.

    Args:
        ranks: of the relevant drawings.
        depth: cut the ranking there. Then it is another figure, "AP@depth".
        divisor: of the cut sum. A query with nothing relevant within the cut has 0.

    Raises ValueError: the depth is less than one.
    """
    if depth is not None and depth < 1:
        raise ValueError(f"depth must be at least 1, not {depth}")
    return np.array([_average_precision(one, depth, divisor) for one in ranks.ranks])


def accuracy(ranks: Ranks, k: int) -> float:
    """Acc@K: the share of queries with a match among the first K."""
    return float(np.mean([one[0] <= k for one in ranks.ranks]))


def mean_by_group(values: npt.NDArray[np.float64], groups: Sequence[str]) -> dict[str, tuple[float, int]]:
    """group -> mean of its values, and their number; in the order of the groups' names.

    Raises ValueError: there is not a group a value.
    """
    names = np.asarray(groups)
    if names.shape != values.shape:
        raise ValueError(f"{len(values)} values have {len(names)} groups")
    found = {}
    for name in sorted(set(groups)):
        mine = values[names == name]
        found[name] = (float(mine.mean()), len(mine))
    return found


def _average_precision(ranks: npt.NDArray[np.int64], depth: int | None, divisor: Divisor) -> float:
    kept = ranks if depth is None else ranks[ranks <= depth]
    if not len(kept):
        return 0.0
    total = float(np.sum(np.arange(1, len(kept) + 1) / kept))
    if divisor is Divisor.FOUND or depth is None:
        return total / len(kept)
    return total / (len(ranks) if divisor is Divisor.RELEVANT else min(len(ranks), depth))
