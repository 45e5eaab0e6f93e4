"""Brushes and combs."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.arrangement import evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.outlines import curve, rounded_rectangle, superellipse
from sevenviews.synthetic.solids import box, cylinder, prism, tube


def brush(dice: Dice) -> Article:
    """A brush, a hairbrush or a comb, its handle to the right."""
    if dice.chance(0.3):
        return _comb(dice)
    long, wide = dice.between(0.5, 0.9), dice.between(0.15, 0.35)
    plate = prism(superellipse(long / 2, wide, dice.between(2.0, 5.0)), 0.1, fillet=0.03)
    reach, girth = dice.between(0.7, 1.2), dice.between(0.06, 0.1)
    middle = [0.5 * long + 0.3 * reach, 0, dice.between(0.0, 0.12)]
    path = curve([[0.4 * long, 0, 0.05], middle, [0.5 * long + reach, 0, 0.05]], 6)
    sizes = np.interp(np.linspace(0, 1, len(path)), [0, 0.3, 0.8, 1], [0.7, 0.8, 1.1, 0.7])
    handle = tube(path, superellipse(1.3 * girth, girth, 2.5, 24), sizes=sizes)
    columns, rows, tall = dice.whole(5, 9), dice.whole(2, 4), dice.between(0.12, 0.3)
    tuft = cylinder(dice.between(0.018, 0.035), tall, top=0.02, corners=10)
    tufts = []
    for column in evenly(columns):
        for row in evenly(rows):
            x, y = 0.84 * long * column, 1.5 * wide * row
            if (2 * x / long) ** 2 + (y / wide) ** 2 < 0.85:  # noqa: PLR2004
                tufts.append(tuft.moved(x, y, 0.095))
    return Article(
        dice.pick(("brush", "scrubbing brush", "cleaning brush")),
        (part("head", plate), part("bristles", tufts), part("handle", handle)),
    )


def _comb(dice: Dice) -> Article:
    long, tall, thick = dice.between(1.2, 1.8), dice.between(0.3, 0.5), dice.between(0.05, 0.09)
    back = prism(rounded_rectangle(long, 0.3 * tall, 0.06), thick, fillet=0.015)
    spine = back.turned("x", 90).moved(z=tall)
    count = dice.whole(14, 26)
    taper = np.array([[-0.25, 0.0], [-0.12, -1.0], [0.12, -1.0], [0.25, 0.0]])
    tooth = prism(taper * np.array([long / count, 0.8 * tall]), 0.7 * thick).turned("x", 90)
    teeth = [tooth.moved(x=0.94 * long * at, y=-0.15 * thick, z=0.88 * tall) for at in evenly(count)]
    end = box(0.06, 0.9 * thick, 0.85 * tall)
    ends = [end.moved(x=s * 0.47 * long, y=-0.5 * thick, z=0.1 * tall) for s in (-1, 1)]
    return Article("comb", (part("spine", spine), part("teeth", teeth), part("ends", ends)))
