"""Fisher vectors against their direct formula, and against the gradient that they are."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sevenviews.lab.descriptors.fisher import Mixture, fisher_vector, learn_fisher_vectors, root_sift
from tests.unit.lab.drawings import square

Array = npt.NDArray[np.float64]
COMPONENTS, DIMENSION = 3, 4


@pytest.fixture
def mixture() -> Mixture:
    chance = np.random.default_rng(0)
    return Mixture(
        np.array([0.5, 0.3, 0.2]),
        chance.standard_normal((COMPONENTS, DIMENSION)),
        0.5 + chance.random((COMPONENTS, DIMENSION)),
    )


@pytest.fixture
def points() -> Array:
    return np.random.default_rng(1).standard_normal((11, DIMENSION)) * 1.5


def density(point: Array, mixture: Mixture, component: int) -> float:
    """w_k N(x | μ_k, σ_k²)."""
    mean, deviation = mixture.means[component], mixture.deviations[component]
    scale = np.prod(deviation) * (2 * np.pi) ** (DIMENSION / 2)
    return float(
        mixture.weights[component] * np.exp(-0.5 * (((point - mean) / deviation) ** 2).sum()) / scale
    )


def mean_log_likelihood(points: Array, mixture: Mixture) -> float:
    return float(np.mean([np.log(sum(density(x, mixture, k) for k in range(COMPONENTS))) for x in points]))


def test_it_is_its_formula(mixture: Mixture, points: Array) -> None:
    u, v = np.zeros((COMPONENTS, DIMENSION)), np.zeros((COMPONENTS, DIMENSION))
    for x in points:
        total = sum(density(x, mixture, k) for k in range(COMPONENTS))
        for k in range(COMPONENTS):
            gamma = density(x, mixture, k) / total
            standard = (x - mixture.means[k]) / mixture.deviations[k]
            u[k] += gamma * standard / (len(points) * np.sqrt(mixture.weights[k]))
            v[k] += gamma * (standard**2 - 1) / (len(points) * np.sqrt(2 * mixture.weights[k]))
    expected = np.concatenate([u.ravel(), v.ravel()])
    assert np.abs(fisher_vector(points, mixture) - expected).max() < 1e-12


def test_it_is_the_scaled_gradient_of_the_log_likelihood(mixture: Mixture, points: Array) -> None:
    """∂/∂μ times σ/√w, then ∂/∂σ times σ/√(2w), by central differences."""
    vector, step = fisher_vector(points, mixture), 1e-5
    for part, factor in ((0, 1.0), (1, 2.0)):
        for k in range(COMPONENTS):
            for d in range(DIMENSION):
                moved = []
                for sign in (1, -1):
                    arrays = [mixture.means.copy(), mixture.deviations.copy()]
                    arrays[part][k, d] += sign * step
                    moved.append(mean_log_likelihood(points, Mixture(mixture.weights, *arrays)))
                gradient = (moved[0] - moved[1]) / (2 * step)
                expected = gradient * mixture.deviations[k, d] / np.sqrt(factor * mixture.weights[k])
                actual = vector.reshape(2, COMPONENTS, DIMENSION)[part, k, d]
                assert actual == pytest.approx(expected, abs=1e-7)


def test_it_is_a_mean_over_points(mixture: Mixture, points: Array) -> None:
    once = fisher_vector(points, mixture)
    assert np.allclose(fisher_vector(np.concatenate([points, points[::-1]]), mixture), once)
    assert not fisher_vector(np.empty((0, DIMENSION)), mixture).any()


def test_responsibilities_hold_far_from_every_mean(mixture: Mixture) -> None:
    gamma = mixture.responsibilities(np.full((1, DIMENSION), 1e4))
    assert gamma.sum() == pytest.approx(1)


def test_local_descriptors_are_those_of_opencv() -> None:
    drawing = square(5, 10, 256)[0]
    _, found = cv2.SIFT.create().detectAndCompute(drawing, None)
    assert np.allclose(root_sift(drawing) ** 2, found / found.sum(1, keepdims=True))
    assert root_sift(np.full((64, 64), 255, np.uint8)).shape == (0, 128)


def test_what_is_learned_has_the_signed_root_and_survives_blank_paper() -> None:
    drawings = np.stack([square(sides, turn, 256) for sides in (3, 4, 5, 6) for turn in (0, 7, 14)])
    compute = learn_fisher_vectors(drawings, components=2, dimension=5)
    blank = np.full((1, 1, 256, 256), 255, np.uint8)
    features = compute(np.concatenate([drawings, blank]))
    assert features.shape == (13, 2 * 2 * 5)
    assert not features[-1].any()
    assert np.array_equal(
        features, learn_fisher_vectors(drawings, components=2, dimension=5)(np.concatenate([drawings, blank]))
    )


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="64 components need 640"):
        learn_fisher_vectors(square(4, 0, 256)[None])
