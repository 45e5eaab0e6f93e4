"""Rings, pendants and bracelets."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, rounded_rectangle, star, superellipse
from sevenviews.synthetic.solids import box, front_facing, inked, lathe, lifted, prism, sphere, torus, tube

_BAIL_RADIUS = 0.1


def jewel(dice: Dice) -> Article:
    """A finger ring, a pendant, an earring or a bracelet."""
    kind = dice.pick(("ring", "ring", "pendant", "bracelet"))
    if kind == "ring":
        return _finger_ring(dice)
    if kind == "bracelet":
        return _bracelet(dice)
    pointed = (star(dice.whole(5, 8), 0.5, dice.between(0.2, 0.4)), circle(0.5, dice.pick((3, 6, 40))))
    upright = [np.column_stack([-points[:, 1], points[:, 0]]) for points in pointed]
    outline = dice.pick((*upright, _heart(), superellipse(0.35, 0.55, 1.2)))
    body = prism(outline, 0.12, fillet=0.03)
    inset = inked(lifted(outline * dice.between(0.55, 0.8), 0.122), closed=True)
    above = float(outline[np.abs(outline[:, 0]) < _BAIL_RADIUS, 1].max()) + 0.06
    bail = torus(_BAIL_RADIUS, 0.025, 28).turned("y", 90).moved(y=above, z=0.06)
    parts = [
        part("pendant", front_facing(body)),
        part("engraving", front_facing(inset)),
        part("bail", front_facing(bail)),
    ]
    if dice.chance(0.6):
        x, y = dice.between(-0.1, 0.1), dice.between(-0.1, 0.1)
        parts.append(part("stone", front_facing(_gem(dice.between(0.1, 0.2), 0.14).moved(x, y, 0.1))))
    return Article(dice.pick(("pendant", "earring", "charm")), tuple(parts))


def _finger_ring(dice: Dice) -> Article:
    thick, wide = dice.between(0.06, 0.12), dice.between(0.06, 0.2)
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    path = np.column_stack([np.cos(angles), np.zeros(48), np.sin(angles)]) * 0.8
    swell = 1 + dice.between(0.0, 0.8) * np.maximum(np.sin(angles), 0) ** 4
    band = tube(path, superellipse(wide, thick, dice.pick((2.0, 3.0, 6.0)), 20), sizes=swell, endless=True)
    parts = [part("band", band)]
    size = dice.between(0.18, 0.4)
    stones = dice.pick((0, 1, 1, 3, 5))
    middle = stones // 2
    for i in range(stones):
        scale = size * (1.0 if i == middle else 0.55)
        stone = _gem(scale, 0.8 * scale, dice.pick((8, 6, 16))).moved(z=0.8 + thick + 0.02)
        name = "stone" if i == middle else f"side stone {i + 1}"
        parts.append(part(name, stone.turned("y", (i - middle) * 30)))
    if stones == 0:
        crests = (star(6, 0.3, 0.18), rounded_rectangle(0.6, 0.5, 0.1), superellipse(0.35, 0.25))
        parts.append(part("crest", prism(dice.pick(crests), 0.14).moved(z=0.8)))
    return Article(dice.pick(("ring", "finger ring")), tuple(parts))


def _gem(radius: float, height: float, facets: int = 8) -> Mesh:
    """A faceted stone, its table upward."""
    girdle = [[radius, 0.3 * height], [radius, 0.4 * height]]
    table = [[0.6 * radius, 0.75 * height], [0.0, 0.75 * height]]
    return lathe([[0.15 * radius, -0.4 * height], *girdle, *table], corners=facets)


def _bracelet(dice: Dice) -> Article:
    count = dice.whole(10, 22)
    size = 0.9 * np.pi / count
    die = box(1.4 * size, 0.8 * size, 1.6 * size, corner=0.2 * size).moved(z=-0.8 * size)
    bead = dice.pick((sphere(size, corners=20), _gem(size, size, 6), die))
    other = sphere(0.8 * size, power=dice.between(2, 5), corners=20)
    beads = [(bead if i % 2 else other).moved(x=1.0).turned("z", 360 * i / count) for i in range(count)]
    cord = torus(1.0, 0.15 * size, 60)
    return Article("bracelet", (part("beads", beads), part("cord", cord)))


def _heart() -> Points:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    outline: Points = np.column_stack([-x, y]) / 32
    return outline
