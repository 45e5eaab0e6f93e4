"""Hand tools, handles, hinges, faucets, plugs and building blocks."""

from __future__ import annotations

import numpy as np

from sevenviews.corpus.synthetic.article import Article, part
from sevenviews.corpus.synthetic.dice import Dice
from sevenviews.corpus.synthetic.mesh import Mesh, Points
from sevenviews.corpus.synthetic.outlines import circle, curve, rounded, rounded_rectangle, star, superellipse
from sevenviews.corpus.synthetic.solids import (
    box,
    cylinder,
    inked,
    lathe,
    lifted,
    loft,
    prism,
    ring,
    sphere,
    torus,
    tube,
)
from sevenviews.designs import LocarnoClass


def hammer(dice: Dice) -> Article:
    """A hammer or a mallet, standing on its handle."""
    length, grip = dice.between(1.4, 2.2), dice.between(0.06, 0.1)
    z = np.linspace(0.0, length, 14)
    sizes = np.interp(z / length, [0.0, 0.1, 0.35, 0.6, 1.0], [1.1, 1.2, dice.between(0.9, 1.3), 0.75, 0.75])
    path = np.column_stack([np.zeros(14), np.zeros(14), z])
    handle = tube(
        path, superellipse(grip, dice.between(0.7, 1.3) * grip, dice.between(2.0, 4.0), 24), sizes=sizes
    )
    thick, long = dice.between(0.12, 0.2), dice.between(0.35, 0.55)
    block = box(0.5 * long, 1.8 * thick, 1.8 * thick, corner=0.02).moved(z=length - 1.1 * thick)
    face = lathe(
        [
            [0.7 * thick, 0.0],
            [0.75 * thick, 0.5 * long],
            [thick, 0.6 * long],
            [thick, long],
            [0.9 * thick, 1.04 * long],
        ]
    )
    heads = [block, face.turned("y", 90).moved(x=0.15 * long, z=length - 0.2 * thick)]
    rear = dice.pick(("claw", "ball", "peen", "face"))
    if rear == "claw":
        claw = curve([[0.0, 0.8 * thick], [-0.6 * long, 0.7 * thick], [-1.1 * long, -0.9 * thick]], 6)
        under = curve([[-1.05 * long, -1.0 * thick], [-0.6 * long, 0.1 * thick], [0.0, -0.8 * thick]], 6)
        blade = prism(np.concatenate([claw, under]), 0.6 * thick).turned("x", 90)
        heads += [
            blade.moved(y=1.0 * thick, z=length - 0.2 * thick),
            blade.moved(y=-0.4 * thick, z=length - 0.2 * thick),
        ]
    elif rear == "ball":
        heads += [
            cylinder(0.5 * thick, long, corners=24).turned("y", -90).moved(z=length - 0.2 * thick),
            sphere(0.9 * thick).moved(x=-long, z=length - 0.2 * thick),
        ]
    elif rear == "peen":
        wedge = prism(
            np.array(
                [[0.0, -0.8 * thick], [0.0, 0.8 * thick], [-long, 0.15 * thick], [-long, -0.15 * thick]]
            )[::-1],
            1.5 * thick,
        )
        heads.append(wedge.turned("x", 90).moved(y=0.75 * thick, z=length - 0.2 * thick))
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
    x = np.linspace(0.0, 1.0, 18)
    size = np.interp(
        x,
        [0.0, 0.07, 0.4, dice.between(0.6, 0.8), 0.9, 1.0],
        [0.7, 1.0, dice.between(0.85, 1.1), dice.between(0.55, 0.8), 0.85, 0.6],
    )
    angles = np.linspace(0, 2 * np.pi, flutes * 6, endpoint=False)
    outline = circle(radius, flutes * 6) * (1 + dice.between(0.0, 0.1) * np.cos(flutes * angles))[:, None]
    grip = tube(np.column_stack([length * x, np.zeros(18), np.zeros(18)]), outline, sizes=size)
    shaft_length, shaft_radius = dice.between(0.6, 1.5), dice.between(0.03, 0.05)
    shaft = (
        cylinder(shaft_radius, shaft_length, corners=dice.pick((6, 24)))
        .turned("y", 90)
        .moved(x=length - 0.02)
    )
    tip_at = length + shaft_length - 0.02
    if dice.chance(0.5):
        tip = loft(_tip_rings(shaft_radius, 2.0)).moved(x=tip_at)
    else:
        tip = (
            prism(star(4, shaft_radius * 0.95, 0.4 * shaft_radius), 0.14, draft=0.3)
            .turned("y", 90)
            .moved(x=tip_at)
        )
    parts = [part("handle", grip), part("shaft", shaft), part("tip", tip)]
    if dice.chance(0.5):
        collar = ring(np.array([[0.04, 0.0], [0.75 * radius, 0.0], [0.6 * radius, 0.08], [0.04, 0.08]]))
        parts.append(part("collar", collar.turned("y", 90).moved(x=length - 0.03)))
    return Article("screwdriver", tuple(parts))


