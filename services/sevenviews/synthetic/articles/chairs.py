"""The eight kinds of chair of PatentNet's clustering experiment (section 5.2), parametric.

The paper names them bowChair, chairWithoutArmrests, foldingChair, massageChair, multiPersonSofa, singleSofa,
swivelChairNonSlipSofa and swivelChairWithSofa, and describes none. The last two are taken for swivel chairs that
stand still and swivel chairs that roll. They are kept out of `KINDS`, so that other corpora stay as they are.
"""

from __future__ import annotations

import numpy as np

from sevenviews.designs import LocarnoClass
from sevenviews.synthetic.article import Article, Kind, Part, part
from sevenviews.synthetic.articles.furniture import armrests, chair_back, four_legs, seat_outline
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.mesh import Mesh
from sevenviews.synthetic.outlines import curve, superellipse
from sevenviews.synthetic.solids import box, cylinder, lathe, prism, tube


def bow_chair(dice: Dice) -> Article:
    """A cantilever chair: each side one bent tube, from the floor under the seat and up the back."""
    width, depth, height = dice.between(0.85, 1.1), dice.between(0.85, 1.1), dice.between(0.85, 1.05)
    tall, lean, radius = dice.between(0.8, 1.3), dice.between(0.05, 0.3), dice.between(0.02, 0.04)
    front, rear, bend = -depth / 2, depth / 2, dice.between(0.08, 0.16)
    knots = [
        [width / 2, rear, radius],
        [width / 2, 0.0, radius],
        [width / 2, front + bend, radius],
        [width / 2, front, bend],
        [width / 2, front - dice.between(0.0, 0.08), height / 2],
        [width / 2, front, height - bend],
        [width / 2, front + bend, height],
        [width / 2, 0.0, height - 0.02],
        [width / 2, rear - bend, height],
        [width / 2, rear, height + bend],
        [width / 2, rear + lean, height + tall],
    ]
    rail = tube(curve(knots, 4), radius, corners=14)
    bar = cylinder(radius, width, corners=14).turned("y", 90).moved(x=-width / 2, y=rear - 0.02, z=radius)
    seat = box(0.98 * width, 0.84 * depth, dice.between(0.05, 0.12), corner=0.06, fillet=0.02)
    pad_height = dice.between(0.4, 0.75) * tall
    pad = prism(superellipse(0.46 * width, pad_height / 2, dice.between(2.5, 6.0)), 0.07, fillet=0.02)
    raised = tall - pad_height / 2
    back = pad.turned("x", 90 - np.degrees(np.arctan2(lean, tall))).moved(
        y=rear + lean * raised / tall - 0.03, z=height + raised
    )
    parts = [
        part("seat", seat.moved(z=height)),
        part("back", back),
        part("frame", rail, rail.mirrored(), bar),
    ]
    if dice.chance(0.5):
        rest = box(0.07, 0.6 * depth, 0.04, corner=0.02).moved(x=width / 2, y=0.08, z=height + 0.4)
        stand = cylinder(0.8 * radius, 0.42, corners=12).moved(x=width / 2, y=-0.18 * depth, z=height)
        parts.append(part("armrests", rest, stand, rest.mirrored(), stand.mirrored()))
    return Article("cantilever chair", tuple(parts))


def chair_without_armrests(dice: Dice) -> Article:
    """Four legs, a seat and a back."""
    width, depth, height = dice.between(0.8, 1.05), dice.between(0.8, 1.05), dice.between(0.85, 1.1)
    thick = dice.between(0.05, 0.14)
    seat = prism(seat_outline(dice, width, depth), thick, fillet=dice.pick((0.0, 0.3)) * thick)
    legs = four_legs(dice, 0.42 * width, 0.42 * depth, height, square=dice.chance(0.5))
    back = [mesh.moved(z=height + thick) for mesh in chair_back(dice, width, depth)]
    parts = (part("seat", seat.moved(z=height)), part("back", back), part("legs", legs))
    return Article(dice.pick(("side chair", "dining chair")), parts)


