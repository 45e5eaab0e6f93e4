"""Cars, scooters, boats and wheels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sevenviews.synthetic.arrangement import around
from sevenviews.synthetic.article import Article, Part, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, curve, rounded, superellipse, triangulate
from sevenviews.synthetic.solids import (
    box,
    cylinder,
    front_facing,
    inked,
    lathe,
    loft,
    prism,
    ring,
    sphere,
    tube,
)


def car(dice: Dice) -> Article:
    """A car, a van or a lorry, its front to the left."""
    parts = car_parts(dice, toy=False)
    return Article(dice.pick(("car", "automobile", "vehicle", "electric car")), tuple(parts))


def car_parts(dice: Dice, *, toy: bool) -> list[Part]:
    length = dice.between(1.8, 2.4) if toy else dice.between(2.6, 3.4)
    width, wheel = dice.between(0.9, 1.2), dice.between(0.25, 0.36)
    belt, roof = dice.between(0.55, 0.75), dice.between(1.0, 1.45)
    bonnet, screen = dice.between(0.12, 0.32), dice.between(0.05, 0.2)
    rear, boot = dice.between(0.02, 0.2), dice.pick((0.0, 0.02, dice.between(0.1, 0.22)))
    nose = dice.between(0.8, 1.0) * belt
    waist = [[1.0, belt], [0.5, belt + 0.03], [bonnet, belt]]
    lower = np.array([[0.0, 0.2], [1.0, 0.2], *waist, [0.04, nose], [0.0, 0.6 * nose]])
    top = [[1 - boot - rear, roof], [bonnet + screen, roof]]
    cabin = np.array([[bonnet, belt - 0.02], [1 - boot, belt - 0.02], *top])
    stretch = np.array([length, 1.0])
    body = _bulged(rounded(lower * stretch, 0.12, 4), width, 0.06)
    house = _bulged(rounded(cabin * stretch, dice.between(0.03, 0.2), 5), 0.88 * width, 0.1)
    smaller = (cabin - [0.5, belt]) * np.array([0.86, 0.75])
    window = rounded(smaller * stretch + [0.5 * length, belt + 0.05], 0.05, 3)
    panes = [_on_flank(window, side, 0.44 * width) for side in (-1, 1)]
    axles = (dice.between(0.17, 0.22) * length, dice.between(0.78, 0.83) * length)
    rims = road_wheel(dice, wheel, 0.22)
    wheels = [
        mesh.turned("z", 180 * (side > 0)).moved(x=x, y=side * (0.5 * width - 0.06), z=wheel)
        for mesh in rims
        for x in axles
        for side in (-1, 1)
    ]
    lights = [
        cylinder(dice.between(0.06, 0.11), 0.06, corners=24)
        .turned("y", -90)
        .moved(x=0.03, y=side * 0.32 * width, z=0.78 * nose)
        for side in (-1, 1)
    ]
    gaps = [np.array([[x * length, 0.28], [x * length, belt - 0.02]]) for x in (0.42, 0.62)]
    doors = [_on_flank(gap, side, 0.5 * width + 0.004, closed=False) for side in (-1, 1) for gap in gaps]
    panes += [_on_slope(cabin * stretch, corners, 0.34 * width) for corners in ((0, 3), (1, 2))]
    front = box(0.05, dice.between(0.2, 0.45) * width, dice.between(0.06, 0.2), corner=0.02)
    parts = [
        part("body", body, house),
        part("wheels", wheels),
        part("windows", panes),
        part("lights", lights, front.moved(z=0.3)),
        part("doors", doors),
    ]
    if dice.chance(0.3):
        wing = box(0.2, 0.8 * width, 0.05).moved(x=0.97 * length, z=belt + 0.1)
        post = box(0.06, 0.06, 0.2).moved(x=0.97 * length, z=belt - 0.08)
        parts.append(part("rear spoiler", wing, post))
    return parts


def _bulged(profile: Points, width: float, inset: float) -> Mesh:
    """A side profile [n, 2] as wide as given, its flanks rounded off."""
    middle = profile.mean(axis=0)
    levels = np.array([-0.5, -0.5 + 0.25 * inset, -0.5 + inset, 0.5 - inset, 0.5 - 0.25 * inset, 0.5]) * width
    shrink = np.array([1 - inset, 1 - 0.35 * inset, 1.0, 1.0, 1 - 0.35 * inset, 1 - inset])
    rings = [
        np.column_stack([p[:, 0], np.full(len(profile), y), p[:, 1]])
        for y, s in zip(levels, shrink, strict=True)
        for p in [(profile - middle) * s + middle]
    ]
    return loft(np.stack(rings), cap=triangulate(profile))


def _on_flank(outline: Points, side: int, distance: float, *, closed: bool = True) -> Mesh:
    away = np.full(len(outline), side * (distance + 0.003))
    return inked(np.column_stack([outline[:, 0], away, outline[:, 1]]), closed=closed)


def _on_slope(cabin: Points, corners: tuple[int, int], half: float) -> Mesh:
    """A pane on the sloping front or rear of a cabin, between two corners of its profile."""
    low, high = cabin[corners[0]], cabin[corners[1]]
    outward = 0.006 if low[0] > cabin[:, 0].mean() else -0.006
    ends = [low + (high - low) * t + np.array([outward, 0.006]) for t in (0.15, 0.85)]
    rows = [
        [x, side * half * w, z]
        for (x, z), w, sides in zip(ends, (1.0, 0.85), ((-1, 1), (1, -1)), strict=True)
        for side in sides
    ]
    return inked(np.array(rows), closed=True)


def road_wheel(dice: Dice, radius: float, width: float) -> list[Mesh]:
    """Tyre and rim, the rim's outside to the front."""
    near = [[0.62 * radius, -0.5], [0.95 * radius, -0.5], [radius, -0.35]]
    far = [[radius, 0.35], [0.95 * radius, 0.5], [0.62 * radius, 0.5]]
    tyre = ring(np.array([*near, *far]) * np.array([1.0, width]))
    face = 0.3 * width
    disc = lathe([[0.64 * radius, 0.0], [0.64 * radius, 0.25 * width], [0.5 * radius, face], [0.0, face]])
    count = dice.pick((0, 4, 5, 6, 8))
    outline = np.array([[0.12, -0.05], [0.6, -0.07], [0.6, 0.07], [0.12, 0.05]])
    spoke = prism(outline * radius, 0.16 * width).moved(z=0.27 * width)
    hub = cylinder(0.17 * radius, 0.5 * width, top=0.13 * radius, corners=24)
    return front_facing(tyre, disc, hub, *around(spoke, count))


