"""The two-stage search against all patents scored one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.backends.records import NearestDrawing, StoredVector
from sevenviews.designs import PACKAGED, View, ViewMatching
from sevenviews.ranking import QueryDrawing, StoredDrawing, score_patent
from sevenviews.vectors import finalists
from sevenviews.vectors.exact_search import EveryDrawing, rank_exactly
from sevenviews.vectors.finalists import Ranking
from sevenviews.vectors.patent_search import DrawingSource, PatentSearch

VIEWS = (View.FRONT, View.LEFT, View.RIGHT, View.PERSPECTIVE, View.UNKNOWN)
BLOCKS = (2, 5, 12, 1000)
"""So small that a few dozen patents take several blocks, and lists that are fetched deeper."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A corpus and a query."""

    rows: tuple[StoredVector, ...]
    vectors: Vectors
    queries: tuple[QueryDrawing, ...]
    matching: ViewMatching


class Corpus:
    """An exact index, which counts what it is asked for."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.depths: list[int] = []
        self.fetched: set[str] = set()

    @property
    def source(self) -> DrawingSource:
        return DrawingSource(self._nearest, self._drawings)

    def _nearest(
        self, queries: Sequence[int], views: tuple[View, ...], limit: int
    ) -> Sequence[Sequence[NearestDrawing]]:
        self.depths.append(limit)
        return [self._nearest_to(self._asked.vectors[query], views)[:limit] for query in queries]

    def _nearest_to(self, vector: npt.NDArray[np.float32], views: tuple[View, ...]) -> list[NearestDrawing]:
        near = [
            NearestDrawing(row.drawing_id, row.patent_id, row.generation, row.view, float(_of(row) @ vector))
            for row in self._asked.rows
            if not views or row.view in views
        ]
        return sorted(near, key=lambda one: -one.score)

    def _drawings(self, patent_ids: Sequence[str]) -> Iterator[StoredVector]:
        self.fetched.update(patent_ids)
        return (row for row in self._asked.rows if row.patent_id in patent_ids)


def _of(row: StoredVector) -> npt.NDArray[np.float32]:
    assert row.vector is not None
    return row.vector


def unit(rows: npt.NDArray[np.floating]) -> Vectors:
    made: Vectors = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return made


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    matching = draw(st.sampled_from(ViewMatching))
    queries = tuple(
        QueryDrawing(
            VIEWS[random.integers(len(VIEWS) - (matching is ViewMatching.REQUIRE))],
            # The first one is wanted: a search needs one.
            float(random.choice([1.0, 1.0, 0.3, -0.5])) if n else 1.0,
        )
        for n in range(draw(st.integers(1, 7)))
    )
    # A narrow cone, so that many patents score about the same.
    spread = draw(st.sampled_from([0.1, 1.0, 10.0]))
    vectors = unit(1 + spread * random.standard_normal((len(queries), 6)))
    rows = []
    for number in range(draw(st.integers(0, 40))):
        for generation in range(1, 1 + int(random.integers(1, 3))):
            for drawing in range(int(random.integers(1, 7))):
                vector = unit(1 + spread * random.standard_normal(6))
                view = VIEWS[random.integers(len(VIEWS))]
                rows.append(StoredVector(f"P{number}-{drawing}", f"P{number}", generation, view, vector))
    return Asked(tuple(rows), vectors, queries, matching)


def brute_force(asked: Asked) -> list[tuple[str, int, float]]:
    """Every patent that has a drawing which may be matched with an image that is wanted, best first."""
    patents: dict[tuple[str, int], list[StoredVector]] = {}
    for row in asked.rows:
        patents.setdefault((row.patent_id, row.generation), []).append(row)
    wanted = {query.view for query in asked.queries if query.weight > 0}
    ranked = []
    for (patent_id, generation), rows in patents.items():
        if asked.matching is ViewMatching.REQUIRE and not wanted & {row.view for row in rows}:
            continue
        cosines = asked.vectors @ np.stack([_of(row) for row in rows]).T
        drawings = [StoredDrawing(row.drawing_id, row.view) for row in rows]
        scored = score_patent(cosines, asked.queries, drawings, asked.matching, PACKAGED.level)
        ranked.append((patent_id, generation, scored.score))
    return sorted(ranked, key=lambda one: (-one[2], one[0], -one[1]))


def search(
    asked: Asked, limit: int, corpus: Corpus | None = None
) -> tuple[list[tuple[str, int, float]], bool]:
    source = (corpus or Corpus(asked)).source
    return told(PatentSearch(source, comparing(asked), BLOCKS).best(limit))


def comparing(asked: Asked) -> finalists.Asked:
    return finalists.Asked(asked.vectors, asked.queries, asked.matching, PACKAGED.level)


def told(ranking: Ranking) -> tuple[list[tuple[str, int, float]], bool]:
    return [(one.patent_id, one.generation, one.score) for one in ranking.patents], ranking.complete


def search_exactly(asked: Asked, limit: int) -> tuple[list[tuple[str, int, float]], bool]:
    """Over rows that come in small portions, the patents' drawings apart."""
    rows = sorted(asked.rows, key=lambda row: (row.drawing_id.rpartition("-")[2], row.drawing_id))
    portions = [rows[at : at + 7] for at in range(0, len(rows), 7)]
    source = EveryDrawing(lambda: portions, Corpus(asked).source.drawings)
    return told(rank_exactly(source, comparing(asked), limit))


