"""The command writes a whole report: a table, what differs, figures, and the same for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sevenviews.cli.lab import lab_app
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


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(lab_app, [str(one) for one in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_a_report_has_the_papers_figures_beside_ours(corpus: Path, tmp_path: Path) -> None:
    out, bundle = tmp_path / "report", tiny_bundle(tmp_path / "tiny")
    code, _, messages = run(
        "deeppatent", "--corpus", corpus, "--distractors", corpus, "--out", out,
        "--models", f"raw, vishash,hog,rn18-triplet={bundle}",
    )  # fmt: skip
    assert code == 0, messages
    text = (out / "report.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith("| HOG"))
    assert "| test | 0.083 | 0.272 / 0.317 / 0.359 | `hog` | **" in line
    assert "| Patents, ResNet-18, triplet | validation | 0.278 | 0.586 / 0.689 / 0.756 | `tiny` | **" in text
    assert "| – | – | – | – | `raw` | **" in text
    assert "| SIFT-FV | test | 0.092 | 0.206 / 0.289 / 0.375 | not run |" in text
    assert "8 queries of 4 patents of `corpus` (seed 0) among 16 drawings, 12 of them distractors" in text
    assert "not to be compared with each other" in text
    for name in ("mosaic", "queries", "database-size", "map"):
        assert f"]({name}.png)" in text
        assert (out / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    rows = json.loads((out / "results.json").read_text())["rows"]
    ours = {row["ours"]["model"] for row in rows if row["ours"]}
    assert ours == {"raw", "vishash", "hog", str(bundle)}


def test_the_cross_entropy_report_says_that_its_table_mixes_splits(corpus: Path, tmp_path: Path) -> None:
    code, answer, _ = run(
        "cross-entropy", "--corpus", corpus, "--out", tmp_path / "report", "--models", "ri-lbp", "--json"
    )
    assert code == 0
    document = json.loads(answer)
    text = Path(document["report"]).read_text()
    assert "| RI-LBP | test | 0.069 | – | `ri-lbp` | **" in text
    assert "| EfficientNet, ArcFace | not stated | 0.662 | – | not run |" in text
    assert ".379 of ResNet with triplets from its validation split" in text
    assert document["rows"][0]["ours"]["queries"] == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--models", "rn19=x"], "no row is called 'rn19'"),
        (["--models", "sift"], "'sift' is no model"),
        (["--models", " , "], "there is no model to run"),
        (["--train", "my.yaml"], "takes ROW=CONFIG"),
        (["--train", "rn18-triplet=missing.yaml"], "missing.yaml"),
    ],
)
def test_what_cannot_be_run_is_said(corpus: Path, tmp_path: Path, options: list[str], message: str) -> None:
    code, _, messages = run("deeppatent", "--corpus", corpus, "--out", tmp_path / "report", *options)
    assert code == 2
    assert message in messages.replace("\n", " ")
    assert not (tmp_path / "report" / "report.md").exists()
