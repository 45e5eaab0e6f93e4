"""The benchmark of the overload tells what was answered, and what was refused."""

from __future__ import annotations

import pytest

from sevenviews.bench.overload import measure


def test_calls_are_answered_refused_or_lost() -> None:
    figures = measure(pairs=1, seconds=0.5)
    assert figures.in_line.median > 0
    assert 0 < figures.refused.median < 1
    assert figures.ratio.median == figures.in_line.median / figures.begun.median


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0)])
def test_nothing_to_measure_is_refused(numbers: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        measure(*numbers)
