"""Codes, their ranking and their ball against plain counting; a published figure reproduced from packed bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.lab.hashing.codes import Codes, binarise
from sevenviews.lab.hashing.curves import precision_at, precision_recall_by_radius
from sevenviews.lab.hashing.ranking import (
    by_category,
    evaluate_codes,
    mean_average_precision,
    shared_labels,
    within_radius,
)


def outputs(n: int, bits: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, bits))


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 70), st.integers(0, 9))
def test_distances_are_differing_signs(n: int, bits: int, seed: int) -> None:
    mine, theirs = outputs(n, bits, seed), outputs(150, bits, seed + 1)
    expected = (np.sign(mine)[:, None] != np.sign(theirs)[None]).sum(2)
    codes = binarise(mine)
    assert np.array_equal(codes.distances_to(binarise(theirs)), expected)
    assert codes.bytes_each == -(-bits // 8)
    assert np.array_equal(codes.signs(), np.sign(mine))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros((0, 4)), "with something in it"),
        (np.zeros(4), "with something"),
        (np.full((1, 4), np.nan), "NaN"),
    ],
)
def test_what_is_no_output_is_refused(bad: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        binarise(bad)


def test_codes_of_other_lengths_are_not_compared() -> None:
    with pytest.raises(ValueError, match="8 bits"):
        binarise(outputs(1, 8)).distances_to(binarise(outputs(1, 16)))


def test_a_published_figure_is_reproduced_from_packed_bits(shared_data: Path) -> None:
    """mAP@70 of the codes that CSQ's authors published for HMDB51: 0.5767."""
    folder = shared_data / "hashing"
    if not (folder / "test_hash.npy").is_file():
        pytest.skip("../shared/data/hashing is not here")
    gallery, queries = (binarise(np.load(folder / f"{part}_hash.npy")) for part in ("database", "test"))
    assert gallery.bits == 64
    labels = [np.load(folder / f"{part}_label.npy") for part in ("test", "database")]
    relevance = labels[0][:, None] == labels[1][None, :]
    report = evaluate_codes(queries, gallery, relevance, list(map(str, labels[0])), depths=(70,))
    assert report.mean_average_precision[70] == pytest.approx(0.5767, abs=5e-4)
    assert report.bytes_each == 8
    assert report.queries == 1530
    assert report.gallery == 3570
    # Every category asks equally often, so the mean of the categories is the mean of the queries.
    assert np.mean(list(report.by_category.values())) == pytest.approx(report.mean_average_precision[10])


def small() -> tuple[Codes, Codes, np.ndarray]:
    queries = Codes(np.array([[0b00000000], [0b11111111], [0b10101010]], np.uint8), 8)
    gallery = Codes(np.array([[0b00000001], [0b00000111], [0b11111110], [0b11111111]], np.uint8), 8)
    relevance = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], bool)
    return queries, gallery, relevance


def test_the_ball_is_counted_by_hand() -> None:
    queries, gallery, relevance = small()
    ball = within_radius(queries.distances_to(gallery), relevance)
    # Query 1 gets its first alone (1 of 1, 1 of 2), query 2 the last two (1 of 2, 1 of 2); query 3 asks in vain.
    assert (ball.precision, ball.recall, ball.empty) == (0.75, 0.5, 0)
    nearest = within_radius(queries.distances_to(gallery), relevance, radius=0)
    assert (nearest.precision, nearest.recall, nearest.empty) == (0, 0, 0.5)


def test_curves_end_where_everything_is_returned() -> None:
    queries, gallery, relevance = small()
    distances = queries.distances_to(gallery)
    curve = precision_recall_by_radius(distances, relevance, 8)
    assert len(curve.x) == 9
    assert (np.diff(curve.x) >= 0).all()
    assert (curve.x[-1], curve.y[-1]) == (1, 0.5)
    first = precision_at(-distances.astype(float), relevance, (1, 2, 4))
    assert first.y.tolist() == [0.5, 0.75, 0.5]
    with pytest.raises(ValueError, match="counts"):
        precision_at(-distances.astype(float), relevance, (5,))


def test_categories_are_measured_on_their_own_queries() -> None:
    scores = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    relevance = np.array([[1, 0], [0, 1], [0, 0]], bool)
    assert by_category(scores, relevance, ["a", "b", "c"]) == {"a": 1.0, "b": 0.5}
    assert mean_average_precision(scores, relevance, 1) == 0.5
    with pytest.raises(ValueError, match="categories"):
        by_category(scores, relevance, ["a"])


def test_labels_decide_what_is_relevant() -> None:
    mine = np.array([[1, 1, 0], [0, 0, 1]], bool)
    theirs = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 1]], bool)
    assert shared_labels(mine, theirs).tolist() == [[True, False, True], [False, False, True]]
    with pytest.raises(ValueError, match="there are none"):
        shared_labels(mine, np.zeros_like(theirs))
    with pytest.raises(ValueError, match="classes"):
        shared_labels(mine, theirs[:, :2])


def test_nothing_to_find_is_refused() -> None:
    queries, gallery, relevance = small()
    with pytest.raises(ValueError, match="no query has a relevant"):
        within_radius(queries.distances_to(gallery), np.zeros_like(relevance))
    with pytest.raises(ValueError, match="differ in shape"):
        within_radius(queries.distances_to(gallery), relevance[:2])
