"""The five networks, both losses by formula, and a whole small experiment."""

from __future__ import annotations

import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from sevenviews.designs import STANDARD_VIEWS
from sevenviews.lab.patentnet.dataset import read_dataset
from sevenviews.lab.patentnet.selection import Selection
from sevenviews.lab.settings import read_yaml
from sevenviews.training.classification.config import (
    Architecture,
    ClassificationConfig,
    FeatureHeadConfig,
    NetworkConfig,
)
from sevenviews.training.classification.experiment import classify
from sevenviews.training.classification.fit import multilabel_loss, single_label_loss, train_network
from sevenviews.training.classification.networks import build_network
from tests.conftest import ROOT
from tests.models import tiny_bundle
from tests.unit.lab.test_patentnet_dataset import drawing, views_corpus


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_every_network_takes_drawings(architecture: Architecture) -> None:
    torch.manual_seed(0)
    network = build_network(architecture, 7)
    drawings = torch.randint(0, 256, (2, 1, 64, 64), dtype=torch.uint8)
    logits = network(drawings)
    assert logits.shape == (2, 7)
    assert logits.isfinite().all()
    (slope,) = torch.autograd.grad(logits.sum(), [next(network.parameters())])
    assert slope.abs().sum() > 0


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="none of resnet50"):
        build_network("alexnet", 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1"):
        build_network("resnet18", 0)
    network = build_network("mobilenet_v3_small", 2)
    with pytest.raises(ValueError, match="side of 32"):
        network(torch.zeros(1, 1, 16, 16, dtype=torch.uint8))


def test_losses_are_their_formulas() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 4, generator=generator, dtype=torch.float64)
    labels = torch.tensor([[1.0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=torch.float64)
    single = several = 0.0
    for row, own in zip(logits.tolist(), labels.tolist(), strict=True):
        total = sum(math.exp(z) for z in row)
        single -= sum(y * math.log(math.exp(z) / total) for z, y in zip(row, own, strict=True)) / sum(own)
        for z, y in zip(row, own, strict=True):
            chance = 1 / (1 + math.exp(-z))
            several -= y * math.log(chance) + (1 - y) * math.log(1 - chance)
    assert single_label_loss(logits, labels).item() == pytest.approx(single / 3)
    assert multilabel_loss(logits, labels).item() == pytest.approx(several / 3)


SMALL = NetworkConfig(architecture="mobilenet_v3_small", steps=15, batch_size=12, rate=3e-3)
VGG = NetworkConfig(architecture="vgg19_bn", steps=15, batch_size=12, rate=0.02, optimizer="sgd")


@pytest.mark.parametrize(("config", "multilabel"), [(SMALL, False), (SMALL, True), (VGG, False)])
def test_a_network_learns_what_it_is_shown(config: NetworkConfig, multilabel: bool) -> None:
    drawings = np.full((24, 1, 32, 32), 255, np.uint8)
    drawings[:12, :, :, 8:24] = 0
    drawings[12:, :, 14:18, :] = 0
    labels = np.eye(2, dtype=bool)[[0] * 12 + [1] * 12]
    losses: list[float] = []
    train_network(
        drawings, labels, config, multilabel=multilabel, advance=lambda _step, loss: losses.append(loss)
    )
    assert len(losses) == 15
    assert losses[-1] < 0.6 * losses[0]


@pytest.mark.parametrize("labels", [np.zeros((2, 2), bool), np.array([[1, 0], [1, 0]], bool)])
def test_labels_that_teach_nothing_are_refused(labels: np.ndarray) -> None:
    config = NetworkConfig(architecture="mobilenet_v3_small", steps=1)
    with pytest.raises(ValueError, match="labels"):
        train_network(np.zeros((2, 1, 32, 32), np.uint8), labels, config)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three subclasses of two classes, told apart by how many sides their drawings have."""
    designs = {}
    for number in range(30):
        sides = number % 3 + 3
        designs[f"d{number}"] = (
            ("Chair Bow", "Chair Folding", "Lamp")[number % 3],
            tuple(STANDARD_VIEWS[:2]),
        )
        for view in STANDARD_VIEWS[:2]:
            drawing(tmp_path / "corpus" / f"d{number}" / f"{view}.png", sides)
    folder = views_corpus(tmp_path / "index", designs)
    (folder / "index.csv").rename(tmp_path / "corpus" / "index.csv")
    return tmp_path / "corpus"


def test_the_experiment_measures_every_row(corpus: Path, tmp_path: Path) -> None:
    config = ClassificationConfig(
        corpus=corpus,
        selection=Selection(most_classes=0, drawings_each=0, test_share=0.3),
        image_size=64,
        networks=(NetworkConfig(architecture="mobilenet_v3_small", steps=4, batch_size=8, image_size=32),),
        head=FeatureHeadConfig(model=str(tiny_bundle(tmp_path / "tiny")), steps=120, batch_size=16),
        threads=1,
    )
    lines: list[str] = []
    report = classify(read_dataset(corpus), config, tmp_path / "cache", lines.append)
    assert report.classes == ("Chair Bow", "Chair Folding", "Lamp")
    assert report.training + report.calibration + report.test == 60
    assert (report.test, report.designs) == (18, 30)
    head, network = report.results
    # The shapes of a class are all alike, so a head on any features tells them apart.
    assert head.top[1] == 1
    assert head.hierarchy is not None
    assert head.hierarchy.consistent == 1
    assert (network.name, network.image_size, head.image_size) == ("mobilenet_v3_small", 32, None)
    for result in report.results:
        assert result.confusion.sum() == 18
        assert sum(row.samples for row in result.rows) == 18
        assert result.temperature > 0
    assert len(lines) == 3


def test_shipped_configurations_are_read() -> None:
    folder = ROOT / "services" / "sevenviews" / "training" / "classification" / "configs"
    told = [{**read_yaml(path), "corpus": "any"} for path in sorted(folder.glob("*.yaml"))]
    loaded = [ClassificationConfig.model_validate(one) for one in told]
    assert {one.name for one in loaded} == {"categories", "uspc", "locarno"}
    (categories,) = (one for one in loaded if one.name == "categories")
    assert {one.architecture for one in categories.networks} == {
        "resnet50",
        "vgg19_bn",
        "densenet121",
        "googlenet",
        "efficientnet_b0",
    }
