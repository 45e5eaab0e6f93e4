"""The vote of neighbours is its formula, and the fit finds what made the data."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sevenviews.designs import PACKAGED, Calibration
from sevenviews.lab.classification.neighbours import fit_neighbours, neighbour_probabilities


def test_the_vote_is_its_formula() -> None:
    scores = np.array([[0.9, 0.5]])
    labels = np.array([[[1, 1, 0], [0, 1, 0]]], bool)
    (found,) = neighbour_probabilities(scores, labels, Calibration(temperature=0.2, offset=-1.0, slope=2.0))
    weights = np.exp(scores[0] / 0.2)
    weights /= weights.sum()
    present = 1 / (1 + math.exp(1 - 1.8))
    assert found.tolist() == pytest.approx(
        [present * weights[0] / 2, present * (weights[0] / 2 + weights[1]), 0]
    )


def test_the_fit_finds_what_made_the_data() -> None:
    chance = np.random.default_rng(0)
    true = Calibration(0.3, 0.15, -2.0, 5.0, 5)
    queries, k, classes = 6000, 5, 8
    scores = np.sort(chance.uniform(0, 1, (queries, k)), axis=1)[:, ::-1]
    carried = np.stack([chance.permutation(classes - 1)[:k] for _ in range(queries)])
    labels = np.eye(classes, dtype=bool)[carried]
    votes = np.exp(scores / true.temperature)
    votes /= votes.sum(1, keepdims=True)
    voted = (votes.cumsum(1) > chance.random((queries, 1))).argmax(1)
    reached = chance.random(queries) < 1 / (1 + np.exp(-(true.offset + true.slope * scores[:, 0])))
    # The last class is carried by no neighbour.
    own = np.where(reached, carried[np.arange(queries), voted], classes - 1)
    found = fit_neighbours(scores, labels, np.eye(classes, dtype=bool)[own], Calibration(level=0.3))
    assert found.temperature == pytest.approx(true.temperature, rel=0.1)
    assert found.offset == pytest.approx(true.offset, abs=0.5)
    assert found.slope == pytest.approx(true.slope, abs=0.6)
    assert (found.level, found.neighbours) == (0.3, k)


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        (np.zeros((1, 2)), np.ones((1, 3, 2), bool), "are not those of neighbours"),
        (np.zeros((1, 2)), np.zeros((1, 2, 2), bool), "a neighbour has none"),
        (np.array([[np.nan, 0]]), np.ones((1, 2, 2), bool), "not finite"),
    ],
)
def test_what_is_no_vote_is_refused(scores: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        neighbour_probabilities(scores, labels, PACKAGED)


def test_nothing_can_be_fitted_where_no_neighbour_is_right() -> None:
    labels = np.eye(2, dtype=bool)[np.zeros((3, 2), int)]
    with pytest.raises(ValueError, match="no query has a neighbour of its class"):
        fit_neighbours(np.zeros((3, 2)), labels, np.eye(2, dtype=bool)[[1, 1, 1]], PACKAGED)
