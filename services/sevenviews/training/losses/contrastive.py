"""The contrastive loss of DeepPatent (WACV 2022, equation 4)."""

from __future__ import annotations

import torch
from torch import Tensor

from sevenviews.training.losses.base import RetrievalLoss, zero
from sevenviews.training.losses.config import ContrastiveConfig
from sevenviews.training.losses.mining import mine_pairs


class Contrastive(RetrievalLoss):
    """Mean of ½‖q - d⁺‖² over matching pairs + mean of ½·max(0, m - ‖q - d⁻‖)² over the others.

    Two means, so that the balance does not follow from how many pairs of each kind a batch happens to have.
    pytorch-metric-learning's loss of this name does not square its terms.
    """

    def __init__(self, config: ContrastiveConfig) -> None:
        super().__init__()
        self._margin = config.margin
        self._mining = config.mining

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        anchors, positives, others, negatives = mine_pairs(vectors, labels, self._mining)
        loss = zero(vectors)
        if len(anchors):
            loss = loss + (vectors[anchors] - vectors[positives]).square().sum(1).mean() / 2
        if len(others):
            # The norm's gradient at 0 is 0, where that of a square root would be NaN.
            distances = torch.linalg.vector_norm(vectors[others] - vectors[negatives], dim=1)
            loss = loss + (self._margin - distances).clamp(min=0).square().mean() / 2
        return loss
