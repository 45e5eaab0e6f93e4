"""Toys: vehicles, stacking figures, robots and animals on wheels."""

from __future__ import annotations

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.articles.vehicles import car_parts, road_wheel
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh
from sevenviews.synthetic.outlines import circle, curve, superellipse
from sevenviews.synthetic.solids import box, cylinder, lathe, prism, ring, sphere, tube


def toy(dice: Dice) -> Article:
    """A toy: a car, an animal on wheels, a stacking figure or a robot."""
    kind = dice.pick(("car", "robot", "stack", "animal"))
    if kind == "car":
        return Article("toy vehicle", tuple(car_parts(dice, toy=True)), also=(LocarnoClass(12, 8),))
    if kind == "stack":
        return _stacking_toy(dice)
    return _robot(dice) if kind == "robot" else _animal(dice)


def _stacking_toy(dice: Dice) -> Article:
    count, level = dice.whole(3, 6), 0.12
    rings: list[Mesh] = []
    size = dice.between(0.5, 0.7)
    for _ in range(count):
        thick = dice.between(0.1, 0.17)
        profile = superellipse(thick, thick, dice.pick((2.0, 3.0, 6.0)), 20) + np.array([size - thick, 0.0])
        rings.append(ring(profile).moved(z=level + thick))
        level, size = level + 2 * thick + 0.005, size * dice.between(0.78, 0.95)
    base = lathe([[0.62, 0.0], [0.62, 0.08], [0.5, 0.12], [0.0, 0.12]])
    rod = cylinder(0.09, level, corners=24)
    top = dice.pick((sphere(0.2), lathe([[0.22, 0.0], [0.0, 0.4]]), prism(circle(0.24, 5), 0.12)))
    finial = part("finial", top.moved(z=level + 0.1))
    return Article("stacking toy", (part("rings", rings), part("base", base), part("rod", rod), finial))


def _robot(dice: Dice) -> Article:
    head_width, head_tall = dice.between(0.35, 0.8), dice.between(0.3, 0.5)
    body_width, body_tall, deep = dice.between(0.5, 0.9), dice.between(0.5, 0.9), dice.between(0.3, 0.5)
    leg = dice.between(0.25, 0.6)
    corner, fillet = dice.between(0.01, 0.12), dice.pick((0.0, 0.04))
    torso = box(body_width, deep, body_tall, corner=corner, fillet=fillet).moved(z=leg)
    square = box(head_width, 0.8 * deep, head_tall, corner=0.08)
    skull = dice.pick((square, sphere(0.45 * head_width).moved(z=0.5 * head_tall)))
    skull = skull.moved(z=leg + body_tall + 0.04)
    eyes = [
        cylinder(dice.between(0.05, 0.09), 0.06, corners=24)
        .turned("x", 90)
        .moved(x=s * 0.22 * head_width, y=-0.36 * deep, z=leg + body_tall + 0.6 * head_tall)
        for s in (-1, 1)
    ]
    knots = [
        [0.5 * body_width, 0, leg + 0.85 * body_tall],
        [0.5 * body_width + 0.2, 0, leg + 0.6 * body_tall],
        [0.5 * body_width + 0.15, -0.15, leg + dice.between(0.1, 0.9) * body_tall],
    ]
    arm = tube(curve(knots, 5), 0.07, corners=16)
    hand = sphere(0.11, corners=20).moved(*arm.vertices[-1].tolist())
    legs = [box(0.2, 0.6 * deep, leg + 0.02).moved(x=s * 0.25 * body_width) for s in (-1, 1)]
    feet = [box(0.28, 0.9 * deep, 0.09, corner=0.04).moved(x=s * 0.27 * body_width, y=-0.05) for s in (-1, 1)]
    panel = box(0.6 * body_width, 0.04, 0.4 * body_tall, corner=0.015)
    panel = panel.moved(y=-0.5 * deep, z=leg + 0.35 * body_tall)
    parts = [
        part("body", torso),
        part("head", skull, eyes),
        part("arms", arm, hand, arm.mirrored(), hand.mirrored()),
        part("legs", legs, feet),
        part("panel", panel),
    ]
    if dice.chance(0.5):
        top = leg + body_tall + head_tall
        rod, ball = cylinder(0.02, 0.2, corners=12), sphere(0.05, corners=16)
        parts.append(part("antenna", rod.moved(z=top), ball.moved(z=top + 0.22)))
    return Article(dice.pick(("toy robot", "toy figure")), tuple(parts))


def _animal(dice: Dice) -> Article:
    """A rolling animal, its head to the left."""
    long, fat = dice.between(0.5, 0.8), dice.between(0.28, 0.4)
    body = sphere(1.0, power=dice.between(2.0, 3.5)).scaled(long, fat, fat).moved(z=0.6)
    neck = dice.between(0.1, 0.6)
    head_at = (-long * 0.95, 0.0, 0.75 + neck)
    head = sphere(dice.between(0.2, 0.3)).scaled(dice.between(1.0, 1.5), 1.0, 1.0).moved(*head_at)
    throat = tube(np.array([[-0.6 * long, 0.0, 0.6], list(head_at)]), 0.13, corners=20)
    pointed = np.array([[-0.1, 0.0], [0.1, 0.0], [0.0, 0.3]])
    ear = prism(dice.pick((circle(0.13, 24), pointed, superellipse(0.08, 0.28))), 0.04).turned("x", 90)
    ears = [ear.moved(x=head_at[0] + 0.06, y=s * 0.14 + 0.02, z=head_at[2] + 0.24) for s in (-1, 1)]
    knots = [[0.9 * long, 0, 0.65], [1.2 * long, 0, 0.8], [1.25 * long, 0, dice.between(0.7, 1.2)]]
    tail = tube(curve(knots, 5), 0.04, corners=12)
    corners = [(x, s) for x in (-0.6 * long, 0.6 * long) for s in (-1, 1)]
    wheels = [
        mesh.turned("z", 180 * (s > 0)).moved(x=x, y=s * 0.9 * fat, z=0.22)
        for mesh in road_wheel(dice, 0.22, 0.1)
        for x, s in corners
    ]
    axle = cylinder(0.04, 1.8 * fat, corners=14).turned("x", -90).moved(y=-0.9 * fat, z=0.22)
    axles = [axle.moved(x=x) for x in (-0.6 * long, 0.6 * long)]
    legs = [box(0.16, 0.2, 0.3).moved(x=x, y=s * 0.4 * fat, z=0.2) for x, s in corners]
    parts = (
        part("body", body, throat, head),
        part("wheels", wheels, axles),
        part("legs", legs),
        part("ears", ears),
        part("tail", tail),
    )
    return Article("toy animal", parts)
