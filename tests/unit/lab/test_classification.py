"""Accuracy, confusion, hierarchy and calibration against counting by hand and independent formulas."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sevenviews.lab.classification.accuracy import class_table, label_average_precision, top_accuracy
from sevenviews.lab.classification.calibration import (
    fit_temperature,
    negative_log_likelihood,
    reliability,
    softmax,
)
from sevenviews.lab.classification.confusion import confusion_matrix, draw_confusion
from sevenviews.lab.classification.hierarchy import (
    class_logits_from_subclasses,
    hierarchy_report,
    parent_columns,
)
from sevenviews.lab.classification.pictures import draw_reliability

sklearn_metrics = pytest.importorskip("sklearn.metrics")
scipy_optimize = pytest.importorskip("scipy.optimize")


def random_outputs(n: int = 60, classes: int = 7, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    own = chance.integers(0, classes, n)
    labels = np.eye(classes, dtype=bool)[own]
    return chance.standard_normal((n, classes)) + 1.5 * labels, labels, own


@settings(deadline=None)
@given(st.integers(0, 20), st.integers(1, 7))
def test_top_accuracy_is_counted(seed: int, k: int) -> None:
    logits, labels, own = random_outputs(20, seed=seed)
    better = (logits > np.take_along_axis(logits, own[:, None], 1)).sum(1)
    expected = (better < k).mean()
    assert top_accuracy(logits, labels, (k,))[k] == pytest.approx(expected)
    assert top_accuracy(logits, labels, (7,))[7] == 1


def test_any_of_several_labels_counts() -> None:
    logits = np.array([[0.9, 0.1, 0.5], [0.1, 0.2, 0.9]])
    labels = np.array([[0, 1, 1], [1, 1, 0]], bool)
    assert top_accuracy(logits, labels, (1, 2)) == {1: 0.0, 2: 1.0}


def test_the_table_is_counted() -> None:
    logits = np.array([[3, 1, 0], [2, 5, 0], [1, 2, 0], [0, 4, 1.0]])
    labels = np.eye(3, dtype=bool)[[0, 1, 0, 1]]
    rows = class_table(logits, labels, ["a", "b", "c"])
    assert [(row.name, row.samples, row.precision, row.recall, row.top5) for row in rows] == [
        ("a", 2, 1.0, 0.5, 1.0),
        ("b", 2, pytest.approx(2 / 3), 1.0, 1.0),
    ]
    assert rows[0].f1 == pytest.approx(2 / 3)


def test_average_precision_of_labels_is_scikit_learn_s() -> None:
    chance = np.random.default_rng(1)
    logits = chance.standard_normal((40, 5))
    labels = chance.random((40, 5)) < 0.3
    labels[~labels.any(1), 0] = True
    expected = sklearn_metrics.average_precision_score(labels, logits, average="macro")
    assert label_average_precision(logits, labels) == pytest.approx(expected)


def test_confusion_is_scikit_learn_s_for_single_labels(tmp_path: Path) -> None:
    logits, labels, own = random_outputs()
    matrix = confusion_matrix(logits, labels)
    assert np.array_equal(matrix, sklearn_metrics.confusion_matrix(own, logits.argmax(1), labels=range(7)))
    draw_confusion(matrix, list("abcdefg"), tmp_path / "confusion.png", "test")
    assert Image.open(tmp_path / "confusion.png").width > 300
    with pytest.raises(ValueError, match="names"):
        draw_confusion(matrix, ["a"], tmp_path / "x.png", "test")


def test_a_sample_of_several_labels_weighs_one() -> None:
    labels = np.array([[1, 1, 0], [1, 1, 0]], bool)
    matrix = confusion_matrix(np.array([[1.0, 0, 0], [0, 0, 1]]), labels)
    assert matrix.tolist() == [[1, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]


def test_hierarchy_is_counted() -> None:
    parents = parent_columns({"a1": "a", "a2": "a", "b1": "b"}, ["a1", "a2", "b1"], ["a", "b"])
    assert parents.tolist() == [0, 0, 1]
    report = hierarchy_report(
        class_logits=np.array([[1, 0], [1, 0], [0, 1.0]]),
        subclass_logits=np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0.0]]),
        class_labels=np.array([[1, 0], [1, 0], [0, 1]], bool),
        subclass_labels=np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1]], bool),
        parents=parents,
    )
    assert report.consistent == pytest.approx(2 / 3)
    assert report.class_by_subclass == pytest.approx(2 / 3)
    assert report.near_misses == 0.5
    with pytest.raises(ValueError, match="'b1' has no class"):
        parent_columns({"b1": "b"}, ["b1"], ["a"])


def test_classes_gather_the_probability_of_their_subclasses() -> None:
    logits, _, _ = random_outputs(9, 5)
    parents = np.array([0, 1, 0, 2, 1])
    implied = np.exp(class_logits_from_subclasses(logits, parents, 3))
    expected = np.stack([softmax(logits)[:, parents == c].sum(1) for c in range(3)], 1)
    assert np.allclose(implied, expected)
    with pytest.raises(ValueError, match="no subclass"):
        class_logits_from_subclasses(logits, parents, 4)


@pytest.mark.parametrize("stretch", [0.2, 1.0, 6.0])
def test_the_temperature_undoes_a_stretch(stretch: float) -> None:
    """Labels drawn from softmax(z) are calibrated; z · s then needs the temperature s."""
    chance = np.random.default_rng(0)
    logits = chance.standard_normal((4000, 5)) * 2
    draws = (softmax(logits).cumsum(1) > chance.random((4000, 1))).argmax(1)
    labels = np.eye(5, dtype=bool)[draws]
    temperature = fit_temperature(logits * stretch, labels)
    assert temperature == pytest.approx(stretch, rel=0.06)
    reference = scipy_optimize.minimize_scalar(
        lambda t: negative_log_likelihood(logits * stretch, labels, math.exp(t)),
        bounds=(-7, 7),
        method="bounded",
    )
    assert temperature == pytest.approx(math.exp(reference.x), rel=1e-3)
    before = reliability(softmax(logits * stretch), labels).error
    after = reliability(softmax(logits * stretch, temperature), labels).error
    assert after < 0.03
    assert after <= before + 0.005


def test_the_calibration_error_is_its_formula(tmp_path: Path) -> None:
    logits, labels, own = random_outputs(200)
    probabilities = softmax(logits)
    sure, called = probabilities.max(1), probabilities.argmax(1)
    error = 0.0
    for low in np.arange(15) / 15:
        inside = (sure >= low) & (sure < low + 1 / 15)
        if inside.any():
            error += inside.mean() * abs((called == own)[inside].mean() - sure[inside].mean())
    found = reliability(probabilities, labels)
    assert found.error == pytest.approx(error)
    assert found.share.sum() == pytest.approx(1)
    draw_reliability({"test": found}, tmp_path / "reliability.png")
    assert Image.open(tmp_path / "reliability.png").width > 300


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((2, 3)), np.ones((2, 2), bool), "not the same"),
        (np.zeros((2, 1)), np.ones((2, 1), bool), "at least 2"),
        (np.array([[0.0, np.nan]]), np.ones((1, 2), bool), "not finite"),
        (np.zeros((1, 2)), np.zeros((1, 2), bool), "1 samples have none"),
    ],
)
def test_what_is_no_classification_is_refused(logits: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        top_accuracy(logits, labels)


def test_impossible_settings_are_refused() -> None:
    logits, labels, _ = random_outputs(4)
    with pytest.raises(ValueError, match="temperature"):
        softmax(logits, 0)
    with pytest.raises(ValueError, match="probabilities"):
        reliability(logits * 9, labels)
    with pytest.raises(ValueError, match="names"):
        class_table(logits, labels, ["a"])
    with pytest.raises(ValueError, match="counts"):
        top_accuracy(logits, labels, (0,))
