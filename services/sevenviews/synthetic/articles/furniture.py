"""Seats, tables and storage furniture."""

from __future__ import annotations

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.arrangement import around, evenly
from sevenviews.synthetic.article import Article, part
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh, Points
from sevenviews.synthetic.outlines import curve, rounded_rectangle, superellipse
from sevenviews.synthetic.solids import box, cylinder, lathe, prism, tube


def chair(dice: Dice) -> Article:
    """A chair, an armchair or a stool."""
    width, depth = dice.between(0.8, 1.25), dice.between(0.8, 1.15)
    height = dice.between(0.8, 1.3)
    thick = dice.between(0.06, 0.2)
    outline = seat_outline(dice, width, depth)
    seat = prism(outline, thick, fillet=dice.pick((0.0, 0.3, 0.45)) * thick).moved(z=height)
    legs = _base(dice, width, depth, height)
    if dice.chance(0.15):
        return Article(dice.pick(("stool", "bar stool")), (part("seat", seat), part("base", legs)))
    back = [mesh.moved(z=height + thick) for mesh in chair_back(dice, width, depth)]
    parts = [part("seat", seat), part("back", back), part("base", legs)]
    if dice.chance(0.35):
        parts.append(part("armrests", armrests(dice, width, depth, height + thick)))
        return Article(dice.pick(("armchair", "lounge chair")), tuple(parts))
    return Article(dice.pick(("chair", "side chair", "dining chair", "stacking chair")), tuple(parts))


def seat_outline(dice: Dice, width: float, depth: float) -> Points:
    shape = dice.pick(("rectangle", "superellipse", "trapezium"))
    if shape == "superellipse":
        return superellipse(width / 2, depth / 2, dice.between(2.0, 5.0))
    outline = rounded_rectangle(width, depth, dice.between(0.02, 0.25))
    if shape == "trapezium":
        taper = dice.between(0.75, 0.95)
        narrowing = 1 - (1 - taper) * (outline[:, 1] / depth + 0.5)
        return outline * np.column_stack([narrowing, np.ones(len(outline))])
    return outline


def _base(dice: Dice, width: float, depth: float, height: float) -> list[Mesh]:
    """What carries a seat or a table top, up to the height."""
    x, y = 0.42 * width, 0.42 * depth
    kind = dice.pick(("square", "round", "round", "sled", "pedestal", "cross", "panel"))
    if kind in ("square", "round"):
        return four_legs(dice, x, y, height, square=kind == "square")
    if kind == "sled":
        radius = dice.between(0.018, 0.035)
        rail = _sled(x, y, height, radius)
        return [rail, rail.mirrored()]
    if kind == "panel":
        side = box(dice.between(0.04, 0.1), 2 * y, height)
        return [side.moved(x=-x), side.moved(x=x)]
    column = cylinder(dice.between(0.03, 0.09), height - 0.02, corners=24).moved(z=0.02)
    if kind == "pedestal":
        reach = dice.between(0.55, 0.9) * min(x, y) * 1.2
        slope = [0.25 * reach, dice.between(0.05, 0.15)]
        return [lathe([[0.0, 0.0], [reach, 0.0], [reach, 0.03], slope, [0.0, 0.16]]), column]
    count = dice.pick((4, 5))
    foot = box(1.05 * x, dice.between(0.05, 0.1), dice.between(0.04, 0.08)).moved(x=0.52 * x)
    return [column, *around(foot, count)]


def four_legs(dice: Dice, x: float, y: float, height: float, *, square: bool) -> list[Mesh]:
    splay, size, taper = dice.between(0.0, 0.16), dice.between(0.025, 0.06), dice.between(0.45, 1.0)
    corners = 4 if square else 20
    legs = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        foot = np.array([sx * (x + splay), sy * (y + splay), 0.0])
        top = np.array([sx * (x - 0.3 * splay), sy * (y - 0.3 * splay), height])
        section = size * np.sqrt(2.0 if square else 1.0)
        leg = tube(np.stack([foot, top]), section, sizes=np.array([taper, 1.0]), corners=corners)
        legs.append(leg)
    if dice.chance(0.4):
        level = dice.between(0.2, 0.6) * height
        bar = size * 0.6
        sides = 2 * (x + splay * (1 - 1.3 * level / height))
        fronts = 2 * (y + splay * (1 - 1.3 * level / height))
        stretcher = box(sides, bar, 1.4 * bar).moved(z=level)
        other = box(bar, fronts, 1.4 * bar).moved(z=level)
        legs += [stretcher.moved(y=-fronts / 2), stretcher.moved(y=fronts / 2)]
        legs += [other.moved(x=-sides / 2), other.moved(x=sides / 2)]
    return legs


