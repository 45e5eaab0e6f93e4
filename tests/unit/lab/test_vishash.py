"""The properties that define VisHash: the order of brightness of neighbouring regions, and nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.lab.descriptors.vishash import brightness_signatures
from tests.unit.lab.drawings import square

Grey = npt.NDArray[np.uint8]
GRID, ALONG_ROWS = 9, 72


def signature(grey: Grey) -> npt.NDArray[np.float64]:
    (one,) = brightness_signatures(grey[None, None])
    return np.asarray(one)


def random_tones(seed: int, side: int = 90) -> Grey:
    """A grid of tones, with a border of strong variation so that the cut is known."""
    return np.random.default_rng(seed).integers(0, 256, (side, side)).astype(np.uint8)


def test_components_are_levels_of_both_signs() -> None:
    one = signature(square(5, 0, 256)[0])
    assert one.shape == (2 * GRID * (GRID - 1),)
    assert set(np.unique(one)) <= {-3, -2, -1, 0, 1, 2, 3}
    assert one.max() == 3


def test_its_signs_follow_the_brightness_of_neighbours() -> None:
    """A ramp from ink to paper: every patch is brighter than the one before it, along the rows only."""
    ramp = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (90, 1))
    one = signature(ramp)
    assert (one[:ALONG_ROWS] > 0).all()
    assert (one[ALONG_ROWS:] == 0).all()
    assert np.array_equal(signature(ramp.T)[ALONG_ROWS:] > 0, np.ones(ALONG_ROWS, bool))


def test_larger_differences_have_higher_levels() -> None:
    one = signature(random_tones(3))
    grey = random_tones(3) / 255
    # Nearly nothing is cut off of even variation; patches of about 10 pixels.
    means = grey[:90, :90].reshape(9, 10, 9, 10).mean((1, 3))
    differences = np.concatenate([np.diff(means, axis=1).ravel(), np.diff(means, axis=0).ravel()])
    assert np.corrcoef(differences, one)[0, 1] > 0.5


@given(st.integers(0, 1000))
def test_three_levels_are_equally_frequent(seed: int) -> None:
    one = np.abs(signature(random_tones(seed)))
    counts = np.bincount(one[one > 0].astype(int), minlength=4)[1:]
    assert counts.max() - counts.min() <= 0.06 * len(one)


@given(st.integers(0, 1000))
def test_negative_and_mirror_image_change_signs(seed: int) -> None:
    tones = random_tones(seed)
    one = signature(tones)
    # A level's bound can fall on a component, whose last digit then decides.
    assert (signature(255 - tones) == -one).mean() > 0.97
    turned = signature(np.rot90(tones, 2).copy())
    # Half a turn reverses the order of the patches, hence of the components, and each difference.
    expected = np.concatenate([-one[:ALONG_ROWS][::-1], -one[ALONG_ROWS:][::-1]])
    # The cut keeps a row more at one end than at the other.
    assert (turned == expected).mean() > 0.6


def test_contrast_and_brightness_do_not_matter() -> None:
    tones = random_tones(5) // 4
    plain, bright = signature(tones), signature((tones * 2 + 60).astype(np.uint8))
    assert (plain * bright >= 0).all()
    assert (plain == bright).mean() > 0.97


def test_neither_position_nor_scale_matter() -> None:
    article = square(5, 10, 128)[0]
    page = np.full((400, 400), 255, np.uint8)
    page[20:148, 30:158] = article
    moved = np.roll(page, (150, 200), (0, 1))
    assert np.array_equal(signature(page), signature(moved))
    larger = signature(page.repeat(2, 0).repeat(2, 1))
    cosine = larger @ signature(page) / np.linalg.norm(larger) / np.linalg.norm(signature(page))
    assert cosine > 0.97


def test_paper_has_no_signature() -> None:
    assert not signature(np.full((64, 64), 255, np.uint8)).any()


@pytest.mark.parametrize(("grid", "levels"), [(1, 3), (9, 0)])
def test_settings_out_of_range_are_refused(grid: int, levels: int) -> None:
    with pytest.raises(ValueError, match="grid must be"):
        brightness_signatures(np.zeros((1, 1, 64, 64), np.uint8), grid, levels)
