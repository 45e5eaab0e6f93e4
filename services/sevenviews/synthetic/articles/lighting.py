"""Lamps."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh
from sevenviews.synthetic.outlines import curve
from sevenviews.synthetic.solids import box, cylinder, lathe, ring, tube


def lamp(dice: Dice) -> Article:
    """A table lamp, a floor lamp or a pendant lamp."""
    wide, tall = dice.between(0.3, 0.6), dice.between(0.3, 0.7)
    top = dice.between(0.2, 1.0) * wide
    kind = dice.pick(("cone", "dome", "globe", "drum", "bell"))
    if kind in ("cone", "drum"):
        upper = top if kind == "cone" else wide
        wall = np.array([[wide, 0.0], [upper, tall], [upper - 0.02, tall], [wide - 0.02, 0.0]])
        shade = ring(wall, corners=dice.pick((40, 40, 40, 6, 8)))
    elif kind == "globe":
        angles = np.linspace(-1.4, 1.57, 20)
        squash = dice.between(0.6, 1.1)
        shade = lathe(np.column_stack([wide * np.cos(angles), wide * squash * (np.sin(angles) + 1)]))
    else:
        knots = [[wide, 0.0], [0.9 * wide if kind == "dome" else 0.5 * wide, 0.5 * tall], [0.08, tall]]
        outer = curve(knots, 7)
        crown = [[0.0, tall], [0.0, tall - 0.03]]
        shade = lathe(np.concatenate([outer, crown, (outer[::-1] - [0.02, 0.02])[1:]]))
    if dice.chance(0.25):
        cord = cylinder(0.015, dice.between(0.5, 1.2), corners=12).moved(z=tall - 0.02)
        rose = cylinder(0.12, 0.06, top=0.1).moved(z=float(cord.vertices[:, 2].max()))
        return Article("pendant lamp", (part("shade", shade), part("cord", cord), part("ceiling rose", rose)))
    stand = dice.between(0.5, 2.0)
    foot_radius = dice.between(0.6, 1.0) * wide
    column: Mesh
    style = dice.pick(("rod", "turned", "arm"))
    if style == "turned":
        stand = min(stand, 1.0)
        column = lathe(curve([[dice.between(0.05, 0.25), stand * i / 5] for i in range(6)], 5)).moved(z=0.05)
    elif style == "arm":
        reach = dice.between(0.3, 0.8)
        knots = [
            [-reach, 0, 0.0],
            [-reach, 0, 0.6 * stand],
            [-0.7 * reach, 0, stand + 0.95 * tall],
            [0, 0, stand + 1.1 * tall],
            [0, 0, stand + tall - 0.05],
        ]
        column = tube(curve(knots, 6), 0.022, corners=14)
    else:
        into_shade = 0.5 * tall if kind in ("cone", "drum") else 0.05
        column = cylinder(dice.between(0.02, 0.05), stand + into_shade)
    at = -reach if style == "arm" else 0.0
    if dice.chance(0.3):
        high, corner = dice.between(0.04, 0.12), dice.between(0.01, 0.1)
        foot = box(2 * foot_radius, 1.6 * foot_radius, high, corner=corner)
    else:
        slope = [0.3 * foot_radius, dice.between(0.04, 0.15)]
        foot = lathe([[foot_radius, 0.0], [foot_radius, 0.03], slope, [0.0, 0.15]])
    noun = "floor lamp" if stand > 1.3 else dice.pick(("table lamp", "desk lamp", "lamp"))  # noqa: PLR2004
    parts = (part("shade", shade.moved(z=stand)), part("stand", column), part("base", foot.moved(x=at)))
    return Article(noun, parts)
