"""A decoded sheet: where its ink is, and its parts as images."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sevenviews.images import INK_LEVEL, Damage, decode_colours, decode_page

MARGIN = 8
"""White pixels around a figure."""

_RED_GREEN_BLUE = 3
_NEGATIVE = 64.0
"""Means of a page in colours and in grey differ by more only if the one is the other's negative."""

Ink = NDArray[np.bool_]
Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A decoded sheet.

    Attributes:
        ink: height × width, True where the sheet is dark.
        grey: height × width, 0 to 255; None for a sheet of 1 bit.
        damage: what of it could not be read, or not surely.
        colours: height × width × 3, red, green and blue, 0 to 255; None for a sheet without colours.
    """

    ink: Ink
    grey: Grey | None = None
    damage: Damage | None = None
    colours: Grey | None = None

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.ink.shape[0])

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.ink.shape[1])


def decode_sheet(content: bytes, page: int = 1) -> Sheet:
    """A sheet of an image file; of a TIFF of several pages, the one of this number.

    Raises:
        SevenviewsError: as `decode_pages`.
    """
    decoded = decode_page(content, page)
    grey = np.asarray(decoded.grey)
    colours = _colours(content, page, grey) if decoded.coloured else None
    return Sheet(grey < INK_LEVEL, None if decoded.bilevel else grey, decoded.damage, colours)


def _colours(content: bytes, page: int, grey: Grey) -> Grey | None:
    """The colours of a page; None, if it has none, or if it is a negative, of which only the grey was turned."""
    colours = np.asarray(decode_colours(content, page))
    if colours.ndim < _RED_GREEN_BLUE or abs(float(colours.mean()) - float(grey.mean())) > _NEGATIVE:
        return None
    return colours


def upside_down(sheet: Sheet) -> Sheet:
    """The sheet, turned by 180°."""
    grey, colours = (
        None if part is None else np.ascontiguousarray(part[::-1, ::-1])
        for part in (sheet.grey, sheet.colours)
    )
    return replace(sheet, ink=np.ascontiguousarray(sheet.ink[::-1, ::-1]), grey=grey, colours=colours)


def encode_figure(
    sheet: Sheet, rows: slice, columns: slice, erase: Ink | None, quarter_turns: int
) -> tuple[bytes, int, int]:
    """A part of the sheet as PNG with a white margin, and its width and height.

    It is 1 bit for a sheet of 1 bit, and in colours for a sheet that has some.

    Args:
        erase: as large as the part; True where it shall be white.
        quarter_turns: counter-clockwise.
    """
    if sheet.grey is None:
        part = np.where(sheet.ink[rows, columns], 0, 255).astype(np.uint8)
    else:
        part = (sheet.grey if sheet.colours is None else sheet.colours)[rows, columns].copy()
    if erase is not None:
        part[erase] = 255
    turned = np.rot90(part, quarter_turns)
    margins = [(MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)][: turned.ndim]
    framed = np.pad(turned, margins, constant_values=255)
    image = Image.fromarray(framed)
    if sheet.grey is None:
        image = image.convert("1", dither=Image.Dither.NONE)
    return encode_png(image), image.width, image.height


def encode_png(image: Image.Image) -> bytes:
    """The image as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
