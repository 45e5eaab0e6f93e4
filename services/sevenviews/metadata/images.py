"""Sizes and reductions of stored drawings."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import IntEnum

from PIL import Image

from sevenviews.images import ALLOWED_FORMATS, decode_grey


class Size(IntEnum):
    """The side in pixels of the square that a drawing is fitted into; ORIGINAL leaves it as it was stored."""

    ORIGINAL = 0
    THUMBNAIL = 256
    PREVIEW = 1024


@dataclass(frozen=True, slots=True)
class DrawingImage:
    """An encoded image with its size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def fitted(content: bytes, size: Size) -> DrawingImage:
    """A stored drawing, reduced to grey PNG where it is larger than asked for.

    Thin black lines stay visible, because the reduction averages them to grey. Raises what `decode_grey` raises,
    where the image has to be decoded.
    """
    with Image.open(io.BytesIO(content), formats=ALLOWED_FORMATS) as image:
        media_type = Image.MIME.get(image.format or "", "application/octet-stream")
        if size is Size.ORIGINAL or max(image.size) <= size:
            return DrawingImage(content, media_type, *image.size)
    grey = decode_grey(content)
    grey.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
    sink = io.BytesIO()
    grey.save(sink, "PNG")
    return DrawingImage(sink.getvalue(), "image/png", *grey.size)
