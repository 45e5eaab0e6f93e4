"""Writing instruments."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.outlines import curve, superellipse
from sevenviews.synthetic.solids import cylinder, lathe, torus, tube


def pen(dice: Dice) -> Article:
    """A pen, a marker or a pencil, lying with its point to the left."""
    radius, length = dice.between(0.07, 0.13), dice.between(1.4, 2.0)
    corners = dice.pick((40, 40, 6, 8, 3))
    waist = dice.between(0.8, 1.05)
    profile = [[0.012, 0.0], [0.02, 0.05], [0.45 * radius, 0.1], [0.8 * radius, dice.between(0.2, 0.35)]]
    tip = lathe(profile)
    start = profile[-1][1]
    wall = [
        [0.85 * radius, start - 0.005],
        [waist * radius, 0.35 * length],
        [radius, 0.6 * length],
        [0.9 * radius, length],
    ]
    barrel = lathe(wall, corners=corners)
    parts = [part("barrel", barrel), part("tip", tip)]
    grips = dice.whole(0, 7)
    if grips:
        bands = [torus(0.9 * radius, 0.02, 32).moved(z=start + 0.06 + 0.06 * i) for i in range(grips)]
        parts.append(part("grip", bands))
    ending = dice.pick(("button", "cap", "eraser", "dome"))
    if ending == "button":
        button = cylinder(0.5 * radius, dice.between(0.1, 0.2), corners=24)
        parts.append(part("push button", button.moved(z=length - 0.01)))
    elif ending == "cap":
        top = length + 0.06
        cover = [[1.08 * radius, 0.62 * length], [1.12 * radius, length], [0.9 * radius, top], [0.0, top]]
        parts.append(part("cap", lathe(cover)))
    elif ending == "eraser":
        ferrule = cylinder(0.95 * radius, 0.08).moved(z=length - 0.005)
        rubber = lathe(curve([[0.85 * radius, 0.07], [0.8 * radius, 0.15], [0.0, 0.2]], 4))
        parts.append(part("eraser", ferrule, rubber.moved(z=length)))
    else:
        dome = lathe(curve([[0.88 * radius, 0.0], [0.7 * radius, 0.08], [0.0, 0.12]], 4))
        parts.append(part("end", dome.moved(z=length - 0.005)))
    if dice.chance(0.65):
        reach = dice.between(0.35, 0.6)
        path = [
            [0.7 * radius, 0, length - 0.03],
            [radius + 0.07, 0, length - 0.03],
            [radius + 0.06, 0, length - reach],
            [radius + 0.02, 0, length - reach - 0.06],
        ]
        parts.append(part("clip", tube(np.array(path), superellipse(0.015, 0.04, 5.0, 16))))
    flat = tuple(part(p.name, [mesh.turned("y", 90) for mesh in p.solids]) for p in parts)
    if ending == "eraser":
        return Article("pencil", flat)
    return Article(dice.pick(("pen", "ballpoint pen", "marker", "writing instrument")), flat)
