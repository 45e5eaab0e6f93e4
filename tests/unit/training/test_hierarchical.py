"""The hierarchical loss against its formula, written out with loops; and where its tree comes from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from pytorch_metric_learning.losses import SupConLoss
from torch import nn

from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.labels import categories_of, tree_of
from sevenviews.training.losses.config import HierarchicalConfig
from sevenviews.training.losses.hierarchical import Hierarchical
from sevenviews.training.losses.registry import make_loss

# Class and subclass of each of five labels: two of one subclass, one of its class, one apart, one untold.
TREE = torch.tensor([[0, 0], [0, 0], [0, 1], [1, 2], [-1, -1]])
LABELS = torch.tensor([0, 0, 1, 2, 3, 4, 4, 1])


def units(count: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return nn.functional.normalize(torch.randn(count, 5, generator=generator), dim=1)


def by_hand(vectors: torch.Tensor, config: HierarchicalConfig) -> float:
    total, counted = 0.0, 0
    labels, tree = LABELS.tolist(), TREE.tolist()

    def alike(one: int, other: int) -> float:
        if labels[one] == labels[other]:
            return config.similarities[0]
        for level, similarity in ((1, config.similarities[1]), (0, config.similarities[2])):
            if tree[labels[one]][level] == tree[labels[other]][level] != -1:
                return similarity
        return 0.0

    for one in range(len(labels)):
        others = [other for other in range(len(labels)) if other != one]
        weights = {other: alike(one, other) for other in others}
        if not sum(weights.values()):
            continue
        powers = {
            other: math.exp(float(vectors[one] @ vectors[other]) / config.temperature) for other in others
        }
        counted += 1
        total -= sum(
            weights[other] / sum(weights.values()) * math.log(powers[other] / sum(powers.values()))
            for other in others
        )
    return total / counted


@pytest.mark.parametrize("similarities", [(1.0, 0.5, 0.25), (2.0, 2.0, 0.0), (1.0, 0.0, 0.0)])
def test_it_is_its_formula(similarities: tuple[float, float, float]) -> None:
    config = HierarchicalConfig(temperature=0.3, similarities=similarities)
    loss = make_loss(config, 5, 5, TREE)
    for seed in range(3):
        vectors = units(len(LABELS), seed)
        assert float(loss(vectors, LABELS)) == pytest.approx(by_hand(vectors, config), rel=1e-5)


def test_without_the_tree_it_is_the_supervised_contrastive_loss() -> None:
    config = HierarchicalConfig(temperature=0.2, similarities=(1, 0, 0))
    vectors = units(len(LABELS))
    theirs = SupConLoss(temperature=0.2)(vectors, LABELS)
    # Theirs is the mean over all anchors, ours over those with a positive: labels 2 and 3 have none.
    assert float(Hierarchical(config, TREE)(vectors, LABELS)) == pytest.approx(float(theirs), rel=1e-5)


def test_a_batch_without_anything_alike_gives_zero_with_a_gradient() -> None:
    vectors = units(2).requires_grad_()
    loss = Hierarchical(HierarchicalConfig(), TREE)(vectors, torch.tensor([2, 3]))
    loss.backward()
    assert float(loss.detach()) == 0
    assert vectors.grad is not None
    assert torch.isfinite(vectors.grad).all()


def test_similarities_fall_and_a_tree_is_needed() -> None:
    with pytest.raises(ValueError, match="they fall"):
        HierarchicalConfig(similarities=(0.5, 1.0, 0.1))
    with pytest.raises(ValueError, match="needs the classes"):
        make_loss(HierarchicalConfig(), 5, 5)


def test_the_tree_follows_the_labels_of_what_is_trained_on() -> None:
    paths = (("06", "06-01"), ("06", "06-03"), (), ("26", "26-05"), ("06",))
    dataset = DrawingDataset(
        np.zeros((10, 4, 4), np.uint8), np.repeat(np.arange(5), 2), tuple("abcde"), ("x", "x", "", "y", "x"), "",
        paths=paths,
    )  # fmt: skip
    training = np.array([0, 1, 4, 6, 7, 8])
    # The labels are designs 0, 2, 3 and 4.
    assert tree_of(dataset, training).tolist() == [[0, 0], [-1, -1], [1, 1], [0, -1]]
    assert len(set(categories_of(dataset, training)[[0, 2, 3]].tolist())) == 3
    with pytest.raises(ValueError, match="kept by an earlier version"):
        tree_of(replace(dataset, paths=()), training)
