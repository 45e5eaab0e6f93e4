"""Pans and cutlery."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh
from sevenviews.synthetic.outlines import curve, superellipse
from sevenviews.synthetic.solids import box, lathe, loft, prism, raised, tube


def pan(dice: Dice) -> Article:
    """A frying pan, a saucepan or a cooking pot."""
    radius, tall = dice.between(0.6, 0.9), dice.between(0.15, 0.8)
    flare = dice.between(0.8, 1.0)
    profile = [
        [0.0, 0.0],
        [flare * radius, 0.0],
        [radius, tall],
        [1.04 * radius, tall],
        [1.04 * radius, tall + 0.03],
        [0.96 * radius, tall + 0.03],
        [0.95 * flare * radius, 0.05],
        [0.0, 0.05],
    ]
    parts = [part("body", lathe(profile))]
    if dice.chance(0.65):
        length, lift = dice.between(0.7, 1.4), dice.between(0.0, 0.3)
        start, middle = [radius, 0.0, 0.8 * tall], [radius + 0.3, 0.0, 0.85 * tall + 0.3 * lift]
        path = curve([start, middle, [radius + length, 0.0, 0.85 * tall + lift]], 6)
        sizes = np.interp(np.linspace(0, 1, len(path)), [0, 0.3, 0.8, 1], [0.6, 0.8, 1.1, 0.9])
        section = superellipse(dice.between(0.07, 0.12), dice.between(0.035, 0.06), dice.between(2, 5), 20)
        parts.append(part("handle", tube(path, section, sizes=sizes)))
    else:
        span = dice.between(0.25, 0.45)
        knots = [
            [0.98 * radius, -span, 0.75 * tall],
            [1.25 * radius, -0.6 * span, 0.8 * tall],
            [1.25 * radius, 0.6 * span, 0.8 * tall],
            [0.98 * radius, span, 0.75 * tall],
        ]
        bow = tube(curve(knots, 5), 0.04, corners=14)
        parts.append(part("handles", bow, bow.mirrored()))
    if dice.chance(0.45):
        rise = dice.between(0.08, 0.25)
        dome = curve([[0.9 * radius, 0.05], [0.5 * radius, 0.8 * rise], [0.0, rise]], 5)
        lid = lathe([[1.03 * radius, 0.0], [1.03 * radius, 0.03], *dome])
        knob = lathe(curve([[0.05, 0.0], [0.06, 0.06], [0.13, 0.1], [0.0, 0.14]], 4)).moved(z=rise - 0.01)
        parts.append(part("lid", lid.moved(z=tall + 0.03), knob.moved(z=tall + 0.03)))
    return Article("frying pan" if tall < 0.35 else dice.pick(("saucepan", "cooking pot")), tuple(parts))  # noqa: PLR2004


def cutlery(dice: Dice) -> Article:
    """A table knife, a spoon or a fork, lying with its length from left to right."""
    grip_length, grip_width = dice.between(0.9, 1.3), dice.between(0.07, 0.12)
    waist = dice.between(0.3, 0.6)
    x, places = np.linspace(0.0, 1.0, 15), [0.0, 0.06, dice.between(0.2, 0.5), 0.85, 1.0]
    spread = np.interp(x, places, [0.6, 1.0, dice.between(0.6, 1.0), waist, waist])
    side = np.column_stack([-grip_length + grip_length * x, grip_width * spread])
    outline = np.concatenate([side * np.array([1.0, -1.0]), side[::-1]])
    thick = dice.between(0.04, 0.09)
    grip = prism(outline, thick, fillet=0.3 * thick)
    kind = dice.pick(("knife", "spoon", "fork"))
    neck_width, neck = waist * grip_width, dice.between(0.1, 0.4)
    shaft = box(neck + 0.02, 1.6 * neck_width, 0.6 * thick).moved(x=neck / 2 - 0.01, z=0.2 * thick)
    head = {"knife": _blade, "spoon": _spoon_bowl, "fork": _tines}[kind](dice)
    head = head.moved(x=neck - 0.02, z=0.2 * thick)
    return Article(
        {"knife": "table knife"}.get(kind, kind),
        (part("head", head), part("handle", grip), part("neck", shaft)),
    )


def _blade(dice: Dice) -> Mesh:
    length, width = dice.between(0.7, 1.2), dice.between(0.14, 0.24)
    belly = curve(
        [
            [0.0, -0.5 * width],
            [0.4 * length, -dice.between(0.4, 0.8) * width],
            [0.85 * length, -0.5 * width],
            [length, dice.between(0.0, 0.5) * width],
        ],
        6,
    )
    spine = curve([[0.9 * length, 0.5 * width], [0.5 * length, 0.5 * width], [0.0, 0.45 * width]], 4)
    return prism(np.concatenate([belly, spine]), 0.025)


def _spoon_bowl(dice: Dice) -> Mesh:
    length, width, deep = dice.between(0.4, 0.65), dice.between(0.15, 0.27), dice.between(0.06, 0.14)
    unit = superellipse(length / 2, width, dice.between(2.0, 2.4))
    unit = unit * np.column_stack([np.ones(len(unit)), 1 - dice.between(-0.5, 0.5) * unit[:, 0] / length])
    radial = np.sin(np.linspace(0, np.pi / 2, 8))
    lower = np.concatenate([radial, 0.94 * radial[::-1]])
    outside, inside = np.linspace(0, np.pi / 2, 8), np.linspace(np.pi / 2, 0, 8)
    height = np.concatenate([-deep * np.cos(outside), 0.02 - deep * np.cos(inside)])
    return loft(raised(unit[None] * lower[:, None, None], height)).moved(x=length / 2, z=0.03)


def _tines(dice: Dice) -> Mesh:
    count, length, width = dice.pick((2, 3, 4)), dice.between(0.5, 0.7), dice.between(0.12, 0.2)
    root = dice.between(0.3, 0.5) * length
    pitch = 2 * width / (count - 0.4)
    points: list[list[float]] = [[0.0, -0.05], [0.6 * root, -width], [root, -width]]
    for i in range(count):
        y = -width + i * pitch
        points += [[length, y + 0.12 * pitch], [length, y + 0.45 * pitch], [root, y + 0.6 * pitch]]
        if i < count - 1:
            points += [[root, y + pitch]]
    points += [[0.6 * root, width], [0.0, 0.05]]
    return prism(np.array(points), 0.03)
