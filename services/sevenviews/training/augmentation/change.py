"""What was decided, done to the drawings of a batch."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from sevenviews.training.augmentation.changes import Changes, draw_changes
from sevenviews.training.augmentation.compositions import joined, mirrored, repeated, thickened
from sevenviews.training.augmentation.placing import inside, moved, reduced
from sevenviews.training.augmentation.strokes import dashed, hatched, stippled, thinned, toned
from sevenviews.training.config import AugmentationConfig


def augment(
    paper: Tensor, designs: Tensor, side: int, config: AugmentationConfig, generator: torch.Generator
) -> Tensor:
    """Change a batch at random.

    Args:
        paper: uint8 [n, 1, S, S], 0 ink to 255 paper.
        designs: int64 [n]; drawings with the same number share their style.
        side: of the result, in pixels.

    Returns:
        uint8 [n, 1, side, side].
    """
    return change(paper, draw_changes(designs, config, generator), side)


def change(paper: Tensor, changes: Changes, side: int, others: Tensor | None = None) -> Tensor:
    """Do to each drawing what was decided.

    Args:
        paper: uint8 [n, 1, S, S], 0 ink to 255 paper.
        changes: n of them, on the same device.
        side: of the result, in pixels.
        others: as many of other designs, for those that are to be joined to one; None: nothing is joined.

    Returns:
        uint8 [n, 1, side, side].
    """
    ink = 1 - paper.to(torch.float32) / 255
    for already in range(int(changes.thickness.max())):
        ink = _where(changes.thicken & (changes.thickness > already), ink, lambda some, _: thickened(some))
    ink = _where(changes.thin, ink, lambda some, _: thinned(some))
    ink = reduced(ink, side)
    ink = _where(changes.symmetric, ink, lambda some, _: mirrored(some))
    if others is not None:
        ink = _where(changes.join, ink, lambda some, rows: _joined(some, others[rows], changes.of(rows)))
    ink = _where(changes.repeat, ink, lambda some, rows: repeated(some, changes.times[rows]))
    ink = _where(changes.crop, ink, lambda some, rows: inside(some, changes.window[rows]))
    ink = moved(ink, side, changes)
    ink = _where(changes.dash, ink, lambda some, rows: dashed(some, changes.dashes[rows]))
    ink = _where(
        changes.hatch, ink, lambda some, rows: hatched(some, changes.hatching[rows], changes.shaded[rows])
    )
    ink = _where(
        changes.stipple, ink, lambda some, rows: stippled(some, changes.density[rows], changes.shaded[rows])
    )
    ink = _where(changes.tone, ink, lambda some, rows: toned(some, changes.shade[rows], changes.shaded[rows]))
    ink = _where(changes.blur, ink, lambda some, _: functional.avg_pool2d(some, 3, 1, 1))
    ink = ink * changes.strength[:, None, None, None]
    ink = _where(changes.erase, ink, lambda some, rows: some - inside(some, changes.patch[rows]))
    return ((1 - ink.clamp(0, 1)) * 255).round().to(torch.uint8)


def _where(chosen: Tensor, ink: Tensor, changed: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """In place: a copy of the whole batch for each of the changes would cost more than they do."""
    rows = torch.nonzero(chosen)[:, 0]
    if len(rows):
        ink[rows] = changed(ink[rows], rows)
    return ink


def _joined(ink: Tensor, others: Tensor, changes: Changes) -> Tensor:
    other = reduced(1 - others.to(torch.float32) / 255, ink.shape[-1])
    return joined(ink, other, changes.share, changes.place)
