"""Percentiles and ratios, recomputed independently; and what holds for all values."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.bench.statistics import percentile, ratio_of_medians, spread

durations = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=60)


@given(durations)
def test_the_fiftieth_percentile_is_the_median(values: list[float]) -> None:
    assert percentile(values, 50) == pytest.approx(statistics.median(values))


@given(durations)
def test_percentiles_do_not_fall_and_stay_within_the_range(values: list[float]) -> None:
    found = [percentile(values, percent) for percent in (0, 50, 99, 100)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (min(values), max(values))


def test_the_ninety_ninth_of_a_hundred_and_one_is_the_second_largest() -> None:
    assert percentile([float(value) for value in range(101)], 99) == 99.0


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_spread_is_of_the_values_and_not_of_their_order() -> None:
    one = spread([3.0, 1.0, 2.0])
    assert (one.median, one.low, one.high) == (2.0, 1.0, 3.0)


def test_a_ratio_is_taken_within_each_pair() -> None:
    # The second pair ran while the machine was ten times slower: its ratio is the same, and so is the result.
    found = ratio_of_medians([([2.0, 4.0, 6.0], [2.0]), ([40.0], [10.0, 20.0, 30.0])])
    assert (found.median, found.low, found.high) == (2.0, 2.0, 2.0)


@given(durations, st.floats(0.1, 10))
def test_a_side_that_always_takes_so_many_times_as_long_has_that_ratio(
    values: list[float], factor: float
) -> None:
    slow = [factor * value for value in values]
    assert ratio_of_medians([(slow, values)] * 3).median == pytest.approx(factor)
