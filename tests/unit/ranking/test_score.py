"""The score of a patent: worked examples, the formula recomputed, and what must hold of any query."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import View, ViewCoverage, ViewMatching
from sevenviews.ranking import (
    OTHER_VIEW_COST,
    SOFTNESS,
    Match,
    PatentScore,
    QueryDrawing,
    explain_patents,
    score_patent,
    score_patents,
)
from tests.unit.ranking.cases import UNNAMED, Case, cases, cosines, query_lists, recomputed, stored, tables

matchings = st.sampled_from(ViewMatching)
LEVEL = 0.1
SIDES = {View.LEFT, View.RIGHT, *UNNAMED}


def scored(case: Case, matching: ViewMatching) -> PatentScore:
    return score_patent(case.cosines, case.queries, case.drawings, matching, case.levels)


def of_views(
    table: list[list[float]],
    asked: list[View],
    have: list[View],
    matching: ViewMatching = ViewMatching.PREFER,
) -> PatentScore:
    return score_patent(np.array(table), list(map(QueryDrawing, asked)), stored(*have), matching, LEVEL)


@given(cases(), matchings)
def test_the_score_is_that_of_the_formula(case: Case, matching: ViewMatching) -> None:
    assert scored(case, matching).score == pytest.approx(recomputed(case, matching), abs=1e-11)


@given(cases(queries=7, drawings=8), matchings, st.randoms())
def test_the_order_of_the_drawings_does_not_matter(
    case: Case, matching: ViewMatching, random: Random
) -> None:
    order = random.sample(range(len(case.drawings)), len(case.drawings))
    shuffled = replace(case, cosines=case.cosines[:, order], drawings=[case.drawings[d] for d in order])
    one, other = scored(case, matching), scored(shuffled, matching)
    assert one.score == other.score
    assert one.coverage == other.coverage
    assert [(m.query_index, m.drawing_index) for m in one.matches] == [
        (m.query_index, order[m.drawing_index]) for m in other.matches
    ]


@given(cases(queries=7, drawings=8), matchings, st.data())
def test_more_alike_is_never_scored_less(case: Case, matching: ViewMatching, data: st.DataObject) -> None:
    wanted = np.array([query.weight > 0 for query in case.queries])[:, None]
    other = data.draw(tables(*case.cosines.shape))
    low, high = np.minimum(case.cosines, other), np.maximum(case.cosines, other)
    worse = scored(replace(case, cosines=np.where(wanted, low, high)), matching)
    better = scored(replace(case, cosines=np.where(wanted, high, low)), matching)
    assert worse.score <= better.score + 1e-12


@given(cases(queries=7, drawings=8), matchings)
def test_a_match_is_of_two_that_may_meet_and_a_drawing_serves_once(
    case: Case, matching: ViewMatching
) -> None:
    found = scored(case, matching)
    assert 0 <= found.score <= 1
    matched = {match.query_index for match in found.matches}
    assert [index in matched for index in range(len(case.queries))] == [
        one is not ViewCoverage.MISSING for one in found.coverage
    ]
    served: dict[int, list[View]] = {}
    for match in found.matches:
        assert match.similarity == pytest.approx(float(case.cosines[match.query_index, match.drawing_index]))
        query, view = case.queries[match.query_index], case.drawings[match.drawing_index].view
        if matching is ViewMatching.REQUIRE:
            assert query.view is view
        if query.weight > 0:
            served.setdefault(match.drawing_index, []).append(query.view)
    for drawing, views in served.items():
        sides = [view for view in views if view in SIDES]
        assert len(views) == 1 or (len(views) == 2 and sides and case.drawings[drawing].view in SIDES)


@given(st.data(), query_lists(most=7), matchings)
def test_many_patents_score_as_one_by_one(
    data: st.DataObject, queries: list[QueryDrawing], matching: ViewMatching
) -> None:
    views = st.lists(st.sampled_from(View), min_size=1, max_size=6)
    patents = data.draw(st.lists(views, min_size=1, max_size=6))
    starts = np.cumsum([0, *map(len, patents)])
    table = data.draw(tables(len(queries), int(starts[-1])))
    alone = [
        score_patent(table[:, start : start + len(have)], queries, stored(*have), matching, LEVEL)
        for have, start in zip(patents, starts, strict=False)
    ]
    asked = (table, queries, list(chain(*patents)), starts[:-1], matching, LEVEL)
    assert explain_patents(*asked) == alone
    assert score_patents(*asked).tolist() == [one.score for one in alone]


@given(cosines, cosines)
def test_a_single_query_image_scores_by_its_nearest_drawing(one: float, other: float) -> None:
    found = of_views([[one, other]], [View.UNKNOWN], [View.FRONT, View.UNKNOWN])
    assert found.score == pytest.approx((1 + max(one, other)) / 2)


def test_a_drawing_serves_one_query_image() -> None:
    found = of_views([[0.9, 0.8], [0.9, 0.1]], [View.UNKNOWN] * 2, [View.FRONT] * 2)
    assert found.matches == (Match(0, 1, 0.8), Match(1, 0, 0.9))
    assert (1 + 0.8) / 2 < found.score < (1 + 0.9) / 2
    assert found.coverage == (ViewCoverage.OTHER_VIEW, ViewCoverage.OTHER_VIEW)


def test_a_side_serves_a_query_image_of_each_side() -> None:
    found = of_views([[0.9], [0.9]], [View.LEFT, View.RIGHT], [View.LEFT])
    assert found.matches == (Match(0, 0, 0.9), Match(1, 0, 0.9))
    assert found.score == pytest.approx(0.95)
    assert found.coverage == (ViewCoverage.SAME_VIEW, ViewCoverage.SAME_VIEW)


@pytest.mark.parametrize("unnamed", [View.UNKNOWN, View.OTHER])
def test_a_drawing_whose_view_is_not_named_may_be_such_a_side_but_serves_no_third(unnamed: View) -> None:
    found = of_views([[0.9], [0.9], [0.8]], [View.UNKNOWN] * 3, [unnamed])
    assert found.matches == (Match(0, 0, 0.9), Match(1, 0, 0.9))
    assert found.coverage[2] is ViewCoverage.MISSING


def test_a_query_image_that_the_design_does_not_show_shrinks_the_score_toward_the_level() -> None:
    found = of_views([[0.9, 0.2], [0.6, 0.05]], [View.FRONT, View.TOP], [View.FRONT, View.BACK])
    assert found.coverage == (ViewCoverage.SAME_VIEW, ViewCoverage.MISSING)
    assert found.matches == (Match(0, 0, 0.9),)
    mean = SOFTNESS * np.log((np.exp(0.9 / SOFTNESS) + np.exp(LEVEL / SOFTNESS)) / 2)
    assert found.score == pytest.approx((1 + mean) / 2)
    assert (1 + LEVEL) / 2 < found.score < (1 + 0.9) / 2


def test_a_drawing_that_is_less_like_than_the_level_is_not_held_against_its_design() -> None:
    asked = [View.FRONT, View.TOP]
    without = of_views([[0.9], [0.0]], asked, [View.FRONT])
    assert of_views([[0.9, 0.0], [0.0, -0.5]], asked, [View.FRONT, View.TOP]).score == without.score


def test_of_drawings_about_as_like_the_one_of_the_same_view_is_matched() -> None:
    near = OTHER_VIEW_COST / 2
    assert of_views([[0.8, 0.8 - near]], [View.FRONT], [View.TOP, View.FRONT]).matches[0].drawing_index == 1
    found = of_views([[0.8]], [View.FRONT], [View.TOP])
    assert found.score == pytest.approx((1 + 0.8 - OTHER_VIEW_COST) / 2)
    assert found.coverage == (ViewCoverage.OTHER_VIEW,)


def test_what_is_all_unlike_is_still_told_apart() -> None:
    asked = [View.FRONT, View.TOP]
    scores = [of_views([[cosine], [-0.9]], asked, [View.FRONT]).score for cosine in (-0.6, -0.5, 0.0)]
    assert scores == sorted(set(scores))
    assert scores[-1] < (1 + LEVEL) / 2


def test_a_patent_without_the_required_view_scores_nothing() -> None:
    found = of_views([[0.8]], [View.FRONT], [View.TOP], ViewMatching.REQUIRE)
    assert found == PatentScore(0.0, (), (ViewCoverage.MISSING,))


def test_what_resembles_an_unwanted_image_scores_less_and_what_does_not_is_as_it_was() -> None:
    queries = [QueryDrawing(), QueryDrawing(weight=-0.5)]

    def score(unwanted: float) -> float:
        return score_patent(
            np.array([[0.8], [unwanted]]), queries, stored(View.UNKNOWN), ViewMatching.PREFER, LEVEL
        ).score

    assert score(0.0) == score(LEVEL) == pytest.approx(0.9)
    assert score(0.7) == pytest.approx(0.9 - 0.5 * (0.7 - LEVEL) / 2)


@pytest.mark.parametrize("weight", [0.0, float("nan"), float("inf")])
def test_a_weight_is_a_finite_number_and_not_zero(weight: float) -> None:
    with pytest.raises(ValueError, match="weigh"):
        QueryDrawing(weight=weight)


@pytest.mark.parametrize(
    ("table", "weight", "level", "what"),
    [
        ([[0.5, 0.5]], 1.0, LEVEL, "shape"),
        ([[float("nan")]], 1.0, LEVEL, "finite"),
        ([[0.5]], -1.0, LEVEL, "positive"),
        ([[0.5]], 1.0, 1.5, "level"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    table: list[list[float]], weight: float, level: float, what: str
) -> None:
    queries = [QueryDrawing(weight=weight)]
    with pytest.raises(ValueError, match=what):
        score_patent(np.array(table), queries, stored(View.FRONT), ViewMatching.PREFER, level)


def test_each_of_many_patents_needs_a_drawing() -> None:
    with pytest.raises(ValueError, match="needs a drawing"):
        score_patents(
            np.zeros((1, 2)), [QueryDrawing()], [View.FRONT] * 2, np.array([0, 2]), ViewMatching.PREFER, LEVEL
        )
    assert (
        explain_patents(np.zeros((1, 0)), [QueryDrawing()], [], np.array([]), ViewMatching.PREFER, LEVEL)
        == []
    )
