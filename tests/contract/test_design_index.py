"""One suite over the fake, Milvus Lite and a real Milvus server."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenviews.designs import (
    PatentFilter,
    Reason,
    SevenviewsError,
    View,
    ViewMatching,
    drawing_id,
    patent_id_of,
)
from sevenviews.ranking import PACKAGED_LEVEL, QueryDrawing, StoredDrawing, score_patent
from sevenviews.runtime.limits import check_limits
from sevenviews.runtime.wire import filter_to_wire
from sevenviews.v1 import search_pb2
from sevenviews.vectors.drawings import (
    DrawingVector,
    Embedding,
    PatentGenerations,
    PatentQuery,
    PatentVectors,
)
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.milvus_index import MilvusIndex
from sevenviews.vectors.releases import IndexParameters, Release, ReleaseState
from tests.contract.milvus_server import MilvusProcess
from tests.fakes.design_index import as_patent
from tests.filters import LARGEST, filters, patents, vectors_of
from tests.patience import ends

DIMENSION = 8
MODEL = "0123456789abcdef"
SECONDS = 30.0


@pytest.fixture(scope="module")
def shared(index: DesignIndex) -> Release:
    """One release for most tests: a server takes seconds to make and load one."""
    return create(index)


@pytest.fixture
def release(index: DesignIndex, shared: Release) -> Iterator[Release]:
    """An empty release."""
    yield shared
    if patents := {patent_id_of(one) for one in held(index, shared)}:
        index.delete(shared.release_id, every_generation(sorted(patents)), SECONDS)


def create(index: DesignIndex, model: str = MODEL) -> Release:
    release_id = f"t-{uuid.uuid4().hex[:12]}"
    return index.create_release(release_id, model, DIMENSION, IndexParameters(), SECONDS)


def promoted(index: DesignIndex, release: Release, token: int = 0) -> Release:
    """Completed, and serving."""
    index.complete(release.release_id, {}, SECONDS)
    return index.promote(release.release_id, SECONDS, token)


def unit(seed: int) -> Embedding:
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return Embedding(vector / np.linalg.norm(vector), MODEL)


def patent(number: int, drawings: int = 2, generation: int = 1, **fields: object) -> PatentVectors:
    patent_id = f"USD{number:07d}"
    views = (View.FRONT, View.LEFT, View.PERSPECTIVE, View.UNKNOWN)
    rows = tuple(
        DrawingVector(drawing_id(patent_id, 1, n + 1), views[n % len(views)], unit(100 * number + n))
        for n in range(drawings)
    )
    return PatentVectors(patent_id, generation, rows, **fields)  # type: ignore[arg-type]


def every_generation(patent_ids: Sequence[str]) -> list[PatentGenerations]:
    return [PatentGenerations(one) for one in patent_ids]


def found(index: DesignIndex, release: Release, patent_filter: PatentFilter | None = None) -> set[str]:
    _, (nearest,) = index.search(
        release.release_id, [unit(0)], patent_filter or PatentFilter(), (), 1000, SECONDS
    )
    return {one.patent_id for one in nearest}


def held(index: DesignIndex, release: Release) -> list[str]:
    _, portions = index.list(release.release_id, (), with_vectors=False, timeout=SECONDS)
    return [row.drawing_id for portion in portions for row in portion]


def refused(call: Callable[[], object]) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        call()
    return caught.value


# Releases


def test_creating_again_changes_nothing(index: DesignIndex, release: Release) -> None:
    again = index.create_release(release.release_id, MODEL, DIMENSION, IndexParameters(), SECONDS)
    assert again == index.release(release.release_id, SECONDS) == release
    assert again.state is ReleaseState.BUILDING
    error = refused(
        lambda: index.create_release(release.release_id, "other", DIMENSION, IndexParameters(), SECONDS)
    )
    assert error.reason is Reason.RELEASE_CONFLICT


def test_a_promotion_switches_what_serves(index: DesignIndex) -> None:
    first, second = create(index), create(index)
    assert promoted(index, first).state is ReleaseState.SERVING
    assert promoted(index, second).state is ReleaseState.SERVING
    assert index.serving_release(SECONDS).release_id == second.release_id
    assert index.release(first.release_id, SECONDS).state is ReleaseState.KEPT
    assert refused(lambda: index.retire(second.release_id, SECONDS)).reason is Reason.RELEASE_STATE
    # The way back.
    index.promote(first.release_id, SECONDS)
    assert index.serving_release(SECONDS).release_id == first.release_id
    index.retire(second.release_id, SECONDS)
    assert refused(lambda: index.release(second.release_id, SECONDS)).reason is Reason.RELEASE_NOT_FOUND


def test_what_is_not_complete_serves_only_by_force(index: DesignIndex) -> None:
    made, other = create(index), create(index)
    error = refused(lambda: index.promote(made.release_id, SECONDS))
    assert (error.reason, error.metadata) == (
        Reason.RELEASE_STATE,
        {"release_id": made.release_id, "state": "BUILDING"},
    )
    assert index.release(made.release_id, SECONDS).state is ReleaseState.BUILDING
    forced = index.promote(made.release_id, SECONDS, force=True)
    assert (forced.state, forced.ready) == (ReleaseState.SERVING, None)
    promoted(index, other)
    # What has served may serve again.
    assert index.promote(made.release_id, SECONDS).state is ReleaseState.SERVING
    index.retire(other.release_id, SECONDS)


def test_the_first_to_serve_is_no_second(index: DesignIndex) -> None:
    serving, other = create(index), create(index)
    promoted(index, serving)
    index.complete(other.release_id, {}, SECONDS)
    error = refused(lambda: index.promote(other.release_id, SECONDS, only_first=True))
    assert error.reason is Reason.RELEASE_STATE
    assert index.serving_release(SECONDS).release_id == serving.release_id
    assert index.promote(serving.release_id, SECONDS, only_first=True).state is ReleaseState.SERVING
    index.retire(other.release_id, SECONDS)


def test_what_serves_may_be_completed_and_fenced_at_once(index: DesignIndex) -> None:
    made = create(index)
    index.promote(made.release_id, SECONDS, force=True)
    fence = index.serving_release(SECONDS).fence + 1
    index.fence(fence, SECONDS)
    index.complete(made.release_id, {"map": 0.5}, SECONDS)
    serving = index.serving_release(SECONDS)
    assert serving.promoted is not None
    assert serving.ready is not None
    assert (serving.fence, serving.evaluation) == (fence, {"map": 0.5})


def test_releases_are_listed_newest_first(index: DesignIndex) -> None:
    made = [create(index).release_id for _ in range(2)]
    listed = [one.release_id for one in index.releases(SECONDS) if one.release_id in made]
    assert listed == made[::-1]


def test_a_complete_release_says_since_when_and_by_which_figures(index: DesignIndex) -> None:
    made = create(index)
    assert made.ready is None
    index.upsert(made.release_id, [patent(1)], SECONDS)
    complete = index.complete(made.release_id, {"map": 0.5, "recall_at_10": 1.0}, SECONDS)
    assert complete.ready is not None
    assert complete.evaluation == {"map": 0.5, "recall_at_10": 1.0}
    assert complete.state is ReleaseState.BUILDING
    again = index.complete(made.release_id, {"map": 0.6}, SECONDS)
    assert (again.ready, again.evaluation) == (complete.ready, {"map": 0.6})
    assert found(index, made) == {"USD0000001"}
    index.retire(made.release_id, SECONDS)


def test_an_overtaken_holder_cannot_promote(index: DesignIndex) -> None:
    serving, old, new = create(index), create(index), create(index)
    promoted(index, serving)
    newest = index.serving_release(SECONDS).fence + 10
    index.fence(newest, SECONDS)
    index.fence(newest, SECONDS)
    for overtaken in (
        lambda: index.promote(old.release_id, SECONDS, newest - 1),
        lambda: index.fence(newest - 1, SECONDS),
    ):
        error = refused(overtaken)
        assert error.reason is Reason.REFRESH_FENCED
        assert error.metadata == {"fencing_token": str(newest - 1), "newest": str(newest)}
    assert index.serving_release(SECONDS).release_id == serving.release_id
    promoted(index, new, newest)
    # The fence goes along, also where a person promotes.
    assert refused(lambda: index.promote(old.release_id, SECONDS, newest - 1)).reason is Reason.REFRESH_FENCED
    promoted(index, old)
    assert index.serving_release(SECONDS).release_id == old.release_id
    assert refused(lambda: index.promote(new.release_id, SECONDS, newest - 1)).reason is Reason.REFRESH_FENCED
    for one in (serving, new):
        index.retire(one.release_id, SECONDS)


# Vectors


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


# The real engines


def test_a_url_that_nobody_listens_on_is_unavailable() -> None:
    error = ends(lambda: refused(lambda: MilvusIndex("http://127.0.0.1:9").check(2.0)))
    assert (error.reason, error.metadata) == (Reason.DEPENDENCY_UNAVAILABLE, {"service": "milvus"})


def test_an_unknown_url_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        MilvusIndex("redis://localhost")


def test_lite_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    first = MilvusIndex(f"milvus-lite:{tmp_path}")
    made = create(first)
    first.upsert(made.release_id, [patent(1)], SECONDS)
    promoted(first, made)
    first.close()
    second = MilvusIndex(f"milvus-lite:{tmp_path}")
    assert second.serving_release(SECONDS).release_id == made.release_id
    assert found(second, made) == {"USD0000001"}
    second.close()


def test_a_server_that_hangs_is_unavailable_and_then_back(milvus_server: MilvusProcess) -> None:
    index = MilvusIndex(milvus_server.url)
    made = create(index)
    index.upsert(made.release_id, [patent(1)], SECONDS)
    milvus_server.pause()
    try:
        error = ends(lambda: refused(lambda: found_within(index, made, 3.0)))
        assert error.reason is Reason.DEPENDENCY_UNAVAILABLE
    finally:
        milvus_server.resume()
    deadline = time.monotonic() + 60
    while (answer := _answer(index, made)) != {"USD0000001"}:
        assert time.monotonic() < deadline, f"the index did not recover: {answer}"
    index.close()


def _answer(index: DesignIndex, release: Release) -> object:
    try:
        return found_within(index, release, 5.0)
    except SevenviewsError as error:
        return error


def found_within(index: DesignIndex, release: Release, seconds: float) -> set[str]:
    _, (nearest,) = index.search(release.release_id, [unit(0)], PatentFilter(), (), 10, seconds)
    return {one.patent_id for one in nearest}


# Patents


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
            cosines, [query.drawing for query in queries], drawings, matching, PACKAGED_LEVEL
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