def _sled(x: float, y: float, height: float, radius: float) -> Mesh:
    """A bent tube: down before, along the floor, up behind."""
    bend = 0.12
    knots = [
        [x, -y, height],
        [x, -y, height / 2],
        [x, -y, bend + radius],
        [x, -y + 0.3 * bend, 0.3 * bend + radius],
        [x, -y + bend, radius],
        [x, 0.0, radius],
        [x, y - bend, radius],
        [x, y - 0.3 * bend, 0.3 * bend + radius],
        [x, y, bend + radius],
        [x, y, height / 2],
        [x, y, height],
    ]
    return tube(curve(knots, 4), radius, corners=16)


def chair_back(dice: Dice, width: float, depth: float) -> list[Mesh]:
    """Standing on the seat, at its rear."""
    tall, thick, lean = dice.between(0.7, 1.5), dice.between(0.04, 0.1), dice.between(0.0, 14.0)
    kind = dice.pick(("panel", "slats", "spindles", "curved", "frame"))
    if kind == "panel":
        outline = superellipse(0.47 * width, tall / 2, dice.between(2.2, 7.0))
        meshes = [prism(outline, thick, fillet=0.3 * thick).turned("x", 90).moved(z=tall / 2 + 0.02)]
    elif kind == "curved":
        meshes = _curved_back(dice, width, tall, thick)
    else:
        post = box(thick, thick, tall).moved(x=0.45 * width)
        rail = box(0.9 * width, 0.8 * thick, dice.between(0.08, 0.22)).moved(z=tall - 0.2)
        meshes = [post, post.mirrored(), rail]
        count = dice.whole(2, 6)
        if kind == "slats":
            slat = box(0.9 * width, 0.5 * thick, 0.45 * tall / (count + 1))
            meshes += [slat.moved(z=tall * (i + 0.6) / (count + 1.5)) for i in range(count)]
        if kind == "spindles":
            spindle = cylinder(dice.between(0.012, 0.03), tall - 0.18, corners=14)
            meshes += [spindle.moved(x=0.8 * width * at) for at in evenly(count)]
    return [mesh.turned("x", -lean).moved(y=0.44 * depth, z=-0.03) for mesh in meshes]


def _curved_back(dice: Dice, width: float, tall: float, thick: float) -> list[Mesh]:
    """A shell bent around the sitter, on two posts."""
    bend, raised = dice.between(0.08, 0.3), dice.between(0.0, 0.3) * tall
    angle = np.linspace(-1.0, 1.0, 17)
    x, y = 0.48 * width * angle, bend * (np.cos(angle * np.pi / 2) - 1)
    outline = np.concatenate([np.column_stack([x, y]), np.column_stack([x, y + thick])[::-1]])
    shell = prism(outline, dice.between(0.4, 0.9) * tall).moved(z=raised)
    post = cylinder(0.35 * thick, raised + 0.2, corners=14)
    post = post.moved(x=0.24 * width, y=-0.25 * bend + 0.4 * thick)
    return [shell, post, post.mirrored()]


def armrests(dice: Dice, width: float, depth: float, seat_height: float) -> list[Mesh]:
    rise, thick = dice.between(0.3, 0.5), dice.between(0.04, 0.14)
    rest = box(thick, 0.85 * depth, dice.between(0.03, 0.08), corner=0.3 * thick).moved(z=rise)
    if dice.chance(0.5):
        stands = [box(0.5 * thick, 0.05, rise).moved(y=-0.3 * depth)]
    else:
        stands = [box(0.7 * thick, 0.7 * depth, rise)]
    side = [mesh.moved(x=0.5 * width, z=seat_height - 0.02) for mesh in [rest, *stands]]
    return [*side, *[mesh.mirrored() for mesh in side]]


