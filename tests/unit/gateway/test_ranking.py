"""The score of a patent, recomputed independently, and what must hold of any ranking."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.backends.records import NearestDrawing
from sevenviews.designs import View, ViewMatching
from sevenviews.gateway.ranking import (
    SAME_VIEW_BONUS,
    QueryCandidates,
    candidate_floor,
    rank_patents,
)

VIEWS = [View.UNKNOWN, View.FRONT, View.TOP]


def drawing(patent: str, score: float, view: View = View.UNKNOWN, number: int = 1) -> NearestDrawing:
    return NearestDrawing(f"{patent}-{number}", patent, view, score)


def query(*drawings: NearestDrawing, view: View = View.UNKNOWN, floor: float = 0.0) -> QueryCandidates:
    return QueryCandidates(view, drawings, floor)


# Scores on a grid: sums of floats that differ by rounding alone would make ties undecidable.
scores = st.integers(-8, 8).map(lambda step: step / 8)


@st.composite
def candidate_lists(draw: st.DrawFn) -> list[QueryCandidates]:
    """One to three queries over the same few patents of up to three drawings."""
    names = [(patent, number) for patent in "ABCD" for number in (1, 2, 3)]
    queries = []
    for _ in range(draw(st.integers(1, 3))):
        chosen = draw(st.lists(st.sampled_from(names), unique=True))
        drawings = tuple(
            drawing(patent, draw(scores), draw(st.sampled_from(VIEWS)), number) for patent, number in chosen
        )
        lowest = min((item.score for item in drawings), default=0.0)
        queries.append(QueryCandidates(draw(st.sampled_from(VIEWS)), drawings, lowest))
    return queries


def recomputed(patent: str, queries: Sequence[QueryCandidates], matching: ViewMatching) -> float:
    """The formula of the module, written without its code."""
    total = 0.0
    for one in queries:
        values = [
            item.score
            + (
                SAME_VIEW_BONUS
                if matching is ViewMatching.PREFER and one.view != View.UNKNOWN and item.view == one.view
                else 0
            )
            for item in one.drawings
            if item.patent_id == patent
        ]
        total += max(values) if values else one.floor
    return total / len(queries)


@given(candidate_lists(), st.sampled_from(ViewMatching))
def test_scores_are_those_of_the_formula(queries: list[QueryCandidates], matching: ViewMatching) -> None:
    ranked = rank_patents(queries, matching)
    assert {p.patent_id for p in ranked} == {d.patent_id for q in queries for d in q.drawings}
    for patent in ranked:
        assert patent.score == pytest.approx(recomputed(patent.patent_id, queries, matching))


@given(candidate_lists(), st.sampled_from(ViewMatching), st.randoms())
def test_the_order_of_candidates_does_not_matter(
    queries: list[QueryCandidates], matching: ViewMatching, random: Random
) -> None:
    shuffled = [
        QueryCandidates(one.view, tuple(random.sample(one.drawings, len(one.drawings))), one.floor)
        for one in queries
    ]
    assert rank_patents(shuffled, matching) == rank_patents(queries, matching)


@given(candidate_lists(), st.sampled_from(ViewMatching), st.data())
def test_a_better_drawing_never_moves_its_patent_down(
    queries: list[QueryCandidates], matching: ViewMatching, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(queries) - 1))
    one = queries[position]
    if not one.drawings:
        return
    chosen = data.draw(st.sampled_from(one.drawings))
    better = NearestDrawing(chosen.drawing_id, chosen.patent_id, chosen.view, chosen.score + 0.25)
    improved = list(queries)
    improved[position] = QueryCandidates(
        one.view, tuple(better if item is chosen else item for item in one.drawings), one.floor
    )
    assert place(chosen.patent_id, improved, matching) <= place(chosen.patent_id, queries, matching)


def place(patent_id: str, queries: list[QueryCandidates], matching: ViewMatching) -> int:
    return [patent.patent_id for patent in rank_patents(queries, matching)].index(patent_id)


@given(candidate_lists(), st.sampled_from(ViewMatching))
def test_the_best_comes_first_and_ties_are_broken_by_id(
    queries: list[QueryCandidates], matching: ViewMatching
) -> None:
    keys = [(-patent.score, patent.patent_id) for patent in rank_patents(queries, matching)]
    assert keys == sorted(keys)


def test_a_patent_that_matches_both_queries_stands_before_one_that_matches_one() -> None:
    first = query(drawing("A", 0.9), drawing("B", 0.8), drawing("C", 0.3), floor=0.3)
    second = query(drawing("B", 0.8, number=2), drawing("C", 0.3, number=2), floor=0.3)
    ranked = rank_patents([first, second], ViewMatching.IGNORE)
    assert [p.patent_id for p in ranked] == ["B", "A", "C"]
    assert ranked[1].score == pytest.approx((0.9 + 0.3) / 2)
    assert [m.query_index for m in ranked[1].matches] == [0]
    assert [m.drawing.drawing_id for m in ranked[0].matches] == ["B-1", "B-2"]


def test_the_same_view_decides_between_like_drawings_only() -> None:
    candidates = [
        query(
            drawing("A", 0.80, View.TOP),
            drawing("B", 0.78, View.FRONT),
            drawing("C", 0.70, View.FRONT),
            view=View.FRONT,
        )
    ]
    preferred = rank_patents(candidates, ViewMatching.PREFER)
    assert [p.patent_id for p in preferred] == ["B", "A", "C"]
    # The match tells the similarity itself.
    assert preferred[0].matches[0].drawing.score == 0.78
    ignored = rank_patents(candidates, ViewMatching.IGNORE)
    assert [p.patent_id for p in ignored] == ["A", "B", "C"]


def test_a_query_of_unknown_view_prefers_none() -> None:
    candidates = [query(drawing("A", 0.8), drawing("B", 0.79, View.FRONT))]
    assert rank_patents(candidates, ViewMatching.PREFER) == rank_patents(candidates, ViewMatching.IGNORE)


def test_the_floor_is_what_an_absent_drawing_could_score_at_most() -> None:
    nearest = [drawing("A", 0.9), drawing("B", 0.4)]
    assert candidate_floor(nearest, exhausted=False) == 0.4
    # There is nothing else that could match: absent means unlike.
    assert candidate_floor(nearest, exhausted=True) == 0.0
    assert candidate_floor([drawing("A", -0.2)], exhausted=True) == -0.2
    assert candidate_floor([], exhausted=True) == 0.0
