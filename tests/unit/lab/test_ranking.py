"""Ranks by blocks of vectors, by whole matrices, and by counting and sorting, are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.lab import ranking
from sevenviews.lab.ranking import rank_scores, rank_vectors


@given(st.integers(0, 10_000), st.integers(1, 4000))
def test_blocks_of_vectors_rank_as_the_whole_matrix(seed: int, block_bytes: int) -> None:
    chance = np.random.default_rng(seed)
    # Small integers: products are exact, and ties frequent.
    queries, gallery = (chance.integers(-2, 3, (n, 3)).astype(np.float32) for n in (7, 40))
    asked, found = chance.integers(0, 6, 7), chance.integers(1, 6, 40)
    by_blocks = rank_vectors(queries, gallery, asked, found, block_bytes)
    whole = rank_scores(queries @ gallery.T, asked[:, None] == found[None, :])
    assert np.array_equal(by_blocks.queries, whole.queries)
    for some, others in zip(by_blocks.ranks, whole.ranks, strict=True):
        assert np.array_equal(some, others)


@given(st.integers(0, 10_000))
def test_counting_and_sorting_give_the_same_ranks(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, 9, (3, 60)) / 8
    relevance = chance.random((3, 60)) < 0.3
    relevance[:, 5] = True
    counted = rank_scores(scores, relevance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "_FEW", 0)
        ordered = rank_scores(scores, relevance)
    for some, others in zip(counted.ranks, ordered.ranks, strict=True):
        assert np.array_equal(some, others)


def test_labels_may_be_names_and_queries_without_a_match_are_not_counted() -> None:
    vectors = np.eye(3, dtype=np.float32)
    ranks = rank_vectors(vectors, vectors, ["x", "b", "a"], ["a", "b", "c"])
    assert ranks.queries.tolist() == [1, 2]
    # "b" finds itself; for "a" the third scores 1, and "a", the first of the equals, is second.
    assert [one.tolist() for one in ranks.ranks] == [[1], [2]]


@pytest.mark.parametrize(
    ("vectors", "labels", "message"),
    [
        (np.array([[np.nan]]), ["a"], "NaN"),
        (np.array([[1.0]]), ["a", "b"], "a label a vector"),
        (np.array([[1.0]]), ["b"], "no query has a relevant drawing"),
    ],
)
def test_what_cannot_be_ranked_is_refused(vectors: np.ndarray, labels: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rank_vectors(vectors, np.array([[1.0]]), labels, ["a"])
