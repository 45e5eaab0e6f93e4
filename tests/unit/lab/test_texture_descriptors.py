"""HOG and LBP equal scikit-image's, and have the properties that define them."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import hog, local_binary_pattern

from sevenviews.lab.descriptors.hog import hog_features
from sevenviews.lab.descriptors.lbp import lbp_histograms, rotation_invariant_histograms
from tests.unit.lab.drawings import square


def test_hog_is_that_of_scikit_image() -> None:
    drawings = np.stack([square(5, 0, 112), square(3, 20, 112)])
    for drawing, features in zip(drawings, hog_features(drawings), strict=True):
        expected = hog(drawing[0], 9, (16, 16), (2, 2), block_norm="L2-Hys")
        assert features.shape == (6 * 6 * 4 * 9,)
        assert np.array_equal(features, expected)


def test_hog_does_not_depend_on_contrast() -> None:
    drawing = square(5, 0, 112) // 2 * 2
    pale = 64 + drawing // 2
    strong, weak = hog_features(np.stack([drawing, pale]))
    assert np.allclose(strong, weak, atol=1e-4)


def test_lbp_counts_the_patterns_of_scikit_image() -> None:
    drawing = square(5, 0, 128)
    (roots,) = lbp_histograms(drawing[None])
    patterns = local_binary_pattern(drawing[0], 8, 1, method="nri_uniform")  # type: ignore[no-untyped-call]
    assert roots.shape == (59,)
    assert np.allclose(roots**2, [(patterns == pattern).sum() for pattern in range(59)])


def test_rotation_invariant_lbp_counts_the_patterns_of_scikit_image() -> None:
    drawing = square(5, 0, 128)
    (roots,) = rotation_invariant_histograms(drawing[None])
    patterns = local_binary_pattern(drawing[0], 8, 1, method="uniform")  # type: ignore[no-untyped-call]
    assert roots.shape == (10,)
    assert np.allclose(roots**2, [(patterns == pattern).sum() for pattern in range(10)])


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_only_the_invariant_histogram_survives_a_rotation(quarters: int) -> None:
    # Brighter to the right almost everywhere: no turn looks the same.
    drawing = np.tile(np.arange(0, 256, 16).astype(np.uint8), (1, 128, 8))
    turned = np.rot90(drawing, quarters, axes=(1, 2)).copy()
    plain = lbp_histograms(np.stack([drawing, turned]))
    invariant = rotation_invariant_histograms(np.stack([drawing, turned]))
    assert np.allclose(invariant[0], invariant[1])
    assert not np.allclose(plain[0], plain[1], atol=1)