def _tip_rings(radius: float, flare: float) -> Points:
    widths, thicks, at = [1.0, flare, flare, 0.8 * flare], [1.0, 0.6, 0.4, 0.15], [0.0, 0.08, 0.14, 0.2]
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
        rings = np.stack([lifted(outer, 0.0), lifted(outer, thick), lifted(bore, thick), lifted(bore, 0.0)])
        heads.append(loft(rings, endless=True).moved(x=-length / 2 - 1.3 * width))
    parts = [part("jaws", heads), part("shank", shank.moved(z=0.1 * thick))]
    if dice.chance(0.5):
        inlay = rounded_rectangle(0.7 * length, 0.7 * width, 0.3 * width)
        parts.append(part("inlay", inked(lifted(inlay, 0.902 * thick), closed=True)))
    return Article(dice.pick(("wrench", "spanner")), tuple(parts))


def _jaw(dice: Dice, width: float, thick: float) -> Mesh:
    tilt = np.radians(dice.pick((0.0, 15.0)))
    gap, reach, outer = 1.0 * width, 2.2 * width, 2.0 * width
    arc = np.radians(np.linspace(35, 325, 26))
    outside = np.column_stack([outer * np.cos(arc), outer * np.sin(arc)])
    slot = np.array(
        [[reach, -gap], [-0.3 * width, -gap], [-0.7 * width, 0.0], [-0.3 * width, gap], [reach, gap]]
    )
    outline = np.concatenate([outside, slot])
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    return prism(outline @ turn, thick).moved(x=1.2 * width)


def handle(dice: Dice) -> Article:
    """A door handle, a drawer pull or a knob; its rose lies in the plane of the door, y = 0."""
    kind = dice.pick(("lever", "pull", "knob"))
    if kind == "lever":
        length, fall = dice.between(0.9, 1.4), dice.between(-0.2, 0.2)
        path = curve(
            [
                [0.0, 0.0, 0.0],
                [0.0, -0.3, 0.0],
                [0.12, -0.42, 0.0],
                [0.5 * length, -0.43, fall],
                [length, -dice.between(0.36, 0.46), dice.between(0, 1) * fall],
            ],
            6,
        )
        section = superellipse(
            dice.between(0.05, 0.09), dice.between(0.05, 0.11), dice.pick((2.0, 3.0, 6.0)), 24
        )
        lever = tube(path, section, sizes=np.linspace(1.0, dice.between(0.6, 1.2), len(path)))
        parts = [part("lever", lever), part("rose", _rose(dice))]
        if dice.chance(0.4):
            plate = prism(
                rounded_rectangle(0.42, dice.between(1.2, 2.0), dice.between(0.02, 0.2)), 0.05
            ).turned("x", 90)
            parts.append(part("plate", plate.moved(z=-0.4)))
        return Article("door handle", tuple(parts))
    if kind == "pull":
        half, rise = dice.between(0.6, 1.2), dice.between(0.2, 0.4)
        section = superellipse(dice.between(0.04, 0.12), dice.between(0.04, 0.07), dice.pick((2.0, 4.0)), 20)
        if dice.chance(0.5):
            bow = tube(
                curve(
                    [
                        [-half, 0, 0],
                        [-0.8 * half, -rise, 0],
                        [0, -1.15 * rise, 0],
                        [0.8 * half, -rise, 0],
                        [half, 0, 0],
                    ],
                    7,
                ),
                section,
            )
            posts = [_rose(dice).scaled(0.5, 0.5, 0.5).moved(x=s * half) for s in (-1, 1)]
        else:
            bow = tube(np.array([[-1.2 * half, -rise, 0.0], [1.2 * half, -rise, 0.0]]), section)
            posts = [
                cylinder(0.05, rise, corners=20).turned("x", 90).moved(x=s * 0.8 * half) for s in (-1, 1)
            ]
        return Article(
            dice.pick(("drawer pull", "cabinet handle")), (part("grip", bow), part("posts", posts))
        )
    radius = dice.between(0.35, 0.5)
    profile = curve(
        [
            [0.4 * radius, 0.0],
            [0.35 * radius, 0.25],
            [radius, dice.between(0.4, 0.6)],
            [dice.between(0.6, 0.95) * radius, 0.75],
            [0.0, dice.between(0.75, 0.9)],
        ],
        6,
    )
    knob = lathe(profile, corners=dice.pick((40, 40, 8, 12))).turned("x", 90)
    return Article(
        dice.pick(("door knob", "furniture knob")), (part("knob", knob), part("rose", _rose(dice)))
    )


