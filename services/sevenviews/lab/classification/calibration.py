"""Whether probabilities mean what they say: temperature scaling, and the expected calibration error.

Source: Guo, Pleiss, Sun, Weinberger, On Calibration of Modern Neural Networks, ICML 2017, sections 2 and 4.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import minimize_scalar

from sevenviews.lab.classification.accuracy import Labels, Logits, check_outputs

_LEAST, _MOST = math.log(1e-3), math.log(1e3)
_TOLERANCE = 1e-9
BINS = 15
"""As in the paper."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Confidence against accuracy in bins of equal width; bins without samples are left out.

    Attributes:
        confidence: mean of each bin.
        accuracy: of each bin.
        share: of the samples in each bin.
        error: ECE = Σ share · |accuracy - confidence|.
    """

    confidence: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    share: npt.NDArray[np.float64]
    error: float


def softmax(logits: Logits, temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """exp(z/T) / Σ exp(z/T), [n, classes]. Raises ValueError for a temperature that is not positive."""
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    probabilities: npt.NDArray[np.float64] = special.softmax(np.asarray(logits, np.float64) / temperature, 1)
    return probabilities


def negative_log_likelihood(logits: Logits, labels: Labels, temperature: float = 1.0) -> float:
    """Mean over the samples of -log of the probability of their labels together."""
    probabilities = softmax(logits, temperature)
    own = np.where(labels, probabilities, 0).sum(1)
    return float(-np.log(np.maximum(own, np.finfo(np.float64).tiny)).mean())


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """T > 0 that minimises the negative log-likelihood of samples that taught nothing.

    Searched by log T, within 0.001 to 1000. T changes no ranking, only how sure the probabilities are.

    Raises:
        ValueError: as `check_outputs`.
    """
    check_outputs(logits, labels)
    return fit_scale(lambda temperature: negative_log_likelihood(logits, labels, temperature))


def fit_scale(cost: Callable[[float], float], least: float = _LEAST, most: float = _MOST) -> float:
    """The positive number of least cost, between e^least and e^most; the cost has one valley."""
    found = minimize_scalar(
        lambda log: cost(math.exp(log)), bounds=(least, most), method="bounded", options={"xatol": _TOLERANCE}
    )
    return math.exp(found.x)


def reliability(probabilities: npt.NDArray[np.float64], labels: Labels, bins: int = BINS) -> Reliability:
    """How often the first prediction is right, by how sure it is.

    Raises:
        ValueError: as `check_outputs`, or a probability is not within 0 and 1.
    """
    check_outputs(probabilities, labels)
    if probabilities.min() < 0 or probabilities.max() > 1 + 1e-9:
        raise ValueError("probabilities: one is not within 0 and 1")
    called = probabilities.argmax(1)
    sure = probabilities[np.arange(len(called)), called]
    right = labels[np.arange(len(called)), called]
    place = np.minimum((sure * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    kept = counts > 0
    confidence = np.bincount(place, sure, bins)[kept] / counts[kept]
    accuracy = np.bincount(place, right, bins)[kept] / counts[kept]
    share = counts[kept] / len(called)
    return Reliability(confidence, accuracy, share, float((share * np.abs(accuracy - confidence)).sum()))
