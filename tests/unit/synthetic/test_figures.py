"""Which views a patent shows: incomplete, as real ones are."""

from __future__ import annotations

from collections import Counter
from functools import cache

from sevenviews.designs import STANDARD_VIEWS, View
from sevenviews.synthetic import design
from sevenviews.synthetic.figures import FigurePlan, plan_figures


@cache
def _plans() -> list[FigurePlan]:
    return [plan_figures(design(1, index), held_out=False) for index in range(300)]


def test_two_to_seven_views_each_once() -> None:
    plans = _plans()
    counts = Counter(len(plan.views) for plan in plans)
    assert set(counts) == set(range(2, 8))
    assert counts[7] > counts[2]
    assert all(len(set(plan.views)) == len(plan.views) for plan in plans)
    assert all(plan.query is None for plan in plans)


def test_the_perspective_view_is_the_most_frequent_and_none_is_rare() -> None:
    counts = Counter(view for plan in _plans() for view in plan.views)
    assert set(counts) == set(STANDARD_VIEWS)
    assert counts.most_common(1)[0][0] is View.PERSPECTIVE
    assert min(counts.values()) > len(_plans()) / 3


def test_a_query_is_often_a_view_that_the_patent_lacks() -> None:
    held = [plan_figures(design(1, index), held_out=True) for index in range(200)]
    assert all(plan.query in STANDARD_VIEWS for plan in held)
    assert all(len(plan.views) >= 2 for plan in held)
    assert not {View.TOP, View.BOTTOM} & {
        plan.query for plan in held if set(plan.views) - {View.TOP, View.BOTTOM}
    }
    lacking = sum(plan.query not in plan.views for plan in held)
    assert 60 < lacking < 140