def _rose(dice: Dice) -> Mesh:
    radius = dice.between(0.25, 0.4)
    if dice.chance(0.3):
        return prism(rounded_rectangle(2 * radius, 2 * radius, 0.1 * radius), 0.07).turned("x", 90)
    return lathe(
        [[radius, 0.0], [radius, 0.04], [0.85 * radius, dice.between(0.05, 0.1)], [0.0, 0.1]]
    ).turned("x", 90)


def hinge(dice: Dice) -> Article:
    """A hinge, opened flat or at an angle, its pin upright."""
    height, wide, thick = dice.between(0.8, 1.8), dice.between(0.4, 0.9), dice.between(0.04, 0.08)
    barrel, corner = 1.4 * thick, dice.between(0.01, 0.2)
    plate = (
        prism(rounded_rectangle(wide, height, corner), thick)
        .turned("x", 90)
        .moved(x=wide / 2 + 0.5 * barrel, y=thick, z=height / 2)
    )
    holes = dice.whole(2, 4)
    bores = [
        lathe([[0.055, 0.0], [0.055, 0.004], [0.0, 0.004]])
        .turned("x", 90)
        .moved(x=(0.35 + 0.35 * (i % 2)) * wide + 0.5 * barrel, z=height * (i + 0.6) / (holes + 0.2))
        for i in range(holes)
    ]
    knuckles = dice.pick((3, 5))
    tubes = [
        cylinder(barrel, 0.97 * height / knuckles, corners=28).moved(z=height * (i + 0.015) / knuckles)
        for i in range(knuckles)
    ]
    angle = dice.pick((0.0, 0.0, 90.0, dice.between(20, 70)))
    other = [mesh.mirrored().turned("z", -angle) for mesh in [plate, *bores]]
    pin = (
        [sphere(1.2 * barrel).moved(z=z) for z in (-0.03, height + 0.03)]
        if dice.chance(0.5)
        else [cylinder(0.6 * barrel, height + 0.08, corners=20).moved(z=-0.04)]
    )
    return Article(
        "hinge",
        (part("leaf", plate, bores), part("second leaf", other), part("knuckles", tubes), part("pin", pin)),
    )


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
        path = curve(
            [
                [0, 0, 0.4],
                [0, 0, 0.9 * tall],
                [0, -0.05, tall],
                [0, -0.15, tall],
                [0, -reach, tall],
                [0, -reach - 0.05, tall - 0.05],
                [0, -reach - 0.05, tall - 0.2],
            ],
            5,
        )
    else:
        path = np.array([[0.0, 0.0, 0.3], [0.0, -reach, 0.3 + 0.4 * tall]])
    section = superellipse(dice.between(0.9, 1.3) * pipe, pipe, dice.pick((2.0, 5.0)), 24)
    spout = tube(path, section)
    nozzle = cylinder(1.15 * pipe, 0.12).moved(y=float(path[-1, 1]), z=float(path[-1, 2]) - 0.1)
    parts = [part("spout", spout, nozzle), part("body", body)]
    if dice.chance(0.5):
        lever = tube(
            curve(
                [[radius, 0, 0.3], [2.2 * radius, 0, 0.32], [2.4 * radius, 0, 0.6 + dice.between(0, 0.3)]], 5
            ),
            0.035,
            corners=16,
        )
        parts.append(part("lever", lever))
    else:
        spread = dice.between(0.35, 0.6)
        valve = [
            lathe(
                [
                    [1.3 * radius, 0.0],
                    [1.3 * radius, 0.04],
                    [0.6 * radius, 0.08],
                    [0.6 * radius, 0.25],
                    [0.0, 0.25],
                ]
            )
        ]
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
    outline = dice.pick(
        (
            rounded_rectangle(width, height, 0.2),
            superellipse(width / 2, height / 2, 2.0),
            superellipse(width / 2, height / 2, 4.0),
        )
    )
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
        exit_at = np.array([0.0, depth - 0.03, 0.0])
        cable = tube(
            exit_at
            + curve([[0, 0, 0], [0, 0.4, 0], [0, 0.9, -0.1], [dice.between(-0.3, 0.3), 1.2, -0.5]], 6),
            0.07,
            corners=16,
        )
        relief = [
            torus(0.09, 0.025, 24).turned("x", 90).moved(y=depth + 0.06 * i + 0.03)
            for i in range(dice.whole(2, 5))
        ]
        parts += [part("cable", cable), part("strain relief", relief)]
        noun = "power plug"
    else:
        ports = dice.whole(1, 3)
        slots = [
            box(0.28, 0.02, 0.1).moved(y=depth, z=0.5 * height * ((i + 0.5) / ports - 0.5) - 0.05)
            for i in range(ports)
        ]
        parts.append(part("ports", slots))
        noun = dice.pick(("power adapter", "charger"))
    return Article(noun, tuple(parts), also=(LocarnoClass(13, 2),) if noun != "power plug" else ())


