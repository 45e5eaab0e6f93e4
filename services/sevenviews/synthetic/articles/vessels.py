"""Bottles, cups, vases and boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.arrangement import evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, curve, rounded_rectangle, superellipse
from sevenviews.synthetic.solids import box, cylinder, lathe, loft, prism, raised, tube


def bottle(dice: Dice) -> Article:
    """A bottle, a flask or a dispenser, of any section from round to square."""
    radius, tall = dice.between(0.25, 0.5), dice.between(1.0, 2.0)
    neck = radius * dice.between(0.25, 0.55)
    shoulder = dice.between(0.55, 0.85) * tall
    waist = dice.between(0.7, 1.1)
    body = [
        [0.92 * radius, 0.0],
        [radius, 0.04 * tall],
        [waist * radius, 0.5 * shoulder],
        [dice.between(0.85, 1.05) * radius, shoulder],
        [dice.between(1.0, 1.4) * neck, dice.between(0.93, 0.97) * tall],
        [neck, tall],
    ]
    profile = curve(body, 6)
    section = superellipse(1.0, dice.between(0.5, 1.0), dice.pick((2.0, 2.0, 2.8, 4.5)))
    shell = _sections(section, profile, round_from=shoulder, round_to=tall)
    finish = cylinder(neck, 0.1 * tall).moved(z=tall - 0.002)
    parts = [part("body", shell), part("neck", finish)]
    parts.append(part("cap", [mesh.moved(z=1.03 * tall) for mesh in _cap(dice, neck, tall)]))
    if dice.chance(0.4):
        bands = dice.whole(1, 4)
        levels = [(0.15 + 0.5 * i / bands) * shoulder for i in range(bands)]
        parts.append(part("ribs", [_rib(section, profile, level) for level in levels]))
    noun = dice.pick(("bottle", "bottle with cap", "flask", "container for liquids"))
    return Article(noun, tuple(parts), also=(LocarnoClass(28, 3),) if dice.chance(0.2) else ())


def _sections(section: Points, profile: Points, *, round_from: float, round_to: float) -> Mesh:
    """A section [n, 2] grown along a profile [K, 2], turning into a circle between two heights."""
    roundness = np.clip((profile[:, 1] - round_from) / (round_to - round_from), 0.0, 1.0)[:, None, None]
    shapes = (1 - roundness) * section[None] + roundness * circle(1.0, len(section))[None]
    return loft(raised(shapes * profile[:, None, :1], profile[:, 1]))


def _rib(section: Points, profile: Points, level: float) -> Mesh:
    radius = float(np.interp(level, profile[:, 1], profile[:, 0]))
    heights = level + np.array([-0.02, -0.01, 0.01, 0.02])
    swell = radius * np.array([0.97, 1.03, 1.03, 0.97])
    return _sections(section, np.column_stack([swell, heights]), round_from=90.0, round_to=99.0)


def _cap(dice: Dice, neck: float, tall: float) -> list[Mesh]:
    kind = dice.pick(("screw", "knurled", "pump", "dome", "sport"))
    radius, height = 1.2 * neck, dice.between(0.07, 0.16) * tall
    if kind == "knurled":
        teeth = dice.whole(18, 30)
        outline = circle(radius, 2 * teeth) * np.tile([1.0, 0.93], teeth)[:, None]
        return [prism(outline, height)]
    if kind == "dome":
        upper = [[0.6 * radius, 1.3 * height], [0.0, 1.5 * height]]
        return [lathe(curve([[radius, 0.0], [radius, 0.6 * height], *upper]))]
    collar = lathe([[radius, 0.0], [radius, height], [0.92 * radius, 1.05 * height], [0.0, 1.05 * height]])
    if kind == "pump":
        stem = cylinder(0.3 * radius, 0.1 * tall).moved(z=height)
        head = box(1.1 * radius, 1.0 * radius, 0.05 * tall, corner=0.3 * radius).moved(z=height + 0.1 * tall)
        knots = [[0.0, 0.0, 0.0], [1.4 * radius, 0.0, 0.0], [2.0 * radius, 0.0, -0.3 * radius]]
        spout = tube(curve(knots, 4), 0.22 * radius)
        return [collar, stem, head, spout.moved(z=height + 0.125 * tall)]
    if kind == "sport":
        return [collar, cylinder(0.5 * radius, 0.06 * tall, top=0.4 * radius).moved(z=1.05 * height)]
    return [collar]


def cup(dice: Dice) -> Article:
    """A cup, a mug, a bowl, a glass or a jug."""
    radius, tall = dice.between(0.35, 0.6), dice.between(0.5, 1.3)
    foot = dice.between(0.45, 1.05) * radius
    belly = dice.between(0.75, 1.25) * radius
    wall = dice.between(0.03, 0.06)
    outer = curve([[foot, 0.0], [belly, 0.45 * tall], [radius, tall]], 8)
    inner = outer[::-1] - np.array([wall, 0.0])
    inner = inner[inner[:, 1] > 1.5 * wall]
    bottom = [[0.0, 1.5 * wall]]
    profile = np.concatenate([[[0.0, 0.0]], outer, inner, bottom])
    parts = [part("body", lathe(profile, corners=dice.pick((40, 40, 40, 8, 12))))]
    if dice.chance(0.25):
        stem, base = dice.between(0.2, 0.7), dice.between(0.6, 1.0) * radius
        knots = [[base, 0.0], [0.9 * base, 0.03], [0.06, 0.12], [0.05, stem], [0.6 * foot, stem + 0.1]]
        pedestal = lathe(curve(knots, 6))
        bowl = [mesh.moved(z=stem + 0.09) for mesh in parts[0].solids]
        return Article(dice.pick(("goblet", "drinking glass")), (part("bowl", bowl), part("stem", pedestal)))
    if dice.chance(0.75):
        parts.append(part("handle", curved_handle(dice, outer, tall)))
    if dice.chance(0.3):
        dish = 1.7 * radius
        below, above = [[0.0, -0.06], [0.5 * dish, -0.06]], [[0.5 * dish, -0.01], [0.0, -0.01]]
        parts.append(part("saucer", lathe([*below, [dish, 0.06], [0.98 * dish, 0.09], *above])))
    if dice.chance(0.3):
        rim = radius + 0.02
        lid = lathe([[rim, 0.0], [rim, 0.05], [0.7 * radius, dice.between(0.08, 0.2)], [0.0, 0.22]])
        knob = lathe(curve([[0.03, 0.0], [0.09, 0.08], [0.07, 0.14], [0.0, 0.15]], 4)).moved(z=0.19)
        parts.append(part("lid", lid.moved(z=tall), knob.moved(z=tall)))
    return Article(dice.pick(("cup", "mug", "drinking vessel", "coffee cup")), tuple(parts))


def curved_handle(dice: Dice, outer: Points, tall: float) -> Mesh:
    low, high = dice.between(0.15, 0.35) * tall, dice.between(0.65, 0.9) * tall
    at_low, at_high = (float(np.interp(z, outer[:, 1], outer[:, 0])) - 0.02 for z in (low, high))
    reach = max(at_low, at_high) + dice.between(0.2, 0.4)
    knots = [
        [at_high, 0.0, high],
        [reach, 0.0, high - 0.02],
        [reach, 0.0, low + 0.1 * tall],
        [at_low, 0.0, low],
    ]
    path = np.array(knots) if dice.chance(0.25) else curve(knots, 6)
    section = superellipse(dice.between(0.04, 0.09), dice.between(0.03, 0.05), 3.0, 16)
    return tube(path, section)


def vase(dice: Dice) -> Article:
    """A vase or a flower pot."""
    tall = dice.between(0.8, 1.8)
    radii = [dice.between(0.2, 0.5), dice.between(0.25, 0.7), dice.between(0.15, 0.6), dice.between(0.2, 0.5)]
    outer = curve([[r, tall * i / 3] for i, r in enumerate(radii)], 8)
    inner = outer[::-1][: len(outer) // 2] - np.array([0.035, 0.0])
    profile = np.concatenate([[[0.0, 0.0]], outer, inner, [[0.0, inner[-1, 1]]]])
    flutes = dice.pick((0, 0, 0, 6, 8, 12))
    body = lathe(profile, corners=flutes * 6 if flutes else 40)
    if flutes:
        angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
        swell = 1 + dice.between(0.03, 0.08) * np.cos(flutes * angle)
        body = replace(body, vertices=body.vertices * np.column_stack([swell, swell, np.ones_like(swell)]))
    parts = [part("body", body)]
    if dice.chance(0.3):
        parts.append(part("base", cylinder(1.1 * radii[0], 0.08, top=radii[0]).moved(z=-0.06)))
    if dice.chance(0.3):
        grip = curved_handle(dice, outer, tall)
        parts.append(part("handles", grip, grip.mirrored()))
    return Article(dice.pick(("vase", "flower pot", "planter")), tuple(parts))


def box_container(dice: Dice) -> Article:
    """A box with a lid, or an open crate."""
    width, depth, tall = dice.between(0.8, 1.8), dice.between(0.6, 1.2), dice.between(0.3, 1.1)
    corner, wall = dice.between(0.02, 0.25), dice.between(0.03, 0.07)
    outline, draft = rounded_rectangle(width, depth, corner), dice.between(1.0, 1.15)
    inner = rounded_rectangle(width - 2 * wall, depth - 2 * wall, max(corner - wall, 0.01))
    wide = outline * draft
    walls, rim = [outline, wide, inner * draft, inner], [wide, wide * 1.04, wide * 1.04, wide]
    low, high = tall - 0.08, tall - 0.03
    parts = [
        part("body", loft(raised(np.stack(walls), [0.0, tall, tall, wall]))),
        part("rim", loft(raised(np.stack(rim), [low, low, high, high]))),
    ]
    if dice.chance(0.55):
        dome = [wide * s for s in (1.03, 1.03, dice.between(0.8, 1.0), 0.7)]
        rise = dice.between(0.06, 0.2)
        lid = loft(raised(np.stack(dome), [0.0, 0.06, rise, rise])).moved(z=tall)
        grip = box(0.3 * width, 0.08, 0.06, corner=0.03).moved(z=tall + rise - 0.005)
        parts.append(part("lid", lid, grip if dice.chance(0.6) else ()))
    ribs = dice.pick((0, 0, 3, 5, 7))
    if ribs:
        rib = box(0.04, 0.04, 0.75 * tall).moved(z=0.1 * tall)
        front = [rib.moved(x=0.8 * width * at, y=-depth / 2 * (1 + draft) / 2) for at in evenly(ribs)]
        parts.append(part("ribs", front, [mesh.scaled(y=-1) for mesh in front]))
    if dice.chance(0.4):
        latch = box(0.14 * width, 0.05, 0.22 * tall, corner=0.01)
        latch = latch.moved(y=-draft * depth / 2 - 0.02, z=0.8 * tall)
        parts.append(part("latches", latch.moved(x=0.28 * width), latch.moved(x=-0.28 * width)))
    noun = dice.pick(("container", "storage box", "food container"))
    return Article(noun, tuple(parts), also=(LocarnoClass(7, 7),) if dice.chance(0.25) else ())
