"""Batches of drawings, changed toward what real patent sheets look like.

A patent's drawings come from one hand: stroke width, broken lines and sharpness are drawn once for each design in a
batch, position and size for each drawing. What changes is decided for the whole batch, on the CPU; the changing is
done where the network is, and by each worker for its own share: two workers see what one would have seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

from sevenviews.training.config import AugmentationConfig

_INK = 0.1
"""Darker than this is content."""

_MARGIN = 0.04
"""Around the content of a crop, as preprocessing leaves it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of each drawing of a batch; every tensor has a row a drawing.

    Attributes:
        thicken, thin, dash, blur, erase, crop: bool [n].
        rotation: [n], radians.
        size: [n], the share of the drawing that fills the result; above 1, paper around it.
        mirror: [n], 1 or -1.
        shift: [n, 2], in half sides.
        dashes: [n, 2], direction in radians and pitch in pixels.
        patch: [n, 4], left, top, right and bottom of what is erased, as shares of the side.
        window: [n, 4], what a crop leaves, likewise.
    """

    thicken: Tensor
    thin: Tensor
    dash: Tensor
    blur: Tensor
    erase: Tensor
    crop: Tensor
    rotation: Tensor
    size: Tensor
    mirror: Tensor
    shift: Tensor
    dashes: Tensor
    patch: Tensor
    window: Tensor

    def of(self, rows: slice) -> Changes:
        """Those of a part of the batch."""
        return Changes(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    def to(self, device: torch.device) -> Changes:
        """The same on a device."""
        return Changes(**{one.name: getattr(self, one.name).to(device) for one in fields(self)})


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
    return change(paper, draw_changes(designs, config, generator), side)


def draw_changes(designs: Tensor, config: AugmentationConfig, generator: torch.Generator) -> Changes:
    """Decide, by chance, what becomes of each drawing.

    Args:
        designs: int64 [n]; drawings with the same number share their style.
        config: how much.
        generator: of all randomness.
    """
    n = len(designs)
    _, style = torch.unique(designs, return_inverse=True)

    def of_design(probability: float) -> Tensor:
        return torch.rand(n, generator=generator)[style] < probability

    def of_drawing(probability: float) -> Tensor:
        return torch.rand(n, generator=generator) < probability

    def uniform(low: float, high: float, *columns: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *columns, generator=generator)

    quarter = math.pi / 2 * torch.randint(1, 4, (n,), generator=generator)
    turn = math.radians(config.rotation_degrees)
    return Changes(
        thicken=of_design(config.thicken),
        thin=of_design(config.thin),
        dash=of_design(config.dash),
        blur=of_design(config.blur),
        erase=of_drawing(config.erase),
        crop=of_drawing(config.crop),
        rotation=uniform(-turn, turn) + of_drawing(config.quarter_turn) * quarter,
        size=1 + uniform(-config.scale, config.scale),
        mirror=1 - 2 * of_drawing(config.flip).float(),
        shift=2 * uniform(-config.shift, config.shift, 2),
        dashes=torch.stack([uniform(0, math.pi), uniform(6, 16)], 1),
        patch=_windows(uniform(0.1, 0.35, 2), uniform(0, 1, 2)),
        window=_windows(uniform(config.crop_least, 1, 2), uniform(0, 1, 2)),
    )


def change(paper: Tensor, changes: Changes, side: int) -> Tensor:
    """Do to each drawing what was decided.

    Args:
        paper: uint8 [n, 1, S, S], 0 ink to 255 paper.
        changes: n of them, on the same device.
        side: of the result, in pixels.

    Returns:
        uint8 [n, 1, side, side].
    """
    ink = 1 - paper.to(torch.float32) / 255
    ink = _where(changes.thicken, ink, lambda some, _: functional.max_pool2d(some, 3, 1, 1))
    # Lighter rather than gone: a line of one pixel would leave nothing.
    ink = _where(changes.thin, ink, lambda some, _: (some - functional.max_pool2d(-some, 3, 1, 1)) / 2)
    ink = _where(changes.crop, ink, lambda some, rows: _inside(some, changes.window[rows]))
    ink = _moved(ink, side, changes)
    ink = _where(changes.dash, ink, lambda some, rows: _dashed(some, changes.dashes[rows]))
    ink = _where(changes.blur, ink, lambda some, _: functional.avg_pool2d(some, 3, 1, 1))
    ink = _where(changes.erase, ink, lambda some, rows: some - _inside(some, changes.patch[rows]))
    return ((1 - ink.clamp(0, 1)) * 255).round().to(torch.uint8)


def _windows(extent: Tensor, place: Tensor) -> Tensor:
    """[n, 4] from the width and height [n, 2], and where among all places that leaves."""
    corner = place * (1 - extent)
    return torch.cat([corner, corner + extent], 1)


def _where(chosen: Tensor, ink: Tensor, changed: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    rows = torch.nonzero(chosen)[:, 0]
    return ink.index_copy(0, rows, changed(ink[rows], rows)) if len(rows) else ink


def _inside(ink: Tensor, windows: Tensor) -> Tensor:
    """The ink within windows [n, 4]; paper elsewhere."""
    height, width = ink.shape[-2:]
    left, top, right, bottom = windows[:, :, None, None].unbind(1)
    rows = torch.arange(height, device=ink.device)[None, :, None] / height
    columns = torch.arange(width, device=ink.device)[None, None, :] / width
    inside = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
    return ink * inside[:, None]


def _moved(ink: Tensor, side: int, changes: Changes) -> Tensor:
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
    if side < ink.shape[-1]:
        # As preprocessing does for large drawings: average, rather than skip pixels.
        ink = functional.interpolate(ink, size=(side, side), mode="bilinear", antialias=True)
    grid = functional.affine_grid(matrix, [n, 1, side, side], align_corners=False)
    return functional.grid_sample(ink, grid, padding_mode="zeros", align_corners=False)


def _column(offset: Tensor) -> Tensor:
    """[n, 3], zero but for the last column."""
    return functional.pad(offset[:, None], (2, 0))


def _content(ink: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Centre [n, 2] and half side [n, 1] of the square around the content, in [-1, 1]; of others the whole."""
    is_ink = ink[:, 0] > _INK
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


def _dashed(ink: Tensor, dashes: Tensor) -> Tensor:
    """Broken lines: stripes of paper across the drawing, along a direction and at a pitch by chance."""
    height, width = ink.shape[-2:]
    angle, pitch = dashes[:, :, None, None].unbind(1)
    rows = torch.arange(height, device=ink.device)[None, :, None]
    columns = torch.arange(width, device=ink.device)[None, None, :]
    # Two crossed sets of gaps, so that lines of every direction are cut.
    along = (torch.cos(angle) * columns + torch.sin(angle) * rows) % pitch
    across = (torch.cos(angle) * rows - torch.sin(angle) * columns) % pitch
    kept = (along > 0.3 * pitch) & (across > 0.3 * pitch)
    return ink * kept[:, None]
