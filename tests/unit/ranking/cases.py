"""Queries and patents to score, and the formula recomputed by trying every assignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import exp, inf, log

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from sevenviews.designs import View, ViewMatching
from sevenviews.ranking import OTHER_VIEW_COST, SOFTNESS, QueryDrawing, StoredDrawing

VIEWS = [View.UNKNOWN, View.OTHER, View.FRONT, View.TOP, View.LEFT, View.RIGHT]
OPPOSITE = {View.LEFT: View.RIGHT, View.RIGHT: View.LEFT}
UNNAMED = {View.UNKNOWN, View.OTHER}

cosines = st.floats(-1, 1, width=32)
weights = st.sampled_from([-2.0, -0.5, 0.5, 1.0, 3.0])


def stored(*views: View) -> list[StoredDrawing]:
    return [StoredDrawing(f"P1-D00001-{number:02d}", view) for number, view in enumerate(views, 1)]


@dataclass(frozen=True)
class Case:
    """A query and a patent; `cosines` is [queries, drawings], `levels` one a query image."""

    cosines: npt.NDArray[np.float32]
    queries: list[QueryDrawing]
    drawings: list[StoredDrawing]
    levels: list[float]


@st.composite
def query_lists(draw: st.DrawFn, most: int) -> list[QueryDrawing]:
    """One image of positive weight, and others."""
    views = st.sampled_from(VIEWS)
    first = draw(st.builds(QueryDrawing, view=views, weight=st.sampled_from([0.5, 1.0, 3.0])))
    return [first, *draw(st.lists(st.builds(QueryDrawing, view=views, weight=weights), max_size=most - 1))]


@st.composite
def cases(draw: st.DrawFn, queries: int = 3, drawings: int = 4) -> Case:
    """Up to so many query images and drawings; a patent may have none."""
    asked = draw(query_lists(queries))
    have = stored(*draw(st.lists(st.sampled_from(VIEWS), max_size=drawings)))
    return Case(
        draw(tables(len(asked), len(have))),
        asked,
        have,
        draw(st.lists(st.floats(-0.5, 0.5), min_size=len(asked), max_size=len(asked))),
    )


@st.composite
def tables(draw: st.DrawFn, rows: int, columns: int) -> npt.NDArray[np.float32]:
    values = draw(st.lists(cosines, min_size=rows * columns, max_size=rows * columns))
    return np.array(values, np.float32).reshape(rows, columns)


def recomputed(case: Case, matching: ViewMatching) -> float:
    """The score by the formula, written without the package's code."""
    asked, have = case.queries, case.drawings
    wanted = [index for index, query in enumerate(asked) if query.weight > 0]
    whole = sum(asked[q].weight for q in wanted)

    def soft_mean(given_to: dict[int, int]) -> float:
        values = {
            q: _worth(case, q, given_to[q], matching) if q in given_to else case.levels[q] for q in wanted
        }
        total = sum(asked[q].weight * exp(value / SOFTNESS) for q, value in values.items())
        return SOFTNESS * log(total / whole)

    best = max(map(soft_mean, filter(None, _assignments(case, wanted, matching))), default=-inf)
    unwanted = 0.0
    for q, query in enumerate(asked):
        if query.weight < 0:
            nearest = max((_worth(case, q, d, matching) for d in range(len(have))), default=-inf)
            unwanted -= query.weight * max(0.0, nearest - case.levels[q])
    return min(1.0, max(0.0, (1 + best - unwanted / whole) / 2)) if best > -inf else 0.0


def _worth(case: Case, query: int, drawing: int, matching: ViewMatching) -> float:
    asked, has = case.queries[query].view, case.drawings[drawing].view
    if matching is ViewMatching.REQUIRE and asked is not has:
        return -inf
    free = asked is View.UNKNOWN or has is asked or has is OPPOSITE.get(asked)
    cost = 0 if free or matching is not ViewMatching.PREFER else OTHER_VIEW_COST
    return float(case.cosines[query, drawing]) - cost


def _assignments(case: Case, queries: Sequence[int], matching: ViewMatching) -> Iterator[dict[int, int]]:
    """Every way to match some of the queries: each drawing once, a side twice if for opposite sides."""
    once = [(drawing, False) for drawing in range(len(case.drawings))]
    again = [(drawing, True) for drawing in range(len(case.drawings))]
    slots: list[tuple[int, bool] | None] = [*once, *again, *[None] * len(queries)]
    for chosen in permutations(slots, len(queries)):
        given_to = {q: slot for q, slot in zip(queries, chosen, strict=True) if slot is not None}
        if all(_allowed(case, q, *slot, matching) for q, slot in given_to.items()):
            yield {q: drawing for q, (drawing, _) in given_to.items()}


def _allowed(case: Case, query: int, drawing: int, again: bool, matching: ViewMatching) -> bool:
    asked, has = case.queries[query].view, case.drawings[drawing].view
    sides = {asked, has} <= UNNAMED | OPPOSITE.keys() and (asked in UNNAMED or asked is not has)
    return (sides or not again) and _worth(case, query, drawing, matching) > -inf
