"""Image bytes to a grey drawing, black on white. Whatever is wrong with an image is said here, by its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageChops, TiffImagePlugin

from sevenviews.designs import CropBox, Reason, SevenviewsError
from sevenviews.images.fax import Damage, damage_of
from sevenviews.images.flattening import INK_LEVEL, Paper, flatten, has_colours
from sevenviews.images.header import FILE_FORMATS, Formats, Header, open_image, page_count
from sevenviews.images.planes import joined, lies_apart
from sevenviews.images.refusals import ALLOWED_FORMATS, Unreadable, check_side, corrupt
from sevenviews.images.resolution import square

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_INK_TABLE = [255 if level < INK_LEVEL else 0 for level in range(256)]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page of an image.

    Attributes:
        grey: mode "L", 0 ink to 255 paper, upright, its pixels square, black on white.
        bilevel: whether it has black and white alone.
        coloured: whether it may have colours, which `decode_colours` gives.
        damage: what of it cannot be read, or not surely.
    """

    grey: Image.Image
    bilevel: bool
    coloured: bool
    damage: Damage | None


def decode(content: bytes, crop: CropBox | None = None) -> Image.Image:
    """Decode one drawing.

    Transparency becomes paper, or what is opaque ink where all of it is white. The orientation is applied, pixels are
    made square, and a drawing in white on black is inverted. Takes at most MAX_WORKING_BYTES of memory: what would
    take more is refused from its header.

    Args:
        content: an encoded TIFF, PNG, JPEG or WebP of one page.
        crop: the part to keep; None keeps all.

    Returns:
        An image of mode "L", 0 ink to 255 paper, at least MIN_SIDE pixels on either side, with ink on it.

    Raises:
        SevenviewsError: IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL,
            IMAGE_CORRUPT, IMAGE_BLANK.
    """
    grey = decode_grey(content)
    if crop is not None:
        grey = _cropped(grey, crop)
    if content_box(grey) is None:
        raise SevenviewsError(Reason.IMAGE_BLANK, "nothing is drawn on the image")
    return grey


def decode_grey(content: bytes) -> Image.Image:
    """As `decode`, of an image that may be blank."""
    page = _page(content, ALLOWED_FORMATS, None)
    if page.damage is not None and page.damage.lost:
        raise corrupt(page.damage)
    return page.grey


def decode_pages(content: bytes, formats: Formats = FILE_FORMATS) -> Iterator[Page]:
    """The pages of an image, one in memory at a time: a TIFF may have several, and thumbnails are none.

    What is missing of a damaged page is said with it; the rest of it is there.

    Raises:
        SevenviewsError: as `decode`, but for IMAGE_BLANK; at the page that cannot be decoded.
    """
    for number in range(1, page_count(content, formats) + 1):
        yield decode_page(content, number, formats)


def decode_page(content: bytes, number: int, formats: Formats = FILE_FORMATS) -> Page:
    """One of the pages; 1 is the first. Raises as `decode_pages`."""
    return _page(content, formats, number - 1)


def decode_colours(content: bytes, number: int = 1, formats: Formats = FILE_FORMATS) -> Image.Image:
    """A page in its colours, mode "RGB", on white paper, upright, its pixels square; grey, "L", where it has none.

    Raises:
        SevenviewsError: as `decode_pages`.
    """
    return _picture(open_image(content, formats, number - 1), "RGB")


def content_box(grey: Image.Image) -> tuple[int, int, int, int] | None:
    """The smallest box that holds all ink: left, top, right, bottom in pixels; None on a blank page."""
    return grey.point(_INK_TABLE).getbbox()


def _page(content: bytes, formats: Formats, index: int | None) -> Page:
    """Of a file of one page only, without an index."""
    grey, (bilevel, coloured, damage) = _read(content, formats, index)
    return Page(_black_on_white(grey), bilevel, coloured, damage)


def _read(
    content: bytes, formats: Formats, index: int | None
) -> tuple[Image.Image, tuple[bool, bool, Damage | None]]:
    """The page in grey, and whether it is bilevel, may have colours, is damaged. The image itself is let go."""
    header = open_image(content, formats, index)
    image = header.image
    # Before it is decoded: Pillow forgets it then.
    as_stored = (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.tag_v2.get(ExifTags.Base.Orientation, 1) == 1
    )
    grey = _picture(header, "L")
    bilevel = image.mode == "1" and "transparency" not in image.info and header.stretch == 1
    damage = None
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        damage = damage_of(content, image, header.offset)
        if damage is not None and damage.lost and as_stored:
            # What a decoder makes of the rest resembles ink, and is none.
            top = int(damage.row * grey.height / damage.rows)
            grey.paste(255, (0, top, grey.width, grey.height))
    return grey, (bilevel, has_colours(image), damage)


def _picture(header: Header, paper: Paper) -> Image.Image:
    """Decoded, on paper, its pixels square, upright."""
    image = header.image
    try:
        # Of another TIFF, Pillow will have applied it. Not ImageOps.exif_transpose: that copies an upright image.
        turned = image.format == "TIFF" and not lies_apart(image)
        orientation = None if turned else image.getexif().get(ExifTags.Base.Orientation)
        if lies_apart(image):
            image = joined(image)
        image.load()
        picture = square(flatten(image, paper), header.stretch)
    except (*Unreadable, MemoryError) as error:
        raise corrupt(error) from error
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


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
