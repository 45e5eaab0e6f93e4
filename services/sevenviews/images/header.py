"""What an encoded image promises, read before any of it is decoded. Whatever could cost more than it may ends here.

A few kilobytes can promise gigabytes: pixels that are all alike, a hundred thousand directories, a compressed text.
So an image is opened only if its directories, chunks and segments are few, and decoded only if all memory that this
will take stays within MAX_WORKING_BYTES.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError, _imaging

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images.directories import Directory, is_tiff, tiff_pages
from sevenviews.images.planes import lies_apart
from sevenviews.images.refusals import (
    ALLOWED_FORMATS,
    Unreadable,
    check_side,
    corrupt,
    not_an_image,
    too_many_pages,
    unsupported,
)
from sevenviews.images.resolution import stretch_of

Formats = tuple[str, ...]

FILE_FORMATS = (*ALLOWED_FORMATS, "BMP", "GIF")
"""What corpora may hold and a command may be given: it becomes PNG before a service sees it."""

MAX_WORKING_BYTES = 178_000_000
"""Of decoding one image, all copies included: a 1-bit sheet of 89 million pixels. A patent sheet of 300 dpi has 8
million, one of 600 dpi 34 million, in colour or in 16 grey bits as well. Measured: `sevenviews bench hostile`."""

_STORED_BYTES = {"1": 1, "L": 1, "P": 1, "LA": 4, "PA": 4, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
"""Of a pixel in Pillow's memory, by mode; all others take 4, whatever they have."""
_GREY_BYTES = 1
"""Of a pixel in the copy that is worked on while the first one still stands."""
MAX_PIXELS = MAX_WORKING_BYTES // (_STORED_BYTES["L"] + _GREY_BYTES)
"""Of an image in black and white or in 8 bits of grey; others have fewer."""
_WEBP_BYTES = 12
"""Of a pixel: libwebp's two canvases, and the frame that it hands over."""

_MAX_PARTS = 20_000
"""Chunks of a PNG, segments of a JPEG: a PNG of 64 MiB in parts of 4 KiB has 16,384. Pillow takes a few microseconds
for each, and nothing else runs meanwhile."""
_MAX_SCANS = 100
"""Of a progressive JPEG; each passes over all pixels. Cameras and editors write about ten."""
_MAX_METADATA_BYTES = 8 * 1024 * 1024
"""Of what goes along with an image, decompressed."""

_COMPRESSIONS = {
    "raw",
    "tiff_ccitt",
    "group3",
    "group4",
    "tiff_lzw",
    "jpeg",
    "tiff_adobe_deflate",
    "tiff_deflate",
    "packbits",
}
"""Of TIFF. The others are no sheet's, and some of their decoders take what memory the file asks for."""

_APART = 2
"""Of a TIFF's planar configuration: one colour after the other."""

# Our own limits are checked first; Pillow's would only warn, at another size than ours.
Image.MAX_IMAGE_PIXELS = None
PngImagePlugin.MAX_TEXT_MEMORY = _MAX_METADATA_BYTES
# What Pillow has to say of odd files is none of the terminal's concern: the caller is told by a reason.
logging.getLogger("PIL").addHandler(logging.NullHandler())
# libtiff, beneath it, would write to standard error by itself. Where it is not a library that is found, it may.
with contextlib.suppress(AttributeError, OSError):
    ctypes.CDLL(_imaging.__file__).TIFFSetErrorHandler(None)
# Once for all: to ignore them call by call is not safe among threads.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, slots=True)
class Header:
    """An image whose header was found fit to be decoded; its pixels are decoded at their first use.

    Attributes:
        image: as Pillow opened it.
        stretch: the height of its pixels as a share of their width: of faxes of 204 × 98 dots an inch, 2.08. As the
            image is stored, before it is turned upright.
        offset: of its directory in a TIFF.
    """

    image: Image.Image
    stretch: float = 1.0
    offset: int = 0


def page_count(content: bytes, formats: Formats = FILE_FORMATS) -> int:
    """How many pages an image has: several only in a TIFF. Raises what `open_image` raises."""
    _check_format(content, formats)
    try:
        return len(tiff_pages(content)) if is_tiff(content) else 1
    except Unreadable as error:
        raise corrupt(error) from error


