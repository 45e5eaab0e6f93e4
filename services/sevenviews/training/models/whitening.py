"""What the fully connected layer can begin as, or be brought back to: an affine map fitted to descriptors.

DeepPatent calls that layer "learned whitening"; here it is computed rather than learned, from nothing (PCA) or from
which drawings show one design (Mikolajczyk and Matas, 2007; Radenović et al., 2018, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_WHITENING_EPSILON = 1e-3
_SHRINKAGE = 0.1
"""Of the covariance within designs toward a multiple of the identity: it is of few pairs and many dimensions."""

_MOST_AXES = 512
"""Kept before the covariance within designs is inverted; the others hold noise."""


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


def discriminative_whitening(descriptors: Tensor, designs: Tensor, dimension: int) -> Affine:
    """y = Gᵀ (S + λ tr(S)/d · I)^(-1/2) Pᵀ (x - μ): what differs between drawings of one design counts little.

    P are the first d principal axes, S is the covariance within designs along them, λ the shrinkage, and G the
    principal axes of what comes out.

    Args:
        descriptors: [m, channels].
        designs: int64 [m]; those with one drawing alone say nothing.
        dimension: wanted; with fewer drawings, or channels, there are no more axes than those.

    Raises:
        ValueError: no design has two drawings.
    """
    _, numbers, counts = torch.unique(designs, return_inverse=True, return_counts=True)
    if counts.max() < 2:  # noqa: PLR2004 - a pair
        raise ValueError("whitening: no design has two drawings to learn from")
    mean = descriptors.mean(0)
    axes = torch.linalg.svd(descriptors - mean, full_matrices=False)[2][:_MOST_AXES]
    along = (descriptors - mean) @ axes.T
    centres = torch.zeros(len(counts), along.shape[1], device=along.device).index_add_(0, numbers, along)
    within = along - (centres / counts[:, None])[numbers]
    covariance = within.T @ within / len(within)
    shrunk = covariance + _SHRINKAGE * covariance.diag().mean() * torch.eye(len(covariance)).to(covariance)
    variances, directions = torch.linalg.eigh(shrunk)
    evened = directions * variances.rsqrt() @ directions.T
    principal = torch.linalg.svd(along @ evened, full_matrices=False)[2][:dimension]
    return _about(mean, principal @ evened @ axes)


def _about(mean: Tensor, weight: Tensor) -> Affine:
    return Affine(weight, -(weight @ mean))
