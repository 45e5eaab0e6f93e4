"""Batches of drawings, changed toward what real patent sheets look like.

A patent's drawings come from one hand: stroke width, broken lines, shading and sharpness are drawn once for each
design (of a batch, or for good), position and size for each drawing. What changes is decided for the whole batch, on
the CPU; the changing is done where the network is, and by each worker for its own share: two workers see what one
would have seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

from sevenviews.training.compositions import BENDS, bend, joined, mirrored, repeated, thickened
from sevenviews.training.config import AugmentationConfig

_INK = 0.1
"""Darker than this is content."""

_MARGIN = 0.04
"""Around the content of a crop, as preprocessing leaves it."""

_PATCHES = 4
"""Along each side of a drawing, the corners of what chance shades."""

_HAND_SEED = 7919
"""Apart from small seeds, whose generators begin alike."""

_HAND = (
    "thicken",
    "thin",
    "dash",
    "blur",
    "faint",
    "hatch",
    "stipple",
    "tone",
    "symmetric",
    "repeat",
    "join",
)
_HAND_AMOUNTS = ("strength", "angle", "pitch", "density", "shade", "times", "share")
_BENT = 2 * BENDS**2
"""Numbers that say how a design is bent."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of each drawing of a batch; every tensor has a row a drawing.

    Attributes:
        thicken, thin, dash, blur, erase, crop, hatch, stipple, tone, symmetric, repeat, join: bool [n].
        strength: [n], of the ink; 1: as it is.
        rotation: [n], radians.
        size: [n], the share of the drawing that fills the result; above 1, paper around it.
        mirror: [n], 1 or -1.
        shade: [n], darkness of the surfaces that a tone fills.
        times: int64 [n], how often a repeated drawing comes along each side.
        share: [n], of the side that a joined design takes.
        place: [n, 2], of its centre, in half sides from the middle.
        bends: [n, 2, BENDS, BENDS], how far points over the drawing are moved, in half sides.
        shift: [n, 2], in half sides.
        dashes: [n, 2], direction in radians and pitch in pixels.
        patch: [n, 4], left, top, right and bottom of what is erased, as shares of the side.
        window: [n, 4], what a crop leaves, likewise.
        hatching: [n, 2], direction in radians and pitch in pixels.
        density: [n], share of the pixels that stippling blackens.
        shaded: [n, 4, 4], 0 to 1 at points over the drawing; what lies above a half is shaded.
    """

    thicken: Tensor
    thin: Tensor
    dash: Tensor
    blur: Tensor
    erase: Tensor
    crop: Tensor
    hatch: Tensor
    stipple: Tensor
    tone: Tensor
    symmetric: Tensor
    repeat: Tensor
    join: Tensor
    strength: Tensor
    rotation: Tensor
    size: Tensor
    mirror: Tensor
    shift: Tensor
    dashes: Tensor
    patch: Tensor
    window: Tensor
    hatching: Tensor
    density: Tensor
    shaded: Tensor
    shade: Tensor
    times: Tensor
    share: Tensor
    place: Tensor
    bends: Tensor

    def of(self, rows: slice | Tensor) -> Changes:
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
    hand, bends = _hands(designs, config, generator)
    chosen = {name: hand[name] < getattr(config, name) for name in _HAND}

    def of_drawing(probability: float) -> Tensor:
        return torch.rand(n, generator=generator) < probability

    def uniform(low: float, high: float, *columns: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *columns, generator=generator)

    quarter = math.pi / 2 * torch.randint(1, 4, (n,), generator=generator)
    turn = math.radians(config.rotation_degrees)
    return Changes(
        thicken=chosen["thicken"],
        thin=chosen["thin"],
        dash=chosen["dash"],
        blur=chosen["blur"],
        hatch=chosen["hatch"],
        stipple=chosen["stipple"],
        strength=torch.where(chosen["faint"], 0.2 + 0.8 * hand["strength"], 1.0),
        hatching=torch.stack([math.pi * hand["angle"], 3 + 6 * hand["pitch"]], 1),
        density=0.04 + 0.16 * hand["density"],
        tone=chosen["tone"],
        symmetric=chosen["symmetric"],
        repeat=chosen["repeat"],
        join=chosen["join"],
        shade=0.1 + 0.9 * hand["shade"] ** 2,
        times=2 + (2 * hand["times"]).long(),
        share=0.35 + 0.35 * hand["share"],
        place=uniform(-0.6, 0.6, 2),
        bends=config.bend * (2 * bends - 1),
        erase=of_drawing(config.erase),
        crop=of_drawing(config.crop),
        rotation=uniform(-turn, turn) + of_drawing(config.quarter_turn) * quarter,
        size=1 + uniform(-config.scale, config.scale),
        mirror=1 - 2 * of_drawing(config.flip).float(),
        shift=2 * uniform(-config.shift, config.shift, 2),
        dashes=torch.stack([uniform(0, math.pi), uniform(6, 16)], 1),
        patch=_windows(uniform(0.1, 0.35, 2), uniform(0, 1, 2)),
        window=_windows(uniform(config.crop_least, 1, 2), uniform(0, 1, 2)),
        shaded=uniform(0, 1, _PATCHES, _PATCHES),
    )


def _hands(
    designs: Tensor, config: AugmentationConfig, generator: torch.Generator
) -> tuple[dict[str, Tensor], Tensor]:
    """What is the same for all drawings of a design, of this batch or of any: numbers from 0 to 1.

    Returns:
        [n] of each name; and [n, 2, BENDS, BENDS] for the bends.
    """
    names = _HAND + _HAND_AMOUNTS
    numbers, of_drawing = torch.unique(designs, return_inverse=True)
    count = len(names) + _BENT
    if config.hand == "batch":
        hands = torch.rand(len(numbers), count, generator=generator)
    else:
        each = [torch.Generator().manual_seed(_HAND_SEED + int(number)) for number in numbers]
        hands = torch.stack([torch.rand(count, generator=one) for one in each])
    of_names, bends = hands[of_drawing].split([len(names), _BENT], 1)
    return dict(zip(names, of_names.unbind(1), strict=True)), bends.unflatten(1, (2, BENDS, BENDS))


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
    ink = _where(changes.thicken, ink, lambda some, _: thickened(some))
    # Lighter rather than gone: a line of one pixel would leave nothing.
    ink = _where(changes.thin, ink, lambda some, _: (some - thickened(-some)) / 2)
    ink = _reduced(ink, side)
    ink = _where(changes.symmetric, ink, lambda some, _: mirrored(some))
    if others is not None:
        ink = _where(changes.join, ink, lambda some, rows: _joined(some, others[rows], changes.of(rows)))
    ink = _where(changes.repeat, ink, lambda some, rows: repeated(some, changes.times[rows]))
    ink = _where(changes.crop, ink, lambda some, rows: _inside(some, changes.window[rows]))
    ink = _moved(ink, side, changes)
    ink = _where(changes.dash, ink, lambda some, rows: _dashed(some, changes.dashes[rows]))
    ink = _where(changes.hatch, ink, lambda some, rows: _hatched(some, changes.of(rows)))
    ink = _where(changes.stipple, ink, lambda some, rows: _stippled(some, changes.of(rows)))
    ink = _where(changes.tone, ink, lambda some, rows: _toned(some, changes.of(rows)))
    ink = _where(changes.blur, ink, lambda some, _: functional.avg_pool2d(some, 3, 1, 1))
    ink = ink * changes.strength[:, None, None, None]
    ink = _where(changes.erase, ink, lambda some, rows: some - _inside(some, changes.patch[rows]))
    return ((1 - ink.clamp(0, 1)) * 255).round().to(torch.uint8)


def _windows(extent: Tensor, place: Tensor) -> Tensor:
    """[n, 4] from the width and height [n, 2], and where among all places that leaves."""
    corner = place * (1 - extent)
    return torch.cat([corner, corner + extent], 1)


def _where(chosen: Tensor, ink: Tensor, changed: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """In place: a copy of the whole batch for each of the changes would cost more than they do."""
    rows = torch.nonzero(chosen)[:, 0]
    if len(rows):
        ink[rows] = changed(ink[rows], rows)
    return ink


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
    grid = functional.affine_grid(matrix, [n, 1, side, side], align_corners=False)
    if changes.bends.any():
        grid = grid + bend(changes.bends, side)
    return functional.grid_sample(ink, grid, padding_mode="zeros", align_corners=False)


def _reduced(ink: Tensor, side: int) -> Tensor:
    """As preprocessing does for large drawings: average, rather than skip pixels."""
    if side >= ink.shape[-1]:
        return ink
    return functional.interpolate(ink, size=(side, side), mode="bilinear", antialias=True)


def _joined(ink: Tensor, others: Tensor, changes: Changes) -> Tensor:
    other = _reduced(1 - others.to(torch.float32) / 255, ink.shape[-1])
    return joined(ink, other, changes.share, changes.place)


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
    angle, pitch = dashes[:, :, None, None].unbind(1)
    rows, columns = _coordinates(ink)
    # Two crossed sets of gaps, so that lines of every direction are cut.
    along = (torch.cos(angle) * columns + torch.sin(angle) * rows) % pitch
    across = (torch.cos(angle) * rows - torch.sin(angle) * columns) % pitch
    kept = (along > 0.3 * pitch) & (across > 0.3 * pitch)
    return ink * kept[:, None]


def _hatched(ink: Tensor, changes: Changes) -> Tensor:
    """Parallel lines of one pixel on some surfaces."""
    angle, pitch = changes.hatching[:, :, None, None].unbind(1)
    rows, columns = _coordinates(ink)
    along = (torch.cos(angle) * columns + torch.sin(angle) * rows) % pitch
    # The share of a pixel that the line covers, or nearly: its edges are grey, as those of all strokes are.
    lines = (1.2 - (along - pitch / 2).abs()).clamp(0, 1)
    return torch.maximum(ink, lines[:, None] * _surfaces(ink, changes.shaded))


def _stippled(ink: Tensor, changes: Changes) -> Tensor:
    """Dots of one pixel on some surfaces, each drawing's its own."""
    rows, columns = _coordinates(ink)
    # The shader's noise: of a place, and of the drawing, without a generator that all workers would have to share.
    phase = changes.shaded.flatten(1).sum(1)[:, None, None]
    noise = (torch.sin(columns * 12.9898 + rows * 78.233 + phase) * 43758.5453) % 1
    dots = (noise < changes.density[:, None, None]).float()
    return torch.maximum(ink, dots[:, None] * _surfaces(ink, changes.shaded))


def _toned(ink: Tensor, changes: Changes) -> Tensor:
    """Some surfaces filled evenly, grey to black."""
    return torch.maximum(ink, changes.shade[:, None, None, None] * _surfaces(ink, changes.shaded))


def _surfaces(ink: Tensor, shaded: Tensor) -> Tensor:
    """Some of what lies between strokes, to the left and right as well as above and below: [n, 1, h, w], 0 or 1."""
    is_ink = (ink > _INK).float()
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
