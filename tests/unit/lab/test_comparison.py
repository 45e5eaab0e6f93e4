"""Which row stands beside which, and where the order is said to differ."""

from __future__ import annotations

import pytest

from sevenviews.lab.comparison import Entry, compare, is_within_chance, parse_entry, reversed_pairs
from sevenviews.lab.evaluation import EvaluationReport
from sevenviews.lab.papers import CROSS_ENTROPY_ROWS, DEEPPATENT_ROWS, PaperSplit, row_of


def report(model: str, score: float, width: float = 0.01) -> EvaluationReport:
    interval = (score - width, score + width)
    return EvaluationReport(
        model,
        score,
        interval,
        {1: score, 5: score, 20: score},
        score,
        {},
        queries=9,
        gallery=90,
        patents=9,
        seed=0,
    )


def measured(scores: dict[str, float]) -> list[tuple[Entry, EvaluationReport]]:
    return [(parse_entry(text, DEEPPATENT_ROWS), report(text, score)) for text, score in scores.items()]


def test_every_row_of_the_papers_can_be_named() -> None:
    for rows in (DEEPPATENT_ROWS, CROSS_ENTROPY_ROWS):
        names = [row.model or row.key for row in rows]
        assert all(names)
        assert len(set(names)) == len(names)
        for name, row in zip(names, rows, strict=True):
            assert row_of(rows, name) is row


def test_the_papers_figures_are_within_what_they_can_be() -> None:
    for row in (*DEEPPATENT_ROWS, *CROSS_ENTROPY_ROWS):
        assert 0 < row.mean_average_precision < 1
        if row.accuracy is not None:
            assert row.mean_average_precision < row.accuracy[0] < row.accuracy[1] < row.accuracy[2] < 1


def test_the_cross_entropy_table_mixes_splits() -> None:
    """Its RI-LBP is DeepPatent's LBP on the test split, its ResNet DeepPatent's on the validation split."""
    lbp, resnet, *_ = CROSS_ENTROPY_ROWS
    assert lbp.split is PaperSplit.TEST
    assert lbp.mean_average_precision == row_of(DEEPPATENT_ROWS, "lbp").mean_average_precision
    assert resnet.split is PaperSplit.VALIDATION
    best = row_of(DEEPPATENT_ROWS, "rn50-triplet-validation")
    assert (best.split, best.mean_average_precision) == (resnet.split, resnet.mean_average_precision)


def test_a_model_stands_beside_its_row_or_the_row_that_is_named() -> None:
    assert parse_entry("hog", DEEPPATENT_ROWS).row is row_of(DEEPPATENT_ROWS, "hog")
    assert parse_entry("default", DEEPPATENT_ROWS) == Entry("default", None)
    named = parse_entry("rn18-triplet=my.bundle", DEEPPATENT_ROWS)
    assert named == Entry("my.bundle", row_of(DEEPPATENT_ROWS, "rn18-triplet"))
    with pytest.raises(ValueError, match="no row is called 'rn19'"):
        parse_entry("rn19=my.bundle", DEEPPATENT_ROWS)


def test_rows_keep_the_papers_order_and_our_own_come_last() -> None:
    compared = compare(DEEPPATENT_ROWS, measured({"default": 0.5, "hog": 0.3}))
    assert [row.paper for row in compared] == [*DEEPPATENT_ROWS, None]
    assert [row.ours.model for row in compared if row.ours] == ["hog", "default"]


def test_only_an_order_within_a_split_is_compared() -> None:
    # The paper: AHDH .095 above HOG .083, both test; ResNet-18 .284 validation above both.
    scores = {"ahdh": 0.2, "hog": 0.3, "rn18-cl=x": 0.1}
    (pair,) = reversed_pairs(compare(DEEPPATENT_ROWS, measured(scores)))
    assert [row.paper.method for row in pair if row.paper] == ["AHDH", "HOG"]
    assert not is_within_chance(pair)
    assert not reversed_pairs(compare(DEEPPATENT_ROWS, measured({"ahdh": 0.3, "hog": 0.2})))


def test_overlapping_intervals_are_within_chance() -> None:
    entries = [parse_entry(name, DEEPPATENT_ROWS) for name in ("ahdh", "hog")]
    wide = [(entries[0], report("ahdh", 0.2, 0.1)), (entries[1], report("hog", 0.3, 0.1))]
    (pair,) = reversed_pairs(compare(DEEPPATENT_ROWS, wide))
    assert is_within_chance(pair)
