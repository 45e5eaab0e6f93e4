"""The figures of alternating measurements."""

from __future__ import annotations

import pytest

from sevenviews.bench.comparison import Comparison, Spread, alternate


def test_rounds_alternate_and_take_turns_to_begin() -> None:
    order: list[str] = []

    def note(way: str, number: int) -> int:
        order.append(f"{way}{number}")
        return number

    first, second = alternate(3, lambda n: note("a", n), lambda n: note("b", n))
    assert order == ["a0", "b0", "b1", "a1", "a2", "b2"]
    assert first == second == (0, 1, 2)


def test_a_ratio_is_taken_pair_by_pair() -> None:
    # A machine that slows down by ten leaves the ratio as it is.
    compared = Comparison.of("search", "bare", "ms", [2.0, 20.0, 200.0], [1.0, 10.0, 100.0])
    assert compared.ratio == Spread(2.0, 2.0, 2.0)
    assert (compared.ours, compared.other) == (Spread(20.0, 2.0, 200.0), Spread(10.0, 1.0, 100.0))
    assert compared.pairs == 3


def test_what_gives_no_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="no values"):
        Spread.of([])
    with pytest.raises(ValueError, match="no values"):
        Comparison.of("search", "bare", "ms", [], [])
    with pytest.raises(ValueError, match="shorter"):
        Comparison.of("search", "bare", "ms", [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="at least 1"):
        alternate(0, float, float)
