"""The benchmark of the evaluation measures what it says."""

from __future__ import annotations

import pytest

from sevenviews.bench.comparison import Report, Spread
from sevenviews.bench.evaluate import measure
from tests.unit.bench.clock import CountingClock


@pytest.mark.parametrize(("gallery", "dimension"), [(300, 16), (3000, 256)])
def test_both_ways_are_timed_in_pairs(gallery: int, dimension: int) -> None:
    report = measure(queries=40, gallery=gallery, dimension=dimension, pairs=3, clock=CountingClock())
    (compared,) = report.comparisons
    # What is timed n-th takes n seconds: the first product warms up, then both ways are timed in turn.
    assert compared.ours == Spread.of([2, 5, 6])
    assert compared.other == Spread.of([3, 4, 7])
    assert compared.ratio == Spread.of([2 / 3, 5 / 4, 6 / 7])
    # Neither perfect nor chance: the ranks that are counted are of all kinds.
    assert 0.1 < precision(report) < 0.99


def precision(report: Report) -> float:
    (said,) = report.remarks
    return float(said.split("mAP ")[1].split(",")[0])


def test_what_is_measured_depends_on_the_seed_alone() -> None:
    first, again, other = (precision(measure(30, 200, 8, pairs=1, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("numbers", [(0, 9, 9, 9), (9, 0, 9, 9), (9, 9, 0, 9), (9, 9, 9, 0)])
def test_nothing_to_measure_is_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure(*numbers)
