"""Handles, hinges, faucets and plugs."""

from __future__ import annotations

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.arrangement import evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh
from sevenviews.synthetic.outlines import curve, rounded_rectangle, superellipse
from sevenviews.synthetic.solids import box, cylinder, lathe, prism, sphere, torus, tube


def handle(dice: Dice) -> Article:
    """A door handle, a drawer pull or a knob; its rose lies in the plane of the door, y = 0."""
    kind = dice.pick(("lever", "pull", "knob"))
    if kind == "lever":
        length, fall = dice.between(0.9, 1.4), dice.between(-0.2, 0.2)
        end = [length, -dice.between(0.36, 0.46), dice.between(0, 1) * fall]
        elbow = [[0.0, 0.0, 0.0], [0.0, -0.3, 0.0], [0.12, -0.42, 0.0]]
        path = curve([*elbow, [0.5 * length, -0.43, fall], end], 6)
        half_width, half_height = dice.between(0.05, 0.09), dice.between(0.05, 0.11)
        section = superellipse(half_width, half_height, dice.pick((2.0, 3.0, 6.0)), 24)
        lever = tube(path, section, sizes=np.linspace(1.0, dice.between(0.6, 1.2), len(path)))
        parts = [part("lever", lever), part("rose", _rose(dice))]
        if dice.chance(0.4):
            outline = rounded_rectangle(0.42, dice.between(1.2, 2.0), dice.between(0.02, 0.2))
            parts.append(part("plate", prism(outline, 0.05).turned("x", 90).moved(z=-0.4)))
        return Article("door handle", tuple(parts))
    if kind == "pull":
        half, rise = dice.between(0.6, 1.2), dice.between(0.2, 0.4)
        section = superellipse(dice.between(0.04, 0.12), dice.between(0.04, 0.07), dice.pick((2.0, 4.0)), 20)
        if dice.chance(0.5):
            left, right = [[-half, 0, 0], [-0.8 * half, -rise, 0]], [[0.8 * half, -rise, 0], [half, 0, 0]]
            bow = tube(curve([*left, [0, -1.15 * rise, 0], *right], 7), section)
            posts = [_rose(dice).scaled(0.5, 0.5, 0.5).moved(x=s * half) for s in (-1, 1)]
        else:
            bow = tube(np.array([[-1.2 * half, -rise, 0.0], [1.2 * half, -rise, 0.0]]), section)
            post = cylinder(0.05, rise, corners=20).turned("x", 90)
            posts = [post.moved(x=s * 0.8 * half) for s in (-1, 1)]
        noun = dice.pick(("drawer pull", "cabinet handle"))
        return Article(noun, (part("grip", bow), part("posts", posts)))
    radius = dice.between(0.35, 0.5)
    profile = [
        [0.4 * radius, 0.0],
        [0.35 * radius, 0.25],
        [radius, dice.between(0.4, 0.6)],
        [dice.between(0.6, 0.95) * radius, 0.75],
        [0.0, dice.between(0.75, 0.9)],
    ]
    knob = lathe(curve(profile, 6), corners=dice.pick((40, 40, 8, 12))).turned("x", 90)
    noun = dice.pick(("door knob", "furniture knob"))
    return Article(noun, (part("knob", knob), part("rose", _rose(dice))))


def _rose(dice: Dice) -> Mesh:
    radius = dice.between(0.25, 0.4)
    if dice.chance(0.3):
        return prism(rounded_rectangle(2 * radius, 2 * radius, 0.1 * radius), 0.07).turned("x", 90)
    bevel = [0.85 * radius, dice.between(0.05, 0.1)]
    return lathe([[radius, 0.0], [radius, 0.04], bevel, [0.0, 0.1]]).turned("x", 90)


def hinge(dice: Dice) -> Article:
    """A hinge, opened flat or at an angle, its pin upright."""
    height, wide, thick = dice.between(0.8, 1.8), dice.between(0.4, 0.9), dice.between(0.04, 0.08)
    barrel, corner = 1.4 * thick, dice.between(0.01, 0.2)
    plate = prism(rounded_rectangle(wide, height, corner), thick).turned("x", 90)
    plate = plate.moved(x=wide / 2 + 0.5 * barrel, y=thick, z=height / 2)
    holes, bore = dice.whole(2, 4), lathe([[0.055, 0.0], [0.055, 0.004], [0.0, 0.004]]).turned("x", 90)
    bores = [
        bore.moved(x=(0.35 + 0.35 * (i % 2)) * wide + 0.5 * barrel, z=height * (i + 0.6) / (holes + 0.2))
        for i in range(holes)
    ]
    knuckles = dice.pick((3, 5))
    tubes = [
        cylinder(barrel, 0.97 * height / knuckles, corners=28).moved(z=height * (i + 0.015) / knuckles)
        for i in range(knuckles)
    ]
    angle = dice.pick((0.0, 0.0, 90.0, dice.between(20, 70)))
    other = [mesh.mirrored().turned("z", -angle) for mesh in [plate, *bores]]
    if dice.chance(0.5):
        pin = [sphere(1.2 * barrel).moved(z=z) for z in (-0.03, height + 0.03)]
    else:
        pin = [cylinder(0.6 * barrel, height + 0.08, corners=20).moved(z=-0.04)]
    leaves = (part("leaf", plate, bores), part("second leaf", other))
    return Article("hinge", (*leaves, part("knuckles", tubes), part("pin", pin)))