def vehicle_wheel(dice: Dice) -> Article:
    """A wheel rim, its face to the front."""
    deep = dice.between(0.4, 0.8)
    inner, flange = [[0.86, -deep], [0.98, -deep], [0.9, -0.8 * deep]], [[1.0, -0.05], [1.0, 0.0]]
    barrel = ring(np.array([*inner, [0.9, -0.15], *flange, [0.84, 0.0]]))
    count = dice.whole(4, 12)
    root, tip = dice.between(0.05, 0.14), dice.between(0.04, 0.2)
    bend = dice.between(-0.25, 0.25)
    left = curve([[0.16, root], [0.5, 0.5 * (root + tip) + bend], [0.88, tip + bend]], 4)
    right = curve([[0.88, -tip + bend], [0.5, -0.5 * (root + tip) + bend], [0.16, -root]], 4)
    dish = dice.between(0.0, 0.22)
    spoke = prism(np.concatenate([right[::-1], left[::-1]]), 0.1, fillet=0.02)
    outward = np.hypot(spoke.vertices[:, 0], spoke.vertices[:, 1])[:, None]
    drop = np.array([0.0, 0.0, 1.0]) * (dish * (1 - outward) + 0.11)
    spokes = around(replace(spoke, vertices=spoke.vertices - drop), count)
    hub = lathe([[0.26, -0.3], [0.26, -0.02], [0.22, 0.0], [0.1, 0.0], [0.08, 0.03], [0.0, 0.03]])
    nuts = dice.pick((4, 5, 6))
    nut = cylinder(0.028, 0.04, corners=6).moved(x=0.17, z=-dish)
    bolts = [nut.turned("z", 360 / nuts * (i + 0.5)) for i in range(nuts)]
    parts = [
        part("spokes", spokes),
        part("rim", barrel),
        part("hub", hub.moved(z=-dish)),
        part("bolts", bolts),
    ]
    if dice.chance(0.5):
        rivet = sphere(0.022, corners=12).moved(x=0.93)
        parts.append(part("rivets", around(rivet, 3 * count)))
    if dice.chance(0.35):
        section = circle(0.2, 20) * np.array([1.0, 0.6 * deep / 0.2])
        parts.append(part("tyre", ring(section + np.array([1.14, -0.5 * deep]), corners=56)))
    upright = tuple(part(each.name, front_facing(*each.solids)) for each in parts)
    return Article(dice.pick(("wheel", "vehicle wheel", "wheel rim")), upright)


