"""What the fully connected layer can begin as, or be brought back to: an affine map fitted to descriptors.

DeepPatent calls that layer "learned whitening"; here it is computed rather than learned, from nothing (PCA) or from
which drawings show one design (Mikolajczyk and Matas, 2007; Radenović et al., 2018, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_WHITENING_EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class Affine:
    """y = weight x + bias, of [k, channels] and [k]."""

    weight: Tensor
    bias: Tensor


def pca_whitening(descriptors: Tensor, dimension: int) -> Affine:
    """y = (Λ / λ₁ + ε)^(-1/2) Vᵀ (x - μ), with the largest eigenvalues Λ and their axes V.

    Args:
        descriptors: [m, channels].
        dimension: wanted; with fewer drawings, or channels, there are no more axes than those.
    """
    mean = descriptors.mean(0)
    _, singular, axes = torch.linalg.svd(descriptors - mean, full_matrices=False)
    kept = min(dimension, len(singular))
    variances = (singular[:kept] / singular[0]) ** 2
    return _about(mean, axes[:kept] * (variances + _WHITENING_EPSILON).rsqrt()[:, None])


def _about(mean: Tensor, weight: Tensor) -> Affine:
    return Affine(weight, -(weight @ mean))
