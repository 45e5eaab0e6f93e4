"""Hand tools."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, curve, rounded_rectangle, star, superellipse
from sevenviews.synthetic.solids import (
    box,
    cylinder,
    frame,
    inked,
    lathe,
    lifted,
    loft,
    prism,
    ring,
    sphere,
    tube,
)


def hammer(dice: Dice) -> Article:
    """A hammer or a mallet, standing on its handle."""
    length, grip = dice.between(1.4, 2.2), dice.between(0.06, 0.1)
    z = np.linspace(0.0, length, 14)
    sizes = np.interp(z / length, [0.0, 0.1, 0.35, 0.6, 1.0], [1.1, 1.2, dice.between(0.9, 1.3), 0.75, 0.75])
    path = np.column_stack([np.zeros(14), np.zeros(14), z])
    section = superellipse(grip, dice.between(0.7, 1.3) * grip, dice.between(2.0, 4.0), 24)
    handle = tube(path, section, sizes=sizes)
    thick, long = dice.between(0.12, 0.2), dice.between(0.35, 0.55)
    block = box(0.5 * long, 1.8 * thick, 1.8 * thick, corner=0.02).moved(z=length - 1.1 * thick)
    waist, level = [[0.7 * thick, 0.0], [0.75 * thick, 0.5 * long]], length - 0.2 * thick
    face = lathe([*waist, [thick, 0.6 * long], [thick, long], [0.9 * thick, 1.04 * long]])
    heads = [block, face.turned("y", 90).moved(x=0.15 * long, z=level)]
    rear = dice.pick(("claw", "ball", "peen", "face"))
    if rear == "claw":
        claw = curve([[0.0, 0.8 * thick], [-0.6 * long, 0.7 * thick], [-1.1 * long, -0.9 * thick]], 6)
        under = curve([[-1.05 * long, -1.0 * thick], [-0.6 * long, 0.1 * thick], [0.0, -0.8 * thick]], 6)
        blade = prism(np.concatenate([claw, under]), 0.6 * thick).turned("x", 90)
        heads += [blade.moved(y=thick, z=level), blade.moved(y=-0.4 * thick, z=level)]
    elif rear == "ball":
        neck = cylinder(0.5 * thick, long, corners=24).turned("y", -90)
        heads += [neck.moved(z=level), sphere(0.9 * thick).moved(x=-long, z=level)]
    elif rear == "peen":
        edge, root = (
            [[-long, -0.15 * thick], [-long, 0.15 * thick]],
            [[0.0, 0.8 * thick], [0.0, -0.8 * thick]],
        )
        wedge = prism(np.array([*edge, *root]), 1.5 * thick).turned("x", 90)
        heads.append(wedge.moved(y=0.75 * thick, z=level))
    else:
        heads.append(heads[1].mirrored())
    parts = [part("head", heads), part("handle", handle)]
    if dice.chance(0.5):
        cuff = tube(path[:6], superellipse(1.12 * grip, 1.1 * grip, 2.5, 24), sizes=sizes[:6])
        parts.append(part("grip", cuff))
    return Article("mallet" if rear == "face" else "hammer", tuple(parts))


def screwdriver(dice: Dice) -> Article:
    """A screwdriver, lying with its length from left to right."""
    length, radius = dice.between(0.8, 1.2), dice.between(0.13, 0.22)
    flutes = dice.pick((6, 8, 10))
    x, places = np.linspace(0.0, 1.0, 18), [0.0, 0.07, 0.4, dice.between(0.6, 0.8), 0.9, 1.0]
    size = np.interp(x, places, [0.7, 1.0, dice.between(0.85, 1.1), dice.between(0.55, 0.8), 0.85, 0.6])
    angles = np.linspace(0, 2 * np.pi, flutes * 6, endpoint=False)
    outline = circle(radius, flutes * 6) * (1 + dice.between(0.0, 0.1) * np.cos(flutes * angles))[:, None]
    grip = tube(np.column_stack([length * x, np.zeros(18), np.zeros(18)]), outline, sizes=size)
    shaft_length, shaft_radius = dice.between(0.6, 1.5), dice.between(0.03, 0.05)
    shaft = cylinder(shaft_radius, shaft_length, corners=dice.pick((6, 24))).turned("y", 90)
    if dice.chance(0.5):
        tip = loft(_tip_rings(shaft_radius))
    else:
        tip = prism(star(4, shaft_radius * 0.95, 0.4 * shaft_radius), 0.14, draft=0.3).turned("y", 90)
    parts = [
        part("handle", grip),
        part("shaft", shaft.moved(x=length - 0.02)),
        part("tip", tip.moved(x=length + shaft_length - 0.02)),
    ]
    if dice.chance(0.5):
        collar = ring(np.array([[0.04, 0.0], [0.75 * radius, 0.0], [0.6 * radius, 0.08], [0.04, 0.08]]))
        parts.append(part("collar", collar.turned("y", 90).moved(x=length - 0.03)))
    return Article("screwdriver", tuple(parts))


def _tip_rings(radius: float) -> Points:
    widths, thicks, at = [1.0, 2.0, 2.0, 1.6], [1.0, 0.6, 0.4, 0.15], [0.0, 0.08, 0.14, 0.2]
    rings = []
    for width, thick, x in zip(widths, thicks, at, strict=True):
        section = superellipse(radius * width, radius * thick, 4.0, 24)
        rings.append(np.column_stack([np.full(24, x), section]))
    return np.stack(rings)


def wrench(dice: Dice) -> Article:
    """A spanner: open jaw, ring, or one of each."""
    length, width, thick = dice.between(1.4, 2.0), dice.between(0.1, 0.17), dice.between(0.06, 0.12)
    shank = box(length, 1.6 * width, 0.8 * thick, fillet=dice.pick((0.0, 0.25)) * thick)
    heads = [_jaw(dice, width, thick).moved(x=length / 2)]
    if dice.chance(0.5):
        heads.append(_jaw(dice, 0.85 * width, thick).turned("z", 180).moved(x=-length / 2))
    else:
        corners = dice.pick((6, 12))
        bore, outer = circle(1.1 * width, 48), circle(1.9 * width, 48)
        bore = bore * (1 + 0.06 * np.cos(corners * np.linspace(0, 2 * np.pi, 48, endpoint=False)))[:, None]
        heads.append(frame(outer, bore, thick).moved(x=-length / 2 - 1.3 * width))
    parts = [part("jaws", heads), part("shank", shank.moved(z=0.1 * thick))]
    if dice.chance(0.5):
        inlay = rounded_rectangle(0.7 * length, 0.7 * width, 0.3 * width)
        parts.append(part("inlay", inked(lifted(inlay, 0.902 * thick), closed=True)))
    return Article(dice.pick(("wrench", "spanner")), tuple(parts))


def _jaw(dice: Dice, width: float, thick: float) -> Mesh:
    tilt = np.radians(dice.pick((0.0, 15.0)))
    gap, reach, outer = width, 2.2 * width, 2.0 * width
    arc = np.radians(np.linspace(35, 325, 26))
    outside = np.column_stack([outer * np.cos(arc), outer * np.sin(arc)])
    bottom = [[-0.3 * width, -gap], [-0.7 * width, 0.0], [-0.3 * width, gap]]
    outline = np.concatenate([outside, [[reach, -gap], *bottom, [reach, gap]]])
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    return prism(outline @ turn, thick).moved(x=1.2 * width)
