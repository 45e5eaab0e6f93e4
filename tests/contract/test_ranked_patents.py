"""One suite over the fake, Milvus Lite and a real Milvus server: the search of patents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sevenviews.backends.records import JudgedPatent
from sevenviews.designs import (
    PatentFilter,
    Reason,
    View,
    ViewMatching,
)
from sevenviews.ranking import QueryDrawing, StoredDrawing, score_patent
from sevenviews.vectors.drawings import PatentGenerations, PatentQuery
from sevenviews.vectors.finalists import Ranking
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import Release
from tests.contract.designs import SECONDS, patent, refused, unit
from tests.fakes.design_index import as_patent


@pytest.mark.parametrize("seed", range(6))
def test_patents_are_ranked_as_if_each_had_been_scored(
    index: DesignIndex, release: Release, seed: int
) -> None:
    """By all of their drawings, whatever was asked for: 1 to 7 images, a filter, views, weights, any number."""
    random = np.random.default_rng(seed)
    patents = [
        patent(
            number, int(random.integers(1, 8)), int(random.integers(1, 3)), office=("US", "EM")[number % 2]
        )
        for number in range(90)
    ]
    index.upsert(release.release_id, patents, SECONDS)
    matching = tuple(ViewMatching)[seed % 3]
    views = (View.FRONT, View.LEFT, View.PERSPECTIVE, View.UNKNOWN)[: 3 if seed % 3 == 1 else 4]
    queries = [
        PatentQuery(
            unit(10_000 + 10 * seed + n),
            QueryDrawing(views[(seed + n) % len(views)], (1.0, 0.5, -0.7)[n % 3]),
        )
        for n in range(1 + seed)
    ]
    patent_filter = PatentFilter(offices=("EM",)) if seed % 2 else PatentFilter()
    expected = []
    for one in patents:
        drawings = [StoredDrawing(drawing.drawing_id, drawing.view) for drawing in one.drawings]
        cosines = (
            np.stack([query.embedding.vector for query in queries])
            @ np.stack([drawing.embedding.vector for drawing in one.drawings]).T
        )
        scored = score_patent(
            cosines, [query.drawing for query in queries], drawings, matching, release.calibration.level
        )
        wanted = any(queries[match.query_index].drawing.weight > 0 for match in scored.matches)
        if wanted and patent_filter.matches(as_patent(one)):
            expected.append((one.patent_id, one.generation, scored.score))
    expected.sort(key=lambda one: (-one[2], one[0]))
    for limit, exact in ((1, False), (5, True), (70, False), (70, True), (200, False)):
        _, ranking = index.search_patents(
            release.release_id, queries, patent_filter, matching, limit, SECONDS, exact=exact
        )
        best = expected[:limit]
        assert [(one.patent_id, one.generation) for one in ranking.patents] == [one[:2] for one in best]
        assert [one.score for one in ranking.patents] == pytest.approx([one[2] for one in best], abs=1e-5)
        assert ranking.complete == (len(expected) <= limit)


@pytest.mark.parametrize("seed", range(3))
def test_judged_patents_move_the_queries_and_nothing_else(
    index: DesignIndex, release: Release, seed: int
) -> None:
    """The ranking is that of the moved queries: one order for any number, by an index or without, and complete only
    where it is. Who asks on with what was moved gets the same, though what was judged is gone."""
    random = np.random.default_rng(seed)
    patents = [patent(number, int(random.integers(1, 5)), 1) for number in range(80)]
    index.upsert(release.release_id, patents, SECONDS)
    queries = [
        PatentQuery(unit(20_000 + 10 * seed + n), QueryDrawing(View.UNKNOWN, (1.0, 0.5, -0.7)[n % 3]))
        for n in range(1 + seed)
    ]
    judged = [
        JudgedPatent(patents[at].patent_id, 1, relevant=n < 2)
        for n, at in enumerate(random.permutation(80)[:5])
    ]
    judged.append(JudgedPatent("USD9999999", 1, relevant=True))  # it is not there

    def found(
        limit: int, exact: bool, queries: Sequence[PatentQuery], judged: Sequence[JudgedPatent]
    ) -> Ranking:
        return index.search_patents(
            release.release_id,
            queries,
            PatentFilter(),
            ViewMatching.PREFER,
            limit,
            SECONDS,
            exact=exact,
            judged=judged,
        )[1]

    plain, whole = found(100, False, queries, ()), found(100, False, queries, judged)
    assert plain.moved is None
    assert whole.moved is not None
    ranked = [one.patent_id for one in whole.patents]
    assert ranked != [one.patent_id for one in plain.patents]
    moved = [
        replace(query, embedding=replace(query.embedding, vector=vector))
        for query, vector in zip(queries, whole.moved, strict=True)
    ]
    index.delete(release.release_id, [PatentGenerations(judged[0].patent_id)], SECONDS)
    again = found(100, False, moved, ())
    assert [one for one in ranked if one != judged[0].patent_id] == [one.patent_id for one in again.patents]
    index.upsert(
        release.release_id, [one for one in patents if one.patent_id == judged[0].patent_id], SECONDS
    )
    for limit, exact in ((1, False), (7, True), (70, False), (70, True)):
        part = found(limit, exact, queries, judged[::-1])
        assert [one.patent_id for one in part.patents] == ranked[:limit]
        assert part.complete == (len(ranked) <= limit)


def test_a_judgement_is_of_a_patent(index: DesignIndex, release: Release) -> None:
    for judged, field in (
        (JudgedPatent("../x", 1, relevant=True), "judged[0].patent_id"),
        (JudgedPatent("USD1", 0, relevant=True), "judged[0].generation"),
    ):
        error = refused(
            lambda one=judged: index.search_patents(  # type: ignore[misc]
                release.release_id,
                [PatentQuery(unit(1))],
                PatentFilter(),
                ViewMatching.PREFER,
                1,
                SECONDS,
                judged=[one],
            )
        )
        assert error.metadata["field"] == field


def test_both_generations_of_a_patent_are_ranked(index: DesignIndex, release: Release) -> None:
    old, new = patent(1, 2), replace(patent(2, 2, generation=2), patent_id="USD0000001")
    new = replace(
        new,
        drawings=tuple(
            replace(drawing, drawing_id=before.drawing_id)
            for drawing, before in zip(new.drawings, old.drawings, strict=True)
        ),
    )
    index.upsert(release.release_id, [old, new], SECONDS)
    queries = [PatentQuery(drawing.embedding) for drawing in old.drawings]
    _, ranking = index.search_patents(
        release.release_id, queries, PatentFilter(), ViewMatching.IGNORE, 10, SECONDS
    )
    assert [one.generation for one in ranking.patents] == [1, 2]
    assert ranking.patents[0].score == pytest.approx(1, abs=1e-5)
    assert [match.drawing_id for match in ranking.patents[0].matches] == [d.drawing_id for d in old.drawings]


def test_a_search_of_patents_that_makes_no_sense_is_refused(index: DesignIndex, release: Release) -> None:
    def search(queries: Sequence[PatentQuery], matching: ViewMatching, limit: int) -> object:
        return index.search_patents(release.release_id, queries, PatentFilter(), matching, limit, SECONDS)

    one = PatentQuery(unit(0))
    unlike = PatentQuery(unit(0), QueryDrawing(weight=-1))
    other = PatentQuery(replace(unit(0), model_version="f" * 16))
    assert refused(lambda: search([], ViewMatching.IGNORE, 1)).reason is Reason.FIELD_REQUIRED
    assert refused(lambda: search([one] * 33, ViewMatching.IGNORE, 1)).reason is Reason.FIELD_OUT_OF_RANGE
    assert refused(lambda: search([one], ViewMatching.IGNORE, 5000)).reason is Reason.FIELD_OUT_OF_RANGE
    assert refused(lambda: search([unlike], ViewMatching.IGNORE, 1)).reason is Reason.FIELD_MALFORMED
    assert refused(lambda: search([one], ViewMatching.REQUIRE, 1)).reason is Reason.FIELD_REQUIRED
    assert refused(lambda: search([other], ViewMatching.IGNORE, 1)).reason is Reason.EMBEDDING_MODEL_MISMATCH
