"""Image bytes to a grey drawing, black on white. Whatever is wrong with an image is said here, by its reason."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from sevenviews.designs import CropBox, Reason, SevenviewsError

ALLOWED_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
MAX_PIXELS = 64 * 1024 * 1024
"""A patent sheet of 2560 × 3300 has 8 million."""

MIN_SIDE = 16
"""Pixels; less cannot be compared."""

INK_LEVEL = 208
"""A grey value (0 black, 255 white) below which a pixel counts as ink: JPEG noise on paper stays above."""

# Our own limit is checked from the header; Pillow's would only warn at a smaller size than ours.
Image.MAX_IMAGE_PIXELS = None


def decode(content: bytes, crop: CropBox | None = None, *, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Decode one drawing.

    Transparency becomes paper, the EXIF orientation is applied, and a drawing in white on black is inverted.

    Args:
        content: an encoded TIFF, PNG, JPEG or WebP of one frame.
        crop: the part to keep; None keeps all.
        max_pixels: larger images are refused from their header, before they are decoded.

    Returns:
        An image of mode "L", 0 ink to 255 paper, at least MIN_SIDE pixels on either side, with ink on it.

    Raises:
        SevenviewsError: IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL,
            IMAGE_CORRUPT, IMAGE_BLANK.
    """
    grey = _black_on_white(_read(content, max_pixels))
    if crop is not None:
        grey = _cropped(grey, crop)
    if content_box(grey) is None:
        raise SevenviewsError(Reason.IMAGE_BLANK, "nothing is drawn on the image")
    return grey


def content_box(grey: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box that holds all ink: left, top, right, bottom in pixels; None on a blank page."""
    return grey.point(_INK_TABLE).getbbox()


_INK_TABLE = [255 if level < INK_LEVEL else 0 for level in range(256)]


def _read(content: bytes, max_pixels: int) -> Image.Image:
    if not content:
        raise SevenviewsError(Reason.IMAGE_EMPTY, "the image has no bytes")
    try:
        image = Image.open(io.BytesIO(content), formats=ALLOWED_FORMATS)
    except UnidentifiedImageError as error:
        raise _not_an_image(content) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise _corrupt(error) from error
    _check_header(image, max_pixels)
    try:
        with warnings.catch_warnings():
            # What Pillow merely suspects (odd EXIF, say) is none of our caller's concern.
            warnings.simplefilter("ignore")
            image.load()
            return ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as error:
        raise _corrupt(error) from error


def _check_header(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise SevenviewsError(
            Reason.IMAGE_TOO_LARGE,
            f"the image has {width} × {height} pixels; at most {max_pixels} are allowed",
            {"pixels": str(width * height), "maximum": str(max_pixels)},
        )
    _check_side(width, height)
    try:
        frames = int(getattr(image, "n_frames", 1))
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise _corrupt(error) from error
    if frames > 1:
        raise SevenviewsError(
            Reason.IMAGE_ANIMATED,
            f"the image has {frames} frames; send one drawing an image",
            {"frames": str(frames)},
        )


def _check_side(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise SevenviewsError(
            Reason.IMAGE_TOO_SMALL,
            f"{width} × {height} pixels are too few; either side needs {MIN_SIDE}",
            {"width": str(width), "height": str(height), "minimum": str(MIN_SIDE)},
        )


def _black_on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        image = Image.alpha_composite(paper, layered)
    grey = _sixteen_bit(image) if image.mode.startswith(("I", "F")) else image.convert("L")
    return ImageChops.invert(grey) if _is_inverted(grey) else grey


def _sixteen_bit(image: Image.Image) -> Image.Image:
    levels = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = max(float(levels.max()), 1.0)
    return Image.fromarray((levels / top * 255).clip(0, 255).astype(np.uint8))


def _is_inverted(grey: Image.Image) -> bool:
    """White on black: the frame of the image is dark almost everywhere, and most of the rest too."""
    pixels = np.asarray(grey)
    frame = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    dark_frame = float((frame < INK_LEVEL // 2).mean())
    mostly_dark = 2 * int((pixels < INK_LEVEL // 2).sum()) > pixels.size
    has_light = bool((pixels >= INK_LEVEL).any())
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
    _check_side(*part.size)
    return part


def _not_an_image(content: bytes) -> SevenviewsError:
    kinds = {b"%PDF": "a PDF", b"GIF8": "a GIF", b"PK\x03\x04": "a ZIP archive", b"BM": "a BMP"}
    kind = next((name for start, name in kinds.items() if content.startswith(start)), "of an unknown format")
    allowed = ", ".join(ALLOWED_FORMATS)
    return SevenviewsError(
        Reason.IMAGE_FORMAT_UNSUPPORTED, f"the image is {kind}; allowed are {allowed}", {"allowed": allowed}
    )


def _corrupt(error: Exception) -> SevenviewsError:
    return SevenviewsError(Reason.IMAGE_CORRUPT, f"the image is truncated or damaged: {error}")
