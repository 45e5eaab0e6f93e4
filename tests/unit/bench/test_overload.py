"""The benchmark of the overload tells what was answered, and what was refused."""

from __future__ import annotations

import pytest

from sevenviews.bench.overload import measure


def test_calls_are_answered_refused_or_lost() -> None:
    report = measure(pairs=1, seconds=0.5)
    (compared,) = report.comparisons
    assert compared.ratio.median == compared.ours.median / compared.other.median > 0
    (refused,) = report.remarks
    assert 0 < int(refused.split(", ")[1].split("%")[0]) < 100


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0)])
def test_nothing_to_measure_is_refused(numbers: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        measure(*numbers)
