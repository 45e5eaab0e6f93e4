"""A release of binary codes is one like any other: one suite over the fake, Milvus Lite and a real server."""

from __future__ import annotations

import uuid

import numpy as np
import pytest

from sevenviews.backends.records import ReleaseState
from sevenviews.designs import LocarnoClass, PatentFilter, Reason, SevenviewsError, View
from sevenviews.vectors.drawings import Embedding, PatentGenerations
from sevenviews.vectors.index import DesignIndex
from sevenviews.vectors.releases import IndexParameters, Metric, Release
from tests.contract.designs import MODEL, SECONDS, patent, promoted, refused, unit

BITS = 8


@pytest.fixture(scope="module")
def release(index: DesignIndex) -> Release:
    release_id = f"b-{uuid.uuid4().hex[:12]}"
    made = index.create_release(release_id, MODEL, BITS, IndexParameters(), SECONDS, Metric.HAMMING)
    patents = [patent(number, locarno=(LocarnoClass(6, 1 + number % 2),)) for number in range(1, 11)]
    index.upsert(made.release_id, patents, SECONDS)
    return index.release(made.release_id, SECONDS)


def test_it_says_how_it_compares(index: DesignIndex, release: Release) -> None:
    assert (release.metric, release.vector_count, release.dimension) == (Metric.HAMMING, 20, BITS)
    again = index.create_release(release.release_id, MODEL, BITS, IndexParameters(), SECONDS, Metric.HAMMING)
    assert again.release_id == release.release_id
    error = refused(lambda: index.create_release(release.release_id, MODEL, BITS, IndexParameters(), SECONDS))
    assert error.reason is Reason.RELEASE_CONFLICT


def test_scores_are_of_signs_alone(index: DesignIndex, release: Release) -> None:
    query = unit(7)
    _, (nearest,) = index.search(release.release_id, [query], PatentFilter(), (), 100, SECONDS)
    assert len(nearest) == 20
    expected = {}
    for number in range(1, 11):
        for drawing in patent(number).drawings:
            alike = (drawing.embedding.vector > 0) == (query.vector > 0)
            expected[drawing.drawing_id] = 2 * float(alike.mean()) - 1
    assert {one.drawing_id: one.score for one in nearest} == pytest.approx(expected, abs=1e-5)
    scores = [one.score for one in nearest]
    assert scores == sorted(scores, reverse=True)


def test_filters_and_views_are_pushed_down(index: DesignIndex, release: Release) -> None:
    wanted = PatentFilter(locarno_any=(LocarnoClass(6, 1),))
    _, (nearest,) = index.search(release.release_id, [unit(1)], wanted, (View.LEFT,), 100, SECONDS)
    assert {one.patent_id for one in nearest} == {f"USD{number:07d}" for number in range(2, 11, 2)}
    assert {one.view for one in nearest} == {View.LEFT}


def test_what_is_listed_are_unit_vectors_of_signs(index: DesignIndex, release: Release) -> None:
    _, portions = index.list(release.release_id, ["USD0000003"], with_vectors=True, timeout=SECONDS)
    rows = [row for portion in portions for row in portion]
    for row, drawing in zip(rows, patent(3).drawings, strict=True):
        assert row.vector is not None
        assert np.array_equal(row.vector > 0, drawing.embedding.vector > 0)
        assert np.linalg.norm(row.vector) == pytest.approx(1, abs=1e-5)
        # It can be written back, as to a new release of the same model.
        Embedding(row.vector, MODEL)


def test_it_is_promoted_deleted_from_and_retired(index: DesignIndex, release: Release) -> None:
    other = index.create_release(
        f"b-{uuid.uuid4().hex[:12]}", MODEL, BITS, IndexParameters(), SECONDS, Metric.HAMMING
    )
    index.upsert(other.release_id, [patent(1), patent(2)], SECONDS)
    index.delete(other.release_id, [PatentGenerations("USD0000001")], SECONDS)
    assert index.release(other.release_id, SECONDS).vector_count == 2
    promoted(index, release)
    serving = index.serving_release(SECONDS)
    assert (serving.release_id, serving.metric) == (release.release_id, Metric.HAMMING)
    assert index.release(release.release_id, SECONDS).state is ReleaseState.SERVING
    index.retire(other.release_id, SECONDS)


def test_codes_are_whole_bytes(index: DesignIndex) -> None:
    with pytest.raises(SevenviewsError, match="whole number of bytes") as caught:
        index.create_release("b-odd", MODEL, 12, IndexParameters(), SECONDS, Metric.HAMMING)
    assert caught.value.reason is Reason.FIELD_MALFORMED
