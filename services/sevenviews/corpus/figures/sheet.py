"""Bytes of an image -> where its ink is."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from sevenviews.designs import Reason, SevenviewsError

FORMATS = ("TIFF", "PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 89_000_000
"""A sheet of 600 dpi has 34 million. Above this Pillow itself begins to warn."""

_BEGINNINGS = (b"II*\0", b"MM\0*", b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")

MARGIN = 8
"""White pixels around a figure."""

INK_BELOW = 176
"""Grey values darker than this are ink: thin grey lines of scaled-down drawings count."""

Ink = NDArray[np.bool_]
Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A decoded sheet.

    Attributes:
        ink: height × width, True where the sheet is dark.
        grey: height × width, 0 to 255; None for a sheet of 1 bit.
    """

    ink: Ink
    grey: Grey | None = None

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.ink.shape[0])

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.ink.shape[1])


def decode_sheet(content: bytes) -> Sheet:
    """Decode an image of an allowed format.

    Raises:
        SevenviewsError: IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_ANIMATED or
            IMAGE_CORRUPT.
    """
    if not content:
        raise SevenviewsError(Reason.IMAGE_EMPTY, "the image has no bytes")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            return _sheet_of(image)
    except UnidentifiedImageError as error:
        if content.startswith(_BEGINNINGS):
            raise SevenviewsError(Reason.IMAGE_CORRUPT, "the image ends too early, or is damaged") from error
        raise SevenviewsError(
            Reason.IMAGE_FORMAT_UNSUPPORTED, f"the image is none of {', '.join(FORMATS)}"
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_large(str(error)) from error
    except SevenviewsError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, MemoryError) as error:
        raise SevenviewsError(Reason.IMAGE_CORRUPT, f"the image cannot be decoded: {error}") from error


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


def _sheet_of(image: Image.Image) -> Sheet:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(f"{image.width} × {image.height} pixels are more than {MAX_PIXELS}")
    if getattr(image, "n_frames", 1) > 1 and image.format in {"GIF", "WEBP", "PNG"}:
        raise SevenviewsError(Reason.IMAGE_ANIMATED, "the image is animated; give one still drawing")
    if image.mode == "1":
        return Sheet(~np.asarray(image))
    grey = np.asarray(_on_white(ImageOps.exif_transpose(image)).convert("L"))
    return Sheet(grey < INK_BELOW, grey)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


def _too_large(message: str) -> SevenviewsError:
    return SevenviewsError(Reason.IMAGE_TOO_LARGE, f"the image is too large: {message}")
