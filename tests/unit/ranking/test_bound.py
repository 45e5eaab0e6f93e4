"""No patent that was not seen scores above the bound, and some patent reaches it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import View, ViewMatching
from sevenviews.ranking import QueryDrawing, score_patent, upper_bound
from tests.unit.ranking.cases import Case, cases, cosines, stored, tables

matchings = st.sampled_from(ViewMatching)


@given(cases(queries=7, drawings=8), matchings, st.data())
def test_no_unseen_patent_scores_above_the_bound(
    case: Case, matching: ViewMatching, data: st.DataObject
) -> None:
    reach = data.draw(tables(len(case.queries), 1))
    below = replace(case, cosines=np.minimum(case.cosines, reach))
    found = score_patent(below.cosines, case.queries, case.drawings, matching, case.levels)
    assert found.score <= upper_bound(reach[:, 0], case.queries, matching, case.levels)


@given(st.lists(cosines, min_size=1, max_size=7), matchings, st.floats(-1, 1))
def test_some_patent_reaches_the_bound(reach: list[float], matching: ViewMatching, level: float) -> None:
    """One of those that show some of the views, and each of these as like as can be."""
    views = [view for view in View if view not in (View.UNKNOWN, View.OTHER, View.LEFT)][: len(reach)]
    queries = [QueryDrawing(view) for view in views]
    bound = upper_bound(np.array(reach), queries, matching, level)
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
    bounds = [
        upper_bound(np.array([0.6, unwanted]), queries, ViewMatching.PREFER, 0.1) for unwanted in (-1, 0, 1)
    ]
    assert bounds == pytest.approx([0.8] * 3)
