"""The score of a patent: worked examples, and the formula recomputed by trying every assignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import View, ViewCoverage, ViewMatching
from sevenviews.ranking import (
    OTHER_VIEW_COST,
    Match,
    QueryDrawing,
    StoredDrawing,
    score_patent,
    upper_bound,
)

VIEWS = [View.UNKNOWN, View.FRONT, View.LEFT, View.RIGHT]
OPPOSITE = {View.LEFT: View.RIGHT, View.RIGHT: View.LEFT}

# On a grid: sums that differ by rounding alone would leave open which assignment is the best.
cosines = st.integers(-16, 16).map(lambda step: step / 16)
weights = st.sampled_from([-2.0, -0.5, 0.5, 1.0, 3.0])
positive_weights = st.sampled_from([0.5, 1.0, 3.0])


def stored(*views: View) -> list[StoredDrawing]:
    return [StoredDrawing(f"P1-D00001-{number:02d}", view) for number, view in enumerate(views, 1)]


Case = tuple[npt.NDArray[np.float64], list[QueryDrawing], list[StoredDrawing], list[float]]


@st.composite
def cases(draw: st.DrawFn, most_drawings: int = 4) -> Case:
    """One to three query images, none to four drawings, and a level each."""
    queries = [QueryDrawing(draw(st.sampled_from(VIEWS)), draw(positive_weights))]
    queries += draw(
        st.lists(st.builds(QueryDrawing, view=st.sampled_from(VIEWS), weight=weights), max_size=2)
    )
    drawings = stored(*draw(st.lists(st.sampled_from(VIEWS), max_size=most_drawings)))
    count = len(queries) * len(drawings)
    table = np.array(draw(st.lists(cosines, min_size=count, max_size=count)), np.float64)
    levels = draw(st.lists(cosines, min_size=len(queries), max_size=len(queries)))
    return table.reshape(len(queries), len(drawings)), queries, drawings, levels


def value(cosine: float, query: View, drawing: View, matching: ViewMatching) -> float | None:
    """x(q, d); None where the match is forbidden."""
    if matching is ViewMatching.REQUIRE:
        return cosine if query is drawing else None
    costs = matching is ViewMatching.PREFER and query is not View.UNKNOWN and query is not drawing
    return cosine - (OTHER_VIEW_COST if costs else 0)


def assignments(
    queries: Sequence[int], drawings: Sequence[int], case: Case, matching: ViewMatching
) -> Iterator[dict[int, int]]:
    """Every way to give the queries drawings, each once, a side twice to opposite queries; None: none."""
    _, asked, have, _ = case
    slots: list[tuple[int, bool] | None] = [(drawing, False) for drawing in drawings]
    slots += [(drawing, True) for drawing in drawings if have[drawing].view in OPPOSITE]
    slots += [None] * len(queries)
    for chosen in permutations(range(len(slots)), len(queries)):
        given_to: dict[int, int] = {}
        for query, place in zip(queries, chosen, strict=True):
            slot = slots[place]
            if slot is None:
                continue
            drawing, second = slot
            view = have[drawing].view
            if second and asked[query].view is not OPPOSITE[view]:
                break
            if value(0, asked[query].view, view, matching) is None:
                break
            given_to[query] = drawing
        else:
            yield given_to


def recomputed(case: Case, matching: ViewMatching) -> float:
    """The formula of the module, written without its code."""
    table, queries, drawings, levels = case

    def x(query: int, drawing: int) -> float:
        found = value(table[query, drawing], queries[query].view, drawings[drawing].view, matching)
        return -np.inf if found is None else found

    wanted = [index for index, query in enumerate(queries) if query.weight > 0]
    whole = sum(queries[index].weight for index in wanted)
    best = max(
        (
            len(given_to),
            sum(queries[q].weight * (x(q, given_to[q]) if q in given_to else levels[q]) for q in wanted),
        )
        for given_to in assignments(wanted, range(len(drawings)), case, matching)
    )[1]
    unwanted = 0.0
    for index, query in enumerate(queries):
        if query.weight < 0:
            z = max((x(index, drawing) for drawing in range(len(drawings))), default=-np.inf)
            unwanted -= query.weight * max(0.0, z - levels[index])
    return min(1.0, max(0.0, (1 + (best - unwanted) / whole) / 2))


@given(cases(), st.sampled_from(ViewMatching))
def test_the_score_is_that_of_the_formula(case: Case, matching: ViewMatching) -> None:
    table, queries, drawings, levels = case
    found = score_patent(table, queries, drawings, matching, levels)
    assert found.score == pytest.approx(recomputed(case, matching), abs=1e-12)


@given(cases(most_drawings=7), st.sampled_from(ViewMatching), st.data())
def test_no_unseen_patent_scores_above_the_bound(
    case: Case, matching: ViewMatching, data: st.DataObject
) -> None:
    table, queries, drawings, levels = case
    reach = np.array(data.draw(st.lists(cosines, min_size=len(queries), max_size=len(queries))))
    below = np.minimum(table, reach[:, None])
    found = score_patent(below, queries, drawings, matching, levels)
    assert found.score <= upper_bound(reach, queries, matching, levels)


@given(st.lists(cosines, min_size=1, max_size=7), st.sampled_from(ViewMatching))
def test_some_patent_reaches_the_bound(reach: list[float], matching: ViewMatching) -> None:
    queries = [QueryDrawing(View.FRONT)] * len(reach)
    drawings = stored(*[View.FRONT] * len(reach))
    table = np.repeat(np.array(reach)[:, None], len(reach), axis=1)
    found = score_patent(table, queries, drawings, matching, -1.0)
    assert found.score == pytest.approx(upper_bound(np.array(reach), queries, matching, -1.0), abs=1e-9)


def test_a_drawing_serves_one_query_image() -> None:
    found = score_patent(
        np.array([[0.9, 0.8], [0.8, 0.1]]),
        [QueryDrawing(), QueryDrawing()],
        stored(View.UNKNOWN, View.UNKNOWN),
        ViewMatching.IGNORE,
        0.2,
    )
    assert found.matches == (Match(0, 1, 0.8), Match(1, 0, 0.8))
    assert found.score == pytest.approx((1 + 0.8) / 2)
    assert found.coverage == (ViewCoverage.OTHER_VIEW, ViewCoverage.OTHER_VIEW)


def test_a_side_serves_a_query_image_of_each_side() -> None:
    found = score_patent(
        np.array([[0.9], [0.7]]),
        [QueryDrawing(View.LEFT), QueryDrawing(View.RIGHT)],
        stored(View.LEFT),
        ViewMatching.IGNORE,
        0.2,
    )
    assert found.matches == (Match(0, 0, 0.9), Match(1, 0, 0.7))
    assert found.coverage == (ViewCoverage.SAME_VIEW, ViewCoverage.SAME_VIEW)
