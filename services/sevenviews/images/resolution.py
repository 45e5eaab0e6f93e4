"""Pixels that are not square: a fax has 204 of them across an inch, and 98 down."""

from __future__ import annotations

import math

from PIL import ExifTags, Image, TiffImagePlugin

_SQUARE = 1.02
"""Ratios below this are rounding."""
_LYING = range(5, 9)
"""Orientations by which rows were columns."""
_MOST = 4.0
"""Ratios above this are no picture's: the numbers are wrong."""


def stretch_of(image: Image.Image) -> float:
    """The height of a pixel, as Pillow hands it over, as a share of its width; 1 where it is square, or nothing
    believable is said."""
    across, down = _resolution(image)
    if not (across > 0 and down > 0):
        return 1.0
    stretch = across / down
    ratio = max(stretch, 1 / stretch)
    return stretch if _SQUARE < ratio <= _MOST else 1.0


def square(picture: Image.Image, stretch: float) -> Image.Image:
    """The picture with square pixels: its coarser side is made finer, so that nothing is lost."""
    if stretch == 1:
        return picture
    width = picture.width if stretch > 1 else round(picture.width / stretch)
    height = round(picture.height * stretch) if stretch > 1 else picture.height
    return picture.resize((width, height), Image.Resampling.BILINEAR)


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Pixels along some length across, and down; zeros where nothing is said."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        said = tags.get(TiffImagePlugin.X_RESOLUTION), tags.get(TiffImagePlugin.Y_RESOLUTION)
        if tags.get(ExifTags.Base.Orientation) in _LYING:
            said = said[::-1]  # Pillow turns them by itself, and what they say remains
    else:
        # A PNG's unit or a JPEG's may be unknown: then the two numbers are a ratio.
        said = image.info.get("dpi") or image.info.get("aspect") or (0, 0)
        if image.info.get("jfif_unit") == 0:
            said = image.info.get("jfif_density", said)
    across, down = (_number(one) for one in said)
    return across, down


def _number(said: object) -> float:
    try:
        number = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return 0.0
    return number if math.isfinite(number) else 0.0
