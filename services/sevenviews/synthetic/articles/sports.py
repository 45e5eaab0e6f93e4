"""Sports equipment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.outlines import circle, curve, superellipse
from sevenviews.synthetic.solids import box, cylinder, front_facing, inked, prism, sphere, tube


def sports(dice: Dice) -> Article:
    """A dumbbell, a kettlebell, a racket or a skateboard."""
    return dice.pick((_dumbbell, _kettlebell, _racket, _skateboard))(dice)


def _dumbbell(dice: Dice) -> Article:
    grip, corners = dice.between(0.5, 0.7), dice.pick((40, 6, 8))
    sizes = sorted((dice.between(0.2, 0.45) for _ in range(dice.whole(1, 3))), reverse=True)
    plates, at = [], 0.5 * grip
    for size in sizes:
        thick = dice.between(0.1, 0.3)
        plates.append(prism(circle(size, corners), thick, fillet=0.03).turned("y", 90).moved(x=at))
        at += thick
    path = np.column_stack([np.linspace(-at, at, 9), np.zeros(9), np.zeros(9)])
    swell = 1 + dice.between(0.0, 0.3) * np.cos(np.linspace(-np.pi / 2, np.pi / 2, 9))
    weights = part("weights", plates, [plate.mirrored() for plate in plates])
    return Article("dumbbell", (weights, part("bar", tube(path, 0.07, sizes=swell))))


def _kettlebell(dice: Dice) -> Article:
    radius = dice.between(0.4, 0.5)
    ball = sphere(radius, power=dice.between(2.0, 3.0))
    wide, rise = dice.between(0.25, 0.38), dice.between(0.35, 0.55)
    knots = [
        [-0.7 * wide, 0, 0.7 * radius],
        [-wide, 0, radius + 0.4 * rise],
        [-0.6 * wide, 0, radius + rise],
        [0.6 * wide, 0, radius + rise],
        [wide, 0, radius + 0.4 * rise],
        [0.7 * wide, 0, 0.7 * radius],
    ]
    bow = tube(curve(knots, 6), dice.between(0.05, 0.09))
    foot = cylinder(0.65 * radius, 0.12).moved(z=-radius - 0.02)
    x, z = circle(0.2, 32).T
    badge = inked(np.column_stack([x, np.full(32, -radius - 0.005), z]), closed=True)
    parts = (part("body", ball), part("handle", bow), part("base", foot), part("emblem", badge))
    return Article("kettlebell", parts)


def _racket(dice: Dice) -> Article:
    half_width, half_height = dice.between(0.35, 0.5), dice.between(0.45, 0.65)
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    path = np.column_stack([half_width * np.cos(angles), half_height * np.sin(angles), np.zeros(48)])
    frame = tube(path, superellipse(0.03, 0.045, 3.0, 16), endless=True)
    strings = []
    for f in np.linspace(-0.85, 0.85, dice.whole(7, 14)):
        x, y, reach = f * half_width, f * half_height, np.sqrt(1 - f**2)
        strings.append(np.array([[x, -reach * half_height, 0.0], [x, reach * half_height, 0.0]]))
        strings.append(np.array([[-reach * half_width, y, 0.0], [reach * half_width, y, 0.0]]))
    shaft = dice.between(0.15, 0.6)
    throat = tube(np.array([[0, -half_height, 0.0], [0, -half_height - shaft, 0.0]]), 0.04, corners=18)
    meeting = [0, -half_height - 0.8 * shaft, 0.0]
    fork = [
        tube(np.array([[s * 0.5 * half_width, -0.85 * half_height, 0.0], meeting]), 0.03, corners=14)
        for s in (-1, 1)
    ]
    low = -half_height - shaft
    grip = tube(np.array([[0, low + 0.02, 0.0], [0, low - dice.between(0.4, 0.6), 0.0]]), circle(0.075, 8))
    parts = (
        part("frame", front_facing(frame)),
        part("handle", front_facing(grip)),
        part("shaft", front_facing(throat, *fork)),
        part("strings", front_facing(inked(*strings))),
    )
    return Article(dice.pick(("racket", "tennis racket")), parts)


def _skateboard(dice: Dice) -> Article:
    long, wide = dice.between(1.0, 1.4), dice.between(0.22, 0.34)
    x = np.linspace(-1, 1, 19)
    lift = dice.between(0.1, 0.3) * np.maximum(np.abs(x) - 0.7, 0) / 0.3
    outline = superellipse(long, wide, dice.between(2.5, 5.0))
    deck = prism(outline, 0.05)
    upward = np.array([0.0, 0.0, 1.0]) * np.interp(deck.vertices[:, 0] / long, x, lift)[:, None]
    bent = replace(deck, vertices=deck.vertices + upward)
    hanger, axle = box(0.22, 0.16, 0.06), cylinder(0.03, 1.6 * wide, corners=14).turned("x", -90)
    wheel = cylinder(0.1, 0.1, corners=28).turned("x", -90)
    trucks, wheels = [], []
    for at in (-0.6 * long, 0.6 * long):
        trucks += [hanger.moved(x=at, z=-0.06), axle.moved(x=at, y=-0.8 * wide, z=-0.1)]
        wheels += [wheel.moved(x=at, y=y - 0.05, z=-0.1) for y in (-0.8 * wide, 0.8 * wide)]
    return Article("skateboard", (part("deck", bent), part("trucks", trucks), part("wheels", wheels)))
