"""Descriptors equal their libraries, and the evaluation finds what it must."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage.feature import local_binary_pattern

from sevenviews.lab.descriptors import lbp_histograms, open_descriptor
from sevenviews.lab.evaluation import evaluate
from tests.models import tiny_bundle


def article(sides: int, turn: int) -> Image.Image:
    image = Image.new("L", (300, 240), 255)
    pen = ImageDraw.Draw(image)
    pen.regular_polygon((150, 120, 90), sides, rotation=turn, outline=0, width=4)
    pen.line((150, 20, 150, 20 + 20 * sides), fill=0, width=4)
    return image


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


def test_every_descriptor_gives_unit_vectors(tmp_path: Path) -> None:
    for name in ("raw", "hog", "lbp", str(tiny_bundle(tmp_path / "tiny"))):
        descriptor = open_descriptor(name)
        square = article(5, 0).resize((descriptor.side, descriptor.side))
        drawings = np.asarray(square, np.uint8)[None, None].repeat(3, 0)
        lengths = np.linalg.norm(descriptor.describe(drawings), axis=1)
        assert np.allclose(lengths, 1, atol=1e-4)


def test_lbp_counts_the_patterns_of_scikit_image() -> None:
    drawing = np.asarray(article(5, 0).resize((256, 256)), np.uint8)
    (histogram,) = lbp_histograms(drawing[None, None])
    patterns = local_binary_pattern(drawing, 8, 1, method="nri_uniform")  # type: ignore[no-untyped-call]
    assert patterns.max() <= 58
    flat = local_binary_pattern(np.full((3, 3), 255, np.uint8), 8, 1, method="nri_uniform")[1, 1]  # type: ignore[no-untyped-call]
    first_cell = patterns[:64, :64]
    for pattern in range(59):
        expected = 0 if pattern == flat else (first_cell == pattern).sum()
        assert histogram[pattern] ** 2 == pytest.approx(expected)


@pytest.mark.parametrize("name", ["sift", "missing.onnx"])
def test_an_unknown_model_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no model"):
        open_descriptor(name)


def test_a_corpus_without_pairs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "D1").mkdir()
    article(3, 0).save(tmp_path / "D1" / "front.png")
    with pytest.raises(ValueError, match="no patent"):
        evaluate("raw", tmp_path)
