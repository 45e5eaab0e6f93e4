"""The evaluation finds what it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.lab.evaluation import evaluate
from tests.models import tiny_bundle
from tests.unit.lab.drawings import article


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for sides in (3, 4, 5, 6):
        folder = tmp_path / "corpus" / f"D{sides}"
        folder.mkdir(parents=True)
        for turn, view in ((0, "front"), (5, "back"), (10, "left")):
            article(sides, turn).save(folder / f"{view}.png")
    return tmp_path / "corpus"


@pytest.mark.parametrize("model", ["raw", "hog", "lbp"])
def test_alike_drawings_are_found(corpus: Path, model: str) -> None:
    report = evaluate(model, corpus)
    assert (report.queries, report.gallery, report.patents) == (8, 4, 4)
    # By chance it would be about a half.
    assert report.mean_average_precision > 0.7
    assert report.accuracy[20] == 1


def test_distractors_only_add_to_the_gallery(corpus: Path, tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "tiny")
    alone = evaluate(str(bundle), corpus)
    among = evaluate(str(bundle), corpus, distractors=corpus)
    assert among.queries == alone.queries
    assert among.gallery == alone.gallery + 12
    assert among.mean_average_precision <= alone.mean_average_precision


def test_a_corpus_without_pairs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "D1").mkdir()
    article(3, 0).save(tmp_path / "D1" / "front.png")
    with pytest.raises(ValueError, match="no patent"):
        evaluate("raw", tmp_path)
