"""The benchmark of the catalogue measures what it says."""

from __future__ import annotations

import pytest

from sevenviews.bench.catalogue import measure
from sevenviews.bench.statistics import Spread
from tests.unit.bench.clock import CountingClock


def test_both_ways_are_timed_in_pairs() -> None:
    figures = measure(hits=2, pairs=3, clock=CountingClock(), side=300)
    # What is timed n-th takes n seconds, that is n * 1000 / 2 milliseconds a hit.
    assert figures.summary.kept == Spread.of([500, 1500, 2500])
    assert figures.summary.made == Spread.of([1000, 2000, 3000])
    assert figures.summary.ratio == Spread.of([1 / 2, 3 / 4, 5 / 6])
    assert figures.drawing.kept == Spread.of([3500, 4500, 5500])
    assert figures.drawing.made == Spread.of([4000, 5000, 6000])


@pytest.mark.parametrize("numbers", [(0, 6), (1, 0)])
def test_nothing_to_measure_is_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure(*numbers)
