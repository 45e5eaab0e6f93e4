"""The benchmark of the evaluation measures what it says."""

from __future__ import annotations

import pytest

from sevenviews.bench.evaluate import measure
from sevenviews.bench.statistics import Spread
from tests.unit.bench.clock import CountingClock


@pytest.mark.parametrize(("gallery", "dimension"), [(300, 16), (3000, 256)])
def test_both_ways_are_timed_in_pairs(gallery: int, dimension: int) -> None:
    figures = measure(queries=40, gallery=gallery, dimension=dimension, pairs=3, clock=CountingClock())
    assert (figures.queries, figures.gallery, figures.pairs) == (40, gallery, 3)
    # What is timed n-th takes n seconds: the first product warms up, then both ways are timed in turn.
    assert figures.evaluation == Spread.of([2, 4, 6])
    assert figures.product == Spread.of([3, 5, 7])
    assert figures.ratio == Spread.of([2 / 3, 4 / 5, 6 / 7])
    # Neither perfect nor chance: the ranks that are counted are of all kinds.
    assert 0.1 < figures.mean_average_precision < 0.99


def test_what_is_measured_depends_on_the_seed_alone() -> None:
    first, again, other = (
        measure(30, 200, 8, pairs=1, seed=seed).mean_average_precision for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("numbers", [(0, 9, 9, 9), (9, 0, 9, 9), (9, 9, 0, 9), (9, 9, 9, 0)])
def test_nothing_to_measure_is_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure(*numbers)
