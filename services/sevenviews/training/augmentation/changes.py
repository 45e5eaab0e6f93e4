"""What becomes of each drawing of a batch, decided by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from sevenviews.training.augmentation.compositions import BENDS
from sevenviews.training.config import AugmentationConfig

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
_HAND_AMOUNTS = ("thickness", "strength", "angle", "pitch", "density", "shade", "times", "share")
_OF_DESIGN = ("symmetric", "repeat", "join", "times", "share")
"""Of these, what makes another design, rather than another hand."""

_BENT = 2 * BENDS**2
"""Numbers that say how a design is bent."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of each drawing of a batch; every tensor has a row a drawing, the first twelve of bool [n]."""

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
    thickness: Tensor  # int64 [n], pixels that thicker strokes grow by on either side
    strength: Tensor  # [n], of the ink; 1: as it is
    rotation: Tensor  # [n], radians
    size: Tensor  # [n], the share of the drawing that fills the result; above 1, paper around it
    mirror: Tensor  # [n], 1 or -1
    shift: Tensor  # [n, 2], in half sides
    dashes: Tensor  # [n, 2], direction in radians and pitch in pixels
    patch: Tensor  # [n, 4], left, top, right and bottom of what is erased, as shares of the side
    window: Tensor  # [n, 4], what a crop leaves, likewise
    hatching: Tensor  # [n, 2], direction in radians and pitch in pixels
    density: Tensor  # [n], share of the pixels that stippling blackens
    shaded: Tensor  # [n, 4, 4], 0 to 1 at points over the drawing; what lies above a half is shaded
    shade: Tensor  # [n], darkness of the surfaces that a tone fills
    times: Tensor  # int64 [n], how often a repeated drawing comes along each side
    share: Tensor  # [n], of the side that a joined design takes
    place: Tensor  # [n, 2], of its centre, in half sides from the middle
    bends: Tensor  # [n, 2, BENDS, BENDS], how far points over the drawing are moved, in half sides

    def of(self, rows: slice | Tensor) -> Changes:
        """Those of a part of the batch."""
        return Changes(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})

    def to(self, device: torch.device) -> Changes:
        """The same on a device."""
        return Changes(**{one.name: getattr(self, one.name).to(device) for one in fields(self)})


def draw_changes(designs: Tensor, config: AugmentationConfig, generator: torch.Generator) -> Changes:
    """Decide, by chance, what becomes of each drawing.

    `designs`: int64 [n]; drawings with the same number share their style.
    """
    n = len(designs)
    hand, bends = _hands(designs, config, generator)
    chosen = {name: hand[name] < getattr(config, name) for name in _HAND}
    faint = chosen.pop("faint")

    def of_drawing(probability: float) -> Tensor:
        return torch.rand(n, generator=generator) < probability

    def uniform(low: float, high: float, *columns: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *columns, generator=generator)

    quarter = math.pi / 2 * torch.randint(1, 4, (n,), generator=generator)
    turn = math.radians(config.rotation_degrees)
    return Changes(
        **chosen,
        thickness=1 + (config.thickest * hand["thickness"]).long(),
        strength=torch.where(faint, 0.2 + 0.8 * hand["strength"], 1.0),
        hatching=torch.stack([math.pi * hand["angle"], 3 + 6 * hand["pitch"]], 1),
        density=0.04 + 0.16 * hand["density"],
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
    if config.hand == "design":
        each = [torch.Generator().manual_seed(_HAND_SEED + int(number)) for number in numbers]
        hands = torch.stack([torch.rand(count, generator=one) for one in each])
    else:
        hands = torch.rand(len(numbers), count, generator=generator)
    of_names, bends = torch.split(hands[of_drawing], [len(names), _BENT], 1)
    chosen = dict(zip(names, of_names.unbind(1), strict=True))
    if config.other_hand:
        own = torch.rand(len(designs), generator=generator) < config.other_hand
        # The pen is the drawing's own; what the design is made of stays the same for all of its drawings.
        for name in (one for one in names if one not in _OF_DESIGN):
            chosen[name] = torch.where(own, torch.rand(len(designs), generator=generator), chosen[name])
    return chosen, bends.reshape(-1, 2, BENDS, BENDS)


def _windows(extent: Tensor, place: Tensor) -> Tensor:
    """[n, 4] from the width and height [n, 2], and where among all places that leaves."""
    corner = place * (1 - extent)
    return torch.cat([corner, corner + extent], 1)