def scooter(dice: Dice) -> Article:
    """A kick scooter, its front to the left."""
    wheel, base = dice.between(0.14, 0.3), dice.between(1.3, 1.8)
    tall, lean = dice.between(1.3, 1.8), dice.between(0.08, 0.28)
    deck_width, deck_thick = dice.between(0.22, 0.4), dice.between(0.06, 0.13)
    level = wheel * dice.between(0.8, 1.2)
    deck = box(0.72 * base, deck_width, deck_thick, corner=0.1, fillet=0.02).moved(x=0.56 * base, z=level)
    head = np.array([lean, 0.0, tall])
    stem = tube(np.array([[0.0, 0.0, wheel], head]), dice.between(0.03, 0.06), corners=20)
    low, middle = [0.22 * base, 0.0, level + 0.05], [0.12 * base, 0.0, level + 0.1]
    rising = curve([low, middle, [0.06 * base + 0.03, 0.0, level + 0.4]], 5)
    neck = tube(rising, superellipse(0.05, 0.07, 3.0, 20))
    knots = [
        [lean, -0.34, tall + dice.between(-0.05, 0.08)],
        [lean - 0.05, -0.15, tall],
        [lean - 0.05, 0.15, tall],
        [lean, 0.34, tall],
    ]
    bar = tube(curve(knots, 5), 0.022, corners=14)
    grip = cylinder(0.04, 0.16, corners=18).turned("x", -90)
    grips = [grip.moved(x=lean, y=y, z=tall) for y in (-0.42, 0.26)]
    rims = road_wheel(dice, wheel, 0.12)
    wheels = [mesh.moved(x=x, z=wheel) for mesh in rims for x in (0.0, base)]
    guard = _fender(wheel, base)
    parts = [
        part("deck", deck, neck),
        part("stem", stem),
        part("handlebar", bar, grips),
        part("wheels", wheels),
        part("fender", guard),
    ]
    if dice.chance(0.5):
        parts.append(part("light", sphere(0.07, power=3.0, corners=20).moved(x=lean - 0.09, z=0.9 * tall)))
    if dice.chance(0.3):
        seat = prism(superellipse(0.2, 0.13, 2.5), 0.07, fillet=0.02).moved(x=0.75 * base, z=0.9)
        post = cylinder(0.03, 0.9 - level, corners=16).moved(x=0.75 * base, z=level)
        parts.append(part("seat", seat, post))
    return Article(dice.pick(("scooter", "kick scooter", "electric scooter")), tuple(parts))


