"""Which triplets and pairs of a batch a loss is made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.miners import BatchEasyHardMiner
from pytorch_metric_learning.utils.loss_and_miner_utils import get_all_pairs_indices, get_all_triplets_indices
from torch import Tensor

from sevenviews.training.losses.config import Mining

Triplets = tuple[Tensor, Tensor, Tensor]
"""Indices into the batch: anchors, positives, negatives."""

Pairs = tuple[Tensor, Tensor, Tensor, Tensor]
"""Indices into the batch: anchors and their positives, anchors and their negatives."""


def triplet_miner(mining: Mining) -> Callable[[Tensor, Tensor], Triplets]:
    """From vectors and labels to triplets. An anchor without a positive or without a negative is in none."""
    if mining == "all":
        return lambda _, labels: get_all_triplets_indices(labels)
    miner = BatchEasyHardMiner("hard", mining, distance=LpDistance(normalize_embeddings=False))

    def mine(vectors: Tensor, labels: Tensor) -> Triplets:
        if not _has_both(labels):
            nothing = labels.new_empty(0)
            return nothing, nothing, nothing
        anchors, positives, _, negatives = miner(vectors, labels)
        return anchors, positives, negatives

    return mine


def mine_pairs(vectors: Tensor, labels: Tensor, mining: Mining) -> Pairs:
    """All pairs; or each anchor's farthest positive and nearest negative, where it has one."""
    if mining == "all":
        anchors, positives, others, negatives = get_all_pairs_indices(labels)
        return anchors, positives, others, negatives
    with torch.no_grad():
        distances = torch.cdist(vectors, vectors)
        same = labels[:, None] == labels[None, :]
        matches = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        farthest = distances.masked_fill(~matches, -torch.inf).argmax(1)
        nearest = distances.masked_fill(same, torch.inf).argmin(1)
    anchors = torch.nonzero(matches.any(1))[:, 0]
    others = torch.nonzero((~same).any(1))[:, 0]
    return anchors, farthest[anchors], others, nearest[others]


def _has_both(labels: Tensor) -> bool:
    distinct = len(torch.unique(labels))
    return 1 < distinct < len(labels)
