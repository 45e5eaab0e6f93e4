"""Rates of a pipeline whose results arrive by blocks."""

from __future__ import annotations

import pytest

from sevenviews.bench.reembed import steady_rate


def test_the_start_does_not_count() -> None:
    # Nothing for ten seconds; then a block of 100 drawings every half second.
    marks = [(10 + 0.5 * n, 100 * (n + 1)) for n in range(20)]
    assert steady_rate(marks, 2000) == pytest.approx(200)


def test_all_at_once_tells_no_rate() -> None:
    with pytest.raises(ValueError, match="too few"):
        steady_rate([(5.0, 520)], 520)
    with pytest.raises(ValueError, match="too few"):
        steady_rate([(5.0, 300), (5.1, 520)], 520)
