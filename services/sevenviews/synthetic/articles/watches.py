"""Watches and clocks."""

from __future__ import annotations

import numpy as np

from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import circle, curve, rounded_rectangle, superellipse
from sevenviews.synthetic.solids import cylinder, front_facing, inked, lathe, lifted, prism, ring, tube


def watch(dice: Dice) -> Article:
    """A wrist watch, its dial to the front."""
    half, thick = dice.between(0.4, 0.52), dice.between(0.14, 0.26)
    outline = _watch_outline(dice, half)
    case = prism(outline, thick, fillet=dice.pick((0.0, 0.2, 0.35)) * thick)
    bezel = prism(outline * dice.between(0.82, 0.93), 0.05).moved(z=thick - 0.005)
    dial = outline * dice.between(0.66, 0.78)
    marks = [inked(lifted(dial, thick + 0.048), closed=True), *_dial_marks(dice, dial, thick + 0.048)]
    strap = _strap(dice, dice.between(0.55, 0.8) * half, half)
    crown = cylinder(dice.between(0.04, 0.08), 0.1, corners=18).turned("y", 90)
    crown = crown.moved(x=0.97 * half, z=0.5 * thick)
    crowns = [crown.moved(y=y) for y in dice.pick(((0.0,), (0.0,), (-0.15, 0.15), (-0.18, 0.0, 0.18)))]
    parts = (
        part("case", front_facing(case, bezel)),
        part("strap", front_facing(strap, strap.scaled(y=-1))),
        part("dial", front_facing(*marks)),
        part("crown", front_facing(*crowns)),
    )
    return Article(dice.pick(("watch", "wrist watch", "smart watch")), parts)


def _watch_outline(dice: Dice, half: float) -> Points:
    shape = dice.pick(("round", "round", "square", "cushion", "octagon", "barrel"))
    if shape == "round":
        return circle(half, 48)
    if shape == "octagon":
        turn = np.pi / 8
        corner = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        octagon: Points = circle(1.05 * half, 8) @ corner
        return octagon
    power = {"square": 8.0, "cushion": 3.2, "barrel": 2.6}[shape]
    return superellipse(half, half * (1.35 if shape == "barrel" else dice.between(0.95, 1.2)), power, 48)


def _dial_marks(dice: Dice, dial: Points, level: float) -> list[Mesh]:
    """Hands and hour marks, or tiles of a screen."""
    size = float(np.abs(dial).max(axis=0).min())
    if dice.chance(0.3):
        tile = rounded_rectangle(0.5 * size, 0.5 * size, 0.1 * size)
        tiles = [tile + np.array([x, y]) * 0.36 * size for x in (-1, 1) for y in (-1, 1)]
        return [inked(lifted(tile, level), closed=True) for tile in tiles]
    meshes = [_hour_marks(dice.pick((4, 12, 12, 60)), size, level)]
    for length, degrees in ((0.45, dice.between(0, 360)), (0.7, dice.between(0, 360))):
        hand = np.array([[-0.03, -0.1], [0.03, -0.1], [0.02, length], [-0.02, length]]) * size
        meshes.append(inked(lifted(hand, level + 0.001), closed=True).turned("z", degrees))
    if dice.chance(0.3):
        small = inked(lifted(circle(0.2 * size, 20), level), closed=True)
        meshes += [small.moved(y=s * 0.42 * size) for s in (-1, 1)]
    return meshes


def _hour_marks(count: int, size: float, level: float) -> Mesh:
    """Short strokes toward the rim."""
    angles = [2 * np.pi * i / count for i in range(count)]
    directions = [np.array([[np.sin(angle), np.cos(angle)]]) for angle in angles]
    return inked(*[lifted(each * size * np.array([[0.82], [0.95]]), level) for each in directions])


def _strap(dice: Dice, half_width: float, half: float) -> Mesh:
    """The upper half of the strap, bent back around the wrist."""
    reach, taper = dice.between(0.7, 1.0), dice.between(0.6, 1.0)
    knots = [
        [0.0, 0.85 * half, 0.06],
        [0.0, half + 0.35 * reach, -0.05],
        [0.0, half + 0.6 * reach, -0.45 * reach],
        [0.0, half + 0.45 * reach, -reach],
    ]
    path = curve(knots, 6)
    section = superellipse(half_width, 0.035, 6.0, 20)
    return tube(path, section, sizes=np.linspace(1.0, taper, len(path)))


def clock(dice: Dice) -> Article:
    """A wall clock or an alarm clock, its face to the front."""
    polygons, square, oval = (circle(0.75, 6), circle(0.74, 8)), (0.7, 0.7, 6.0, 56), (0.9, 0.55, 3.0, 56)
    outline: Points = dice.pick((circle(0.7, 56), superellipse(*square), *polygons, superellipse(*oval)))
    thick = dice.between(0.12, 0.4)
    case = prism(outline, thick, fillet=0.03)
    rim = dice.between(0.78, 0.92)
    size = rim * float(np.abs(outline).max(axis=0).min())
    level = thick + 0.003
    face = [
        inked(lifted(outline * rim, level), closed=True),
        _hour_marks(dice.pick((4, 12, 60)), size, level),
    ]
    hands = []
    for length in (dice.between(0.4, 0.55), dice.between(0.65, 0.8)):
        hand = np.array([[-0.04, -0.12], [0.04, -0.12], [0.015, length], [-0.015, length]]) * size
        hands.append(prism(hand, 0.015).moved(z=level).turned("z", dice.between(0, 360)))
    parts = [
        part("case", front_facing(case)),
        part("dial", front_facing(*face)),
        part("hands", front_facing(*hands, cylinder(0.04, 0.04, corners=20).moved(z=level))),
    ]
    if dice.chance(0.45):
        bell = lathe(curve([[0.24, 0.0], [0.2, 0.12], [0.0, 0.17]], 4)).turned("y", 25)
        bell = bell.moved(x=0.4, z=0.62, y=-thick / 2)
        foot = cylinder(0.04, 0.3, top=0.07, corners=18).turned("y", -20).scaled(z=-1)
        foot = foot.moved(x=0.42, z=-0.5, y=-thick / 2)
        parts += [part("bells", bell, bell.mirrored()), part("feet", foot, foot.mirrored())]
        return Article("alarm clock", tuple(parts))
    if dice.chance(0.3):
        loop = ring(circle(0.03, 12) + np.array([0.1, 0.0])).turned("x", 90)
        above = float(outline[:, 1].max()) + 0.08
        parts.append(part("hanging loop", loop.moved(z=above, y=-thick / 2)))
    return Article(dice.pick(("clock", "wall clock")), tuple(parts))
