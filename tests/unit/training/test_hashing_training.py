"""Codes are learned from features and from drawings; what cannot be learned from is refused."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn

from sevenviews.lab.hashing.codes import binarise
from sevenviews.lab.hashing.ranking import evaluate_codes, shared_labels
from sevenviews.lab.patentnet.selection import Selection
from sevenviews.lab.settings import read_yaml
from sevenviews.training.classification.config import Optimizer
from sevenviews.training.classification.networks import build_network
from sevenviews.training.hashing.config import HashingConfig, HeadConfig, Method
from sevenviews.training.hashing.fit import train_codes, train_head
from sevenviews.training.hashing.head import HashHead
from sevenviews.training.minibatches import Schedule, fit, outputs_of
from tests.conftest import ROOT


def clusters(each: int = 30, classes: int = 6, dimension: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around a random direction for each class, so wide that neighbours mix."""
    chance = np.random.default_rng(0)
    centres = chance.standard_normal((classes, dimension))
    of = np.repeat(np.arange(classes), each)
    vectors = centres[of] + 2 * chance.standard_normal((len(of), dimension))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.eye(classes, dtype=bool)[of]


@pytest.mark.parametrize("method", ["csq", "hashnet"])
@pytest.mark.parametrize("bits", [16, 24])
def test_trained_codes_beat_random_ones(method: Method, bits: int) -> None:
    features, labels = clusters()
    teach = np.arange(len(features)) % 3 > 0
    config = HeadConfig(hidden=32, steps=150, batch_size=60, rate=3e-3)
    head = train_head(features[teach], labels[teach], method, bits, config)
    untrained = HashHead(features.shape[1], bits, 32)
    relevance = shared_labels(labels[~teach], labels[teach])
    worth = []
    for network in (head, untrained):
        outputs = outputs_of(network, torch.from_numpy(features).float()).numpy()
        queries, gallery = binarise(outputs[~teach]), binarise(outputs[teach])
        report = evaluate_codes(queries, gallery, relevance, ["all"] * int((~teach).sum()))
        worth.append(report.mean_average_precision[10])
    assert worth[0] > worth[1] + 0.05


def test_the_same_seed_gives_the_same_head() -> None:
    features, labels = clusters(8)
    config = HeadConfig(hidden=8, steps=5, batch_size=8)
    one, other = (train_head(features, labels, "csq", 8, config) for _ in range(2))
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_small_backbone_learns_from_drawings() -> None:
    generator = torch.Generator().manual_seed(0)
    drawings = torch.full((16, 1, 32, 32), 255, dtype=torch.uint8)
    drawings[:8, :, :, 4:10] = 0
    drawings[8:, :, 4:10, :] = 0
    noise = torch.rand(drawings.shape, generator=generator) < 0.02
    drawings[noise] = 0
    labels = np.eye(2, dtype=bool)[[0] * 8 + [1] * 8]
    torch.manual_seed(0)
    network = build_network("mobilenet_v3_small", 16)
    losses = train_codes(network, drawings, labels, "csq", 16, HeadConfig(steps=12, batch_size=16, rate=2e-3))
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("nan", "not finite"),
        ("unlabelled", "2 samples have none"),
        ("one class", "only one class"),
        ("fewer", "for 12 samples"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(spoil: str, message: str) -> None:
    features, labels = clusters(2)
    if spoil == "nan":
        features[3, 0] = np.nan
    elif spoil == "unlabelled":
        labels[:2] = False
    elif spoil == "one class":
        labels[:] = np.eye(6, dtype=bool)[0]
    else:
        labels = labels[:-1]
    with pytest.raises(ValueError, match=message):
        train_head(features, labels, "hashnet", 8, HeadConfig(steps=1))


def test_a_loss_that_is_not_finite_ends_training() -> None:
    network = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="smaller rate"):
        fit(
            network,
            torch.ones(4, 2),
            torch.ones(4, 2),
            lambda outputs, _labels, _step: outputs.sum() * float("inf"),
            Schedule(2, 2, 0.1),
        )
    with pytest.raises(ValueError, match="at least 2"):
        fit(network, torch.ones(1, 2), torch.ones(1), lambda o, _l, _s: o.sum(), Schedule(1, 1, 0.1))


def test_the_rate_warms_up_and_fades() -> None:
    schedule = Schedule(100, 8, 0.5)
    rates = [schedule.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == 0.5
    assert rates[-1] < 0.001
    assert rates[5:] == sorted(rates[5:], reverse=True)


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_the_optimizer_is_the_one_that_is_asked_for(name: Optimizer) -> None:
    """The first step upon a weight of 1 whose slope is 2, undecayed: AdamW goes by the rate, SGD by rate · slope."""
    network = nn.Linear(1, 1, bias=False)
    nn.init.ones_(network.weight)
    schedule = Schedule(1, 2, 0.01, weight_decay=0, optimizer=name)
    fit(
        network,
        torch.full((2, 1), 2.0),
        torch.zeros(2),
        lambda outputs, _labels, _step: outputs.mean(),
        schedule,
    )
    # Nesterov's momentum counts the slope once more, by its 0.9.
    assert network.weight.item() == pytest.approx(1 - 0.01 * (1 if name == "adamw" else 2 * 1.9), abs=1e-6)


def test_impossible_heads_are_refused() -> None:
    with pytest.raises(ValueError, match="make no head"):
        HashHead(4, 0)


def test_shipped_configurations_are_read() -> None:
    folder = ROOT / "services" / "sevenviews" / "training" / "hashing" / "configs"
    told = [{**read_yaml(path), "corpus": "any"} for path in sorted(folder.glob("*.yaml"))]
    names = [HashingConfig.model_validate(one).name for one in told]
    assert len(names) == len(set(names)) >= 2
    assert Selection(level="class").depth.name == "CLASS"
