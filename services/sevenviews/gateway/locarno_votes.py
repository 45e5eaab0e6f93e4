"""Predicted Locarno classes of a query: a calibrated vote of the patents that were found. Pure.

With the cosines s_1 ≥ … ≥ s_k of the first k patents and the classes C_i that each carries,

    w_i = exp(s_i / T) / Σ_j exp(s_j / T)
    P(c) = σ(a + b · s_1) · Σ_i w_i · 1[c ∈ C_i] / |C_i|

T, a, b and the largest k are the calibration of the release that has answered: another model has other cosines.

σ, the logistic function, is how likely it is that one of them carries the right class; what all predictions miss to 1
is the probability that none does. The probability of a whole class is the sum over its subclasses, so the levels
never contradict each other.

The vote comes from the serving model's neighbours, not from a classifying head beside the model, for three reasons:
it knows every class that the catalogue holds, also those imported after the model was trained; it follows a promotion
by itself, with no second artefact to train, version and keep in step; and each prediction can be explained by the
patents that are shown with it. A head would have to be trained on Locarno labels, of which the corpora at hand have
few that are real.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sevenviews.designs import Calibration, LocarnoClass


@dataclass(frozen=True, slots=True)
class PredictedClass:
    """A class or subclass as patents carry it, and the probability that the query's article has it."""

    locarno: LocarnoClass
    probability: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A patent that was found: its cosine, and its classes; one without classes does not vote."""

    cosine: float
    locarno: tuple[LocarnoClass, ...]


def predict_classes(neighbours: Sequence[Neighbour], calibration: Calibration) -> tuple[PredictedClass, ...]:
    """The classes of the first neighbours, most probable first; of equal ones, the smaller notation first.

    Args:
        neighbours: best first; of those that carry classes, more than vote are ignored.
        calibration: of the release that they were found in.

    Returns:
        Empty if none carries a class.
    """
    voters = [one for one in neighbours if one.locarno][: calibration.neighbours]
    if not voters:
        return ()
    highest = max(one.cosine for one in voters)
    weights = [math.exp((one.cosine - highest) / calibration.temperature) for one in voters]
    total = math.fsum(weights)
    present = 1 / (1 + math.exp(-(calibration.offset + calibration.slope * highest)))
    votes: dict[LocarnoClass, float] = {}
    for one, weight in zip(voters, weights, strict=True):
        classes = dict.fromkeys(one.locarno)
        for locarno in classes:
            votes[locarno] = votes.get(locarno, 0.0) + present * weight / total / len(classes)
    predicted = (PredictedClass(locarno, probability) for locarno, probability in votes.items())
    return tuple(sorted(predicted, key=lambda one: (-one.probability, str(one.locarno))))