def faucet(dice: Dice) -> Article:
    """A faucet or a mixer tap."""
    radius, tall, reach = dice.between(0.08, 0.14), dice.between(0.5, 1.5), dice.between(0.6, 1.1)
    pipe = dice.between(0.05, 0.09)
    body = lathe([[1.5 * radius, 0.0], [1.5 * radius, 0.05], [radius, 0.08], [radius, 0.45], [0.0, 0.45]])
    shape = dice.pick(("arch", "angle", "slope"))
    if shape == "arch":
        knots = [
            [0, 0, 0.4],
            [0, 0, tall],
            [0, -0.3 * reach, tall + 0.35 * reach],
            [0, -0.75 * reach, tall + 0.3 * reach],
            [0, -reach, tall - 0.05],
        ]
        path = curve(knots, 7)
    elif shape == "angle":
        upward = [[0, 0, 0.4], [0, 0, 0.9 * tall], [0, -0.05, tall], [0, -0.15, tall]]
        downward = [[0, -reach, tall], [0, -reach - 0.05, tall - 0.05], [0, -reach - 0.05, tall - 0.2]]
        path = curve([*upward, *downward], 5)
    else:
        path = np.array([[0.0, 0.0, 0.3], [0.0, -reach, 0.3 + 0.4 * tall]])
    section = superellipse(dice.between(0.9, 1.3) * pipe, pipe, dice.pick((2.0, 5.0)), 24)
    spout = tube(path, section)
    nozzle = cylinder(1.15 * pipe, 0.12).moved(y=float(path[-1, 1]), z=float(path[-1, 2]) - 0.1)
    parts = [part("spout", spout, nozzle), part("body", body)]
    if dice.chance(0.5):
        tip = [2.4 * radius, 0, 0.6 + dice.between(0, 0.3)]
        lever = curve([[radius, 0, 0.3], [2.2 * radius, 0, 0.32], tip], 5)
        parts.append(part("lever", tube(lever, 0.035, corners=16)))
    else:
        spread = dice.between(0.35, 0.6)
        skirt, stem = (
            [[1.3 * radius, 0.0], [1.3 * radius, 0.04]],
            [[0.6 * radius, 0.08], [0.6 * radius, 0.25]],
        )
        valve = [lathe([*skirt, *stem, [0.0, 0.25]])]
        if dice.chance(0.5):
            bar = cylinder(0.03, 0.3, corners=16).turned("y", 90).moved(x=-0.15, z=0.25)
            valve += [bar, bar.turned("z", 90)]
        else:
            valve.append(prism(superellipse(0.14, 0.06, 3.0), 0.07).moved(z=0.23))
        parts.append(part("handles", [m.moved(x=s * spread) for m in valve for s in (-1, 1)]))
        parts.append(part("bridge", box(2 * spread + 0.3, 0.3, 0.05, corner=0.1).moved(z=-0.04)))
    return Article(dice.pick(("faucet", "mixer tap", "basin faucet")), tuple(parts))


def plug(dice: Dice) -> Article:
    """A power plug or an adapter; the prongs point to the front."""
    width, height, depth = dice.between(0.6, 1.1), dice.between(0.6, 1.1), dice.between(0.4, 0.9)
    rounder = [superellipse(width / 2, height / 2, power) for power in (2.0, 4.0)]
    outline = dice.pick((rounded_rectangle(width, height, 0.2), *rounder))
    body = prism(outline, depth, fillet=dice.pick((0.0, 0.08)), draft=dice.between(0.7, 1.0)).turned("x", -90)
    standard = dice.pick(("flat", "round", "three"))
    blade = box(0.05, 0.35, 0.16).moved(y=-0.17, z=-0.08)
    pin = lathe([[0.06, 0.0], [0.06, 0.32], [0.04, 0.36], [0.0, 0.37]], corners=20).turned("x", 90)
    gap = dice.between(0.15, 0.22)
    prongs = {
        "flat": [blade.moved(x=-gap), blade.moved(x=gap)],
        "round": [pin.moved(x=-gap), pin.moved(x=gap)],
        "three": [
            blade.turned("y", 30).moved(x=-gap, z=0.1),
            blade.turned("y", -30).moved(x=gap, z=0.1),
            blade.moved(z=-0.15),
        ],
    }[standard]
    parts = [part("housing", body), part("prongs", prongs)]
    if dice.chance(0.5):
        knots = [[0.0, 0.0, 0.0], [0.0, 0.4, 0.0], [0.0, 0.9, -0.1], [dice.between(-0.3, 0.3), 1.2, -0.5]]
        cable = tube(np.array([0.0, depth - 0.03, 0.0]) + curve(knots, 6), 0.07, corners=16)
        rib = torus(0.09, 0.025, 24).turned("x", 90)
        relief = [rib.moved(y=depth + 0.06 * i + 0.03) for i in range(dice.whole(2, 5))]
        parts += [part("cable", cable), part("strain relief", relief)]
        noun = "power plug"
    else:
        slot = box(0.28, 0.02, 0.1)
        slots = [slot.moved(y=depth, z=0.5 * height * at - 0.05) for at in evenly(dice.whole(1, 3))]
        parts.append(part("ports", slots))
        noun = dice.pick(("power adapter", "charger"))
    return Article(noun, tuple(parts), also=(LocarnoClass(13, 2),) if noun != "power plug" else ())