def folding_chair(dice: Dice) -> Article:
    """Two pairs of legs that cross at the sides, one of which goes on into the back."""
    width, height = dice.between(0.8, 1.0), dice.between(0.85, 1.05)
    spread, tall, radius = dice.between(0.3, 0.45), dice.between(0.75, 1.0), dice.between(0.018, 0.035)
    slope = 2 * spread / height
    top = height + tall
    long = np.array([[width / 2, -spread, 0.0], [width / 2, -spread + slope * top, top]])
    short = np.array([[0.46 * width, spread, 0.0], [0.46 * width, -0.8 * spread, height]])
    legs = [tube(long, radius, corners=12), tube(short, radius, corners=12)]
    bar = cylinder(radius, 0.92 * width, corners=12).turned("y", 90).moved(x=-0.46 * width)
    level = dice.between(0.15, 0.3) * height
    bars = [
        bar.moved(y=spread * (1 - 1.8 * level / height), z=level),
        bar.moved(y=-spread + slope * level, z=level),
    ]
    seat = box(0.88 * width, 1.9 * spread, dice.between(0.03, 0.07), corner=0.04).moved(
        y=0.05 * spread, z=height - 0.02
    )
    boards = dice.whole(1, 3)
    board = box(width, 0.035, dice.between(0.3, 0.6) * tall / boards)
    back = [
        board.turned("x", -np.degrees(np.arctan(slope))).moved(
            y=-spread + slope * (top - 0.05 - tall * 0.72 * (i + 1) / boards),
            z=top - 0.05 - tall * 0.72 * (i + 1) / boards,
        )
        for i in range(boards)
    ]
    both = [*legs, *[leg.mirrored() for leg in legs], *bars]
    return Article("folding chair", (part("seat", seat), part("back", back), part("frame", both)))


def massage_chair(dice: Dice) -> Article:
    """Reclined and thickly padded between high side shells, with a rest for the calves and a pillow."""
    width, depth, height = dice.between(0.95, 1.2), dice.between(1.0, 1.3), dice.between(0.5, 0.65)
    tall, lean, pad = dice.between(1.3, 1.7), dice.between(22.0, 42.0), dice.between(0.22, 0.34)
    shell = dice.between(0.16, 0.28)
    outline = superellipse(0.62 * depth, 0.6 * height + dice.between(0.1, 0.2), dice.between(2.2, 4.0))
    side = prism(outline, shell, fillet=0.05).turned("x", 90).turned("z", 90)
    side = side.moved(x=width / 2, z=0.62 * height + 0.12)
    seat = box(width, 0.9 * depth, pad, corner=0.08, fillet=0.06).moved(z=height)
    back_pad = box(0.96 * width, pad, tall, corner=0.09, fillet=0.06).turned("x", -lean)
    pillow = box(0.6 * width, 0.14, 0.26, corner=0.05, fillet=0.04).moved(y=-0.6 * pad, z=0.78 * tall)
    behind, above = 0.38 * depth, height + 0.5 * pad
    calf = box(0.9 * width, 0.22, dice.between(0.55, 0.8), corner=0.07, fillet=0.05)
    calf = calf.turned("x", -dice.between(10.0, 50.0)).moved(y=-0.62 * depth, z=0.1)
    foot = box(0.8 * width, 1.1 * depth, 0.12).moved(y=0.1 * depth)
    parts = (
        part("seat", seat),
        part("back", back_pad.moved(y=behind, z=above)),
        part("side shells", side, side.mirrored()),
        part("leg rest", calf),
        part("pillow", pillow.turned("x", -lean).moved(y=behind, z=above)),
        part("base", foot),
    )
    return Article("massage chair", parts)


def multi_person_sofa(dice: Dice) -> Article:
    """Two to four seats between two arms."""
    return Article(dice.pick(("sofa", "settee", "couch")), _sofa(dice, dice.whole(2, 4)))


def single_sofa(dice: Dice) -> Article:
    """One upholstered seat between two arms."""
    return Article(dice.pick(("armchair", "club chair", "lounge chair")), _sofa(dice, 1))


def _sofa(dice: Dice, seats: int) -> tuple[Part, ...]:
    each, depth = dice.between(0.75, 1.0), dice.between(0.95, 1.2)
    inner, arm = each * seats, dice.between(0.14, 0.34)
    foot, base, cushion = dice.between(0.06, 0.25), dice.between(0.2, 0.32), dice.between(0.16, 0.26)
    tall, lean, soft = dice.between(0.55, 0.85), dice.between(4.0, 14.0), dice.between(0.03, 0.06)
    top = foot + base
    body = box(inner + 0.02, depth, base).moved(z=foot)
    behind = box(inner + 2 * arm, 0.2, base + tall, corner=0.05, fillet=soft).moved(y=depth / 2, z=foot)
    rise = base + cushion + dice.between(0.1, 0.3)
    side = box(arm, depth, rise, corner=0.3 * arm, fillet=soft).moved(x=(inner + arm) / 2, z=foot)
    places = [each * (i + 0.5) - inner / 2 for i in range(seats)]
    pad = box(0.97 * each, 0.86 * depth, cushion, corner=0.06, fillet=soft).moved(y=-0.06 * depth, z=top)
    rest = box(0.95 * each, 0.2, 0.85 * tall, corner=0.06, fillet=soft).turned("x", -lean)
    rest = rest.moved(y=0.3 * depth, z=top + 0.8 * cushion)
    leg = cylinder(dice.between(0.025, 0.05), foot + 0.02, corners=14)
    x, y = inner / 2 + 0.5 * arm, 0.4 * depth
    legs = [leg.moved(x=sx * x, y=sy * y) for sx in (-1, 1) for sy in (-1, 1)]
    return (
        part("seat cushions", [pad.moved(x=place) for place in places]),
        part("back cushions", [rest.moved(x=place) for place in places]),
        part("frame", body, behind),
        part("arms", side, side.mirrored()),
        part("feet", legs),
    )


