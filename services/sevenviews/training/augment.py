"""Batches of drawings, changed toward what real patent sheets look like.

A patent's drawings come from one hand: stroke width, broken lines and sharpness are drawn once for each design in a
batch, position and size for each drawing.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from sevenviews.training.config import AugmentationConfig


def augment(
    paper: Tensor, designs: Tensor, side: int, config: AugmentationConfig, generator: torch.Generator
) -> Tensor:
    """Change a batch at random.

    Args:
        paper: uint8 [n, 1, S, S], 0 ink to 255 paper.
        designs: int64 [n]; drawings with the same number share their style.
        side: of the result, in pixels.
        config: how much.
        generator: of all randomness.

    Returns:
        uint8 [n, 1, side, side].
    """
    ink = 1 - paper.to(torch.float32) / 255
    _, style = torch.unique(designs, return_inverse=True)
    styles = int(style.max()) + 1

    def chance(probability: float) -> Tensor:
        return torch.rand(styles, generator=generator)[style] < probability

    ink = _where(chance(config.thicken), functional.max_pool2d(ink, 3, 1, 1), ink)
    ink = _moved(ink, side, config, generator)
    ink = _where(chance(config.dash), _dashed(ink, generator), ink)
    ink = _where(chance(config.blur), functional.avg_pool2d(ink, 3, 1, 1), ink)
    ink = _where(torch.rand(len(ink), generator=generator) < config.erase, _erased(ink, generator), ink)
    return ((1 - ink.clamp(0, 1)) * 255).round().to(torch.uint8)


def _where(chosen: Tensor, changed: Tensor, ink: Tensor) -> Tensor:
    return torch.where(chosen[:, None, None, None], changed, ink)


def _uniform(n: int, extent: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(n, generator=generator) * 2 - 1) * extent


def _moved(ink: Tensor, side: int, config: AugmentationConfig, generator: torch.Generator) -> Tensor:
    n = len(ink)
    angle = _uniform(n, math.radians(config.rotation_degrees), generator)
    size = 1 + _uniform(n, config.scale, generator)
    mirror = torch.where(torch.rand(n, generator=generator) < config.flip, -1.0, 1.0)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    shift = (_uniform(n, 2 * config.shift, generator), _uniform(n, 2 * config.shift, generator))
    matrix = torch.stack(
        [torch.stack([cos * mirror, -sin, shift[0]], 1), torch.stack([sin * mirror, cos, shift[1]], 1)], 1
    )
    if side < ink.shape[-1]:
        # As preprocessing does for large drawings: average, rather than skip pixels.
        ink = functional.interpolate(ink, size=(side, side), mode="bilinear", antialias=True)
    grid = functional.affine_grid(matrix, [n, 1, side, side], align_corners=False)
    return functional.grid_sample(ink, grid, padding_mode="zeros", align_corners=False)


def _dashed(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Broken lines: stripes of paper across the drawing, along a direction and at a pitch by chance."""
    n, _, height, width = ink.shape
    angle = torch.rand(n, 1, 1, generator=generator) * math.pi
    pitch = 6 + 10 * torch.rand(n, 1, 1, generator=generator)
    rows = torch.arange(height)[None, :, None]
    columns = torch.arange(width)[None, None, :]
    # Two crossed sets of gaps, so that lines of every direction are cut.
    along = (torch.cos(angle) * columns + torch.sin(angle) * rows) % pitch
    across = (torch.cos(angle) * rows - torch.sin(angle) * columns) % pitch
    kept = (along > 0.3 * pitch) & (across > 0.3 * pitch)
    return ink * kept[:, None]


def _erased(ink: Tensor, generator: torch.Generator) -> Tensor:
    n, _, height, width = ink.shape
    extent = 0.1 + 0.25 * torch.rand(n, 2, generator=generator)
    corner = torch.rand(n, 2, generator=generator) * (1 - extent)
    rows = torch.arange(height)[None, :, None] / height
    columns = torch.arange(width)[None, None, :] / width
    inside = (
        (rows >= corner[:, 0, None, None])
        & (rows < (corner + extent)[:, 0, None, None])
        & (columns >= corner[:, 1, None, None])
        & (columns < (corner + extent)[:, 1, None, None])
    )
    return ink * ~inside[:, None]
