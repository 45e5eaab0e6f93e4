"""Guitars."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.outlines import circle, curve
from sevenviews.synthetic.solids import box, cylinder, front_facing, inked, lifted, prism


def guitar(dice: Dice) -> Article:
    """A guitar or a ukulele, standing, its strings to the front."""
    upper, waist, lower = dice.between(0.36, 0.5), dice.between(0.25, 0.36), dice.between(0.48, 0.64)
    thick = dice.between(0.12, 0.36)
    electric = thick < 0.2  # noqa: PLR2004
    horn = dice.between(0.0, 0.35) if electric else 0.0
    cut = dice.between(0.0, 0.25) if dice.chance(0.5) else 0.0
    right = [
        [0.0, -0.8],
        [0.6 * lower, -0.75],
        [lower, -0.35],
        [waist, 0.15],
        [upper, 0.45 + horn - cut],
        [0.5 * upper, 0.68 + 0.6 * horn - cut],
        [0.12, 0.66],
    ]
    left = [
        [-0.12, 0.66],
        [-0.5 * upper, 0.68 + horn],
        [-upper, 0.45 + 0.8 * horn],
        [-waist, 0.15],
        [-lower, -0.35],
        [-0.6 * lower, -0.75],
    ]
    body = prism(curve([*right, *left], 5, closed=True), thick, fillet=dice.pick((0.0, 0.02)))
    neck_length, neck_width = dice.between(1.1, 1.6), dice.between(0.1, 0.15)
    neck = box(neck_width, neck_length + 0.3, 0.07).moved(y=0.5 * neck_length + 0.4, z=thick - 0.01)
    top = 0.55 + neck_length
    crest = curve(
        [
            [-0.1, top - 0.05],
            [0.1, top - 0.05],
            [dice.between(0.1, 0.2), top + 0.2],
            [dice.between(-0.05, 0.15), top + 0.42],
            [dice.between(-0.2, -0.1), top + 0.3],
        ],
        5,
        closed=True,
    )
    head = prism(crest, 0.06).moved(z=thick - 0.01)
    strings = dice.pick((4, 6))
    at = np.linspace(-0.4, 0.4, strings) * neck_width
    lines = inked(*[np.array([[x, -0.42, thick + 0.075], [x, top, thick + 0.065]]) for x in at])
    places = 0.55 + neck_length * (1 - 0.9 ** np.arange(1, 14)) * 1.2
    half, level = 0.5 * neck_width, thick + 0.062
    frets = inked(*[np.array([[-half, y, level], [half, y, level]]) for y in places if y < top])
    peg = cylinder(0.025, 0.08, corners=14)
    pegs = [
        peg.turned("y", side * 90).moved(x=side * 0.13, y=top + 0.06 + 0.1 * i, z=thick + 0.02)
        for i in range(strings // 2)
        for side in (-1, 1)
    ]
    bridge = box(0.34, 0.07, 0.05, corner=0.01).moved(y=-0.42, z=thick - 0.005)
    if electric:
        pickup, knob = box(0.3, 0.09, 0.03, corner=0.02), cylinder(0.04, 0.05, corners=20)
        fitting = [pickup.moved(y=y, z=thick) for y in (-0.25, -0.02, 0.2)[: dice.whole(1, 3)]]
        knobs = dice.whole(1, 3)
        fitting += [knob.moved(x=0.28 + 0.05 * i, y=-0.4 - 0.12 * i, z=thick) for i in range(knobs)]
    else:
        fitting = [inked(lifted(circle(r, 36), thick + 0.002), closed=True).moved(y=0.1) for r in (0.17, 0.2)]
    parts = (
        part("body", front_facing(body)),
        part("neck", front_facing(neck, head)),
        part("bridge", front_facing(bridge)),
        part("pickups" if electric else "sound hole", front_facing(*fitting)),
        part("tuning pegs", front_facing(*pegs)),
        part("strings", front_facing(lines, frets)),
    )
    return Article("electric guitar" if electric else dice.pick(("guitar", "ukulele")), parts)