Kind = Callable[[Asked, int], tuple[list[tuple[str, int, float]], bool]]


@pytest.mark.parametrize("kind", [search, search_exactly])
@settings(max_examples=100, deadline=None)
@given(asked(), st.integers(1, 100))
def test_it_is_the_order_of_all_patents(kind: Kind, asked: Asked, limit: int) -> None:
    expected = brute_force(asked)
    found, complete = kind(asked, limit)
    assert [score for *_, score in found] == pytest.approx(
        [score for *_, score in expected[:limit]], abs=1e-6
    )
    # Where scores differ by more than rounding, so do the places.
    places = {(patent_id, generation): score for patent_id, generation, score in expected}
    for patent_id, generation, score in found:
        assert places[patent_id, generation] == pytest.approx(score, abs=1e-6)
    assert len({one[:2] for one in found}) == len(found)
    assert complete == (len(expected) <= limit)


@settings(max_examples=60, deadline=None)
@given(asked())
def test_who_asks_for_more_sees_the_same_beginning(asked: Asked) -> None:
    longest, _ = search(asked, 1000)
    for limit in (1, 2, 3, 7, 20, 50):
        found, _ = search(asked, limit)
        assert found == longest[:limit]


def test_a_full_block_is_not_all_there_is() -> None:
    """A patent that the lists give late, and that cannot reach the block, is never scored; but it is there."""
    near, away = unit(np.eye(2, 6))
    alike = [[near] * 5, [near] * 5, [away]]
    rows = tuple(
        StoredVector(f"P{number}-{n}", f"P{number}", 1, View.UNKNOWN, vector)
        for number, vectors in enumerate(alike)
        for n, vector in enumerate(vectors)
    )
    asked = Asked(rows, np.stack([near, near]), (QueryDrawing(), QueryDrawing()), ViewMatching.PREFER)
    found, complete = search(asked, 2)
    assert [patent_id for patent_id, *_ in found] == ["P0", "P1"]
    assert not complete
    assert search(asked, 3)[1]


def test_few_patents_of_many_are_scored_by_all_their_drawings() -> None:
    random = np.random.default_rng(0)
    vectors = unit(random.standard_normal((2, 16)))
    rows = [
        StoredVector(f"P{number}-{drawing}", f"P{number}", 1, View.UNKNOWN, unit(random.standard_normal(16)))
        for number in range(2000)
        for drawing in range(4)
    ]
    rows += [StoredVector(f"Q-{n}", "Q", 1, View.UNKNOWN, vector) for n, vector in enumerate(vectors)]
    asked = Asked(tuple(rows), vectors, (QueryDrawing(), QueryDrawing()), ViewMatching.PREFER)
    corpus = Corpus(asked)
    found, complete = search(asked, 2, corpus)
    assert found[0][0] == "Q"
    assert found[0][2] == pytest.approx(1.0)
    assert not complete
    assert len(corpus.fetched) < 200
    assert max(corpus.depths) < 2000


def test_a_single_image_of_no_known_view_needs_no_second_stage() -> None:
    random = np.random.default_rng(1)
    rows = tuple(
        StoredVector(f"P{n}", f"P{n}", 1, View.FRONT, unit(random.standard_normal(16))) for n in range(500)
    )
    asked = Asked(rows, unit(random.standard_normal((1, 16))), (QueryDrawing(),), ViewMatching.PREFER)
    corpus = Corpus(asked)
    found, _ = search(asked, 5, corpus)
    assert [one[:2] for one in found] == [one[:2] for one in brute_force(asked)[:5]]
    assert not corpus.fetched


def test_a_patent_that_is_gone_when_it_is_to_be_scored_is_left_out() -> None:
    random = np.random.default_rng(2)
    rows = tuple(
        StoredVector(f"P{n}", f"P{n}", 1, View.FRONT, unit(random.standard_normal(16))) for n in range(20)
    )
    vectors = unit(random.standard_normal((2, 16)))
    asked = Asked(rows, vectors, (QueryDrawing(), QueryDrawing()), ViewMatching.PREFER)
    first = brute_force(asked)[0][0]
    corpus = Corpus(asked)
    source = DrawingSource(
        corpus.source.nearest,
        lambda ids: (row for row in corpus.source.drawings(ids) if row.patent_id != first),
    )
    every = EveryDrawing(lambda: [rows], source.drawings)
    for ranking in (
        PatentSearch(source, comparing(asked)).best(20),
        rank_exactly(every, comparing(asked), 20),
    ):
        assert len(ranking.patents) == 19
        assert first not in {one.patent_id for one in ranking.patents}
        assert ranking.complete
