"""The figures show what they are for: missing views are grey, present ones are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sevenviews.lab.patentnet.dataset import PatentNetDataset, read_dataset
from sevenviews.lab.patentnet.labels import Label, Level
from sevenviews.lab.patentnet.pictures import (
    draw_bars,
    draw_distribution,
    draw_hierarchy,
    draw_multilabel,
    draw_multiview_grid,
    draw_record,
    draw_views,
    record_lines,
)
from sevenviews.lab.patentnet.statistics import statistics_of
from tests.unit.lab.test_patentnet_dataset import DESIGNS, views_corpus


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> PatentNetDataset:
    return read_dataset(views_corpus(tmp_path_factory.mktemp("views"), DESIGNS))


def grey_share(path: Path) -> float:
    pixels = np.asarray(Image.open(path).convert("L"))
    return float((pixels == 209).mean())


def test_missing_views_are_grey(dataset: PatentNetDataset, tmp_path: Path) -> None:
    shares = {}
    for sample in dataset.samples:
        path = tmp_path / f"{sample.patent.patent_id}.png"
        draw_multiview_grid([sample], path)
        shares[len(sample.missing)] = grey_share(path)
    assert sorted(shares) == [0, 4, 5, 6]
    assert shares[0] < 0.001
    assert shares[4] == pytest.approx(shares[6] * 4 / 6, rel=0.05)
    with pytest.raises(ValueError, match="at least one"):
        draw_multiview_grid([], tmp_path / "none.png")


def test_every_figure_is_drawn(dataset: PatentNetDataset, tmp_path: Path) -> None:
    counts = statistics_of(dataset)
    draw_record(dataset.samples[0], tmp_path / "record.png")
    draw_distribution(counts, Level.SUBCLASS, tmp_path / "distribution.png")
    draw_views(counts, tmp_path / "views.png")
    draw_hierarchy(dataset, tmp_path / "hierarchy.png")
    draw_bars({"a": {"x": 0.5}, "b": {"y": 0.25}}, tmp_path / "bars.png", "title", "mAP@10")
    for path in tmp_path.iterdir():
        pixels = np.asarray(Image.open(path).convert("L"))
        assert min(pixels.shape) > 200
        assert pixels.std() > 10


def test_a_record_has_the_paper_s_fields(dataset: PatentNetDataset) -> None:
    lines = dict(record_lines(dataset.samples[0]))
    assert lines["Name"] == "Title of a1"
    assert lines["Labels"] == "Chair / Chair Folding / Title of a1"
    assert lines["Owner"] == "—"


def test_multilabel_designs_are_drawn_where_there_are_any(dataset: PatentNetDataset, tmp_path: Path) -> None:
    assert not draw_multilabel(dataset.samples, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
    alarm = replace(dataset.samples[3], labels=(Label(("Lamp",)), Label(("Clock",)), Label(("Radio",))))
    assert draw_multilabel([dataset.samples[0], alarm, alarm], tmp_path / "several.png")
    assert Image.open(tmp_path / "several.png").height > 200


def test_nothing_to_draw_is_refused(dataset: PatentNetDataset, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_bars({"a": {}}, tmp_path / "x.png", "", "")
    with pytest.raises(ValueError, match="at least 1"):
        draw_hierarchy(dataset, tmp_path / "x.png", 0)