def standing_swivel_chair(dice: Dice) -> Article:
    """A shell on a column that turns on a plate or on feet without castors."""
    height, width = dice.between(0.7, 0.95), dice.between(0.9, 1.15)
    reach = dice.between(0.38, 0.5)
    if dice.chance(0.5):
        foot = [
            lathe([[0.0, 0.0], [reach, 0.0], [reach, 0.03], [0.12, dice.between(0.06, 0.12)], [0.0, 0.13]])
        ]
    else:
        arm = box(reach, dice.between(0.06, 0.1), 0.06, corner=0.02).moved(x=reach / 2, z=0.02)
        foot = [arm.turned("z", 45 + 90 * i) for i in range(4)]
    return Article("swivel chair", _swivel(dice, width, height, foot, "base"))


def rolling_swivel_chair(dice: Dice) -> Article:
    """An upholstered seat on a column with a star of five arms, each on a castor."""
    height, width = dice.between(0.85, 1.1), dice.between(0.9, 1.1)
    reach, wheel = dice.between(0.45, 0.58), dice.between(0.05, 0.08)
    arm = tube(np.array([[0.0, 0.0, 2.6 * wheel], [reach, 0.0, 2.0 * wheel]]), 0.04, corners=10)
    castor = cylinder(wheel, 0.06, corners=18).turned("x", 90).moved(x=reach, y=0.03, z=wheel)
    star = [solid.turned("z", 90 + 72 * i) for i in range(5) for solid in (arm, castor)]
    return Article(
        dice.pick(("office chair", "task chair")), _swivel(dice, width, height, star, "castor base")
    )


def _swivel(dice: Dice, width: float, height: float, foot: list[Mesh], name: str) -> tuple[Part, ...]:
    """Seat, back and perhaps armrests on a column that stands on the foot."""
    depth, thick = dice.between(0.85, 1.05), dice.between(0.1, 0.2)
    column = cylinder(dice.between(0.03, 0.05), height - 0.05, corners=18).moved(z=0.05)
    outline = superellipse(width / 2, depth / 2, dice.between(2.5, 6.0))
    seat = prism(outline, thick, fillet=0.4 * thick).moved(z=height)
    tall, lean = dice.between(0.7, 1.35), dice.between(2.0, 12.0)
    rest = superellipse(0.45 * width, tall / 2, dice.between(2.5, 7.0))
    pad = prism(rest, dice.between(0.08, 0.16), fillet=0.03).turned("x", 90)
    raised = dice.between(0.0, 0.25)
    back = pad.moved(z=tall / 2 + raised).turned("x", -lean).moved(y=0.46 * depth, z=height + thick - 0.03)
    stem = box(0.1, 0.04, raised + 0.4).turned("x", -lean).moved(y=0.47 * depth, z=height + 0.02)
    parts = [part("seat", seat), part("back", back, stem), part(name, column, foot)]
    if dice.chance(0.6):
        parts.append(part("armrests", armrests(dice, width, depth, height + thick)))
    return tuple(parts)


_SEATS, _USPC = LocarnoClass(6, 1), "D6334"

CHAIR_KINDS: tuple[Kind, ...] = (
    Kind("bow chair", _SEATS, _USPC, bow_chair),
    Kind("chair without armrests", _SEATS, _USPC, chair_without_armrests),
    Kind("folding chair", _SEATS, _USPC, folding_chair),
    Kind("massage chair", _SEATS, _USPC, massage_chair),
    Kind("multi-person sofa", _SEATS, _USPC, multi_person_sofa),
    Kind("single sofa", _SEATS, _USPC, single_sofa),
    Kind("standing swivel chair", _SEATS, _USPC, standing_swivel_chair),
    Kind("rolling swivel chair", _SEATS, _USPC, rolling_swivel_chair),
)
"""In the order of the paper's list."""
