"""The figures of alternating measurements."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.bench.statistics import Pairs, Spread, alternate, percentile


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_the_nearest_rank(values: list[float], share: float) -> None:
    assert percentile(values, share) == np.percentile(values, 100 * share, method="inverted_cdf")


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 1.5), ([1.0], -0.1)])
def test_what_has_no_percentile_is_refused(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, share)


def test_rounds_alternate() -> None:
    order: list[str] = []

    def note(way: str, number: int) -> int:
        order.append(f"{way}{number}")
        return number

    rounds = alternate(3, lambda n: note("a", n), lambda n: note("b", n))
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert rounds.first == rounds.second == (0, 1, 2)


def test_a_ratio_is_taken_pair_by_pair() -> None:
    # A machine that slows down by ten leaves the ratio as it is.
    pairs = Pairs((2.0, 20.0, 200.0), (1.0, 10.0, 100.0))
    assert pairs.ratio == Spread(2.0, 2.0, 2.0)


def test_no_values_have_no_spread() -> None:
    with pytest.raises(ValueError, match="no values"):
        Spread.of([])
