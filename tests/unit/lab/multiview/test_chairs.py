"""The chair experiment: features by view, the twelve rows, the report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from sevenviews.designs import STANDARD_VIEWS, SevenviewsError
from sevenviews.lab.multiview.chairs import TABLE_5, table_5
from sevenviews.lab.multiview.features import DesignFeatures, chair_features, read_features
from sevenviews.lab.multiview.report import draw_convergence, write_report
from sevenviews.lab.report import Report
from sevenviews.synthetic.chairs import write_chairs
from tests.unit.lab.multiview.samples import clustered


@pytest.fixture(scope="module")
def chairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chairs")
    write_chairs(folder, seed=1, per_kind=3, size=64, workers=1)
    return folder


@pytest.fixture
def designs() -> DesignFeatures:
    """45 designs of three kinds in seven views, made up."""
    sample = clustered(1, sizes=(6,) * 7, missing=0.3, noise=0.4)
    present = sample.present.copy()
    present[:, 0] = True
    return DesignFeatures(
        tuple(f"D{i}" for i in range(45)),
        tuple(f"kind {kind}" for kind in sample.classes),
        tuple(view / np.linalg.norm(view, axis=1, keepdims=True) for view in sample.views),
        present,
    )


def test_the_papers_table_is_whole() -> None:
    assert len(TABLE_5) == 12
    assert TABLE_5["APMC(V1-V3-V7)"].mean.accuracy == pytest.approx(0.8474)
    assert TABLE_5["SC(5)"].deviation.mutual_information == pytest.approx(0.0307)
    assert all(row.mean.purity >= row.mean.accuracy for row in TABLE_5.values())


def test_features_stand_where_the_drawings_are(chairs: Path) -> None:
    told: list[int] = []
    found = read_features(chairs, "raw", told.append)
    assert len(found.identifiers) == 24 == told[-1]
    assert len(set(found.kinds)) == 8
    assert found.unread == ()
    for row, identifier in enumerate(found.identifiers):
        for column, view in enumerate(STANDARD_VIEWS):
            assert found.present[row, column] == (chairs / identifier / f"{view.value}.png").is_file()
            length = np.linalg.norm(found.views[column][row])
            assert length == pytest.approx(1.0 if found.present[row, column] else 0.0, abs=1e-5)


def test_chairs_are_described_without_being_written(chairs: Path) -> None:
    # As they are drawn, and as files: the same.
    drawn, read = chair_features(0, 2, 1, "raw"), read_features(chairs, "raw")
    assert drawn.identifiers == read.identifiers[:16]
    assert drawn.kinds == read.kinds[:16]
    assert drawn.views[0].shape == (16, read.views[0].shape[1])
    assert drawn.present[:, 0].all()


def test_designs_without_a_category_are_left_out_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "D1"
    folder.mkdir()
    image = np.full((40, 40), 255, np.uint8)
    image[10:30, 10:30] = 0
    Image.fromarray(image).save(folder / "front.png")
    with pytest.raises(ValueError, match="no design with a category"):
        read_features(tmp_path, "raw")
    with pytest.raises(ValueError, match="is no model"):
        read_features(tmp_path, "vgg")
    with pytest.raises(SevenviewsError):
        read_features(tmp_path / "nothing", "raw")


def test_the_twelve_rows(designs: DesignFeatures) -> None:
    told: list[str] = []
    results = table_5(designs, runs=2, advance=told.append)
    assert told == [result.name for result in results] == list(TABLE_5)
    for result in results:
        assert result.scores is not None, result.problem
        assert result.scores.runs == 2
        assert result.samples == 45
        # Two starts at random, and one graph for all runs.
        traces = {"IMG(V1-V7)": 2, "DAIMC": 2, "IMSC_AGL": 1}
        assert len(result.objectives) == traces.get(result.name, 0)
        assert all(result.objectives)
        assert result.scores.mean.accuracy > 0.33
    best = {result.name: result.scores.mean.accuracy for result in results if result.scores}
    assert best["DAIMC"] > 0.9


def test_a_method_that_cannot_be_applied_says_why(designs: DesignFeatures, tmp_path: Path) -> None:
    present = designs.present.copy()
    present[:, 5] = False
    present[0, 5] = True
    present[:, 6] = False
    results = {result.name: result for result in table_5(replace(designs, present=present), runs=1)}
    assert results["SC(1)"].scores is not None
    assert results["SC(7)"].problem == "no design shows the view"
    assert "view 5 is seen by 1 samples" in results["DAIMC"].problem
    assert "view 1 is seen by 0 samples" in results["IMG(V1-V7)"].problem
    report = Report(tmp_path)
    write_report(report, "made up", "raw", designs, list(results.values()))
    text = report.write().read_text()
    assert "DAIMC cannot be applied: present: view 5 is seen by 1 samples" in text


def test_one_kind_or_no_runs_are_refused(designs: DesignFeatures) -> None:
    with pytest.raises(ValueError, match="of 1 kind"):
        table_5(replace(designs, kinds=("chair",) * 45))
    with pytest.raises(ValueError, match="runs: 0"):
        table_5(designs, runs=0)


def test_the_report_holds_both_tables_and_pictures(designs: DesignFeatures, tmp_path: Path) -> None:
    results = table_5(designs, runs=3)
    report = Report(tmp_path / "report")
    write_report(report, "made up", "raw", designs, results)
    path = report.write()
    text = path.read_text()
    for line in ("| SC(concat) |", "84.74 ± 0.06", "| 6. bottom |", "## What differs from the paper"):
        assert line in text
    for name in ("table5.png", "convergence.png"):
        with Image.open(path.parent / name) as picture:
            assert picture.width > 400
    stored = json.loads((path.parent / "results.json").read_text())
    assert [row["name"] for row in stored["rows"]] == list(TABLE_5)
    traces = {row["name"]: row["ours"]["objectives"] for row in stored["rows"]}
    page = Figure()
    draw_convergence(page, results)
    panels = {panel.get_title(): len(panel.lines) for panel in page.axes}
    assert panels == {"IMG(V1-V7), 3 runs": 3, "DAIMC, 3 runs": 3, "IMSC_AGL, all runs alike": 1}
    assert len({tuple(trace) for trace in traces["DAIMC"]}) == 3
