"""Whitening has the covariance that it promises, and is scikit-learn's at full power."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.decomposition import PCA

from sevenviews.lab.descriptors import open_descriptor
from sevenviews.lab.descriptors.whitening import fit_whitening
from tests.unit.lab.drawings import square

Array = npt.NDArray[np.float64]


@pytest.fixture
def examples() -> Array:
    chance = np.random.default_rng(0)
    mixing = chance.standard_normal((6, 6)) * np.array([9, 5, 3, 2, 1, 0.5])
    drawn: Array = chance.standard_normal((300, 6)) @ mixing + 4
    return drawn


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_variances_are_those_of_the_components_to_one_minus_power(examples: Array, power: float) -> None:
    variances = np.linalg.eigvalsh(np.cov(examples.T, bias=True))[::-1]
    covariance = np.cov(fit_whitening(examples, 4, power).apply(examples).T, bias=True)
    assert np.allclose(covariance, np.diag(variances[:4] ** (1 - power)), rtol=1e-8, atol=1e-8 * variances[0])


def test_without_power_distances_stay(examples: Array) -> None:
    turned = fit_whitening(examples, 6, power=0).apply(examples)
    before, after = (np.linalg.norm(one[0] - one[1:], axis=1) for one in (examples, turned))
    assert np.allclose(before, after)


def test_at_full_power_it_is_that_of_scikit_learn(examples: Array) -> None:
    expected = PCA(3, whiten=True, svd_solver="full").fit(examples).transform(examples)
    actual = fit_whitening(examples, 3, power=1).apply(examples)
    # Its variances are divided by n - 1; a component's sign is free.
    scaled = np.abs(expected) * np.sqrt(300 / 299)
    assert np.allclose(np.abs(actual), scaled)


def test_directions_without_variance_are_left_out(examples: Array) -> None:
    flat = np.hstack([examples, examples[:, :2]])
    assert fit_whitening(flat, 8).projection.shape == (8, 6)


@pytest.mark.parametrize(("components", "power"), [(0, 0.5), (3, -0.1), (3, 1.1)])
def test_settings_out_of_range_are_refused(examples: Array, components: int, power: float) -> None:
    with pytest.raises(ValueError, match="components must be"):
        fit_whitening(examples, components, power)


def test_what_does_not_differ_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="do not differ"):
        fit_whitening(np.ones((5, 3)))


def test_a_model_is_whitened_by_its_prefix() -> None:
    def drawings(side: int) -> npt.NDArray[np.uint8]:
        return np.stack([square(sides, turn, side) for sides in (3, 4, 5) for turn in range(0, 60, 12)])

    vectors = open_descriptor("pca:hog", drawings).describe(drawings(112))
    # Fifteen centred examples vary in fourteen directions at most.
    assert vectors.shape == (15, 14)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="must be fitted"):
        open_descriptor("pca:hog")
    with pytest.raises(ValueError, match="sift-fv must be fitted itself"):
        open_descriptor("pca:sift-fv", drawings)