def table(dice: Dice) -> Article:
    """A table, a desk or a bench."""
    width, depth, height = dice.between(1.2, 2.6), dice.between(0.8, 1.3), dice.between(0.5, 1.3)
    thick = dice.between(0.04, 0.14)
    kind = dice.pick(("rectangle", "round", "superellipse"))
    if kind == "round":
        width = depth
        outline = superellipse(width / 2, depth / 2, 2.0)
    elif kind == "superellipse":
        outline = superellipse(width / 2, depth / 2, dice.between(2.5, 5.0))
    else:
        outline = rounded_rectangle(width, depth, dice.between(0.01, 0.2))
    top = prism(outline, thick, fillet=dice.pick((0.0, 0.0, 0.35)) * thick).moved(z=height)
    parts = [part("top", top), part("base", _base(dice, 0.92 * width, 0.92 * depth, height))]
    if kind == "rectangle" and dice.chance(0.45):
        tall = dice.between(0.1, 0.22)
        count = dice.whole(1, 3)
        body = box(0.8 * width, 0.8 * depth, tall).moved(z=height - tall)
        drawer = box(0.74 * width / count, 0.03, 0.75 * tall).moved(y=-0.41 * depth, z=height - 0.9 * tall)
        front = [drawer.moved(x=0.8 * width * at) for at in evenly(count)]
        parts.append(part("drawers", body, front))
        return Article("desk", tuple(parts))
    return Article(dice.pick(("table", "coffee table", "dining table", "side table")), tuple(parts))


def cabinet(dice: Dice) -> Article:
    """A cabinet, a shelf or a chest of drawers."""
    width, depth, height = dice.between(0.7, 2.2), dice.between(0.4, 0.7), dice.between(0.7, 2.0)
    foot = dice.between(0.05, 0.35)
    columns, rows = dice.whole(1, 3), dice.whole(1, 5)
    body = box(width, depth, height).moved(z=foot)
    fronts, knobs = [], []
    cell_width, cell_height = 0.96 * width / columns, 0.96 * height / rows
    knob = _knob(dice)
    for column in evenly(columns):
        for row in range(rows):
            x = width * 0.96 * column
            z = foot + 0.02 * height + cell_height * row
            fronts.append(box(0.94 * cell_width, 0.04, 0.92 * cell_height).moved(x=x, y=-depth / 2, z=z))
            knobs.append(knob.moved(x=x, y=-depth / 2 - 0.02, z=z + 0.5 * cell_height))
    slab = box(1.04 * width, 1.06 * depth, 0.05).moved(z=foot + height)
    legs = four_legs(dice, 0.42 * width, 0.38 * depth, foot, square=dice.chance(0.5))[:4]
    parts = [part("body", body, slab), part("fronts", fronts), part("handles", knobs), part("feet", legs)]
    noun = "chest of drawers" if rows > columns else dice.pick(("cabinet", "sideboard"))
    return Article(noun, tuple(parts), also=(LocarnoClass(6, 5),) if dice.chance(0.2) else ())


def _knob(dice: Dice) -> Mesh:
    """Pointing to the front."""
    if dice.chance(0.5):
        return cylinder(dice.between(0.015, 0.03), 0.05, top=0.035, corners=20).turned("x", 90)
    return box(dice.between(0.1, 0.2), 0.05, 0.025).moved(y=-0.02, z=-0.012)


def shelf(dice: Dice) -> Article:
    """Open shelving."""
    width, depth, height = dice.between(0.8, 1.8), dice.between(0.3, 0.5), dice.between(1.0, 2.2)
    thick, count = dice.between(0.03, 0.07), dice.whole(3, 6)
    boards = [box(width, depth, thick).moved(z=(height - thick) * i / (count - 1)) for i in range(count)]
    side = box(thick, depth, height).moved(x=width / 2 - thick / 2)
    frame = [side, side.mirrored()]
    if dice.chance(0.4):
        post = cylinder(0.6 * thick, height + 0.1, corners=16).moved(x=width / 2, y=depth / 2)
        frame = [post, post.mirrored(), post.scaled(y=-1), post.mirrored().scaled(y=-1)]
    parts = [part("boards", boards), part("frame", frame)]
    if dice.chance(0.4):
        at = dice.pick((0.0, 0.2, -0.2)) * width
        parts.append(part("divider", box(thick, 0.9 * depth, 0.96 * height).moved(x=at, z=0.01)))
    if dice.chance(0.4):
        parts.append(part("rear panel", box(0.98 * width, 0.02, 0.98 * height).moved(y=depth / 2, z=0.01)))
    return Article(dice.pick(("shelf unit", "bookcase", "display shelf")), tuple(parts))
