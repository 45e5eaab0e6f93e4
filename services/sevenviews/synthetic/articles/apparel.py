"""Shoes, bags and spectacles."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, curve, rounded_rectangle, smooth_profile, superellipse
from sevenviews.synthetic.solids import (
    box,
    cylinder,
    frame,
    front_facing,
    inked,
    lifted,
    loft,
    prism,
    raised,
    tube,
)


def shoe(dice: Dice) -> Article:
    """A shoe, a boot or a slipper, its toe to the left."""
    length, width = 1.6, dice.between(0.42, 0.56)
    heel, sole = dice.pick((0.03, 0.1, dice.between(0.15, 0.55))), dice.between(0.05, 0.14)
    ankle = dice.pick((dice.between(0.45, 0.6), dice.between(0.9, 1.3)))
    toe = dice.between(0.16, 0.28)
    x = np.linspace(0.0, 1.0, 25)
    breadths = [0.15, 0.5, dice.between(0.75, 0.95), 1, 0.78, 0.8, 0.7, 0.3]
    half = 0.5 * width * smooth_profile(x, [0, 0.03, 0.12, 0.3, 0.55, 0.75, 0.95, 1], breadths)
    lift = heel * np.clip((x - 0.35) / 0.4, 0, 1) ** 1.5
    heights = [0.4 * toe, 0.8 * toe, 1.2 * toe, 0.62 * ankle + 0.1, ankle, ankle, 0.95 * ankle]
    top = smooth_profile(x, [0, 0.05, 0.25, 0.5, 0.62, 0.8, 1], heights)
    upper = [_shoe_section(*row, length) for row in zip(x, half, lift, lift + top, strict=True)]
    plate = [_sole_section(*row, length, 1.06) for row in zip(x, half, lift - sole, lift + 0.02, strict=True)]
    parts = [part("upper", loft(np.stack(upper))), part("sole", loft(np.stack(plate)))]
    if heel > 0.12:  # noqa: PLR2004
        foot = superellipse(0.17 * length * dice.between(0.4, 1.0), 0.36 * width, 3.0)
        block = prism(foot, heel, draft=1.15).moved(x=0.34 * length, z=-sole)
        parts.append(part("heel", block))
    across, along = circle(1.0).T
    opening = np.column_stack([0.3 * length + 0.17 * length * across, 0.34 * width * along])
    rim = tube(lifted(opening, heel + 0.97 * ankle), 0.03, endless=True, corners=14)
    lining = inked(lifted(opening * np.array([1.0, 0.7]), heel + ankle + 0.03), closed=True)
    parts.append(part("collar", rim, lining))
    laces = dice.whole(0, 6)
    if laces:
        bars = []
        for i in range(laces):
            at = 0.3 + 0.22 * (i + 0.5) / laces
            level = float(np.interp(at, x, lift + top))
            bars.append(box(0.035, 0.55 * width, 0.03).moved(x=(at - 0.5) * length, z=level - 0.03))
        parts.append(part("laces", bars))
    if dice.chance(0.5):
        stripes = [_stripe(at, x, half, lift, top, length) for at in (0.48, 0.56, 0.64)[: dice.whole(1, 3)]]
        parts.append(part("stripes", stripes))
    return Article("boot" if ankle > 0.8 else dice.pick(("shoe", "sneaker", "slip-on shoe")), tuple(parts))  # noqa: PLR2004


def _shoe_section(x: float, half: float, low: float, high: float, length: float) -> Points:
    """An arch over a flat floor, across the shoe."""
    angles = np.linspace(0, np.pi, 21)
    across = half * np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** 0.7
    up = low + (high - low) * np.sin(angles) ** 0.6
    return np.column_stack([np.full(21, (x - 0.5) * length), across, up])


def _sole_section(x: float, half: float, low: float, high: float, length: float, spread: float) -> Points:
    across, up = np.array([[1.0, 1.0, -1.0, -1.0], [0.0, 1.0, 1.0, 0.0]])
    along = np.full(4, (x - 0.5) * length * 1.02)
    return np.column_stack([along, across * half * spread, low + up * (high - low)])


def _stripe(at: float, x: Points, half: Points, lift: Points, top: Points, length: float) -> Mesh:
    """A line down either flank."""
    places = at + np.linspace(-0.06, 0.06, 6)
    angles = np.linspace(0.25 * np.pi, 0.06 * np.pi, 6)
    y = np.interp(places, x, half) * np.cos(angles) ** 0.7 * 1.015
    z = np.interp(places, x, lift) + np.interp(places, x, top) * np.sin(angles) ** 0.6
    line = np.column_stack([(places - 0.5) * length, y, z])
    return inked(line, line * np.array([1.0, -1.0, 1.0]))


def bag(dice: Dice) -> Article:
    """A handbag, a case, a rucksack or a suitcase."""
    width, depth, tall = dice.between(0.9, 1.7), dice.between(0.3, 0.6), dice.between(0.7, 1.5)
    flare, corner = dice.between(0.8, 1.15), dice.between(0.03, 0.24)
    outline = rounded_rectangle(width, depth, corner)
    levels = np.linspace(0.0, 1.0, 9)
    belly = 1 + dice.between(-0.05, 0.12) * np.sin(np.pi * levels)
    thin = np.interp(levels, [0, 1], [1.0, dice.between(0.5, 1.0)])
    widths = outline[None, :, 0] * belly[:, None] * (1 + (flare - 1) * levels)[:, None]
    depths = outline[None, :, 1] * belly[:, None] * thin[:, None]
    body = loft(raised(np.stack([widths, depths], -1), levels * tall), marks=(0, -1))
    parts = [part("body", body)]
    front = -0.5 * depth * 1.06
    kind = dice.pick(("handles", "flap", "trolley", "strap"))
    if kind in ("handles", "flap"):
        reach, rise = dice.between(0.15, 0.32) * width, dice.between(0.25, 0.6)
        left, right = [[-reach, 0, -0.1], [-reach, 0, 0.5 * rise]], [[reach, 0, 0.5 * rise], [reach, 0, -0.1]]
        bow = tube(curve([*left, [0, 0, rise], *right], 6), 0.03, corners=12)
        gap = 0.3 * depth * float(thin[-1])
        parts.append(part("handles", bow.moved(y=-gap, z=tall), bow.moved(y=gap, z=tall)))
    if kind == "flap":
        drop = dice.between(0.3, 0.6) * tall
        shape = superellipse(0.5 * width * flare, drop, dice.pick((2.0, 4.0, 8.0)))
        flap = prism(np.concatenate([shape[20:], shape[:1]]), 0.04).turned("x", 90)
        clasp = box(0.14, 0.06, 0.12, corner=0.02).moved(y=front - 0.03, z=tall - 0.98 * drop)
        parts += [part("flap", flap.moved(y=front * 1.02, z=tall)), part("clasp", clasp)]
    elif kind == "trolley":
        rib = box(0.03, 0.03, 0.8 * tall).moved(y=front * 0.97, z=0.1 * tall)
        ribs = [rib.moved(x=width * f) for f in np.linspace(-0.35, 0.35, dice.whole(2, 7))]
        wheel = cylinder(0.09, 0.07, corners=24).turned("y", 90)
        x, y = 0.38 * width, 0.3 * depth
        wheels = [wheel.moved(x=s * x - 0.035, y=t * y, z=-0.06) for s in (-1, 1) for t in (-1, 1)]
        rod = box(0.05, 0.04, 0.5).moved(z=tall - 0.02)
        rods = [rod.moved(x=-0.18 * width), rod.moved(x=0.18 * width)]
        grip = box(0.45 * width, 0.07, 0.08).moved(z=tall + 0.46)
        parts += [part("ribs", ribs), part("wheels", wheels), part("telescopic handle", rods, grip)]
    elif kind == "strap":
        pocket = box(0.7 * width, 0.16, 0.45 * tall, corner=0.06, fillet=0.05)
        knots = [
            [0.0, 0.0, 0.0],
            [0.0, 0.35, -0.15 * tall],
            [0.0, 0.38, -0.5 * tall],
            [0.0, 0.0, -0.8 * tall],
        ]
        loop = tube(curve(knots, 6), superellipse(0.08, 0.025, 4.0, 16))
        straps = [loop.moved(x=s * 0.25 * width, y=-front * 0.8, z=0.93 * tall) for s in (-1, 1)]
        parts += [part("pocket", pocket.moved(y=front - 0.03, z=0.08 * tall)), part("straps", straps)]
    nouns = {
        "handles": ("handbag", "tote bag"),
        "flap": ("satchel", "briefcase"),
        "trolley": ("suitcase", "luggage"),
        "strap": ("backpack", "rucksack"),
    }
    return Article(dice.pick(nouns[kind]), tuple(parts))


def spectacles(dice: Dice) -> Article:
    """A pair of spectacles, seen from before them."""
    half_width, half_height = dice.between(0.38, 0.5), dice.between(0.26, 0.4)
    power, rim = dice.pick((2.0, 2.5, 4.0, 7.0)), dice.between(0.02, 0.07)
    outer = superellipse(half_width, half_height, power, 48)
    inner = superellipse(half_width - rim, half_height - rim, power, 48)
    droop = np.column_stack([np.ones(48), 1 + dice.between(-0.3, 0.3) * outer[:, 0]])
    outer, inner = outer * droop, inner * droop
    deep = dice.between(0.04, 0.1)
    at = half_width + dice.between(0.06, 0.12)
    lens = prism(inner * 1.01, 0.02).moved(z=0.4 * deep)
    right, glass = frame(outer, inner, deep).moved(x=at), lens.moved(x=at)
    ends = [[s * (at - half_width + 0.02), 0.05, 0.5 * deep] for s in (-1, 1)]
    bridge = tube(curve([ends[0], [0, 0.12, 0.5 * deep], ends[1]], 6), 0.03, corners=14)
    end = at + half_width - 0.02
    level = dice.between(0.0, 0.5) * half_height
    joint, straight = [end, level, 0.4 * deep], [[end + 0.05, level, -0.1], [end + 0.03, level, -1.1]]
    path = curve([joint, *straight, [end - 0.02, level - 0.35, -1.55]], 6)
    arm = tube(path, superellipse(0.025, dice.between(0.03, 0.08), 4.0, 16))
    parts = (
        part("frame", front_facing(right, right.mirrored(), bridge)),
        part("temples", front_facing(arm, arm.mirrored())),
        part("lenses", front_facing(glass, glass.mirrored())),
    )
    return Article(dice.pick(("eyeglasses", "spectacles", "sunglasses")), parts)
