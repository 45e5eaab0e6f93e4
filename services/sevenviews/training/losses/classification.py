"""Classification by softmax: DeepPatent's step 2, and its RotNet pretext."""

from __future__ import annotations

from torch import Tensor, nn

from sevenviews.training.losses.base import Level, RetrievalLoss
from sevenviews.training.losses.config import ClassificationConfig


class Classification(RetrievalLoss):
    """The mean of -log softmax(W x + b)_y, of the pooled features x.

    The classifier stands where that of the backbone stood, so that the backbone alone learns; it is removed after
    (DeepPatent, section 4). The classes are patents, categories, or the four rotations (Gidaris et al., 2018).
    """

    level: Level = "pooled"

    def __init__(self, config: ClassificationConfig, classes: int, dimension: int) -> None:
        super().__init__()
        self.classifier = nn.Linear(dimension, classes)
        self._criterion = nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        loss: Tensor = self._criterion(self.classifier(vectors), labels)
        return loss
