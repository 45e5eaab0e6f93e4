"""Image bytes to a grey drawing, black on white. Whatever is wrong with an image is said here, by its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageChops

from sevenviews.designs import CropBox, Reason, SevenviewsError
from sevenviews.encoder.header import Unreadable, check_side, corrupt, open_image

INK_LEVEL = 208
"""A grey value (0 black, 255 white) below which a pixel counts as ink: JPEG noise on paper stays above."""

_STRIP_PIXELS = 1024 * 1024
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(content: bytes, crop: CropBox | None = None) -> Image.Image:
    """Decode one drawing.

    Transparency becomes paper, the EXIF orientation is applied, and a drawing in white on black is inverted. Takes at
    most header.MAX_WORKING_BYTES of memory: what would take more is refused from its header.

    Args:
        content: an encoded TIFF, PNG, JPEG or WebP of one frame.
        crop: the part to keep; None keeps all.

    Returns:
        An image of mode "L", 0 ink to 255 paper, at least MIN_SIDE pixels on either side, with ink on it.

    Raises:
        SevenviewsError: IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL,
            IMAGE_CORRUPT, IMAGE_BLANK.
    """
    grey = _black_on_white(_read(content))
    if crop is not None:
        grey = _cropped(grey, crop)
    if content_box(grey) is None:
        raise SevenviewsError(Reason.IMAGE_BLANK, "nothing is drawn on the image")
    return grey


def content_box(grey: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box that holds all ink: left, top, right, bottom in pixels; None on a blank page."""
    return grey.point(_INK_TABLE).getbbox()


_INK_TABLE = [255 if level < INK_LEVEL else 0 for level in range(256)]


def _read(content: bytes) -> Image.Image:
    """Decoded, upright and grey."""
    image = open_image(content)
    try:
        image.load()
        return _upright(image)
    except (*Unreadable, MemoryError) as error:
        raise corrupt(error) from error


def _upright(image: Image.Image) -> Image.Image:
    # Of a TIFF, Pillow has applied it already. Not ImageOps.exif_transpose: that copies an upright image.
    orientation = image.getexif().get(ExifTags.Base.Orientation) if image.format != "TIFF" else None
    if orientation not in _TURNS:
        return _grey(image)
    return _grey(image).transpose(_TURNS[orientation])


def _grey(image: Image.Image) -> Image.Image:
    """On white paper, 0 black to 255 white. Strip by strip, since some ways to grey have a costly copy on them."""
    if image.mode in {"1", "L", "P"} and "transparency" not in image.info:
        return image.convert("L")
    grey = Image.new("L", image.size)
    to_grey = _deep(image) if image.mode.startswith(("I", "F")) else _on_paper
    for top, strip in _strips(image):
        grey.paste(to_grey(strip), (0, top))
    return grey


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Parts of the image from top to bottom, each with its first row: about a megabyte of pixels."""
    height = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(image.height, top + height)))


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode not in {"RGBA", "LA", "PA"} and "transparency" not in image.info:
        return image.convert("L")
    layered = image.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(paper, layered).convert("L")


def _deep(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Levels of 16 or 32 bits, up to the brightest of the image, to grey."""

    def levels(strip: Image.Image) -> npt.NDArray[Any]:
        numbers = np.asarray(strip)
        return np.nan_to_num(numbers) if numbers.dtype.kind == "f" else numbers

    def grey(numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        return (numbers.astype(np.float32) / top * 255).clip(0, 255).astype(np.uint8)

    top = max(1.0, *(float(levels(strip).max()) for _, strip in _strips(image)))
    if image.mode.startswith("I;16"):
        table = grey(np.arange(2**16))
        return lambda strip: Image.fromarray(table[levels(strip)])
    return lambda strip: Image.fromarray(grey(levels(strip)))


def _black_on_white(grey: Image.Image) -> Image.Image:
    return ImageChops.invert(grey) if _is_inverted(grey) else grey


def _is_inverted(grey: Image.Image) -> bool:
    """White on black: the frame of the image is dark almost everywhere, and most of the rest too."""
    width, height = grey.size
    lines = [
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    ]
    frame = np.concatenate([np.asarray(grey.crop(line)).ravel() for line in lines])
    counts = grey.histogram()
    dark_frame = float((frame < INK_LEVEL // 2).mean())
    mostly_dark = 2 * sum(counts[: INK_LEVEL // 2]) > width * height
    has_light = any(counts[INK_LEVEL:])
    return dark_frame > 0.95 and mostly_dark and has_light  # noqa: PLR2004


def _cropped(grey: Image.Image, crop: CropBox) -> Image.Image:
    width, height = grey.size
    box = (
        int(crop.left * width),
        int(crop.top * height),
        max(int(crop.left * width) + 1, round(crop.right * width)),
        max(int(crop.top * height) + 1, round(crop.bottom * height)),
    )
    part = grey.crop(box)
    check_side(*part.size)
    return part
