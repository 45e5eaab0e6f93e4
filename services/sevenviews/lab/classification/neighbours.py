"""Class probabilities from the nearest neighbours, and their calibration.

With the scores s_1 ≥ … ≥ s_k of a query's neighbours, the sets of labels C_i that they carry, and σ the logistic
function,

    w_i = exp(s_i / T) / Σ_j exp(s_j / T)
    P(c) = σ(a + b · s_1) · Σ_i w_i · 1[c ∈ C_i] / |C_i|

T says how much nearer neighbours count; it is fitted by the likelihood of the true classes of those queries whose
class some neighbour carries. a and b say how likely that is, by the nearest score; they are fitted as a logistic
regression. The rest to 1 is the probability that the class is none of theirs. The gateway votes by the same formula.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from sevenviews.designs import Calibration
from sevenviews.lab.classification.accuracy import Labels
from sevenviews.lab.classification.calibration import fit_scale

_RIDGE = 1e-6
"""Keeps the regression finite where the scores separate the reached queries from the others."""


def neighbour_probabilities(
    scores: npt.NDArray[np.floating], labels: Labels, calibration: Calibration
) -> npt.NDArray[np.float64]:
    """P, [queries, classes].

    Args:
        scores: [queries, k], each row from the nearest on.
        labels: bool [queries, k, classes]: those of each neighbour, at least one.
        calibration: T, a and b.

    Raises:
        ValueError: the shapes differ, a neighbour has no label, or a score is not finite.
    """
    present: npt.NDArray[np.float64] = expit(calibration.offset + calibration.slope * scores[:, 0])
    return present[:, None] * _votes(scores, labels, calibration.temperature)


def fit_neighbours(
    scores: npt.NDArray[np.floating], labels: Labels, own: npt.NDArray[np.bool_], before: Calibration
) -> Calibration:
    """The one before with that T, a and b under which the queries' own classes [queries, classes] are likely.

    Raises:
        ValueError: as `neighbour_probabilities`, or no query's class is carried by a neighbour.
    """
    reached: npt.NDArray[np.bool_] = np.asarray((labels & own[:, None]).any((1, 2)))
    if not reached.any():
        raise ValueError("own: no query has a neighbour of its class; nothing can be fitted")

    def cost(temperature: float) -> float:
        votes = _votes(scores[reached], labels[reached], temperature)
        chance = np.where(own[reached], votes, 0).sum(1)
        return float(-np.log(np.maximum(chance, np.finfo(np.float64).tiny)).mean())

    temperature = fit_scale(cost, math.log(1e-3), math.log(10))
    offset, slope = _regression(np.asarray(scores[:, 0], np.float64), reached)
    return replace(before, temperature=temperature, offset=offset, slope=slope, neighbours=scores.shape[1])


def _votes(scores: npt.NDArray[np.floating], labels: Labels, temperature: float) -> npt.NDArray[np.float64]:
    if labels.ndim != 3 or labels.shape[:2] != scores.shape:  # noqa: PLR2004 - queries, neighbours, classes
        raise ValueError(f"labels {labels.shape} are not those of neighbours with scores {scores.shape}")
    if not labels.any(2).all():
        raise ValueError("labels: a neighbour has none")
    if not np.isfinite(scores).all():
        raise ValueError("scores: one is not finite")
    weights = softmax(scores / temperature, 1)
    votes: npt.NDArray[np.float64] = np.einsum("qk,qkc->qc", weights, labels / labels.sum(2, keepdims=True))
    return votes


def _regression(x: npt.NDArray[np.float64], y: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """a and b of P(y) = σ(a + b·x)."""
    from sklearn.linear_model import LogisticRegression

    # Of queries that all were reached there is nothing to regress: a constant alone.
    if y.all():
        return math.log(1 / _RIDGE), 0.0
    fitted = LogisticRegression(C=1 / _RIDGE, tol=1e-10, max_iter=1000).fit(x[:, None], y)
    return float(fitted.intercept_[0]), float(fitted.coef_[0, 0])
