"""How a draughtsman draws: the same in all figures of a design."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sevenviews.synthetic.dice import Dice


class Shading(StrEnum):
    """How surfaces are shaded."""

    NONE = "none"
    HATCHED = "hatched"
    STIPPLED = "stippled"


@dataclass(frozen=True, slots=True)
class DrawingStyle:
    """Lengths are pixels of a drawing of 512 by 512, and grow with the size of the drawing.

    Attributes:
        stroke_width: of edges.
        outline_weight: width of contours relative to edges.
        tangent_lines: whether the seams of rounded edges are drawn.
        dash_length, dash_gap: of the broken lines of unclaimed parts.
        shading: of surfaces turned from the light.
        shading_pitch: distance of shading lines.
        shading_angle: of shading lines, degrees from level.
        grain: seed of the irregularities of the shading.
    """

    stroke_width: float = 2.0
    outline_weight: float = 1.0
    tangent_lines: bool = True
    dash_length: float = 9.0
    dash_gap: float = 5.0
    shading: Shading = Shading.NONE
    shading_pitch: float = 9.0
    shading_angle: float = 60.0
    grain: int = 0


def random_style(dice: Dice) -> DrawingStyle:
    """One of the many ways patents are drawn."""
    return DrawingStyle(
        stroke_width=dice.between(1.0, 2.4),
        outline_weight=dice.pick((1.0, 1.0, 1.4, 1.8)),
        tangent_lines=dice.chance(0.85),
        dash_length=dice.between(6.0, 12.0),
        dash_gap=dice.between(3.5, 6.5),
        shading=dice.pick(
            (Shading.NONE, Shading.NONE, Shading.NONE, Shading.HATCHED, Shading.HATCHED, Shading.STIPPLED)
        ),
        shading_pitch=dice.between(7.0, 14.0),
        shading_angle=dice.pick((90.0, 90.0, 60.0, 45.0, -45.0, 0.0)),
        grain=dice.whole(0, 2**31 - 1),
    )
