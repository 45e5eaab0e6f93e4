"""Trains a network for binary codes with either loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from sevenviews.lab.patentnet.features import check_features
from sevenviews.training.classification.fit import changed
from sevenviews.training.hashing.centres import hash_centres
from sevenviews.training.hashing.config import HeadConfig, Method
from sevenviews.training.hashing.csq import CentralSimilarityLoss
from sevenviews.training.hashing.hashnet import WeightedPairwiseLoss, continuation_scale
from sevenviews.training.hashing.head import HashHead
from sevenviews.training.minibatches import Loss, Schedule, check_labels, fit


def train_head(
    features: npt.NDArray[np.floating],
    labels: npt.NDArray[np.bool_],
    method: Method,
    bits: int,
    config: HeadConfig,
    seed: int = 0,
) -> HashHead:
    """A head that was trained on features.

    Args:
        features: [n, dimension], of unit length.
        labels: [n, classes], at least one in each row, at least two classes in all.
        bits: of a code. CSQ's centres are rows of a Hadamard matrix where this is a power of two and there are at
            most twice as many classes; fair coins otherwise.

    Raises ValueError: a feature is not finite, a drawing has no label, there is one class only, or training diverged.
    """
    check_features(features)
    torch.manual_seed(seed)
    head = HashHead(features.shape[1], bits, config.hidden)
    train_codes(head, torch.from_numpy(features).float(), labels, method, bits, config, seed)
    return head


def train_codes(
    network: nn.Module,
    inputs: Tensor,
    labels: npt.NDArray[np.bool_],
    method: Method,
    bits: int,
    config: HeadConfig,
    seed: int = 0,
    whole: Schedule | None = None,
) -> list[float]:
    """Train any network from inputs [n, …] to outputs [n, bits] in place; returns the loss of each step.

    With the schedule of a whole network the inputs are drawings, augmented, and all of it learns, as in the papers,
    rather than a head alone. Raises ValueError: as `train_head`.
    """
    check_labels(labels, len(inputs))
    loss, own = _loss(method, labels.shape[1], bits, config, seed), torch.from_numpy(labels).float()
    if whole is not None:
        return fit(network, inputs, own, loss, whole, changed)
    return fit(network, inputs, own, loss, Schedule(config.steps, config.batch_size, config.rate, seed=seed))


def _loss(method: Method, classes: int, bits: int, config: HeadConfig, seed: int) -> Loss:
    if method == "csq":
        central = CentralSimilarityLoss(hash_centres(classes, bits, seed), config.quantisation, seed)
        return lambda outputs, labels, _: central(outputs, labels)
    pairwise = WeightedPairwiseLoss(bits, config.alpha)
    return lambda outputs, labels, step: pairwise(outputs, labels, continuation_scale(step, config.gamma))
