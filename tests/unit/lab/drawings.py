"""Small drawings for the tests of the lab."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw


def article(sides: int, turn: int) -> Image.Image:
    """A polygon with a handle, as long as it has sides."""
    image = Image.new("L", (300, 240), 255)
    pen = ImageDraw.Draw(image)
    pen.regular_polygon((150, 120, 90), sides, rotation=turn, outline=0, width=4)
    pen.line((150, 20, 150, 20 + 20 * sides), fill=0, width=4)
    return image


def square(sides: int, turn: int, side: int) -> npt.NDArray[np.uint8]:
    """The article, squeezed into a square: uint8 [1, side, side]."""
    return np.asarray(article(sides, turn).resize((side, side)), np.uint8)[None]
