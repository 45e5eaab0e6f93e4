"""The properties that define the adaptive hierarchical density histogram, and a direct computation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.lab.descriptors.ahdh import adaptive_density_histograms
from tests.unit.lab.drawings import square

Ink = npt.NDArray[np.bool_]


def drawn(ink: Ink) -> npt.NDArray[np.uint8]:
    return np.where(ink, 0, 255).astype(np.uint8)[None, None]


def by_recursion(ink: Ink, level: int) -> list[list[float]]:
    """Densities and area shares of the four parts of every region of a level, by cutting arrays."""
    if level == 0:
        return [_of_region(ink)]
    return [row for part in _parts(ink) for row in by_recursion(part, level - 1)]


def _parts(ink: Ink) -> list[Ink]:
    rows, columns = np.nonzero(ink)
    row = int(rows.mean()) if len(rows) else ink.shape[0] // 2
    column = int(columns.mean()) if len(columns) else ink.shape[1] // 2
    return [ink[:row, :column], ink[:row, column:], ink[row:, :column], ink[row:, column:]]


def _of_region(ink: Ink) -> list[float]:
    parts = _parts(ink)
    densities = [part.sum() / ink.sum() if ink.any() else 1.0 for part in parts]
    word = sum(
        bit
        for bit, part, density in zip((8, 4, 2, 1), parts, densities, strict=True)
        if density * ink.size >= part.size
    )
    return [*densities, word]


ink_of_any_kind = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).random((37, 53)) < np.random.default_rng(seed + 1).random() ** 3
)


@given(ink_of_any_kind)
def test_it_is_the_recursion_of_its_definition(ink: Ink) -> None:
    (features,) = adaptive_density_histograms(drawn(ink), levels=4, density_levels=2)
    assert features.shape == (4 + 16 + 15 + 15,)
    rows = [np.array(by_recursion(ink, level)) for level in range(4)]
    assert np.allclose(features[:4], rows[0][:, :4].ravel())
    assert np.allclose(features[4:20], rows[1][:, :4].ravel())
    for start, level in ((20, 2), (35, 3)):
        words = rows[level][:, 4].astype(int)
        expected = [(words == word).mean() for word in range(1, 16)]
        assert np.allclose(features[start : start + 15], expected)


@given(ink_of_any_kind)
def test_densities_of_a_region_and_histograms_sum_to_one(ink: Ink) -> None:
    ink[3, 4] = True
    (features,) = adaptive_density_histograms(drawn(ink), levels=6)
    assert features.shape == (4 + 16 + 4 * 15,)
    assert features[:4].sum() == pytest.approx(1)
    assert np.allclose(features[20:].reshape(4, 15).sum(1), 1)


def test_densities_do_not_depend_on_where_or_how_large_the_article_is_drawn() -> None:
    """They are shares of black points, cut at centroids: paper around the article does not count."""
    page = np.pad(square(5, 10, 90)[0] < 128, ((5, 105), (8, 102)))
    moved = np.roll(page, (90, 80), (0, 1))
    twice = page.repeat(2, 0).repeat(2, 1)
    here, there, larger = (
        adaptive_density_histograms(drawn(one), levels=2, density_levels=2)[0] for one in (page, moved, twice)
    )
    assert np.allclose(here, there)
    # A centroid can fall on the other half of a doubled pixel: not exact.
    assert np.abs(here - larger).max() < 0.08


def test_an_even_tone_has_four_even_parts() -> None:
    (features,) = adaptive_density_histograms(drawn(np.ones((64, 64), bool)), levels=2, density_levels=2)
    assert np.allclose(features[:4], 0.25, atol=0.02)


def test_a_corner_of_ink_makes_its_part_dense() -> None:
    ink = np.zeros((64, 64), bool)
    ink[40:60, 40:60] = True
    ink[0, 0] = True
    (features,) = adaptive_density_histograms(drawn(ink), levels=1, density_levels=0)
    # The centroid lies in the block: each part holds ink, but the upper left is by far the largest, hence the least
    # dense.
    assert features.argmax() + 1 == 0b0111


@pytest.mark.parametrize("density_levels", [-1, 4])
def test_levels_out_of_range_are_refused(density_levels: int) -> None:
    with pytest.raises(ValueError, match="density_levels"):
        adaptive_density_histograms(drawn(np.ones((8, 8), bool)), levels=3, density_levels=density_levels)
