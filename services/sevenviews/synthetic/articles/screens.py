"""Display screens with icons."""

from __future__ import annotations

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.arrangement import evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, curve, rounded_rectangle, star
from sevenviews.synthetic.solids import box, front_facing, inked, lifted

_NOUNS = (
    "display screen with icon",
    "display screen with graphical user interface",
    "display panel with graphical user interface",
)


def screen(dice: Dice) -> Article:
    """A display screen with a graphical user interface."""
    width, tall = dice.pick(((1.6, 1.0), (0.8, 1.5), (1.2, 1.2), (1.8, 0.8)))
    panel = box(width, 0.05, tall, corner=0.02).moved(z=-tall / 2)
    glyphs: list[Mesh] = []
    kind = dice.pick(("icon", "grid", "list", "tiles"))
    if kind == "icon":
        glyphs += [_icon(dice, 0.38 * min(width, tall))]
    elif kind == "grid":
        columns, rows = dice.whole(2, 5), dice.whole(2, 4)
        cell = 0.32 * min(width / columns, tall / rows)
        places = [(width * 0.9 * x, tall * 0.85 * y) for x in evenly(columns) for y in evenly(rows)]
        glyphs += [_icon(dice, cell).moved(x, y) for x, y in places]
    elif kind == "list":
        rows = dice.whole(3, 6)
        for y in [0.85 * tall * at for at in evenly(rows)]:
            icon = _icon(dice, 0.28 * tall / rows)
            line = _outline(rounded_rectangle(dice.between(0.3, 0.6) * width, 0.12 * tall / rows, 0.01))
            glyphs += [icon.moved(x=-0.36 * width, y=y), line.moved(x=0.08 * width, y=y)]
    else:
        left = dice.between(0.3, 0.6) * width
        blocks = [
            (-0.47 * width, -0.46 * tall, left, 0.6 * tall),
            (-0.47 * width, 0.18 * tall, left, 0.27 * tall),
            (-0.44 * width + left, -0.46 * tall, 0.91 * width - left, 0.91 * tall),
        ]
        for x, y, w, h in blocks:
            glyphs.append(_outline(rounded_rectangle(w, h, 0.04)).moved(x + w / 2, y + h / 2))
            glyphs.append(_icon(dice, 0.3 * min(w, h)).moved(x + w / 2, y + h / 2))
    drawn = [mesh.moved(z=0.028) for mesh in glyphs]
    noun = dice.pick(_NOUNS)
    parts = (part("interface", front_facing(*drawn)), part("display screen", panel))
    return Article(noun, parts, also=(LocarnoClass(14, 2),) if dice.chance(0.3) else ())


def _outline(points: Points) -> Mesh:
    return inked(lifted(points), closed=True)


def _icon(dice: Dice, size: float) -> Mesh:
    """A pictogram of the half-size given."""
    kind = dice.pick((*_PICTOGRAMS, "ring", "star", "bars"))
    if kind == "ring":
        outlines = [circle(1.0), circle(dice.between(0.4, 0.8))]
    elif kind == "star":
        outlines = [star(dice.whole(4, 8), 1.0, dice.between(0.35, 0.6))]
    elif kind == "bars":
        levels = [(x, dice.between(-0.5, 0.9)) for x in (-0.7, 0.0, 0.7)]
        outlines = [
            np.array([[x - 0.2, -0.9], [x + 0.2, -0.9], [x + 0.2, y], [x - 0.2, y]]) for x, y in levels
        ]
    else:
        outlines = _PICTOGRAMS[kind]
    return inked(*[lifted(size * outline) for outline in outlines], closed=True)


_CROSS = ((-0.3, -1), (0.3, -1), (0.3, -0.3), (1, -0.3), (1, 0.3), (0.3, 0.3),
          (0.3, 1), (-0.3, 1), (-0.3, 0.3), (-1, 0.3), (-1, -0.3), (-0.3, -0.3))  # fmt: skip
_ARROW = ((-1, -0.3), (0.2, -0.3), (0.2, -0.8), (1, 0), (0.2, 0.8), (0.2, 0.3), (-1, 0.3))
_BALLOON = ((-1, -0.4), (-0.4, -0.4), (-0.5, -1), (0.1, -0.4), (1, -0.4), (1, 0.9), (-1, 0.9))
_HOUSE = ((-0.7, -0.9), (0.7, -0.9), (0.7, 0.1), (1, 0.1), (0, 1), (-1, 0.1), (-0.7, 0.1))
_DOOR = ((-0.2, -0.9), (0.2, -0.9), (0.2, -0.2), (-0.2, -0.2))
_DROP = ((0, 1), (-0.6, -0.2), (0, -0.95), (0.6, -0.2))

_PICTOGRAMS: dict[str, list[Points]] = {
    "frame": [rounded_rectangle(2.0, 2.0, 0.4), circle(0.5, 28)],
    "arrow": [np.array(_ARROW)],
    "cross": [np.array(_CROSS)],
    "balloon": [np.array(_BALLOON), circle(0.15, 16) + np.array([0.0, 0.25])],
    "house": [np.array(_HOUSE), np.array(_DOOR)],
    "drop": [curve(_DROP, 8, closed=True), circle(0.2, 20) - np.array([0.0, 0.35])],
}
"""Outlines within the square from -1 to 1."""
