"""No patent that was not seen scores above the bound, and some patent reaches it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import View, ViewMatching
from sevenviews.ranking import QueryDrawing, score_patent, upper_bounds
from tests.unit.ranking.cases import Case, cases, cosines, stored, tables

matchings = st.sampled_from(ViewMatching)


@given(cases(queries=7, drawings=8), matchings, st.data())
def test_no_unseen_patent_scores_above_the_bound(
    case: Case, matching: ViewMatching, data: st.DataObject
) -> None:
    reach = data.draw(tables(len(case.queries), 1))
    below = replace(case, cosines=np.minimum(case.cosines, reach))
    found = score_patent(below.cosines, case.queries, case.drawings, matching, case.levels)
    assert found.score <= upper_bounds(reach.T.astype(np.float64), case.queries, case.levels)[0]


@given(st.lists(cosines, min_size=1, max_size=7), matchings, st.floats(-1, 1))
def test_some_patent_reaches_the_bound(reach: list[float], matching: ViewMatching, level: float) -> None:
    """One of those that show some of the views, and each of these as like as can be."""
    views = [view for view in View if view not in (View.UNKNOWN, View.OTHER, View.LEFT)][: len(reach)]
    queries = [QueryDrawing(view) for view in views]
    (bound,) = upper_bounds(np.array([reach]), queries, level)
    ordered = sorted(range(len(reach)), key=lambda index: -reach[index])
    table = np.repeat(np.array(reach)[:, None], len(reach), axis=1)
    scores = [
        score_patent(
            table[:, :shown], queries, stored(*[views[index] for index in ordered[:shown]]), matching, level
        ).score
        for shown in range(1, len(reach) + 1)
    ]
    assert max(scores) == pytest.approx(bound, abs=1e-9)


def test_what_resembles_an_unwanted_image_does_not_bind() -> None:
    queries = [QueryDrawing(), QueryDrawing(weight=-1)]
    bounds = upper_bounds(np.array([[0.6, unwanted] for unwanted in (-1, 0, 1)]), queries, 0.1)
    assert bounds == pytest.approx([0.8] * 3)


@given(cases(queries=7, drawings=8))
def test_patents_at_once_are_bounded_as_each_alone(case: Case) -> None:
    reach = case.cosines.T.astype(np.float64)
    alone = [upper_bounds(one[None], case.queries, case.levels)[0] for one in reach]
    assert upper_bounds(reach, case.queries, case.levels).tolist() == alone