def open_image(content: bytes, formats: Formats = ALLOWED_FORMATS, page: int | None = None) -> Header:
    """Open an image, and check what its header promises.

    Args:
        formats: that are allowed, by Pillow's names.
        page: 0 is the first; None: the image must have one only.

    Raises:
        SevenviewsError: IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL,
            IMAGE_CORRUPT.
    """
    _check_format(content, formats)
    try:
        return _opened(content, formats, page)
    except UnidentifiedImageError as error:
        raise _unknown(content) from error
    except Unreadable as error:
        raise corrupt(error) from error


def working_bytes(content: bytes) -> int:
    """The most memory that decoding this image takes, up to MAX_WORKING_BYTES. Raises what `open_image` raises."""
    header = open_image(content)
    image = header.image
    return image.width * image.height * _bytes_a_pixel(image, content, header.stretch)


def _unknown(content: bytes) -> SevenviewsError:
    """Of what Pillow opens as nothing; a TIFF may be whole, but of bits and samples that Pillow has no mode for."""
    try:
        if is_tiff(content):
            TiffImagePlugin.TiffImageFile(io.BytesIO(content))
    except Unreadable as error:
        if str(error) == "unknown pixel mode":
            return unsupported("a TIFF with a depth or samples that are no drawing's")
    return not_an_image(content)


def _check_format(content: bytes, formats: Formats) -> None:
    if not content:
        raise SevenviewsError(Reason.IMAGE_EMPTY, "the image has no bytes")
    if content.startswith(b"GIF8") and "GIF" not in formats:
        raise not_an_image(content)


def _opened(content: bytes, formats: Formats, page: int | None) -> Header:
    _check_parts(content)
    directory = _directory(content, page) if is_tiff(content) else None
    image = Image.open(io.BytesIO(content), formats=formats)
    if directory is not None and directory.frame:
        image.seek(directory.frame)
    stretch = stretch_of(image)
    _check(image, content, stretch)
    return Header(image, stretch, directory.offset if directory else 0)


def _directory(content: bytes, page: int | None) -> Directory | None:
    wanted = page or 0
    pages = tiff_pages(content, most=wanted + 2)
    if page is None and len(pages) > 1:
        raise too_many_pages(1)
    return pages[wanted] if wanted < len(pages) else None


def _check(image: Image.Image, content: bytes, stretch: float) -> None:
    width, height = image.size
    _check_size(width, height, _bytes_a_pixel(image, content, stretch))
    check_side(width, height)
    # Never n_frames: to count them all, Pillow walks through the whole file. Pages of a TIFF were counted before, and
    # what follows the photograph in a camera's file (MPO) is made of it.
    if image.format not in {"TIFF", "MPO"} and getattr(image, "is_animated", False):
        raise too_many_pages(1)
    # Of no use to us but for the orientation, which is read from what is small.
    for key in [key for key, value in image.info.items() if _length(value) > _MAX_METADATA_BYTES]:
        del image.info[key]


def _check_size(width: int, height: int, bytes_a_pixel: int) -> None:
    maximum = MAX_WORKING_BYTES // bytes_a_pixel
    if width * height > maximum:
        raise SevenviewsError(
            Reason.IMAGE_TOO_LARGE,
            f"the image has {width} × {height} pixels; at most {maximum} of its kind are allowed",
            {"pixels": str(width * height), "maximum": str(maximum)},
        )


def _bytes_a_pixel(image: Image.Image, content: bytes, stretch: float) -> int:
    """While the image is decoded or, later, made grey, and its pixels square: whichever takes most."""
    stretched = 0 if stretch == 1 else math.ceil(_GREY_BYTES * max(stretch, 1 / stretch))
    return _STORED_BYTES.get(image.mode, 4) + max(_GREY_BYTES + stretched, _decoder_bytes(image, content))


