"""Whatever modes images have, onto white paper: alpha, depth, palettes, inks of print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin

INK_LEVEL = 208
"""A grey value (0 black, 255 white) below which a pixel counts as ink: JPEG noise on paper stays above."""

_STRIP_PIXELS = 1024 * 1024
_DEPTHS = (8, 10, 12, 14, 16)
"""Bits that scanners and cameras use of the 16 or 32 that a file has."""
_OPAQUE = 250
_CLEAR_SHARE = 0.05
"""Of an image, at least, is transparent where its ink is white."""

_WITH_ALPHA = {"RGBA", "LA", "PA", "RGBa", "La"}

Paper = Literal["L", "RGB"]


def flatten(image: Image.Image, paper: Paper = "L") -> Image.Image:
    """On white paper, in grey or in colours: 0 black to 255 white.

    Where what is drawn is as white as the paper, and lies on nothing, the drawing is where it is opaque: white on
    transparent becomes black on white. Depths of 16 and 32 bits are always grey. Strip by strip, since some ways to
    grey have a costly copy on them.
    """
    if image.mode in {"1", "L", "P"} and "transparency" not in image.info:
        return image.convert(paper)
    if image.mode == "LAB":
        return image.getchannel("L")
    if image.mode.startswith(("I", "F")):
        return _pasted(image, "L", _deep(image))
    if not _has_alpha(image):
        return _pasted(image, paper, lambda strip: strip.convert(paper))
    if _is_white_on_nothing(image):
        return _pasted(image, "L", _opacity)
    return _pasted(image, paper, lambda strip: _on_paper(strip).convert(paper))


def has_colours(image: Image.Image) -> bool:
    """Whether its mode can hold any."""
    return image.mode in {"P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "HSV"}


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in _WITH_ALPHA or "transparency" in image.info


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Parts of the image from top to bottom, each with its first row: about a megabyte of pixels."""
    height = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, height):
        strip = image.crop((0, top, image.width, min(image.height, top + height)))
        # Premultiplied grey, which Pillow converts to nothing else.
        yield top, strip.convert("LA") if strip.mode == "La" else strip


def _pasted(image: Image.Image, paper: Paper, flat: Callable[[Image.Image], Image.Image]) -> Image.Image:
    picture = Image.new(paper, image.size)
    for top, strip in _strips(image):
        picture.paste(flat(strip), (0, top))
    return picture


def _on_paper(image: Image.Image) -> Image.Image:
    layered = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered)


def _opacity(image: Image.Image) -> Image.Image:
    """Black where the image is opaque."""
    return image.convert("RGBA").getchannel("A").point(_INVERTED)


_INVERTED = list(range(255, -1, -1))


def _is_white_on_nothing(image: Image.Image) -> bool:
    """Nothing that is opaque shows on paper; and something is, on what is transparent.

    What is half transparent counts only where nothing is opaque: at the rims of white lines it is as dark as what
    was made transparent.
    """
    clear = opaque = dark = drawn = 0
    for _, strip in _strips(image):
        layered = strip.convert("RGBA")
        alpha = np.asarray(layered.getchannel("A"))
        ink = np.asarray(_on_paper(layered).convert("L")) < INK_LEVEL
        solid = alpha >= _OPAQUE
        if (ink & solid).any():
            return False
        clear += int((alpha == 0).sum())
        opaque += int(solid.sum())
        drawn += int((alpha > 255 - INK_LEVEL).sum())
        dark += int(ink.sum())
    is_white = opaque > 0 or dark == 0
    return is_white and drawn > 0 and clear >= _CLEAR_SHARE * image.width * image.height


def _deep(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Levels of 16 or 32 bits, of whole numbers or fractions, to grey."""

    def grey(numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        share = (numbers.astype(np.float32) / white).clip(0, 1)
        return np.asarray(np.rint((1 - share if inverted else share) * 255), np.uint8)

    white, inverted = _white_of(image), _is_inverted_by_its_tag(image)
    if image.mode.startswith("I;16"):
        table = grey(np.arange(2**16))
        return lambda strip: Image.fromarray(table[_levels(strip)])
    is_signed = _is_signed(image)
    return lambda strip: Image.fromarray(grey(_levels(strip, is_signed)))


def _white_of(image: Image.Image) -> float:
    """The level of white: the most that the bits can say which the image uses; of fractions 1, or that of a byte."""
    is_signed = _is_signed(image)
    brightest = max(float(_levels(strip, is_signed).max()) for _, strip in _strips(image))
    depths = [1.0, 255.0] if image.mode == "F" else [2.0**bits - 1 for bits in _DEPTHS]
    return next((white for white in depths if brightest <= white), brightest)


def _levels(strip: Image.Image, is_signed: bool = True) -> npt.NDArray[Any]:
    numbers = np.asarray(strip)
    if numbers.dtype == np.int32 and not is_signed:
        return numbers.view(np.uint32)
    return np.nan_to_num(numbers, posinf=0) if numbers.dtype.kind == "f" else numbers


def _is_signed(image: Image.Image) -> bool:
    """Whether levels may be negative. Pillow keeps 32 bits without a sign as if they had one."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return True
    formats = image.tag_v2.get(TiffImagePlugin.SAMPLEFORMAT, 1)
    return bool((formats[0] if isinstance(formats, tuple) else formats) != 1)


def _is_inverted_by_its_tag(image: Image.Image) -> bool:
    """Zero is white. Pillow minds it in images of 8 bits and fewer only."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    return bool(image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0)
