"""PatentNet's commands on a small corpus: each writes its report, with the paper's figures beside ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sevenviews.cli.lab import lab_app
from sevenviews.cli.lab.taught import taught_by
from sevenviews.designs import STANDARD_VIEWS
from sevenviews.encoder import load_bundle
from tests.models import tiny_bundle
from tests.unit.lab.test_patentnet_dataset import drawing, views_corpus

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    designs = {}
    for number in range(18):
        kind = ("Chair Bow", "Chair Folding", "Lamp")[number % 3]
        designs[f"d{number}"] = (kind, tuple(STANDARD_VIEWS[:2]))
    views_corpus(folder, designs)
    for number in range(18):
        for view in STANDARD_VIEWS[:2]:
            drawing(folder / f"d{number}" / f"{view}.png", number % 3 + 3)
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bundle(tmp_path_factory.mktemp("model") / "tiny")


def run(*arguments: object) -> tuple[int, str]:
    result = RUNNER.invoke(lab_app, ["patentnet", *map(str, arguments)])
    return result.exit_code, result.output


def pictures(report: str, folder: Path) -> list[str]:
    """Names of the pictures that a report shows; each must be there."""
    names = [line.split("](")[1].rstrip(")") for line in report.splitlines() if line.startswith("![")]
    assert all((folder / name).is_file() for name in names)
    return names


def test_statistics(corpus: Path, tmp_path: Path) -> None:
    code, output = run("statistics", "--corpus", corpus, "--out", tmp_path, "--json")
    assert code == 0
    (row,) = json.loads(output[output.index("{") :])["rows"]
    assert row["ours"]["designs"] == 18
    report = (tmp_path / "report.md").read_text()
    assert "| designs with a label | 18 |" in report
    assert "No design of this corpus carries several labels." in report
    assert len(pictures(report, tmp_path)) == 6


def test_statistics_of_drawings_whose_view_nobody_knows(tmp_path: Path) -> None:
    """Nothing but grey would be in the grid; the record shows the drawing all the same."""
    (tmp_path / "corpus").mkdir()
    for number in range(3):
        drawing(tmp_path / "corpus" / f"USD053433{number}.png", number + 3)
    rows = "".join(f"USD053433{number},D6/50{number},Chair\n" for number in range(3))
    (tmp_path / "corpus" / "index.csv").write_text("id,uspc,title\n" + rows)
    code, output = run("statistics", "--corpus", tmp_path / "corpus", "--out", tmp_path)
    assert code == 0, output
    report = (tmp_path / "report.md").read_text()
    assert "it is known what view it shows" in report
    assert "grid.png" not in pictures(report, tmp_path)
    assert "record.png" in pictures(report, tmp_path)


def test_hash(corpus: Path, bundle: Path, tmp_path: Path) -> None:
    config = tmp_path / "small.yaml"
    config.write_text(
        f"name: small\nbudget_minutes: 1\nmodel: {bundle}\nbits: [16, 24]\n"
        "head: {hidden: 0, steps: 40, batch_size: 16, rate: 0.01}\nimage_size: 32\n"
        "networks: [{architecture: mobilenet_v3_small, steps: 2, batch_size: 8}]\n"
    )
    out, codes = tmp_path / "out", tmp_path / "codes.bundle"
    arguments = ("--corpus", corpus, "--out", out, "--config", config, "--json")
    code, output = run("hash", *arguments, "--bundle", f"csq-24={codes}")
    assert code == 0, output
    rows = json.loads(output[output.index("{") :])["rows"]
    found = {row["name"]: row["ours"]["mAP@10"] for row in rows}
    heads = {f"{method}-{bits}" for method in ("csq", "hashnet") for bits in (16, 24)}
    assert set(found) == {"vectors", *heads, *(f"{one}-mobilenet_v3_small" for one in heads)}
    # The drawings of a class are alike, so any codes find them.
    assert found["csq-16"] == found["vectors"] == 1
    report = (out / "report.md").read_text()
    assert "| csq | 24 | 54.00 |" in report
    assert "| csq, mobilenet_v3_small end to end | 24 | 54.00 |" in report
    assert "FAISS Hamming, 24 bits" in report
    assert pictures(report, out) == ["curves.png", "categories.png"]
    written = load_bundle(codes)
    assert written.manifest.dimension == 24
    assert f"csq-24: `codes.bundle`, version {written.version}" in report


def test_retrieve(corpus: Path, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows whose weights are not here are named, and the others measured."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    models = ("--model", bundle, "--model", "raw", "--model", "resnet152")
    code, output = run("retrieve", "--corpus", corpus, "--out", tmp_path, *models)
    assert code == 0, output
    report = (tmp_path / "report.md").read_text()
    assert "| tiny | — | 100.00 | 64 |" in report
    assert "| resnet152 | 72.05 | not run: weights not in the cache | — |" in report
    assert "| vgg19 | 66.96 | not run: weights not in the cache | — |" in report
    assert pictures(report, tmp_path) == ["categories.png"]


def test_classify(corpus: Path, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    config = tmp_path / "small.yaml"
    config.write_text(
        "name: small\nbudget_minutes: 1\nimage_size: 32\nthreads: 1\n"
        f"head: {{model: {bundle}, steps: 100, batch_size: 16}}\n"
        "networks: [{architecture: efficientnet_b0, steps: 2, batch_size: 4},\n"
        "           {architecture: vgg19, steps: 2, pretrained: true}]\n"
    )
    out = tmp_path / "out"
    code, output = run("classify", "--corpus", corpus, "--out", out, "--config", config)
    assert code == 0, output
    report = (out / "report.md").read_text()
    assert "| efficientnet_b0 | 32² | 62.92 |" in report
    assert "| vgg19, ImageNet | — | 72.95 | not run: weights not in the cache |" in report
    assert "Hierarchical consistency" in report
    assert len(pictures(report, out)) == 3


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("hash", ("--config", "nothing"), "neither a file nor one of categories"),
        ("hash", ("--bundle", "csq-65=codes"), "METHOD-BITS=DIR is meant, with one of csq-16"),
        ("hash", ("--bundle", "csq-64"), "METHOD-BITS=DIR is meant"),
        ("classify", ("--config", "nothing"), "categories, locarno, uspc"),
        ("retrieve", ("--model", "resnet152"), "resnet152-"),
        ("retrieve", ("--model", "sift"), "no model"),
    ],
)
def test_what_cannot_be_run_is_said(
    corpus: Path,
    tmp_path: Path,
    command: str,
    options: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    code, output = run(command, "--corpus", corpus, "--out", tmp_path, *options)
    assert code == 2
    assert message in " ".join(output.split())


def test_a_corpus_that_is_none_is_refused(tmp_path: Path) -> None:
    code, output = run("statistics", "--corpus", tmp_path / "missing", "--out", tmp_path)
    assert code == 1
    assert "there is nothing" in " ".join(output.split())


def test_a_report_says_that_the_packaged_model_knows_the_corpus() -> None:
    assert "trained on part of this corpus" in taught_by("default", "furniture-views.tar.gz")
    other = taught_by("default", "patents")
    assert "If this corpus holds some of these" in other
    assert all(name in other for name in ("sheets-60", "furniture-views"))
    assert taught_by("hog", "furniture-views.tar.gz") == taught_by("bundle", "patents") == ""


def test_retrieval_reports_what_the_packaged_model_knows(corpus: Path, tmp_path: Path) -> None:
    code, output = run("retrieve", "--corpus", corpus, "--out", tmp_path)
    assert code == 0, output
    assert (tmp_path / "report.md").read_text().count(taught_by("default", corpus.name)) == 1
