"""Figures are written, show what they say, and refuse what cannot be shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from sevenviews.lab.collection import Collection
from sevenviews.lab.database_size import against_database_size
from sevenviews.lab.evaluation import Evaluation, evaluate_on
from sevenviews.lab.figures import (
    draw_best_and_worst,
    draw_embedding_map,
    draw_mosaic,
    draw_size_curves,
    draw_training_curves,
)
from sevenviews.lab.figures.canvas import COLOURS, GREEN, GREY, RED, darkened
from sevenviews.lab.figures.curves import read_metrics
from sevenviews.lab.figures.embedding_map import lay_out
from sevenviews.lab.figures.retrievals import chosen_queries
from sevenviews.lab.task import read_task
from tests.unit.lab.drawings import article


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    corpus = tmp_path_factory.mktemp("corpus")
    for sides in (3, 4, 5, 6):
        (corpus / f"D{sides}").mkdir()
        for view, turn in (("front", 0), ("back", 5), ("left", 10)):
            article(sides, turn).save(corpus / f"D{sides}" / f"{view}.png")
    return evaluate_on(read_task(corpus), "raw")


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def has_colour(picture: npt.NDArray[np.uint8], colour: str) -> bool:
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return bool((np.abs(picture.astype(int) - wanted).max(-1) <= 2).any())


def test_the_mosaic_has_a_row_a_patent(evaluation: Evaluation, tmp_path: Path) -> None:
    two = pixels(draw_mosaic(evaluation.task.drawings, tmp_path / "new" / "two.png", patents=2))
    four = pixels(draw_mosaic(evaluation.task.drawings, tmp_path / "four.png", patents=4))
    assert four.shape[1] == two.shape[1]
    assert four.shape[0] > 1.6 * two.shape[0]
    with pytest.raises(ValueError, match="no drawing"):
        draw_mosaic(Collection(), tmp_path / "none.png")


def test_results_are_framed_by_whether_they_are_right(evaluation: Evaluation, tmp_path: Path) -> None:
    picture = pixels(draw_best_and_worst(evaluation, tmp_path / "queries.png", count=2, top=4))
    assert has_colour(picture, GREEN)
    assert has_colour(picture, RED)
    with pytest.raises(ValueError, match="count and top"):
        draw_best_and_worst(evaluation, tmp_path / "queries.png", count=0)


def test_the_best_are_better_than_the_worst_and_of_different_patents(evaluation: Evaluation) -> None:
    best, worst = chosen_queries(evaluation, 2)
    scores = evaluation.average_precision
    assert min(scores[best]) >= max(scores[worst])
    assert not set(best) & set(worst)
    patents = evaluation.task.patents[evaluation.task.queries]
    assert len(set(patents[best])) == len(set(patents[worst])) == 2


def test_every_model_has_its_curve(evaluation: Evaluation, tmp_path: Path) -> None:
    points = against_database_size(evaluation, steps=3)
    one = pixels(draw_size_curves({"raw": points}, tmp_path / "one.png"))
    assert has_colour(one, "#0072b2")
    assert not has_colour(one, "#d55e00")
    assert has_colour(
        pixels(draw_size_curves({"raw": points, "hog": points}, tmp_path / "two.png")), "#d55e00"
    )
    with pytest.raises(ValueError, match="no curve"):
        draw_size_curves({}, tmp_path / "none.png")


def test_the_map_lays_like_beside_like(evaluation: Evaluation, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    kinds = np.repeat(np.eye(3), 15, axis=0) + 0.01 * chance.standard_normal((45, 3))
    positions = lay_out(kinds, seed=0).reshape(3, 15, 2)
    spread = positions.std(1).max()
    assert np.linalg.norm(positions[0].mean(0) - positions[1].mean(0)) > 2 * spread
    # Those of no category are grey.
    assert has_colour(pixels(draw_embedding_map(evaluation, tmp_path / "map.png")), GREY)


def test_a_map_of_too_few_is_refused(evaluation: Evaluation, tmp_path: Path) -> None:
    few = Collection(
        *(getattr(evaluation.task.drawings, name)[:3] for name in ("patents", "categories", "names"))
    )
    from dataclasses import replace

    small = replace(evaluation, task=replace(evaluation.task, drawings=few))
    with pytest.raises(ValueError, match="at least 8"):
        draw_embedding_map(small, tmp_path / "map.png")


def test_training_curves_are_drawn_from_a_run(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"step": 20, "loss": 2.0, "validation_map": 0.3, "epoch": 2, "note": "text"},
        {"step": 10, "loss": 4.0, "validation_map": 0.1, "epoch": 1},
    ]
    (tmp_path / "metrics.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [row["step"] for row in read_metrics(tmp_path)] == [10, 20]
    drawn = pixels(draw_training_curves(tmp_path, tmp_path / "curves.png"))
    assert has_colour(drawn, COLOURS[0])
    assert not has_colour(drawn, COLOURS[1])
    (tmp_path / "metrics.jsonl").write_text(json.dumps({**rows[0], "validation_acc1": 0.5}))
    assert has_colour(pixels(draw_training_curves(tmp_path, tmp_path / "more.png")), COLOURS[1])


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "is no run"), ("", "is empty"), ("{", "line 1"), ('{"loss": 1}', "line 1"), ("3", "line 1")],
)
def test_a_folder_without_metrics_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "metrics.jsonl").write_text(content)
    with pytest.raises(ValueError, match=message):
        draw_training_curves(tmp_path, tmp_path / "curves.png")


def test_darkening_keeps_paper_white_and_ink_black() -> None:
    assert darkened(np.array([[0, 100, 200, 255]], np.uint8)).tolist() == [[0, 0, 145, 255]]