def _fender(wheel: float, base: float) -> Mesh:
    angles = np.radians(np.linspace(20, 150, 14))
    x, z = base + 1.15 * wheel * np.cos(angles), wheel + 1.15 * wheel * np.sin(angles)
    return tube(np.column_stack([x, np.zeros(14), z]), superellipse(0.075, 0.012, 6.0, 16))


def boat(dice: Dice) -> Article:
    """A boat, its bow to the left."""
    length, beam, deep = dice.between(2.4, 3.4), dice.between(0.8, 1.2), dice.between(0.4, 0.7)
    x = np.linspace(0.0, 1.0, 19)
    bow = 1 - np.maximum(1 - x / dice.between(0.4, 0.6), 0) ** 2 * 0.97
    half = 0.5 * beam * bow * (1 - dice.between(0.05, 0.3) * x**4)
    keel = deep * dice.between(0.3, 0.8) * np.maximum(1 - x / 0.5, 0) ** 2
    sheer = deep * (1 + dice.between(0.05, 0.3) * (1 - x) ** 2)
    rings = []
    # A sharp V at the bow, a round belly farther aft.
    fullnesses = np.interp(x, [0.0, 0.5], [0.68, 0.25])
    for at, wide, low, high, fullness in zip(x, half, keel, sheer, fullnesses, strict=True):
        side = curve([[0.0, low], [0.7 * wide, low + fullness * (high - low)], [wide, high]], 5)
        section = np.concatenate([side, side[1:][::-1] * np.array([-1.0, 1.0])])
        rings.append(np.column_stack([np.full(len(section), at * length), section]))
    hull = loft(np.stack(rings), cap=triangulate(rings[-1][:, 1:]))
    parts = [part("hull", hull)]
    kind = dice.pick(("cabin", "open", "sail"))
    if kind == "cabin":
        side = np.array([[0.3, 0.0], [0.72, 0.0], [0.68, 0.4], [dice.between(0.38, 0.48), 0.4]])
        house = _bulged(rounded(side * np.array([length, 1.0]), 0.06, 4), 0.6 * beam, 0.08).moved(
            z=0.97 * deep
        )
        roof = box(0.4 * length, 0.66 * beam, 0.04, corner=0.1).moved(x=0.55 * length, z=deep + 0.38)
        parts += [part("cabin", house), part("roof", roof)]
    elif kind == "sail":
        mast = cylinder(0.025, 2.2, corners=14).moved(x=0.45 * length, z=0.9 * deep)
        sail = np.array([[0.03, 0.0], [1.0, 0.0], [0.03, dice.between(1.4, 1.9)]])
        jib = np.array([[-0.04, 1.5], [-0.85, 0.0], [-0.04, 0.05]])
        sails = front_facing(prism(sail, 0.015), prism(jib, 0.015))
        hoisted = [mesh.moved(x=0.45 * length, z=deep + 0.15) for mesh in sails]
        parts += [part("mast", mast), part("sails", hoisted)]
    else:
        thwarts = [
            box(0.12, 1.5 * float(np.interp(f, x, half)), 0.05).moved(x=f * length, z=1.02 * deep)
            for f in (0.35, 0.6, 0.82)[: dice.whole(1, 3)]
        ]
        rail = [np.column_stack([x * length, s * half * 1.01, sheer + 0.004]) for s in (-1, 1)]
        parts += [part("thwarts", thwarts), part("gunwale", [tube(line, 0.025, corners=12) for line in rail])]
    if dice.chance(0.5):
        engine = box(0.18, 0.22, 0.35, corner=0.06, fillet=0.04).moved(x=length + 0.08, z=0.75 * deep)
        leg = cylinder(0.04, 0.6, corners=14).moved(x=length + 0.08, z=0.2 * deep - 0.05)
        parts.append(part("engine", engine, leg))
    noun = dice.pick(("boat", "motor boat", "watercraft")) if kind != "sail" else "sailing boat"
    return Article(noun, tuple(parts))
