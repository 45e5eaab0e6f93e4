"""How well a clustering agrees with the known classes: accuracy, normalised mutual information, purity.

All three count the contingency table N [clusters, classes], N_kj = samples of class j in cluster k, and so are
the same under any renaming of clusters or classes and any order of the samples. n is the number of samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

Normalizer = Literal["max", "arithmetic", "geometric", "min"]


@dataclass(frozen=True, slots=True)
class ClusteringScores:
    """The three scores, each in [0, 1]."""

    accuracy: float
    mutual_information: float
    purity: float


@dataclass(frozen=True, slots=True)
class ScoreSpread:
    """Mean and standard deviation (divisor n - 1; 0 for a single run) of each score over several runs."""

    mean: ClusteringScores
    deviation: ClusteringScores
    runs: int


def clustering_scores(classes: npt.ArrayLike, clusters: npt.ArrayLike) -> ClusteringScores:
    """ACC, NMI (divided by the larger entropy) and purity of the found clusters [n], of known classes [n].

    Raises ValueError: the two differ in length, are empty, or are not one-dimensional.
    """
    scores = (clustering_accuracy, normalized_mutual_information, purity)
    return ClusteringScores(*(score(classes, clusters) for score in scores))


def clustering_accuracy(classes: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """ACC = 1/n · max over one-to-one maps m from clusters to classes of Σ_k N_{k, m(k)}.

    The map is found by the Hungarian method (Kuhn, 1955). Clusters beyond the number of classes map to none.
    """
    table = contingency(classes, clusters)
    return float(table[linear_sum_assignment(table, maximize=True)].sum() / table.sum())


def normalized_mutual_information(
    classes: npt.ArrayLike, clusters: npt.ArrayLike, normalizer: Normalizer = "max"
) -> float:
    """NMI = I(classes; clusters) / g(H(classes), H(clusters)), 1 when both have a single value.

    g is the normalizer. "max" is what the published code of incomplete multiview clustering divides by (Cai's
    MutualInfo); scikit-learn's default is "arithmetic", the mean of the two entropies.
    """
    contingency(classes, clusters)
    return float(normalized_mutual_info_score(classes, clusters, average_method=normalizer))


def purity(classes: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """Purity = 1/n · Σ_k max_j N_kj: each cluster counts for the class it holds most of."""
    table = contingency(classes, clusters)
    return float(table.max(axis=1).sum() / table.sum())


def spread(scores: Sequence[ClusteringScores]) -> ScoreSpread:
    """Mean and standard deviation over runs. Raises ValueError: no runs."""
    if not scores:
        raise ValueError("scores: a spread needs one run at least")
    table = np.array([astuple(one) for one in scores])
    deviation = table.std(axis=0, ddof=1) if len(scores) > 1 else np.zeros(3)
    mean, spreads = (ClusteringScores(*one.tolist()) for one in (table.mean(axis=0), deviation))
    return ScoreSpread(mean, spreads, len(scores))


def contingency(classes: npt.ArrayLike, clusters: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The table N [clusters, classes]. Raises ValueError: as `clustering_scores`."""
    known, found = np.asarray(classes), np.asarray(clusters)
    if known.ndim != 1 or found.ndim != 1:
        raise ValueError(f"classes {known.shape} and clusters {found.shape} must be one-dimensional")
    if len(known) != len(found):
        raise ValueError(f"classes ({len(known)}) and clusters ({len(found)}) differ in length")
    if len(known) == 0:
        raise ValueError("classes: no samples to score")
    table: npt.NDArray[np.int64] = contingency_matrix(found, known)
    return table
