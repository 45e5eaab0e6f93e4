"""Draws sheets as the tests need them: shapes with labels, upright or turned."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Ink = NDArray[np.bool_]
LETTER = 56
"""Pixels: about the size of labels on sheets of 300 dpi."""


def blank(width: int = 1500, height: int = 2000) -> Image.Image:
    """A white sheet of 1 bit."""
    return Image.new("1", (width, height), 1)


def draw_article(sheet: Image.Image, left: int, top: int, width: int, height: int) -> None:
    """A figure without symmetry: a frame, its diagonal, and a circle in its upper left."""
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((left, top, left + width, top + height), outline=0, width=4)
    pen.line((left, top + height, left + width, top), fill=0, width=4)
    pen.ellipse((left + 20, top + 20, left + width // 3, top + height // 3), outline=0, width=4)


def write(sheet: Image.Image, text: str, left: int, top: int, size: int = LETTER) -> None:
    """Text, its upper left corner at left, top."""
    ImageDraw.Draw(sheet).text((left, top), text, fill=0, font=ImageFont.load_default(size))


def labelled_sheet(numbers: Sequence[str] = ("1",), mark: str = "FIG. ") -> Image.Image:
    """Figures below each other, each with its label under it."""
    sheet = blank()
    room = sheet.height // len(numbers)
    for index, number in enumerate(numbers):
        top = index * room
        draw_article(sheet, 250, top + 40, 900, room - 260)
        write(sheet, f"{mark}{number}", 600, top + room - 150)
    return sheet


def turned(sheet: Image.Image, quarter_turns: int) -> Image.Image:
    """The sheet turned counter-clockwise."""
    return sheet.rotate(90 * quarter_turns, expand=True)


def as_bytes(image: Image.Image, image_format: str = "PNG") -> bytes:
    """The image as a file; a TIFF of 1 bit is compressed as the USPTO does, Group 4."""
    buffer = io.BytesIO()
    options = {"compression": "group4"} if image_format == "TIFF" and image.mode == "1" else {}
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def ink_of(content: bytes) -> Ink:
    """Where a drawing is black, cut to its content."""
    dark = np.asarray(Image.open(io.BytesIO(content)).convert("L")) < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def article_ink(width: int, height: int) -> Ink:
    """The ink of `draw_article` alone: what must be left when labels are gone."""
    sheet = blank(width + 100, height + 100)
    draw_article(sheet, 50, 50, width, height)
    return ink_of(as_bytes(sheet))
