"""Telephones, loudspeakers and remote controls."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.arrangement import around, evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh
from sevenviews.synthetic.outlines import circle, curve, rounded_rectangle, star, superellipse
from sevenviews.synthetic.solids import box, cylinder, front_facing, inked, lathe, lifted, prism, ring, tube


def phone(dice: Dice) -> Article:
    """A mobile phone or a tablet, its screen to the front."""
    tablet = dice.chance(0.25)
    width = dice.between(1.2, 1.5) if tablet else dice.between(0.65, 0.8)
    tall = width * (dice.between(1.25, 1.4) if tablet else dice.between(1.8, 2.2))
    corner, thick = dice.between(0.03, 0.16), dice.between(0.07, 0.14)
    body = prism(rounded_rectangle(width, tall, corner), thick, fillet=dice.pick((0.0, 0.3, 0.45)) * thick)
    edge = dice.between(0.03, 0.09)
    chin = dice.pick((0.0, 0.0, 0.12))
    screen = rounded_rectangle(width - 2 * edge, tall - 2 * edge - 2 * chin, max(corner - edge, 0.01))
    outlines = [screen]
    if chin:
        outlines.append(circle(0.045, 20) + np.array([0, -tall / 2 + 0.5 * chin + 0.5 * edge]))
    notch = rounded_rectangle(dice.between(0.05, 0.35) * width, 0.045, 0.022)
    outlines.append(notch + np.array([0.0, tall / 2 - edge - 0.05]))
    front = [inked(lifted(outline, thick + 0.002), closed=True) for outline in outlines]
    rear = [mesh.scaled(z=-1) for mesh in _rear_camera(dice, width, tall)]
    parts = [
        part("housing", front_facing(body)),
        part("display", front_facing(*front)),
        part("camera", front_facing(*rear)),
    ]
    key = box(0.03, dice.between(0.1, 0.2), 0.5 * thick, corner=0.01).moved(z=0.25 * thick)
    places = ((1, 0.2), (-1, 0.25), (-1, 0.08))[: dice.whole(1, 3)]
    keys = [key.moved(x=side * width / 2, y=at * tall) for side, at in places]
    parts.append(part("keys", front_facing(*keys)))
    noun = "tablet computer" if tablet else dice.pick(("mobile phone", "smartphone", "electronic device"))
    return Article(noun, tuple(parts))


def _rear_camera(dice: Dice, width: float, tall: float) -> list[Mesh]:
    """Lenses behind the housing, built upward, to be mirrored to the rear."""
    count = dice.whole(1, 4)
    x, y = (0.0 if dice.chance(0.3) else 0.3 * width), tall / 2 - 0.24
    places = [(x, y), (x, y - 0.2), (x - 0.2, y), (x - 0.2, y - 0.2)][:count]
    lens = lathe([[0.075, 0.0], [0.075, 0.05], [0.05, 0.05], [0.05, 0.04], [0.0, 0.04]], corners=28)
    lenses = [lens.moved(a, b) for a, b in places]
    if dice.chance(0.6):
        bump = box(0.46, 0.46, 0.025, corner=dice.between(0.02, 0.2))
        return [bump.moved(x=x - 0.1, y=y - 0.1), *lenses]
    return lenses


def speaker(dice: Dice) -> Article:
    """A loudspeaker: a cabinet, a cylinder or a ball."""
    kind = dice.pick(("cabinet", "cabinet", "cylinder", "bar"))
    width, tall, deep = dice.between(0.6, 1.0), dice.between(0.9, 1.7), dice.between(0.5, 0.8)
    if kind == "bar":
        width, tall, deep = dice.between(1.8, 3.0), dice.between(0.25, 0.4), dice.between(0.3, 0.5)
    if kind == "cylinder":
        return _round_speaker(dice, 0.5 * width, tall)
    outline = rounded_rectangle(width, tall, dice.between(0.01, 0.15))
    shell = prism(outline, deep, fillet=dice.pick((0.0, 0.06)), draft=dice.between(0.85, 1.0))
    count = dice.whole(1, 3) if kind == "cabinet" else dice.whole(2, 4)
    parts = [part("cabinet", front_facing(shell))]
    drivers = []
    for i, place in enumerate(evenly(count)):
        at = place * (tall if kind == "cabinet" else width) * 0.86
        x, y = (0.0, at) if kind == "cabinet" else (at, 0.0)
        limit = 0.42 * min(width, tall) if kind == "bar" else min(0.42 * width, 0.4 * tall / count)
        driver = _driver(dice, limit * (1.0 if i == 0 else dice.between(0.45, 1.0)))
        drivers += [mesh.moved(x, y, deep) for mesh in driver]
    parts.append(part("drivers", front_facing(*drivers)))
    if dice.chance(0.5):
        foot = cylinder(0.08, 0.08, top=0.1, corners=20).moved(z=-tall / 2 - 0.08)
        feet = [foot.moved(x=x * 0.38 * width, y=-deep * y) for x in (-1, 1) for y in (0.2, 0.8)]
        parts.append(part("feet", feet))
    if dice.chance(0.4):
        knob = cylinder(0.05, 0.05, corners=18).moved(y=-0.44 * tall, z=deep)
        parts.append(part("controls", front_facing(*[knob.moved(x=x) for x in (-0.16, 0.0, 0.16)])))
    return Article(dice.pick(("loudspeaker", "speaker")) if kind == "cabinet" else "sound bar", tuple(parts))


def _driver(dice: Dice, radius: float) -> list[Mesh]:
    section = np.array([[0.8, -0.02], [1.0, -0.02], [1.0, 0.04], [0.92, 0.06], [0.8, 0.04]])
    basket = ring(section * np.array([radius, 1.0]))
    cone = lathe([[0.82 * radius, 0.0], [0.8 * radius, 0.02], [0.35 * radius, 0.012], [0.0, 0.012]])
    dome = lathe(curve([[0.34 * radius, 0.01], [0.2 * radius, 0.06], [0.0, 0.075]], 4))
    if dice.chance(0.4):
        bolt = cylinder(0.05 * radius, 0.07, corners=6).moved(x=0.9 * radius)
        return [basket, cone, dome, *around(bolt, 6)]
    return [basket, cone, dome]


def _round_speaker(dice: Dice, radius: float, tall: float) -> Article:
    bulge = dice.between(0.8, 1.25)
    low, middle = [dice.between(0.7, 1.0) * radius, 0.0], [bulge * radius, 0.5 * tall]
    shell = lathe(curve([low, middle, [dice.between(0.5, 1.0) * radius, tall]], 7))
    top_radius = float(shell.vertices[shell.vertices[:, 2] > 0.999 * tall, 0].max())
    bands = dice.whole(1, 8)
    rings = [
        ring(
            superellipse(0.03, dice.between(0.015, 0.05), 3.0, 12)
            + np.array([float(np.interp(z, [0, 0.5 * tall, tall], [0.85, bulge, 0.8])) * radius, 0.0])
        ).moved(z=z)
        for z in np.linspace(0.15, 0.7, bands) * tall
    ]
    buttons = [
        cylinder(0.05, 0.03, corners=18).moved(x=0.5 * top_radius, z=tall - 0.005).turned("z", 90 * i)
        for i in range(dice.whole(1, 4))
    ]
    parts = [part("housing", shell), part("bands", rings), part("buttons", buttons)]
    if dice.chance(0.4):
        knots = [
            [-radius, 0, 0.75 * tall],
            [-0.7 * radius, 0, 1.3 * tall],
            [0.7 * radius, 0, 1.3 * tall],
            [radius, 0, 0.75 * tall],
        ]
        parts.append(part("carrying loop", tube(curve(knots, 6), superellipse(0.08, 0.02, 4.0, 16))))
    return Article(dice.pick(("portable speaker", "smart speaker")), tuple(parts))


def remote(dice: Dice) -> Article:
    """A remote control, its keys upward, its length from front to rear."""
    width, length, thick = dice.between(0.35, 0.6), dice.between(1.3, 2.1), dice.between(0.12, 0.25)
    waist = 1 - dice.between(0.0, 0.25) * np.cos(np.linspace(-np.pi / 2, np.pi / 2, 40)) ** 2
    straight = rounded_rectangle(width, length, dice.between(0.02, 0.2))
    rounder = superellipse(width / 2, length / 2, dice.between(2.5, 6.0))
    outline = dice.pick((straight, rounder * np.column_stack([waist, np.ones(40)])))
    body = prism(outline, thick, fillet=dice.pick((0.0, 0.3)) * thick)
    columns, rows = dice.whole(2, 4), dice.whole(2, 6)
    key = dice.pick(
        (cylinder(0.05, 0.04, corners=18), box(0.09, 0.06, 0.04, corner=0.012), box(0.08, 0.08, 0.03))
    )
    keys = [
        key.moved(
            x=(i - (columns - 1) / 2) * 0.68 * width / columns,
            y=-0.42 * length + 0.5 * length * (j + 0.5) / rows,
            z=thick - 0.005,
        )
        for i in range(columns)
        for j in range(rows)
    ]
    size = dice.between(0.3, 0.38) * width
    if dice.chance(0.6):
        pad = ring(np.array([[0.45 * size, 0.0], [size, 0.0], [size, 0.03], [0.45 * size, 0.03]]))
    else:
        pad = prism(star(4, size, 0.5 * size), 0.04)
    pads = [
        mesh.moved(y=0.2 * length, z=thick - 0.002) for mesh in (pad, cylinder(0.3 * size, 0.05, corners=24))
    ]
    at = dice.pick((-0.25, 0.0, 0.25)) * width
    power = cylinder(0.045, 0.04, corners=20).moved(x=at, y=0.42 * length, z=thick - 0.005)
    parts = (
        part("housing", body),
        part("keys", keys),
        part("navigation pad", pads),
        part("power key", power),
    )
    return Article(dice.pick(("remote control", "remote controller")), parts)
