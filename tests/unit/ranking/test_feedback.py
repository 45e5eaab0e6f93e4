"""Query images moved by judged patents: the formula, and what it promises whatever is marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import PACKAGED, View, ViewMatching
from sevenviews.ranking import (
    Feedback,
    JudgedDrawings,
    QueryDrawing,
    StoredDrawing,
    moved_queries,
    score_patent,
)
from sevenviews.ranking.feedback import Vectors

VIEWS = (View.FRONT, View.LEFT, View.RIGHT, View.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Case:
    """Queries and marks, at random."""

    vectors: Vectors
    queries: tuple[QueryDrawing, ...]
    judged: tuple[JudgedDrawings, ...]

    def moved(self, judged: tuple[JudgedDrawings, ...] | None = None) -> Vectors:
        marks = self.judged if judged is None else judged
        return moved_queries(self.vectors, self.queries, marks, ViewMatching.PREFER, PACKAGED.level)


def unit(rows: np.ndarray) -> Vectors:
    made: Vectors = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return made


@st.composite
def cases(draw: st.DrawFn) -> Case:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    spread = draw(st.sampled_from([0.1, 1.0, 10.0]))

    def vectors(count: int) -> Vectors:
        return unit(1 + spread * random.standard_normal((count, 5)))

    queries = tuple(
        QueryDrawing(VIEWS[random.integers(len(VIEWS))], float(random.choice([1, 0.3, -0.5])) if n else 1.0)
        for n in range(draw(st.integers(1, 5)))
    )
    judged = []
    for number in range(draw(st.integers(0, 8))):
        count = int(random.integers(1, 6))
        drawings = [StoredDrawing(f"P{number}-{n}", VIEWS[random.integers(len(VIEWS))]) for n in range(count)]
        judged.append(JudgedDrawings(bool(random.integers(2)), drawings, vectors(count)))
    return Case(vectors(len(queries)), queries, tuple(judged))


@given(cases(), st.randoms(use_true_random=False))
def test_marks_turn_queries_as_far_as_they_may_in_whatever_order(case: Case, random: object) -> None:
    moved = case.moved()
    assert np.linalg.norm(moved, axis=1) == pytest.approx(1, abs=1e-5)
    shuffled = list(case.judged)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert np.array_equal(moved, case.moved(tuple(shuffled)))
    assert np.array_equal(case.moved(()), case.vectors)
    only_relevant = case.moved(tuple(one for one in case.judged if one.relevant))
    for at, query in enumerate(case.queries):
        if query.weight < 0:
            assert np.array_equal(moved[at], case.vectors[at])
        else:
            # However many are not relevant: arcsin 0.25.
            assert moved[at] @ only_relevant[at] >= np.sqrt(1 - 0.25**2) - 1e-5


@given(cases())
def test_a_relevant_patent_comes_nearer_and_an_irrelevant_one_goes_away(case: Case) -> None:
    for one in case.judged:
        before, after = case.vectors @ one.vectors.T, case.moved((one,)) @ one.vectors.T
        scored = score_patent(before, case.queries, one.drawings, ViewMatching.PREFER, PACKAGED.level)
        for match in scored.matches:
            if case.queries[match.query_index].weight > 0:
                change = (after - before)[match.query_index, match.drawing_index]
                assert change >= -1e-5 if one.relevant else change <= 1e-5


def test_the_formula() -> None:
    front = QueryDrawing(View.FRONT)
    asked, good, better, bad = (unit(np.array(one)) for one in ([1, 0, 0], [1, 1, 0], [2, 1, 0], [1, 0, 3]))
    judged = [
        JudgedDrawings(relevant, [StoredDrawing(name, View.FRONT)], vector[None])
        for name, relevant, vector in (("a", True, good), ("b", True, better), ("c", False, bad))
    ]
    feedback = Feedback(toward=0.5, away=0.1, most_away=0.9)
    (moved,) = moved_queries(asked[None], [front], judged, ViewMatching.PREFER, PACKAGED.level, feedback)
    expected = asked + 0.5 * (good + better) / 2 - 0.1 * bad
    assert moved == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    (capped,) = moved_queries(
        asked[None], [front], judged[2:], ViewMatching.PREFER, PACKAGED.level, Feedback(0.5, 2.0, 0.25)
    )
    expected = asked - 0.25 * bad
    assert capped == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


def test_what_a_patent_does_not_show_moves_nothing() -> None:
    queries = [QueryDrawing(View.FRONT), QueryDrawing(View.TOP)]
    patent = JudgedDrawings(True, [StoredDrawing("a", View.FRONT)], unit(np.array([[1, 0.5, 0]])))
    vectors = unit(np.eye(3)[:2])
    moved = moved_queries(vectors, queries, [patent], ViewMatching.REQUIRE, PACKAGED.level)
    assert np.array_equal(moved[1], vectors[1])
    assert not np.array_equal(moved[0], vectors[0])
