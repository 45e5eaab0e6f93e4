"""The benchmark of the catalogue measures what it says."""

from __future__ import annotations

import pytest

from sevenviews.bench.catalogue import measure
from sevenviews.bench.comparison import Spread
from tests.unit.bench.clock import CountingClock


def test_both_ways_are_timed_in_pairs() -> None:
    summary, drawing = measure(hits=2, pairs=3, clock=CountingClock(), side=300).comparisons
    # What is timed n-th takes n seconds, that is n * 1000 / 2 milliseconds a hit: kept, made, made, kept, kept, made.
    assert summary.ours == Spread.of([500, 2000, 2500])
    assert summary.other == Spread.of([1000, 1500, 3000])
    assert summary.ratio == Spread.of([1 / 2, 4 / 3, 5 / 6])
    assert drawing.ours == Spread.of([3500, 5000, 5500])
    assert drawing.other == Spread.of([4000, 4500, 6000])


@pytest.mark.parametrize("numbers", [(0, 6), (1, 0)])
def test_nothing_to_measure_is_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure(*numbers)
