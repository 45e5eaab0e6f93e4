"""Cameras."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.outlines import circle, curve
from sevenviews.synthetic.solids import box, cylinder, lathe, prism, ring, sphere, tube


def camera(dice: Dice) -> Article:
    """A photographic camera or a security camera."""
    if dice.chance(0.3):
        return _security_camera(dice)
    width, tall, deep = dice.between(1.1, 1.6), dice.between(0.7, 1.0), dice.between(0.35, 0.55)
    body = box(width, deep, tall, corner=dice.between(0.03, 0.2), fillet=dice.pick((0.0, 0.05)))
    barrel, reach = dice.between(0.22, 0.36), dice.between(0.15, 0.7)
    steps = dice.whole(1, 3)
    profile = [[0.0, -0.02], [barrel, -0.02]]
    for i in range(steps):
        radius = barrel * (1 - 0.12 * i)
        profile += [[radius, reach * i / steps + 0.001], [radius, reach * (i + 1) / steps]]
    profile += [[0.75 * profile[-1][0], reach], [0.6 * profile[-1][0], reach - 0.06], [0.0, reach - 0.06]]
    at = (dice.pick((0.0, 0.12, -0.15)) * width, -deep / 2, 0.48 * tall)
    parts = [part("body", body), part("lens", lathe(profile).turned("x", 90).moved(*at))]
    top = []
    if dice.chance(0.6):
        gable = np.array([[-0.28, 0.0], [0.28, 0.0], [0.16, 0.24], [-0.16, 0.24]])
        finder = prism(gable, 0.8 * deep).turned("x", 90)
        top.append(finder.moved(x=at[0], y=0.4 * deep, z=tall - 0.01))
    top.append(cylinder(0.08, 0.07, corners=24).moved(x=0.36 * width, z=tall - 0.01))
    dial = cylinder(dice.between(0.08, 0.13), 0.09, corners=dice.pick((24, 40)))
    top.append(dial.moved(x=-0.34 * width, z=tall - 0.01))
    parts.append(part("controls", top))
    if dice.chance(0.5):
        grip = box(0.24, 0.22, 0.9 * tall, corner=0.1)
        parts.append(part("grip", grip.moved(x=-0.42 * width, y=-deep / 2, z=0.03)))
    display = box(0.6 * width, 0.03, 0.6 * tall, corner=0.012)
    parts.append(part("rear display", display.moved(x=-0.08 * width, y=deep / 2, z=0.2 * tall)))
    if dice.chance(0.5):
        parts.append(part("flash", box(0.2, 0.04, 0.12).moved(x=0.34 * width, y=-deep / 2, z=0.8 * tall)))
    return Article(dice.pick(("camera", "digital camera")), tuple(parts))


def _security_camera(dice: Dice) -> Article:
    if dice.chance(0.5):
        eye = sphere(0.45).moved(z=0.42)
        base = lathe([[0.5, 0.0], [dice.between(0.5, 0.7), 0.05], [0.55, 0.4], [0.46, 0.42], [0.0, 0.42]])
        lens = ring(circle(0.04, 12) + np.array([0.15, 0.0])).turned("x", 65).moved(y=-0.3, z=0.74)
        return Article("security camera", (part("dome", eye), part("base", base), part("lens", lens)))
    long = dice.between(0.9, 1.4)
    profile = [[0.25, 0.0], [0.28, 0.1], [0.28, long], [0.24, long], [0.22, long - 0.1], [0.0, long - 0.1]]
    body = lathe(profile).turned("x", 90).moved(y=long / 2)
    hood = box(0.62, 1.1 * long, 0.04, corner=0.05).moved(y=-0.08, z=0.28)
    foot = cylinder(0.22, 0.06).moved(z=-0.75)
    arm = tube(curve([[0, 0.1, -0.72], [0, 0.1, -0.5], [0, 0.0, -0.24]], 5), 0.06, corners=16)
    glass = cylinder(0.12, 0.05, corners=28).turned("x", 90).moved(y=-long / 2 + 0.1)
    parts = (part("housing", body), part("hood", hood), part("mount", foot, arm), part("lens", glass))
    return Article("surveillance camera", parts)
