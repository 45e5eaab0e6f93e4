"""Where a drawing stands, how large, which way round, and what part of it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from sevenviews.training.augmentation.changes import Changes
from sevenviews.training.augmentation.compositions import bend
from sevenviews.training.augmentation.strokes import INK

_MARGIN = 0.04
"""Around the content of a crop, as preprocessing leaves it."""


def inside(ink: Tensor, windows: Tensor) -> Tensor:
    """The ink within windows [n, 4]; paper elsewhere."""
    height, width = ink.shape[-2:]
    left, top, right, bottom = windows[:, :, None, None].unbind(1)
    rows = torch.arange(height, device=ink.device)[None, :, None] / height
    columns = torch.arange(width, device=ink.device)[None, None, :] / width
    within = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
    return ink * within[:, None]


def moved(ink: Tensor, side: int, changes: Changes) -> Tensor:
    """Turned, mirrored, shifted, sized and bent: [n, 1, S, S] to [n, 1, side, side]."""
    n = len(ink)
    cos = torch.cos(changes.rotation) * changes.size
    sin = torch.sin(changes.rotation) * changes.size
    # From the result to the drawing: the content of a crop fills it, as preprocessing would have it.
    centre, extent = _content(ink, changes.crop)
    matrix = torch.stack(
        [
            torch.stack([cos * changes.mirror, -sin, changes.shift[:, 0]], 1) * extent
            + _column(centre[:, 0]),
            torch.stack([sin * changes.mirror, cos, changes.shift[:, 1]], 1) * extent + _column(centre[:, 1]),
        ],
        1,
    )
    grid = functional.affine_grid(matrix, [n, 1, side, side], align_corners=False)
    if changes.bends.any():
        grid = grid + bend(changes.bends, side)
    return functional.grid_sample(ink, grid, padding_mode="zeros", align_corners=False)


def reduced(ink: Tensor, side: int) -> Tensor:
    """As preprocessing does for large drawings: average, rather than skip pixels."""
    if side >= ink.shape[-1]:
        return ink
    return functional.interpolate(ink, size=(side, side), mode="bilinear", antialias=True)


def _column(offset: Tensor) -> Tensor:
    """[n, 3], zero but for the last column."""
    return functional.pad(offset[:, None], (2, 0))


def _content(ink: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Centre [n, 2] and half side [n, 1] of the square around the content, in [-1, 1]; of others the whole."""
    is_ink = ink[:, 0] > INK
    spans = []
    for of_axis in (is_ink.any(1), is_ink.any(2)):
        length = of_axis.shape[1]
        first = of_axis.int().argmax(1)
        last = length - 1 - of_axis.flip(1).int().argmax(1)
        spans.append(torch.stack([first, last + 1], 1) * 2 / length - 1)
    low, high = torch.stack(spans, 1).unbind(2)
    # A crop that left no ink stays blank paper; there is nothing to fill it with.
    fitted = (chosen & is_ink.flatten(1).any(1))[:, None]
    extent = (high - low).amax(1, keepdim=True) / 2 * (1 + 2 * _MARGIN)
    return torch.where(fitted, (low + high) / 2, 0.0), torch.where(fitted, extent, 1.0)
