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
    barrel = lathe(
        [
            [0.85 * radius, start - 0.005],
            [waist * radius, 0.35 * length],
            [radius, 0.6 * length],
            [0.9 * radius, length],
        ],
        corners=corners,
    )
    parts = [part("barrel", barrel), part("tip", tip)]
    grips = dice.whole(0, 7)
    if grips:
        bands = [torus(0.9 * radius, 0.02, 32).moved(z=start + 0.06 + 0.06 * i) for i in range(grips)]
        parts.append(part("grip", bands))
    ending = dice.pick(("button", "cap", "eraser", "dome"))
    if ending == "button":
        parts.append(
            part(
                "push button",
                cylinder(0.5 * radius, dice.between(0.1, 0.2), corners=24).moved(z=length - 0.01),
            )
        )
    elif ending == "cap":
        cover = lathe(
            [
                [1.08 * radius, 0.62 * length],
                [1.12 * radius, length],
                [0.9 * radius, length + 0.06],
                [0.0, length + 0.06],
            ]
        )
        parts.append(part("cap", cover))
    elif ending == "eraser":
        parts.append(
            part(
                "eraser",
                cylinder(0.95 * radius, 0.08).moved(z=length - 0.005),
                lathe(curve([[0.85 * radius, 0.07], [0.8 * radius, 0.15], [0.0, 0.2]], 4)).moved(z=length),
            )
        )
    else:
        parts.append(
            part(
                "end",
                lathe(curve([[0.88 * radius, 0.0], [0.7 * radius, 0.08], [0.0, 0.12]], 4)).moved(
                    z=length - 0.005
                ),
            )
        )
    if dice.chance(0.65):
        reach = dice.between(0.35, 0.6)
        clip = tube(
            np.array(
                [
                    [0.7 * radius, 0, length - 0.03],
                    [radius + 0.07, 0, length - 0.03],
                    [radius + 0.06, 0, length - reach],
                    [radius + 0.02, 0, length - reach - 0.06],
                ]
            ),
            superellipse(0.015, 0.04, 5.0, 16),
        )
        parts.append(part("clip", clip))
    flat = tuple(part(p.name, [mesh.turned("y", 90) for mesh in p.solids]) for p in parts)
    return Article(
        "pencil"
        if ending == "eraser"
        else dice.pick(("pen", "ballpoint pen", "marker", "writing instrument")),
        flat,
    )
