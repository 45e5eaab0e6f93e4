"""How strokes and surfaces are drawn: thicker, thinner, broken, hatched, stippled, filled."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from sevenviews.training.augmentation.compositions import thickened

INK = 0.1
"""Darker than this is content."""


def thinned(ink: Tensor) -> Tensor:
    """Lighter at the edges rather than gone: a line of one pixel would leave nothing."""
    return (ink - thickened(-ink)) / 2


def dashed(ink: Tensor, dashes: Tensor) -> Tensor:
    """Broken lines: stripes of paper across the drawing, along a direction and at a pitch by chance."""
    angle, pitch = dashes[:, :, None, None].unbind(1)
    rows, columns = _coordinates(ink)
    # Two crossed sets of gaps, so that lines of every direction are cut.
    along = (torch.cos(angle) * columns + torch.sin(angle) * rows) % pitch
    across = (torch.cos(angle) * rows - torch.sin(angle) * columns) % pitch
    kept = (along > 0.3 * pitch) & (across > 0.3 * pitch)
    return ink * kept[:, None]


def hatched(ink: Tensor, hatching: Tensor, shaded: Tensor) -> Tensor:
    """Parallel lines of one pixel on some surfaces."""
    angle, pitch = hatching[:, :, None, None].unbind(1)
    rows, columns = _coordinates(ink)
    along = (torch.cos(angle) * columns + torch.sin(angle) * rows) % pitch
    # The share of a pixel that the line covers, or nearly: its edges are grey, as those of all strokes are.
    lines = (1.2 - (along - pitch / 2).abs()).clamp(0, 1)
    return torch.maximum(ink, lines[:, None] * _surfaces(ink, shaded))


def stippled(ink: Tensor, density: Tensor, shaded: Tensor) -> Tensor:
    """Dots of one pixel on some surfaces, each drawing's its own."""
    rows, columns = _coordinates(ink)
    # The shader's noise: of a place, and of the drawing, without a generator that all workers would have to share.
    phase = shaded.flatten(1).sum(1)[:, None, None]
    noise = (torch.sin(columns * 12.9898 + rows * 78.233 + phase) * 43758.5453) % 1
    dots = (noise < density[:, None, None]).float()
    return torch.maximum(ink, dots[:, None] * _surfaces(ink, shaded))


def toned(ink: Tensor, shade: Tensor, shaded: Tensor) -> Tensor:
    """Some surfaces filled evenly, grey to black."""
    return torch.maximum(ink, shade[:, None, None, None] * _surfaces(ink, shaded))


def _surfaces(ink: Tensor, shaded: Tensor) -> Tensor:
    """Some of what lies between strokes, to the left and right as well as above and below: [n, 1, h, w], 0 or 1."""
    is_ink = (ink > INK).float()
    between = torch.ones_like(ink)
    for axis in (2, 3):
        before = is_ink.cumsum(axis)
        after = before.amax(axis, keepdim=True) - before
        between = between * (before > 0) * (after > 0)
    field = functional.interpolate(shaded[:, None], size=ink.shape[-2:], mode="bilinear")
    return between * (field > 0.5)  # noqa: PLR2004 - as Changes has it


def _coordinates(ink: Tensor) -> tuple[Tensor, Tensor]:
    """Rows [1, h, 1] and columns [1, 1, w] of the pixels."""
    height, width = ink.shape[-2:]
    rows = torch.arange(height, device=ink.device)[None, :, None]
    return rows, torch.arange(width, device=ink.device)[None, None, :]
