"""Generalised mean pooling over the cells of a grid: what lies where, as HOG says it of gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_EPSILON = 1e-6


class GridGeM(nn.Module):
    """Features [n, c, h, w], at least 0, to unit vectors [n, c · cells²].

    As GeM, with a fixed p, but for each cell apart. Cells overlap: a place counts for the nearest two of either axis
    by how near it is, as in SIFT and HOG (Dalal and Triggs, 2005, section 6.3), so that a small shift changes little.

    GeM and NetVLAD forget where in a drawing a form lies. Local forms are what drawings of other sides share; where
    they lie is what a drawing of the same side in another hand keeps.

    `cells`: along each axis; `p`: the exponent; 1 the mean.
    """

    def __init__(self, cells: int, p: float) -> None:
        super().__init__()
        self._cells = cells
        self._p = p

    def forward(self, features: Tensor) -> Tensor:
        rows, columns = (_windows(length, self._cells, features) for length in features.shape[-2:])
        powers = features.clamp(min=_EPSILON).pow(self._p)
        means = rows @ powers @ columns.T
        return functional.normalize(means.pow(1 / self._p).flatten(1), dim=1)


def _windows(length: int, cells: int, like: Tensor) -> Tensor:
    """Weights of the places along an axis in each cell: [cells, length], each row a triangle of sum 1."""
    places = (torch.arange(length, device=like.device, dtype=like.dtype) + 0.5) / length
    centres = (torch.arange(cells, device=like.device, dtype=like.dtype) + 0.5) / cells
    weights = (1 - (places[None, :] - centres[:, None]).abs() * cells).clamp(min=_EPSILON)
    return weights / weights.sum(1, keepdim=True)
