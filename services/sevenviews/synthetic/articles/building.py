"""Building blocks and paving stones."""

from __future__ import annotations

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.arrangement import evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Points
from sevenviews.synthetic.outlines import circle, rounded, rounded_rectangle
from sevenviews.synthetic.solids import box, cylinder, frame, inked, lifted, prism

_RIM = 0.05


def block(dice: Dice) -> Article:
    """A building block, a paving stone or a wall panel."""
    width, depth, tall = dice.between(0.9, 2.0), dice.between(0.6, 1.1), dice.between(0.25, 0.8)
    kind = dice.pick(("hollow", "paver", "interlocking", "studded"))
    if kind == "paver":
        sides = dice.pick((6, 8, 5, 4))
        outline = rounded(circle(0.8, sides), dice.between(0.0, 0.1) + 1e-3)
        smaller = [outline * s for s in (0.8, 0.55)[: dice.whole(1, 2)]]
        pattern = [inked(lifted(each, tall + 0.002), closed=True) for each in smaller]
        noun, stone = dice.pick(("paving stone", "paver")), prism(outline, tall, fillet=0.05)
        return Article(noun, (part("stone", stone), part("pattern", pattern)))
    if kind == "interlocking":
        teeth = dice.whole(1, 3)
        front = _toothed(width, teeth, dice.between(0.08, 0.16)) + np.array([0.0, -depth / 2])
        outline = np.concatenate([front, front[::-1] + np.array([0.0, depth])])
        body = prism(outline, tall, fillet=dice.pick((0.0, 0.04)))
        groove = box(0.96 * width, 0.02, 0.02).moved(z=tall - 0.005)
        noun = dice.pick(("interlocking paver", "retaining wall block"))
        return Article(noun, (part("block", body), part("groove", groove)))
    body = box(width, depth, tall)
    if kind == "hollow":
        cells = dice.whole(1, 4)
        cell = rounded_rectangle(0.8 * width / cells, 0.65 * depth, dice.between(0.01, 0.12))
        rim = frame(cell, cell * (1 - 2 * _RIM / np.ptp(cell, axis=0)), 0.06)
        rims = [rim.moved(x=0.9 * width * at, z=tall - 0.02) for at in evenly(cells)]
        rib = box(0.08, 0.06, tall).moved(y=-depth / 2)
        ribs = [rib.moved(x=s * 0.3 * width) for s in (-1, 1)] if dice.chance(0.5) else []
        return Article("building block", (part("block", body, ribs), part("cells", rims)))
    across, along = dice.whole(2, 5), dice.whole(1, 3)
    radius = 0.28 * min(width / across, depth / along)
    stud = cylinder(radius, dice.between(0.06, 0.2), corners=dice.pick((32, 4, 6)))
    places = [(width * x, depth * y) for x in evenly(across) for y in evenly(along)]
    studs = [stud.moved(x, y, tall) for x, y in places]
    noun = dice.pick(("building element", "modular block"))
    return Article(noun, (part("block", body), part("studs", studs)), also=(LocarnoClass(21, 1),))


def _toothed(width: float, teeth: int, deep: float) -> Points:
    """A zigzag from left to right."""
    points = []
    for i in range(teeth):
        left = width * (i / teeth - 0.5)
        step = width / teeth
        points += [
            [left, 0.0],
            [left + 0.25 * step, 0.0],
            [left + 0.4 * step, -deep],
            [left + 0.75 * step, -deep],
            [left + 0.9 * step, 0.0],
        ]
    return np.array([*points, [width / 2, 0.0]])
