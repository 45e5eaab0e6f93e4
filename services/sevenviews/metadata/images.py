"""Sizes and reductions of stored drawings."""

from __future__ import annotations

import io
from collections.abc import Iterator
from enum import IntEnum

from PIL import Image

from sevenviews.designs import DrawingImage
from sevenviews.images import ALLOWED_FORMATS, MIN_SIDE, decode_grey


class Size(IntEnum):
    """The side in pixels of the square that a drawing is fitted into; ORIGINAL leaves it as it was stored."""

    ORIGINAL = 0
    SMALL = 160
    THUMBNAIL = 256
    MEDIUM = 480
    PREVIEW = 1024

    @property
    def made_of(self) -> Size:
        """The smallest size that is kept and has all that this one needs; ORIGINAL, where none has."""
        return next((one for one in reversed(KEPT) if one >= self > 0), Size.ORIGINAL)


KEPT = (Size.MEDIUM, Size.SMALL)
"""The sizes that are rendered when a drawing is imported, larger ones first."""

EVER_KEPT = (*KEPT, Size.THUMBNAIL)
"""Those, and what is kept when it was first asked for: many drawings never are."""


def as_stored(content: bytes) -> DrawingImage:
    """Of an image that is not decoded, only its header read."""
    with Image.open(io.BytesIO(content), formats=ALLOWED_FORMATS) as image:
        media_type = Image.MIME.get(image.format or "", "application/octet-stream")
        return DrawingImage(content, media_type, *image.size)


def fitted(content: bytes, size: Size) -> DrawingImage:
    """A drawing, reduced to grey PNG where it is larger than asked for.

    Thin black lines stay visible, because the reduction averages them to grey. Raises what `decode_grey` raises,
    where the image has to be decoded.
    """
    stored = as_stored(content)
    return stored if fits(stored, size) else reduced(decode_grey(content), size)


def fits(stored: DrawingImage, size: Size) -> bool:
    """Whether it needs no reduction."""
    return size is Size.ORIGINAL or max(stored.width, stored.height) <= size


def renditions(grey: Image.Image) -> Iterator[tuple[Size, bytes]]:
    """A drawing in the sizes that are kept, as grey PNG; not in those that it fits into anyway. Changes the image."""
    for size in KEPT:
        if max(grey.size) > size:
            yield size, reduced(grey, size).content


def reduced(grey: Image.Image, size: Size) -> DrawingImage:
    """The grey image itself is reduced, too. A long and narrow one gets white beside it: what is made here is read
    again, and no side may then have less than MIN_SIDE."""
    grey.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
    shown = Image.new("L", (max(grey.width, MIN_SIDE), max(grey.height, MIN_SIDE)), 255)
    shown.paste(grey, ((shown.width - grey.width) // 2, (shown.height - grey.height) // 2))
    sink = io.BytesIO()
    shown.save(sink, "PNG")
    return DrawingImage(sink.getvalue(), "image/png", *shown.size)
