"""The triplet loss of DeepPatent (WACV 2022, equation 3)."""

from __future__ import annotations

from torch import Tensor, nn

from sevenviews.training.losses.base import RetrievalLoss, zero
from sevenviews.training.losses.config import TripletConfig
from sevenviews.training.losses.mining import triplet_miner


class Triplet(RetrievalLoss):
    """The mean over the mined triplets of ½·max(0, m + ‖q - d⁺‖² - ‖q - d⁻‖²).

    With a softmax weight w, w · cross-entropy of a linear classifier of the embeddings is added, as
    Sketchy-ResNet is trained (DeepPatent, section 5.3). pytorch-metric-learning has the same triplet loss but
    for the half, on distances that lose their last digits in a matrix product; here they are taken directly.
    """

    def __init__(self, config: TripletConfig, classes: int, dimension: int) -> None:
        super().__init__()
        self._margin = config.margin
        self._mine = triplet_miner(config.mining)
        self._softmax_weight = config.softmax_weight
        self.classifier = nn.Linear(dimension, classes) if config.softmax_weight else None

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        anchors, positives, negatives = self._mine(vectors, labels)
        loss = zero(vectors)
        if len(anchors):
            to_positive = (vectors[anchors] - vectors[positives]).square().sum(1)
            to_negative = (vectors[anchors] - vectors[negatives]).square().sum(1)
            loss = (self._margin + to_positive - to_negative).clamp(min=0).mean() / 2
        if self.classifier is None:
            return loss
        return loss + self._softmax_weight * nn.functional.cross_entropy(self.classifier(vectors), labels)