def block(dice: Dice) -> Article:
    """A building block, a paving stone or a wall panel."""
    width, depth, tall = dice.between(0.9, 2.0), dice.between(0.6, 1.1), dice.between(0.25, 0.8)
    kind = dice.pick(("hollow", "paver", "interlocking", "studded"))
    if kind == "paver":
        sides = dice.pick((6, 8, 5, 4))
        outline = rounded(circle(0.8, sides), dice.between(0.0, 0.1) + 1e-3)
        pattern = [
            inked(lifted(outline * s, tall + 0.002), closed=True) for s in (0.8, 0.55)[: dice.whole(1, 2)]
        ]
        return Article(
            dice.pick(("paving stone", "paver")),
            (part("stone", prism(outline, tall, fillet=0.05)), part("pattern", pattern)),
        )
    if kind == "interlocking":
        teeth = dice.whole(1, 3)
        front = _toothed(width, teeth, dice.between(0.08, 0.16)) + np.array([0.0, -depth / 2])
        outline = np.concatenate([front, front[::-1] + np.array([0.0, depth])])
        body = prism(outline, tall, fillet=dice.pick((0.0, 0.04)))
        groove = box(0.96 * width, 0.02, 0.02).moved(z=tall - 0.005)
        return Article(
            dice.pick(("interlocking paver", "retaining wall block")),
            (part("block", body), part("groove", groove)),
        )
    body = box(width, depth, tall)
    if kind == "hollow":
        cells = dice.whole(1, 4)
        cell = rounded_rectangle(0.8 * width / cells, 0.65 * depth, dice.between(0.01, 0.12))
        rims = [
            ring_wall(cell, 0.05, 0.06).moved(x=0.9 * width * ((i + 0.5) / cells - 0.5), z=tall - 0.02)
            for i in range(cells)
        ]
        ribs = (
            [box(0.08, 0.06, tall).moved(x=s * 0.3 * width, y=-depth / 2) for s in (-1, 1)]
            if dice.chance(0.5)
            else []
        )
        return Article("building block", (part("block", body, ribs), part("cells", rims)))
    across, along = dice.whole(2, 5), dice.whole(1, 3)
    stud = cylinder(
        0.28 * min(width / across, depth / along), dice.between(0.06, 0.2), corners=dice.pick((32, 4, 6))
    )
    studs = [
        stud.moved(x=width * ((i + 0.5) / across - 0.5), y=depth * ((j + 0.5) / along - 0.5), z=tall)
        for i in range(across)
        for j in range(along)
    ]
    return Article(
        dice.pick(("building element", "modular block")),
        (part("block", body), part("studs", studs)),
        also=(LocarnoClass(21, 1),),
    )


def _toothed(width: float, teeth: int, deep: float) -> Points:
    """A zigzag from left to right."""
    points = []
    for i in range(teeth):
        left = width * (i / teeth - 0.5)
        step = width / teeth
        points += [
            [left, 0.0],
            [left + 0.25 * step, 0.0],
            [left + 0.4 * step, -deep],
            [left + 0.75 * step, -deep],
            [left + 0.9 * step, 0.0],
        ]
    return np.array([*points, [width / 2, 0.0]])


def ring_wall(outline: Points, wall: float, height: float) -> Mesh:
    """A frame: the band inside an outline [n, 2]."""
    shrink = 1 - 2 * wall / np.ptp(outline, axis=0)
    inner = outline * shrink
    rings = np.stack(
        [lifted(outline, 0.0), lifted(outline, height), lifted(inner, height), lifted(inner, 0.0)]
    )
    return loft(rings, endless=True)
