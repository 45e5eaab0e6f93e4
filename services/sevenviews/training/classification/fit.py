"""Trains a classifier, single- or multilabel.

Single-label: cross-entropy of the softmax; a sample of several labels spreads its unit of probability evenly over
them. Multilabel: binary cross-entropy of each label's own logistic function, summed over the labels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from sevenviews.lab.patentnet.features import check_features
from sevenviews.training.augmentation import augment
from sevenviews.training.classification.config import FeatureHeadConfig, NetworkConfig
from sevenviews.training.classification.networks import DrawingNetwork, build_network
from sevenviews.training.config import AugmentationConfig
from sevenviews.training.hashing.head import HashHead
from sevenviews.training.minibatches import Loss, Schedule, check_labels, fit

# Milder than for retrieval: from random weights and in few steps, a network must first learn the plain drawing.
_AUGMENTATION = AugmentationConfig(
    rotation_degrees=4, scale=0.1, shift=0.05, thicken=0.3, dash=0, erase=0.2, blur=0.1
)


def single_label_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """-1/n Σ_i Σ_{c ∈ labels_i} log softmax(z_i)_c / |labels_i|, of logits and labels [n, classes]."""
    spread = labels / labels.sum(1, keepdim=True)
    return functional.cross_entropy(logits, spread)


def multilabel_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """-1/n Σ_i Σ_c [y_ic log σ(z_ic) + (1 - y_ic) log(1 - σ(z_ic))], of logits and labels [n, classes]."""
    return functional.binary_cross_entropy_with_logits(logits, labels, reduction="sum") / len(logits)


def _loss(multilabel: bool) -> Loss:
    loss = multilabel_loss if multilabel else single_label_loss
    return lambda logits, own, _: loss(logits, own)


def train_network(
    drawings: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.bool_],
    config: NetworkConfig,
    *,
    multilabel: bool = False,
    seed: int = 0,
    advance: Callable[[int, float], None] = lambda _step, _loss: None,
) -> DrawingNetwork:
    """A network that was trained on drawings.

    Args:
        drawings: uint8 [n, 1, side, side], 0 ink to 255 paper.
        labels: [n, classes], at least one in each row, at least two classes in all.

    Raises ValueError: a drawing has no label, there is one class only, or training diverged.
    """
    check_labels(labels, len(drawings))
    torch.manual_seed(seed)
    network = build_network(config.architecture, labels.shape[1], config.pretrained)
    inputs, own = torch.from_numpy(drawings), torch.from_numpy(labels).float()
    fit(network, inputs, own, _loss(multilabel), config.schedule(seed), changed, advance)
    return network


def train_feature_head(
    features: npt.NDArray[np.floating],
    labels: npt.NDArray[np.bool_],
    config: FeatureHeadConfig,
    *,
    multilabel: bool = False,
    seed: int = 0,
) -> nn.Module:
    """A linear head [n, dimension] to [n, classes] on unit vectors. Raises ValueError as `train_network`."""
    check_features(features)
    check_labels(labels, len(features))
    torch.manual_seed(seed)
    head = HashHead(features.shape[1], labels.shape[1], hidden=0)
    inputs, own = (torch.from_numpy(one).float() for one in (features, labels))
    schedule = Schedule(config.steps, config.batch_size, config.rate, weight_decay=0.05, seed=seed)
    fit(head, inputs, own, _loss(multilabel), schedule)
    return head


def changed(batch: Tensor, generator: torch.Generator) -> Tensor:
    """A batch of drawings, uint8 [n, 1, side, side], augmented."""
    each = torch.arange(len(batch))
    return augment(batch, each, batch.shape[-1], _AUGMENTATION, generator)