def _decoder_bytes(image: Image.Image, content: bytes) -> int:
    """Of a pixel in what a decoder keeps beside the image itself."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return _check_tiff(image)
    if image.format == "WEBP":
        return _WEBP_BYTES
    if image.format in {"JPEG", "MPO"} and _check_scans(content) > 1:
        # All coefficients of all channels, of two bytes each, wait for the last scan.
        return 2 * len(image.getbands())
    return 0


def _check_tiff(image: TiffImagePlugin.TiffImageFile) -> int:
    """Bytes of a pixel in a strip or tile, one of which is decoded at a time and may be as large as the image."""
    compression = image.info.get("compression", "raw")
    if compression not in _COMPRESSIONS:
        raise unsupported(f"a TIFF compressed by {compression}")
    tags = image.tag_v2
    bits = max(_numbers(tags.get(TiffImagePlugin.BITSPERSAMPLE, 1)))
    samples = max(1, *_numbers(tags.get(TiffImagePlugin.SAMPLESPERPIXEL, 1)))
    apart = tags.get(TiffImagePlugin.PLANAR_CONFIGURATION, 1) == _APART and samples > 1
    if apart and bits > 8 and compression == "raw":  # noqa: PLR2004
        # Pillow takes their bytes for levels.
        raise unsupported(f"a TIFF with planes of {bits} bits, uncompressed and apart")
    if apart and compression != "raw" and image.mode in {"LA", "La"}:
        # Pillow takes a plane for pairs.
        raise unsupported("a TIFF with planes of grey and alpha, compressed and apart")
    raw = max(1, -(-bits * samples // 8))
    # A tile may be larger than the image that it is a part of.
    tile_width, tile_height = (
        max(_numbers(tags.get(tag, 0))) for tag in (TiffImagePlugin.TILEWIDTH, TiffImagePlugin.TILELENGTH)
    )
    _check_size(tile_width, tile_height, raw)
    if compression == "jpeg":
        return raw + 2 * samples
    if compression == "raw":
        return samples if lies_apart(image) else 0
    return raw


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(map(int, value)) if isinstance(value, tuple) else (int(value),)  # type: ignore[call-overload]


def _check_scans(content: bytes) -> int:
    """How often the pixels of a JPEG are passed over."""
    start = next((start for start, kind in _jpeg_segments(content) if kind == _SCAN), 0)
    # Within a scan, no 0xFF is followed by 0xDA unless the next scan begins.
    scans = content.count(bytes((_FILL, _SCAN)), start)
    if scans > _MAX_SCANS:
        raise corrupt(f"{scans} scans are more than {_MAX_SCANS}")
    return scans


def _check_parts(content: bytes) -> None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_count(_png_chunks(content))
    elif content.startswith(b"\xff\xd8"):
        _check_count(_jpeg_segments(content))
    elif content.startswith(b"RIFF"):
        # Its canvas is made when it is opened.
        width, height = _webp_size(content)
        _check_size(width, height, _STORED_BYTES["LA"] + _WEBP_BYTES)


def _check_count(parts: Iterator[object]) -> None:
    for count, _ in enumerate(parts):
        if count > _MAX_PARTS:
            raise corrupt(f"it has more than {_MAX_PARTS} parts")


def _png_chunks(content: bytes) -> Iterator[int]:
    """Where each chunk begins."""
    position = 8
    while position + 8 <= len(content):
        yield position
        position += 12 + int.from_bytes(content[position : position + 4])


_FILL, _SCAN = 0xFF, 0xDA
_LONE = {0x01, *range(0xD0, 0xDA)}
"""Markers without a length."""


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each segment begins, up to the first scan, and its kind; stray bytes count as segments of kind 0."""
    position = 2
    while position + 4 <= len(content):
        kind = content[position + 1] if content[position] == _FILL else 0
        yield position, kind
        if kind == _SCAN:
            return
        if kind in {0, _FILL}:
            position += 1
        elif kind in _LONE:
            position += 2
        else:
            position += 2 + int.from_bytes(content[position + 2 : position + 4])


def _webp_size(content: bytes) -> tuple[int, int]:
    """Width and height of the canvas; nothing where the header is none."""
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        packed = int.from_bytes(content[21:25], "little")
        width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width, height


def _length(value: object) -> int:
    return len(value) if isinstance(value, bytes | str | tuple | list) else 0
