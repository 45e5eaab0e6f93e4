"""What the fully connected layer can begin as, or be brought back to: an affine map fitted to descriptors.

DeepPatent calls that layer "learned whitening"; here it is computed rather than learned, from nothing (PCA) or from
which drawings show one design (Mikolajczyk and Matas, 2007; Radenović et al., 2018, section 3.3). Those may be of two
kinds: few of real patents, and many renderings that count little. What differs between drawings of one design is
learned best from those that will be searched. Thirty patents have some two hundred drawings for thousands of
channels, though; renderings say, more roughly, what the others are for.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_WHITENING_EPSILON = 1e-3
_SHRINKAGE = 0.1
"""Of the covariance within designs toward a multiple of the identity: it is of few pairs and many dimensions."""

_MOST_AXES = 512
"""Kept before the covariance within designs is inverted; the others hold noise."""

_SPANNED = 1e-12
"""Of the largest variance; smaller ones are rounding."""


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
    weight = axes[:kept] * (variances + _WHITENING_EPSILON).rsqrt()[:, None]
    return Affine(weight, -(weight @ mean))


@dataclass(frozen=True, slots=True)
class WhitenedBy:
    """Drawings to whiten by; every tensor has a row a drawing."""

    descriptors: Tensor  # [m, channels]
    designs: Tensor  # int64 [m]; those with one drawing alone only help to find the axes
    weights: Tensor  # [m], how much each counts beside the others; above 0
    real: Tensor  # bool [m], whether it is of a real patent; there must be some


def weighted_whitening(by: WhitenedBy, dimension: int, axes: int, shrinkage: float) -> Affine:
    """y = Gᵀ (S + λ tr(S)/d · I)^(-1/2) Pᵀ (x - μ): what differs between drawings of one design counts little.

    P are the first d principal axes, S is the covariance within designs along them, λ the shrinkage, and G the
    principal axes of what comes out; all moments are weighted. μ is the mean of the real drawings. Renderings are
    moved there as a whole first, so that how they differ from sheets does not pass for how designs differ.

    Args:
        by: what is learned from.
        dimension: wanted, at most `axes`; with fewer drawings, or channels, there are no more than those.
        axes: d, principal axes that are kept; with fewer drawings there are no more than those.
        shrinkage: λ.

    Raises ValueError: no drawing is real, or no design has two drawings.
    """
    if not by.real.any():
        raise ValueError("whitening: no drawing of a real patent is there to learn from")
    _, numbers, counts = torch.unique(by.designs, return_inverse=True, return_counts=True)
    paired = counts[numbers] > 1
    if not paired.any():
        raise ValueError("whitening: no design has two drawings to learn from")
    # Double precision: the last of some hundred axes have little beside the first.
    wide, weights = by.descriptors.double(), by.weights.double()
    mean = wide[by.real].mean(0)
    centred = wide - mean
    if not by.real.all():
        centred[~by.real] -= centred[~by.real].mean(0)
    kept = _principal(centred, weights, axes)
    along = centred @ kept.T
    centres = torch.zeros(len(counts), along.shape[1]).to(along).index_add_(0, numbers, along)
    within, shares = (along - (centres / counts[:, None])[numbers])[paired], weights[paired]
    covariance = (within * shares[:, None]).T @ within / shares.sum()
    shrunk = covariance + shrinkage * covariance.diag().mean() * torch.eye(len(covariance)).to(covariance)
    variances, directions = torch.linalg.eigh(shrunk)
    evened = directions * variances.rsqrt() @ directions.T
    principal = _principal(along @ evened, weights, dimension)
    weight = (principal @ evened @ kept).to(by.descriptors.dtype)
    return Affine(weight, -(weight @ mean.to(weight)))


def _principal(centred: Tensor, weights: Tensor, most: int) -> Tensor:
    """The first principal axes, [k, channels], of weighted rows; k is at most `most`, and what the rows span.

    By the eigenvectors of rows by rows, or of channels by channels, whichever are fewer: a singular value
    decomposition of a thousand drawings takes a minute and more.
    """
    scaled = centred * weights.sqrt()[:, None]
    rows, channels = scaled.shape
    by_rows = rows < channels
    variances, vectors = torch.linalg.eigh(scaled @ scaled.T if by_rows else scaled.T @ scaled)
    spanned = int((variances > _SPANNED * variances[-1]).sum())
    kept = vectors.flip(1)[:, : min(most, spanned)].T
    return functional.normalize(kept @ scaled, dim=1) if by_rows else kept


def discriminative_whitening(descriptors: Tensor, designs: Tensor, dimension: int) -> Affine:
    """The same of drawings that all count alike, [m, channels] with their designs, int64 [m].

    Raises ValueError: no design has two drawings.
    """
    alike = torch.ones(len(designs), device=descriptors.device)
    by = WhitenedBy(descriptors, designs, alike, alike.bool())
    return weighted_whitening(by, dimension, _MOST_AXES, _SHRINKAGE)
