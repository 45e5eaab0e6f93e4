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
import struct
import warnings
from collections.abc import Iterator

from PIL import Image, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError, _imaging

from sevenviews.designs import Reason, SevenviewsError

ALLOWED_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")

MIN_SIDE = 16
"""Pixels; less cannot be compared."""

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
_MAX_TAGS = 1_000
_MAX_TAG_NUMBERS = 200_000
"""Numbers in all tags of a TIFF; each becomes an object. A sheet of 10,000 lines, each a strip, has 20,000."""
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

Unreadable = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
)
"""What Pillow raises at damaged files."""


def open_image(content: bytes) -> Image.Image:
    """The image, its header read and found fit to be decoded; its pixels are decoded at their first use.

    Raises:
        SevenviewsError: IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_ANIMATED, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL,
            IMAGE_CORRUPT.
    """
    if not content:
        raise SevenviewsError(Reason.IMAGE_EMPTY, "the image has no bytes")
    try:
        _check_parts(content)
        image = Image.open(io.BytesIO(content), formats=ALLOWED_FORMATS)
        _check(image, content)
    except UnidentifiedImageError as error:
        raise _not_an_image(content) from error
    except Unreadable as error:
        raise corrupt(error) from error
    return image


def working_bytes(content: bytes) -> int:
    """The most memory that decoding this image takes, up to MAX_WORKING_BYTES. Raises what `open_image` raises."""
    image = open_image(content)
    return image.width * image.height * _bytes_a_pixel(image, content)


def check_side(width: int, height: int) -> None:
    """Raises IMAGE_TOO_SMALL."""
    if min(width, height) < MIN_SIDE:
        raise SevenviewsError(
            Reason.IMAGE_TOO_SMALL,
            f"{width} × {height} pixels are too few; either side needs {MIN_SIDE}",
            {"width": str(width), "height": str(height), "minimum": str(MIN_SIDE)},
        )


def corrupt(error: object) -> SevenviewsError:
    return SevenviewsError(Reason.IMAGE_CORRUPT, f"the image is truncated or damaged: {error}")


def _check(image: Image.Image, content: bytes) -> None:
    width, height = image.size
    _check_size(width, height, _bytes_a_pixel(image, content))
    check_side(width, height)
    # Never n_frames: to count them all, Pillow walks through all directories of a TIFF.
    if getattr(image, "is_animated", False):
        raise SevenviewsError(
            Reason.IMAGE_ANIMATED, "the image has several frames; send one drawing an image", {"frames": "2"}
        )
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


def _bytes_a_pixel(image: Image.Image, content: bytes) -> int:
    """While the image is decoded or, later, made grey: whichever takes more."""
    return _STORED_BYTES.get(image.mode, 4) + max(_GREY_BYTES, _decoder_bytes(image, content))


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
        raise _unsupported(f"a TIFF compressed by {compression}")
    tags = image.tag_v2
    bits = max(_numbers(tags.get(TiffImagePlugin.BITSPERSAMPLE, 1)))
    samples = max(1, *_numbers(tags.get(TiffImagePlugin.SAMPLESPERPIXEL, 1)))
    raw = max(1, -(-bits * samples // 8))
    # A tile may be larger than the image that it is a part of.
    tile_width, tile_height = (
        max(_numbers(tags.get(tag, 0))) for tag in (TiffImagePlugin.TILEWIDTH, TiffImagePlugin.TILELENGTH)
    )
    _check_size(tile_width, tile_height, raw)
    if compression == "jpeg":
        return raw + 2 * samples
    return 0 if compression == "raw" else raw


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
    elif content.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        _check_directories(content)
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


_TIFF_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_TIFF_BYTES = {1, 2, 7}
"""Types that stay a string of bytes when they are read."""
_TIFF_POINTERS = {34665, 34853, 40965}
"""Tags that lead to the directories that Pillow reads beside the first: EXIF, GPS, interoperability."""


def _check_directories(content: bytes) -> None:
    """Raise unless the first directory of a TIFF, and those below it, have few tags with few numbers."""
    order = "<" if content[:2] == b"II" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    count, entry, first = (order + "Q", order + "HHQQ", 8) if big else (order + "H", order + "HHLL", 4)
    (start,) = struct.unpack_from(order + ("Q" if big else "L"), content, first)
    tags = numbers = length = 0
    awaited, seen = [start], set()
    while awaited:
        start = awaited.pop()
        if start in seen or start + struct.calcsize(count) > len(content):
            continue
        seen.add(start)
        (found,) = struct.unpack_from(count, content, start)
        tags += found
        if tags > _MAX_TAGS:
            raise corrupt(f"it has more than {_MAX_TAGS} tags")
        position = start + struct.calcsize(count)
        for _ in range(found):
            if position + struct.calcsize(entry) > len(content):
                break
            tag, kind, values, value = struct.unpack_from(entry, content, position)
            position += struct.calcsize(entry)
            length += values * _TIFF_SIZES.get(kind, 0)
            numbers += 0 if kind in _TIFF_BYTES else values * (kind in _TIFF_SIZES)
            if numbers > _MAX_TAG_NUMBERS or length > _MAX_METADATA_BYTES:
                raise corrupt(
                    f"its tags hold more than {_MAX_TAG_NUMBERS} numbers or {_MAX_METADATA_BYTES} bytes"
                )
            if tag in _TIFF_POINTERS:
                awaited.append(value)


def _length(value: object) -> int:
    return len(value) if isinstance(value, bytes | str | tuple | list) else 0


def _not_an_image(content: bytes) -> SevenviewsError:
    kinds = {b"%PDF": "a PDF", b"GIF8": "a GIF", b"PK\x03\x04": "a ZIP archive", b"BM": "a BMP"}
    return _unsupported(
        next((name for start, name in kinds.items() if content.startswith(start)), "of an unknown format")
    )


def _unsupported(kind: str) -> SevenviewsError:
    allowed = ", ".join(ALLOWED_FORMATS)
    return SevenviewsError(
        Reason.IMAGE_FORMAT_UNSUPPORTED, f"the image is {kind}; allowed are {allowed}", {"allowed": allowed}
    )
