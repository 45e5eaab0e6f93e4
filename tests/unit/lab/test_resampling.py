"""Intervals hold what they say, also where the queries of a patent resemble each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from sevenviews.lab.resampling import bootstrap_interval, compare_paired

Values = npt.NDArray[np.float64]
Patents = npt.NDArray[np.int64]


def clustered(chance: np.random.Generator, patents: int, queries: int) -> tuple[Values, Patents]:
    """Values around 0.5, alike within a patent; and the patent of each."""
    groups = np.repeat(np.arange(patents), queries)
    values = chance.uniform(0.1, 0.9, patents)[groups] + chance.uniform(-0.1, 0.1, len(groups))
    return values, groups


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    """By queries instead of patents it would hold it in about six of ten."""
    chance, covered, by_query = np.random.default_rng(0), 0, 0
    for seed in range(100):
        values, groups = clustered(chance, 60, 6)
        low, high = bootstrap_interval(values, groups, seed, level=0.9, resamples=300)
        covered += low <= 0.5 <= high
        low, high = bootstrap_interval(values, np.arange(len(values)), seed, level=0.9, resamples=300)
        by_query += low <= 0.5 <= high
    assert 0.83 < covered / 100 < 0.96
    assert by_query / 100 < 0.7


def test_the_interval_is_seeded_and_of_one_patent_a_point() -> None:
    values, groups = clustered(np.random.default_rng(1), 10, 2)
    assert bootstrap_interval(values, groups, 3) == bootstrap_interval(values, groups, 3)
    assert bootstrap_interval(values, groups, 3) != bootstrap_interval(values, groups, 4)
    low, high = bootstrap_interval(np.array([0.25, 0.75]), ["D1", "D1"])
    assert (low, high) == (0.5, 0.5)


def test_the_order_of_the_queries_does_not_matter() -> None:
    values, groups = clustered(np.random.default_rng(2), 12, 3)
    order = np.random.default_rng(3).permutation(len(values))
    assert bootstrap_interval(values[order], groups[order]) == pytest.approx(
        bootstrap_interval(values, groups)
    )


@pytest.mark.parametrize(
    ("values", "groups", "level", "message"),
    [
        ([], [], 0.95, "interval"),
        ([1.0], ["a"], 0.0, "interval"),
        ([1.0], ["a"], 1.0, "interval"),
        ([1.0], ["a", "b"], 0.95, "2 groups"),
    ],
)
def test_what_has_no_interval_is_refused(
    values: list[float], groups: list[str], level: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        bootstrap_interval(np.array(values), groups, level=level)


def test_a_comparison_counts_the_queries_and_gives_the_interval_of_their_difference() -> None:
    chance = np.random.default_rng(5)
    other, patents = clustered(chance, 40, 2)
    model = other + np.where(np.arange(80) % 4 == 0, -0.02, 0.04)
    model[-10:] = other[-10:] + 1e-15
    paired = compare_paired(model, other, patents, 1)
    assert (paired.better, paired.worse, paired.equal) == (52, 18, 10)
    assert (paired.queries, paired.patents) == (80, 40)
    assert paired.difference == pytest.approx((52 * 0.04 - 18 * 0.02) / 80)
    # The models differ far less than the queries do: unpaired, nothing could be told.
    assert 0.015 < paired.interval[0] < paired.difference < paired.interval[1] < 0.03
    back = compare_paired(other, model, patents, 1)
    assert back.interval == pytest.approx((-paired.interval[1], -paired.interval[0]))


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    chance, held = np.random.default_rng(3), 0
    for trial in range(100):
        other, patents = clustered(chance, 60, 2)
        model = other + 0.05 + chance.normal(0, 0.1, 60)[patents]
        low, high = compare_paired(model, other, patents, trial).interval
        held += low <= 0.05 <= high
    assert 89 <= held <= 99


def test_a_model_equals_itself() -> None:
    values, patents = clustered(np.random.default_rng(1), 30, 2)
    paired = compare_paired(values, values, patents)
    assert (paired.difference, paired.interval, paired.equal) == (0.0, (0.0, 0.0), 60)


def test_other_queries_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        compare_paired(np.zeros(3), np.zeros(4), ["a", "b", "c"])
