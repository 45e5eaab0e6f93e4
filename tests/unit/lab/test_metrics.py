"""The metrics against an independent computation, and against a published figure."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.lab.metrics import (
    Divisor,
    average_precision,
    evaluate_ranking,
    mean_by_group,
)
from sevenviews.lab.ranking import Ranks
from sevenviews.lab.task import split_queries


def by_definition(scores: list[float], relevant: list[bool], depth: int | None) -> Fraction:
    """AP = 1/|S⁺| Σ_K 1[x_K ∈ S⁺] Prec@K, in exact fractions."""
    ranking = sorted(range(len(scores)), key=lambda index: (-scores[index], index))[:depth]
    hits, total = 0, Fraction(0)
    for rank, index in enumerate(ranking, 1):
        if relevant[index]:
            hits += 1
            total += Fraction(hits, rank)
    return total / hits if hits else Fraction(0)


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[list[float]], list[list[bool]]]:
    queries, gallery = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    # Few levels, so that ties are frequent.
    row = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=gallery, max_size=gallery)
    flags = st.lists(st.booleans(), min_size=gallery, max_size=gallery)
    scores = draw(st.lists(row, min_size=queries, max_size=queries))
    relevance = draw(st.lists(flags, min_size=queries, max_size=queries))
    relevance[0][0] = True
    return scores, relevance


@given(rankings(), st.none() | st.integers(1, 12))
def test_average_precision_is_its_definition(
    ranking: tuple[list[list[float]], list[list[bool]]], depth: int | None
) -> None:
    scores, relevance = ranking
    report = evaluate_ranking(np.array(scores), np.array(relevance), depth=depth)
    counted = [(s, r) for s, r in zip(scores, relevance, strict=True) if any(r)]
    assert report.queries == len(counted)
    expected = [float(by_definition(s, r, depth)) for s, r in counted]
    assert np.abs(report.average_precision - expected).max() < 1e-12


@given(rankings())
def test_accuracy_is_its_definition(ranking: tuple[list[list[float]], list[list[bool]]]) -> None:
    scores, relevance = ranking
    report = evaluate_ranking(np.array(scores), np.array(relevance), accuracy_at=(1, 3))
    for k, accuracy in report.accuracy.items():
        found = []
        for s, r in zip(scores, relevance, strict=True):
            first = sorted(range(len(s)), key=lambda index, s=s: (-s[index], index))[:k]  # type: ignore[misc]
            found += [any(r[index] for index in first)] if any(r) else []
        assert accuracy == pytest.approx(sum(found) / len(found), abs=1e-12)


def test_what_is_taken_out_of_the_ranking_is_no_match() -> None:
    report = evaluate_ranking(np.array([[-np.inf, 0.5, 0.9]]), np.array([[True, True, False]]))
    assert report.mean_average_precision == 0.5


@pytest.mark.parametrize(
    ("scores", "relevance", "message"),
    [
        ([[np.nan]], [[True]], "NaN"),
        ([[1.0]], [[True, False]], "shape"),
        ([[1.0]], [[False]], "no query has a relevant drawing"),
    ],
)
def test_what_is_no_ranking_is_refused(
    scores: list[list[float]], relevance: list[list[bool]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate_ranking(np.array(scores), np.array(relevance))


def test_a_published_figure_is_reproduced(shared_data: Path) -> None:
    """mAP@70 of the codes that CSQ's authors published for HMDB51: 0.5767."""
    folder = shared_data / "hashing"
    codes, labels = np.load(folder / "database_hash.npy"), np.load(folder / "database_label.npy")
    asked, asked_labels = np.load(folder / "test_hash.npy"), np.load(folder / "test_label.npy")
    # The published values are what the network gives before it is cut to bits.
    scores = np.sign(asked).astype(np.float64) @ np.sign(codes).astype(np.float64).T
    relevance = asked_labels[:, None] == labels[None, :]
    report = evaluate_ranking(scores, relevance, depth=70)
    # A query with no relevant code among the first 70 counts as 0.
    assert report.mean_average_precision == pytest.approx(0.5767, abs=5e-4)


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=30), st.integers(0, 5))
def test_queries_are_withheld_by_the_protocol(patents: list[str], seed: int) -> None:
    split = split_queries(patents, seed)
    assert sorted((*split.queries, *split.gallery)) == list(range(len(patents)))
    for patent in set(patents):
        drawings = patents.count(patent)
        withheld = sum(patents[index] == patent for index in split.queries)
        assert withheld == min(2, drawings - 1)
    assert split == split_queries(patents, seed)


@st.composite
def relevant_ranks(draw: st.DrawFn) -> list[list[int]]:
    some = st.lists(st.integers(1, 40), min_size=1, max_size=8, unique=True).map(sorted)
    return draw(st.lists(some, min_size=1, max_size=5))


@given(relevant_ranks(), st.integers(1, 40))
def test_the_divisors_of_a_cut_ranking(ranks: list[list[int]], depth: int) -> None:
    given_ranks = Ranks(np.arange(len(ranks)), tuple(np.array(one) for one in ranks))
    for divisor in Divisor:
        expected = []
        for one in ranks:
            total = sum(Fraction(hit, rank) for hit, rank in enumerate(one, 1) if rank <= depth)
            found = sum(rank <= depth for rank in one)
            by = {"found": found, "relevant": len(one), "possible": min(len(one), depth)}[divisor.value]
            expected.append(float(total / by) if found else 0.0)
        assert np.abs(average_precision(given_ranks, depth, divisor) - expected).max() < 1e-12


@given(relevant_ranks())
def test_over_the_whole_ranking_the_divisor_does_not_matter(ranks: list[list[int]]) -> None:
    given_ranks = Ranks(np.arange(len(ranks)), tuple(np.array(one) for one in ranks))
    first, *others = (average_precision(given_ranks, None, divisor) for divisor in Divisor)
    assert all(np.array_equal(first, other) for other in others)


def test_a_cut_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="depth"):
        average_precision(Ranks(np.array([0]), (np.array([1]),)), depth=0)


def test_means_by_group() -> None:
    assert mean_by_group(np.array([1.0, 0.0, 0.5]), ["b", "a", "b"]) == {"a": (0.0, 1), "b": (0.75, 2)}
    with pytest.raises(ValueError, match="2 groups"):
        mean_by_group(np.array([1.0]), ["a", "b"])
