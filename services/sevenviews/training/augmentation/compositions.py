"""New designs out of those at hand: joined to another, made symmetric, repeated, bent.

A corpus of renderings has some thousand shapes, most of them plain; real articles have more parts, and no end of
forms. What is done here is the same for all drawings of a design, so that they still show one article.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

BENDS = 4
"""Along each side of a drawing, the points that a bend moves."""


def joined(ink: Tensor, other: Tensor, share: Tensor, place: Tensor) -> Tensor:
    """A drawing with a smaller one of another design over it.

    Args:
        ink: [n, 1, S, S].
        other: [n, 1, S, S], of the other design.
        share: [n], of the side that the other one takes, in (0, 1].
        place: [n, 2], of the centre of the other one, in half sides from the middle.
    """
    zero = torch.zeros_like(share)
    matrix = torch.stack(
        [
            torch.stack([1 / share, zero, -place[:, 0] / share], 1),
            torch.stack([zero, 1 / share, -place[:, 1] / share], 1),
        ],
        1,
    )
    grid = functional.affine_grid(matrix, list(ink.shape), align_corners=False)
    # Lines of one pixel would be lost between the points of the grid.
    return torch.maximum(ink, functional.grid_sample(thickened(other), grid, align_corners=False))


def thickened(ink: Tensor) -> Tensor:
    """The most ink of each pixel and its eight neighbours."""
    # One axis after the other, by comparing shifted copies: a tenth of what max_pool2d takes on a CPU.
    for axis in (2, 3):
        length = ink.shape[axis]
        widened = ink.clone()
        here, before = ink.narrow(axis, 1, length - 1), ink.narrow(axis, 0, length - 1)
        after = widened.narrow(axis, 0, length - 1)
        torch.maximum(after, here, out=after)
        behind = widened.narrow(axis, 1, length - 1)
        torch.maximum(behind, before, out=behind)
        ink = widened
    return ink


def mirrored(ink: Tensor) -> Tensor:
    """A drawing and its mirror image over each other: [n, 1, S, S], symmetric from left to right."""
    return torch.maximum(ink, ink.flip(3))


def repeated(ink: Tensor, times: Tensor) -> Tensor:
    """A pattern: the drawing, made smaller, so many times in either direction.

    `ink`: [n, 1, S, S]; `times`: int64 [n], at least 1.
    """
    side = ink.shape[-1]
    made = torch.empty_like(ink)
    for count in torch.unique(times).tolist():
        rows = torch.nonzero(times == count)[:, 0]
        small = functional.interpolate(
            ink[rows], size=(-(-side // count),) * 2, mode="bilinear", antialias=True
        )
        # Averaging over as many pixels takes their black away.
        made[rows] = (small * count).clamp(max=1).repeat(1, 1, count, count)[..., :side, :side]
    return made


def bend(points: Tensor, side: int) -> Tensor:
    """How far each place of a drawing is moved, smoothly: [n, side, side, 2], in half sides.

    `points`: [n, 2, BENDS, BENDS], the same at the points.
    """
    # Bicubic, as the product of what it is along either axis: a hundredth of the work.
    identity = torch.eye(BENDS, device=points.device)[None, None]
    along = functional.interpolate(identity, size=(side, BENDS), mode="bicubic", align_corners=True)[0, 0]
    return (along @ points @ along.T).permute(0, 2, 3, 1)
