"""What an image may be, and what is said of one that may not."""

from __future__ import annotations

import io
import resource
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sevenviews.designs import CropBox, Reason, SevenviewsError
from sevenviews.images import decode


def drawing(size: tuple[int, int] = (200, 100), mode: str = "L") -> Image.Image:
    image = Image.new("L", size, 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, size[0] - 40, size[1] - 30), outline=0, width=3)
    pen.line((20, 20, size[0] - 40, size[1] - 30), fill=0, width=3)
    return image.convert(mode)


def encoded(image: Image.Image, image_format: str = "PNG", **options: object) -> bytes:
    sink = io.BytesIO()
    image.save(sink, image_format, **options)
    return sink.getvalue()


def header_only_png(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and compresses to nothing: what a bomb looks like."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)  # row by row: making the bomb must not take the memory that it is to test
    rows = b"".join(packer.compress(bytes(1 + width // 8)) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def refusal(content: bytes, crop: CropBox | None = None) -> SevenviewsError:
    with pytest.raises(SevenviewsError) as caught:
        decode(content, crop)
    return caught.value


@pytest.mark.parametrize(
    ("image_format", "mode"),
    [("PNG", "L"), ("PNG", "1"), ("PNG", "RGB"), ("JPEG", "L"), ("WEBP", "RGB"), ("TIFF", "1"), ("PNG", "P")],
)
def test_every_allowed_format_gives_the_same_drawing(image_format: str, mode: str) -> None:
    options = {"compression": "group4"} if image_format == "TIFF" else {}
    grey = decode(encoded(drawing(mode=mode), image_format, **options))
    assert grey.mode == "L"
    assert np.abs(np.asarray(grey, float) - np.asarray(drawing(), float)).mean() < 3


def test_transparency_becomes_paper() -> None:
    transparent = Image.merge(
        "LA", (Image.new("L", (200, 100), 0), drawing().point(lambda level: 255 - level))
    )
    assert np.array_equal(np.asarray(decode(encoded(transparent))), np.asarray(drawing()))


def test_white_on_black_is_inverted() -> None:
    inverted = drawing().point(lambda level: 255 - level)
    assert np.array_equal(np.asarray(decode(encoded(inverted))), np.asarray(drawing()))


def test_sixteen_bit_grey_keeps_its_ink() -> None:
    deep = Image.fromarray(np.asarray(drawing(), np.uint16) * 257)
    assert np.array_equal(np.asarray(decode(encoded(deep))), np.asarray(drawing()))


def test_the_orientation_of_a_photo_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode(encoded(drawing(), "JPEG", exif=exif)).size == (100, 200)


def test_a_crop_keeps_its_part() -> None:
    assert decode(encoded(drawing()), CropBox(0, 0, 0.5, 1)).size == (100, 100)


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
BAD: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "empty": (lambda: b"", Reason.IMAGE_EMPTY),
    "a PDF named .png": (lambda: PDF, Reason.IMAGE_FORMAT_UNSUPPORTED),
    "text": (lambda: b"not an image at all", Reason.IMAGE_FORMAT_UNSUPPORTED),
    "a GIF": (lambda: encoded(drawing(mode="P"), "GIF"), Reason.IMAGE_FORMAT_UNSUPPORTED),
    "a BMP": (lambda: encoded(drawing(), "BMP"), Reason.IMAGE_FORMAT_UNSUPPORTED),
    "a truncated PNG": (lambda: encoded(drawing())[:-60], Reason.IMAGE_CORRUPT),
    "a truncated JPEG": (lambda: encoded(drawing(), "JPEG")[:-400], Reason.IMAGE_CORRUPT),
    "a truncated TIFF": (lambda: encoded(drawing(), "TIFF")[:9000], Reason.IMAGE_CORRUPT),
    "a blank page": (lambda: encoded(Image.new("L", (200, 100), 255)), Reason.IMAGE_BLANK),
    "a grey page": (lambda: encoded(Image.new("L", (200, 100), 220)), Reason.IMAGE_BLANK),
    "1×1": (lambda: encoded(Image.new("L", (1, 1), 0)), Reason.IMAGE_TOO_SMALL),
    "animated": (
        lambda: encoded(drawing(), "WEBP", save_all=True, append_images=[drawing().rotate(90)]),
        Reason.IMAGE_ANIMATED,
    ),
    "several pages": (
        lambda: encoded(drawing(), "TIFF", save_all=True, append_images=[drawing()]),
        Reason.IMAGE_ANIMATED,
    ),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD)
def test_a_bad_image_is_refused_by_its_reason(make: Callable[[], bytes], reason: Reason) -> None:
    assert refusal(make()).reason is reason


def test_a_crop_without_ink_is_blank() -> None:
    assert refusal(encoded(drawing()), CropBox(0, 0, 1, 0.18)).reason is Reason.IMAGE_BLANK


def test_a_bomb_is_refused_from_its_header_and_memory_stays_flat() -> None:
    bomb = header_only_png(50_000, 50_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refusal(bomb)
    grown_kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert error.reason is Reason.IMAGE_TOO_LARGE
    assert error.metadata["pixels"] == "2500000000"
    # Decoded, it would take 300 MB and more.
    assert grown_kibibytes < 32 * 1024
