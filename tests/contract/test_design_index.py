"""One suite over the fake, Milvus Lite and a real Milvus server: drawings, their vectors and filters."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenviews.designs import (
    PatentFilter,
    Reason,
    View,
    drawing_id,
)
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.wire import filter_to_wire
from sevenviews.v1 import search_pb2
from sevenviews.vectors.drawings import (
    DrawingVector,
    Embedding,
    PatentGenerations,
    PatentVectors,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import Release
from tests.contract.designs import (
    DIMENSION,
    MODEL,
    SECONDS,
    create,
    every_generation,
    found,
    held,
    patent,
    refused,
    unit,
)
from tests.filters import LARGEST, filters, patents, vectors_of


def test_the_image_that_was_embedded_is_known(index: DesignIndex, release: Release) -> None:
    first, second = patent(1, 2).drawings
    keyed = replace(first, content_key="fedcba9876543210"), replace(second, content_key="")
    index.upsert(release.release_id, [replace(patent(1), drawings=keyed)], SECONDS)
    _, portions = index.list(release.release_id, (), with_vectors=False, timeout=SECONDS)
    assert [row.content_key for portion in portions for row in portion] == ["fedcba9876543210", ""]
    odd = replace(patent(1), drawings=(replace(first, content_key="xyz"),))
    assert refused(lambda: index.upsert(release.release_id, [odd], SECONDS)).reason is Reason.FIELD_MALFORMED


def test_what_is_written_is_found_at_once(index: DesignIndex, release: Release) -> None:
    patents = [patent(n, 3) for n in range(20)]
    assert index.upsert(release.release_id, patents, SECONDS) == 60
    query = patents[7].drawings[1].embedding
    answered, (nearest,) = index.search(release.release_id, [query], PatentFilter(), (), 5, SECONDS)
    assert answered.release_id == release.release_id
    assert nearest[0].drawing_id == patents[7].drawings[1].drawing_id
    assert nearest[0].score == pytest.approx(1, abs=1e-5)
    assert index.release(release.release_id, SECONDS).vector_count == 60


def test_scores_are_inner_products_best_first(index: DesignIndex, release: Release) -> None:
    patents = [patent(n) for n in range(15)]
    index.upsert(release.release_id, patents, SECONDS)
    queries = [unit(9001), unit(9002)]
    _, results = index.search(release.release_id, queries, PatentFilter(), (), 10, SECONDS)
    rows = {d.drawing_id: d.embedding.vector for one in patents for d in one.drawings}
    for query, nearest in zip(queries, results, strict=True):
        exact = sorted((float(vector @ query.vector) for vector in rows.values()), reverse=True)[:10]
        assert [one.score for one in nearest] == pytest.approx(exact, abs=1e-5)


def test_an_upsert_replaces_the_whole_patent(index: DesignIndex, release: Release) -> None:
    index.upsert(release.release_id, [patent(1, 4), patent(2, 2)], SECONDS)
    index.upsert(release.release_id, [patent(1, 2)], SECONDS)
    expected = [drawing_id(f"USD{p:07d}", 1, n) for p, n in ((1, 1), (1, 2), (2, 1), (2, 2))]
    assert held(index, release) == expected


def test_a_delete_is_seen_at_once(index: DesignIndex, release: Release) -> None:
    other = create(index)
    for one in (release, other):
        index.upsert(one.release_id, [patent(1), patent(2), patent(3)], SECONDS)
    index.delete(release.release_id, every_generation(["USD0000001", "USD7777777"]), SECONDS)
    assert found(index, release) == {"USD0000002", "USD0000003"}
    assert len(found(index, other)) == 3
    index.delete("", every_generation(["USD0000002"]), SECONDS)
    assert found(index, release) == {"USD0000003"}
    assert found(index, other) == {"USD0000001", "USD0000003"}


def rows(index: DesignIndex, release: Release, *patent_ids: str) -> list[tuple[str, int]]:
    """Drawing and generation of each row, of some patents or of all."""
    _, portions = index.list(release.release_id, patent_ids, with_vectors=False, timeout=SECONDS)
    return [(row.drawing_id, row.generation) for portion in portions for row in portion]


def test_generations_lie_side_by_side(index: DesignIndex, release: Release) -> None:
    first, second = patent(1, 3), patent(1, 2, generation=12)
    index.upsert(release.release_id, [first, patent(2, 1, generation=12)], SECONDS)
    index.upsert(release.release_id, [second], SECONDS)
    one, two, three = (drawing_id("USD0000001", 1, n) for n in (1, 2, 3))
    assert rows(index, release, "USD0000001") == [(one, 1), (one, 12), (two, 1), (two, 12), (three, 1)]
    assert index.release(release.release_id, SECONDS).vector_count == 6
    # Each is found, and says which it is.
    query = first.drawings[0].embedding
    _, (nearest,) = index.search(release.release_id, [query], PatentFilter(), (), 2, SECONDS)
    assert sorted((hit.drawing_id, hit.generation) for hit in nearest) == [(one, 1), (one, 12)]
    # What is written again replaces its own generation alone.
    index.upsert(release.release_id, [patent(1, 1)], SECONDS)
    assert rows(index, release, "USD0000001") == [(one, 1), (one, 12), (two, 12)]


def test_two_generations_of_a_patent_are_written_at_once(index: DesignIndex, release: Release) -> None:
    assert index.upsert(release.release_id, [patent(1, 2), patent(1, 1, generation=2)], SECONDS) == 3
    one, two = (drawing_id("USD0000001", 1, n) for n in (1, 2))
    assert rows(index, release) == [(one, 1), (one, 2), (two, 1)]


GENERATIONS = st.integers(1, 5)


def ranges_of(patent_id: str) -> st.SearchStrategy[PatentGenerations]:
    some = st.tuples(GENERATIONS, GENERATIONS).map(sorted)
    return st.just(PatentGenerations(patent_id)) | some.map(lambda ends: PatentGenerations(patent_id, *ends))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    going=st.lists(st.sampled_from(["USD0000001", "USD0000002", "USD0000009"]).flatmap(ranges_of), min_size=1)
)
def test_a_range_of_generations_is_deleted_and_no_other(
    index: DesignIndex, release: Release, going: list[PatentGenerations]
) -> None:
    written = [patent(number, 1, generation=one) for number in (1, 2) for one in range(1, 6)]
    index.upsert(release.release_id, written, SECONDS)
    index.delete(release.release_id, going, SECONDS)
    expected = sorted(
        (one.drawings[0].drawing_id, one.generation)
        for one in written
        if not any(
            some.patent_id == one.patent_id and (some.is_every or some.first <= one.generation <= some.last)
            for some in going
        )
    )
    assert rows(index, release) == expected


@pytest.mark.parametrize(("first", "last"), [(0, 3), (3, 2), (-1, -1), (4, 0)])
def test_no_range_of_generations_is_refused(
    index: DesignIndex, release: Release, first: int, last: int
) -> None:
    going = [PatentGenerations("USD0000001", first, last)]
    error = refused(lambda: index.delete(release.release_id, going, SECONDS))
    assert error.reason is Reason.FIELD_OUT_OF_RANGE


@pytest.mark.parametrize("generation", [0, -1, 2**63])
def test_a_generation_counts_from_one(index: DesignIndex, release: Release, generation: int) -> None:
    none = [replace(patent(1), generation=generation)]
    error = refused(lambda: index.upsert(release.release_id, none, SECONDS))
    assert (error.reason, error.metadata["field"]) == (Reason.FIELD_OUT_OF_RANGE, "patents[0].generation")


def test_views_are_filtered(index: DesignIndex, release: Release) -> None:
    index.upsert(release.release_id, [patent(n, 4) for n in range(3)], SECONDS)
    _, (nearest,) = index.search(
        release.release_id, [unit(0)], PatentFilter(), (View.LEFT, View.UNKNOWN), 100, SECONDS
    )
    assert len(nearest) == 6
    assert {one.view for one in nearest} == {View.LEFT, View.UNKNOWN}


def test_a_long_list_comes_whole_and_in_order(index: DesignIndex, release: Release) -> None:
    patents = [patent(n, 30) for n in range(40)]
    # Written in another order than the one in which they come, and across the pages in which the engine is asked.
    for half in (patents[:0:-2], patents[::2]):
        index.upsert(release.release_id, half, SECONDS)
    assert held(index, release) == sorted(d.drawing_id for one in patents for d in one.drawings)
    _, portions = index.list(release.release_id, ["USD0000003"], with_vectors=True, timeout=SECONDS)
    rows = [row for portion in portions for row in portion]
    assert [row.drawing_id for row in rows] == [d.drawing_id for d in patents[3].drawings]
    vector = rows[4].vector
    assert vector is not None
    assert np.allclose(vector, patents[3].drawings[4].embedding.vector)


PATENTS = patents()


@pytest.fixture(scope="module")
def filtered(index: DesignIndex) -> Release:
    made = create(index)
    index.upsert(
        made.release_id, [vectors_of(one, patent(n, 1).drawings) for n, one in enumerate(PATENTS)], SECONDS
    )
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(patent_filter=filters())
def test_the_filter_is_that_of_the_domain(
    index: DesignIndex, filtered: Release, patent_filter: PatentFilter
) -> None:
    expected = {one.patent_id for one in PATENTS if patent_filter.matches(one)}
    assert found(index, filtered, patent_filter) == expected


@pytest.mark.parametrize("patent_filter", LARGEST.values(), ids=LARGEST)
def test_a_filter_may_be_as_large_as_its_limits(
    index: DesignIndex, filtered: Release, patent_filter: PatentFilter
) -> None:
    check_limits(search_pb2.SearchDesignsRequest(filter=filter_to_wire(patent_filter)))
    expected = {one.patent_id for one in PATENTS if patent_filter.matches(one)}
    assert found(index, filtered, patent_filter) == expected


# What is refused, before the engine is asked


@pytest.mark.parametrize(
    ("embedding", "reason"),
    [
        (Embedding(np.full(DIMENSION, np.nan, np.float32), MODEL), Reason.EMBEDDING_INVALID),
        (Embedding(np.full(DIMENSION, np.inf, np.float32), MODEL), Reason.EMBEDDING_INVALID),
        (Embedding(np.zeros(DIMENSION, np.float32), MODEL), Reason.EMBEDDING_INVALID),
        (Embedding(unit(1).vector * 1.01, MODEL), Reason.EMBEDDING_INVALID),
        (Embedding(unit(1).vector[:4], MODEL), Reason.EMBEDDING_DIMENSION_MISMATCH),
        (Embedding(unit(1).vector, "another"), Reason.EMBEDDING_MODEL_MISMATCH),
    ],
)
def test_a_bad_vector_is_refused(
    index: DesignIndex, release: Release, embedding: Embedding, reason: Reason
) -> None:
    search = refused(lambda: index.search(release.release_id, [embedding], PatentFilter(), (), 5, SECONDS))
    drawing = DrawingVector(drawing_id("USD0000001", 1, 1), View.FRONT, embedding)
    rows = [PatentVectors("USD0000001", 1, (drawing,))]
    upsert = refused(lambda: index.upsert(release.release_id, rows, SECONDS))
    assert search.reason is upsert.reason is reason
    assert held(index, release) == []


@pytest.mark.parametrize("limit", [0, -1, 16_385])
def test_a_limit_out_of_range_is_refused(index: DesignIndex, release: Release, limit: int) -> None:
    error = refused(lambda: index.search(release.release_id, [unit(1)], PatentFilter(), (), limit, SECONDS))
    assert error.reason is Reason.FIELD_OUT_OF_RANGE
    assert error.metadata["maximum"] == "16384"


def test_what_is_malformed_is_refused(index: DesignIndex, release: Release) -> None:
    release_id = release.release_id
    one = patent(1)
    stranger = PatentVectors("USD0000002", 1, one.drawings)
    twice = PatentVectors("USD0000001", 1, one.drawings[:1] * 2)
    bad = PatentVectors('x" or 1 == 1', 1, one.drawings)
    for row in (stranger, twice, bad):
        error = refused(partial(index.upsert, release_id, [row], SECONDS))
        assert error.reason is Reason.FIELD_MALFORMED
    for call in (
        lambda: index.upsert(release_id, [], SECONDS),
        lambda: index.upsert("", [one], SECONDS),
        lambda: index.delete(release_id, [], SECONDS),
        lambda: index.search(release_id, [], PatentFilter(), (), 5, SECONDS),
    ):
        assert refused(call).reason is Reason.FIELD_REQUIRED
    many = [unit(1)] * 33
    error = refused(lambda: index.search(release_id, many, PatentFilter(), (), 5, SECONDS))
    assert error.reason is Reason.FIELD_OUT_OF_RANGE
    for unknown in ("nowhere", 'x"y', "../x"):
        error = refused(partial(index.upsert, unknown, [one], SECONDS))
        assert error.reason is Reason.RELEASE_NOT_FOUND
