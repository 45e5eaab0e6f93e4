"""A decoded sheet: where its ink is, and its parts as images."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sevenviews.images import INK_LEVEL, Damage, decode_page

MARGIN = 8
"""White pixels around a figure."""

Ink = NDArray[np.bool_]
Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A decoded sheet.

    Attributes:
        ink: height × width, True where the sheet is dark.
        grey: height × width, 0 to 255; None for a sheet of 1 bit.
        damage: what of it could not be read, or not surely.
    """

    ink: Ink
    grey: Grey | None = None
    damage: Damage | None = None

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
    return Sheet(grey < INK_LEVEL, None if decoded.bilevel else grey, decoded.damage)


def upside_down(sheet: Sheet) -> Sheet:
    """The sheet, turned by 180°."""
    grey = None if sheet.grey is None else np.ascontiguousarray(sheet.grey[::-1, ::-1])
    return replace(sheet, ink=np.ascontiguousarray(sheet.ink[::-1, ::-1]), grey=grey)


def encode_figure(
    sheet: Sheet, rows: slice, columns: slice, erase: Ink | None, quarter_turns: int
) -> tuple[bytes, int, int]:
    """A part of the sheet as PNG with a white margin, and its width and height; 1 bit for a sheet of 1 bit.

    Args:
        erase: as large as the part; True where it shall be white.
        quarter_turns: counter-clockwise.
    """
    if sheet.grey is None:
        ink = sheet.ink[rows, columns]
        part = np.where(ink if erase is None else ink & ~erase, 0, 255).astype(np.uint8)
    else:
        part = sheet.grey[rows, columns]
        part = part if erase is None else np.where(erase, 255, part).astype(np.uint8)
    framed = np.pad(np.rot90(part, quarter_turns), MARGIN, constant_values=255)
    image = Image.fromarray(framed)
    if sheet.grey is None:
        image = image.convert("1", dither=Image.Dither.NONE)
    return encode_png(image), image.width, image.height


def encode_png(image: Image.Image) -> bytes:
    """The image as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
