"""Sheets of drawings: figures and their labels on paper of 300 dots an inch."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from sevenviews.designs import View
from sevenviews.synthetic.camera import camera
from sevenviews.synthetic.designs import SyntheticDesign, render_to_scale
from sevenviews.synthetic.dice import Dice
from sevenviews.synthetic.drawing import extent

WIDTH, HEIGHT = 2560, 3300
DOTS_AN_INCH = 300
_LAYOUT = 30
_SIDE_MARGIN, _TOP_MARGIN, _BOTTOM_MARGIN = 270, 380, 220
_LARGEST, _SMALLEST = 1600, 260
"""Pixels of the larger side of a figure. A view much smaller than the others is drawn to a larger scale."""

_LINE_SCALE = 2.1
_GAP = 70
_HEAD_SIZE, _HEAD_TOP = 62, 150
_WIDE = 1.5
_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "Jun.", "Jul.", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.")


@dataclass(frozen=True)
class Layout:
    """How a patent's sheets are laid out, the same on all of them.

    Attributes:
        per_sheet: figures that share a sheet.
        first_alone: whether FIG. 1 has a sheet to itself.
        turned: whether the figures lie on their side, to be read from the right.
        full_page: whether a sheet is the whole page with its running head; else it is cut to its ink, as in
            the real bulk files.
        label: "FIG. {}" or another custom.
        label_size: of the letters, pixels; capitals are about seven tenths of it.
        label_weight: pixels by which the letters are thickened.
    """

    per_sheet: int
    first_alone: bool
    turned: bool
    full_page: bool
    label: str
    label_size: int
    label_weight: int


def layout_of(design: SyntheticDesign, views: Sequence[View]) -> Layout:
    """The layout of a design's sheets; those of wide articles are more often turned."""
    dice = Dice(design.seed, design.index, _LAYOUT)
    shapes = [_shape(design, view) for view in views]
    wide = sum(width > _WIDE * height for width, height in shapes) * 2 > len(shapes)
    return Layout(
        per_sheet=dice.pick((1, 2, 2, 2, 3, 3, 4)),
        first_alone=dice.chance(0.5),
        turned=dice.chance(0.45 if wide else 0.08),
        full_page=dice.chance(0.7),
        label=dice.pick(("FIG. {}", "FIG. {}", "FIG. {}", "FIG. {}", "Fig. {}", "FIG.{}")),
        label_size=dice.whole(66, 86),
        label_weight=dice.pick((0, 1, 1, 2)),
    )


def draw_sheets(
    design: SyntheticDesign, views: Sequence[View], number: str, published: date
) -> list[Image.Image]:
    """The sheets of a patent, 1 bit a pixel.

    Args:
        views: of FIG. 1, FIG. 2 ...
        number: as the running head prints it: "US D9,900,001 S".
    """
    layout = layout_of(design, views)
    numbered = list(enumerate(views, 1))
    first = [numbered[:1]] if layout.first_alone and len(numbered) > 1 else []
    rest = numbered[len(first) :]
    groups = first + [rest[i : i + layout.per_sheet] for i in range(0, len(rest), layout.per_sheet)]
    scale = min(_fitting_scale(design, layout, [view for _, view in group]) for group in groups)
    sheets = []
    for sheet_number, group in enumerate(groups, 1):
        sheet = _draw_figures(design, group, layout, scale)
        if layout.full_page:
            _write_head(sheet, number, published, f"Sheet {sheet_number} of {len(groups)}")
        else:
            sheet = sheet.crop(ImageOps.invert(sheet).getbbox())
        sheets.append(sheet.convert("1", dither=Image.Dither.NONE))
    return sheets


def tiff_bytes(sheet: Image.Image) -> bytes:
    """As the USPTO stores sheets: Group 4, 300 dots an inch."""
    buffer = io.BytesIO()
    sheet.save(buffer, "TIFF", compression="group4", dpi=(DOTS_AN_INCH, DOTS_AN_INCH))
    return buffer.getvalue()


def _shape(design: SyntheticDesign, view: View) -> tuple[float, float]:
    return extent(design.scene, camera(view, design.perspective))


def _cells(design: SyntheticDesign, layout: Layout, views: Sequence[View]) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of the room of each figure, on paper that is not turned yet.

    Figures stand below each other, or beside each other where they are tall.
    """
    room = (WIDTH - 2 * _SIDE_MARGIN, HEIGHT - _TOP_MARGIN - _BOTTOM_MARGIN)
    width, height = room[::-1] if layout.turned else room
    left, top = (_BOTTOM_MARGIN, _SIDE_MARGIN) if layout.turned else (_SIDE_MARGIN, _TOP_MARGIN)
    shapes = [_shape(design, view) for view in views]
    tall = float(np.mean([w / max(h, 1e-6) for w, h in shapes])) < (0.9 if layout.turned else 0.45)
    if tall:
        step = width // len(views)
        return [(left + i * step, top, step, height) for i in range(len(views))]
    step = height // len(views)
    return [(left, top + i * step, width, step) for i in range(len(views))]


def _fitting_scale(design: SyntheticDesign, layout: Layout, views: Sequence[View]) -> float:
    """Pixels per unit at which all figures of a sheet fit their rooms."""
    scales = []
    for view, (_, _, width, height) in zip(views, _cells(design, layout, views), strict=True):
        across, down = (max(length, 1e-6) for length in _shape(design, view))
        free = height - layout.label_size - 2 * _GAP
        scales.append(min(0.92 * width / across, free / down, _LARGEST / max(across, down)))
    return min(scales)


def _draw_figures(
    design: SyntheticDesign, group: Sequence[tuple[int, View]], layout: Layout, scale: float
) -> Image.Image:
    views = [view for _, view in group]
    paper = Image.new("L", (HEIGHT, WIDTH) if layout.turned else (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(paper)
    font = ImageFont.load_default(layout.label_size)
    for (number, view), (left, top, width, height) in zip(group, _cells(design, layout, views), strict=True):
        largest = max(_shape(design, view))
        figure = Image.fromarray(render_to_scale(design, view, max(scale, _SMALLEST / largest), _LINE_SCALE))
        middle = left + width // 2
        upper = top + (height - layout.label_size - _GAP - figure.height) // 2
        paper.paste(figure, (middle - figure.width // 2, upper))
        pen.text(
            (middle, upper + figure.height + _GAP),
            layout.label.format(number),
            fill=0,
            font=font,
            anchor="mt",
            stroke_width=layout.label_weight,
        )
    return paper.transpose(Image.Transpose.ROTATE_90) if layout.turned else paper


def _write_head(sheet: Image.Image, number: str, published: date, count: str) -> None:
    """The running head: "U.S. Patent   Feb. 9, 2021   Sheet 1 of 3   US D909,824 S"."""
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(_HEAD_SIZE)
    day = f"{_MONTHS[published.month - 1]} {published.day}, {published.year}"
    places = (("U.S. Patent", 280, "lt"), (day, 1000, "mt"), (count, 1530, "mt"), (number, WIDTH - 240, "rt"))
    for text, x, anchor in places:
        pen.text((x, _HEAD_TOP), text, fill=0, font=font, anchor=anchor, stroke_width=1)
