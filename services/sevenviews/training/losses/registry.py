"""From a loss's settings to the loss."""

from __future__ import annotations

from torch import Tensor

from sevenviews.training.losses.arcface import ArcFace
from sevenviews.training.losses.base import RetrievalLoss
from sevenviews.training.losses.classification import Classification
from sevenviews.training.losses.config import (
    ArcFaceConfig,
    ClassificationConfig,
    ContrastiveConfig,
    HierarchicalConfig,
    InfoNceConfig,
    LossConfig,
    TripletConfig,
)
from sevenviews.training.losses.contrastive import Contrastive
from sevenviews.training.losses.hierarchical import Hierarchical
from sevenviews.training.losses.info_nce import InfoNce
from sevenviews.training.losses.triplet import Triplet


def make_loss(config: LossConfig, classes: int, dimension: int, tree: Tensor | None = None) -> RetrievalLoss:
    """The loss of some settings.

    Args:
        classes: how many labels there are.
        dimension: of the vectors that it takes: the embeddings', or the pooled features'.
        tree: int64 [classes, 2], class and subclass of each label, for a loss over a hierarchy.

    Raises ValueError: such a loss has no tree.
    """
    match config:
        case ArcFaceConfig():
            return ArcFace(config, classes, dimension)
        case TripletConfig():
            return Triplet(config, classes, dimension)
        case ContrastiveConfig():
            return Contrastive(config)
        case InfoNceConfig():
            return InfoNce(config)
        case HierarchicalConfig():
            if tree is None:
                raise ValueError("loss: hierarchical needs the classes of the labels")
            return Hierarchical(config, tree)
        case ClassificationConfig():
            return Classification(config, classes, dimension)
