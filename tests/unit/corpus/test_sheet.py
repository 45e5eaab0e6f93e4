"""Images from outside."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from sevenviews.corpus.figures.sheet import decode_sheet
from sevenviews.designs import Reason, SevenviewsError
from tests.unit.corpus.sheets import as_bytes, labelled_sheet


def _png_of(width: int, height: int) -> bytes:
    """A PNG that promises an image of this size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def _animation() -> bytes:
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 128)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.IMAGE_EMPTY),
        (b"%PDF-1.4\n1 0 obj", Reason.IMAGE_FORMAT_UNSUPPORTED),
        (b"no image at all", Reason.IMAGE_FORMAT_UNSUPPORTED),
        (as_bytes(labelled_sheet(), "PNG")[:2000], Reason.IMAGE_CORRUPT),
        (as_bytes(labelled_sheet(), "TIFF")[:3000], Reason.IMAGE_CORRUPT),
        (as_bytes(labelled_sheet().convert("L"), "JPEG")[:3000], Reason.IMAGE_CORRUPT),
        (_png_of(50_000, 50_000), Reason.IMAGE_TOO_LARGE),
        (_png_of(12_000, 9_000), Reason.IMAGE_TOO_LARGE),
        (_animation(), Reason.IMAGE_ANIMATED),
    ],
)
def test_refuses_with_a_reason(content: bytes, reason: Reason) -> None:
    with pytest.raises(SevenviewsError) as caught:
        decode_sheet(content)
    assert caught.value.reason is reason


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SevenviewsError):
            decode_sheet(_png_of(50_000, 50_000))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "GIF", "BMP"])
def test_the_ink_is_the_same_in_every_format(image_format: str) -> None:
    image = labelled_sheet()
    sheet = decode_sheet(as_bytes(image, image_format))
    assert np.array_equal(sheet.ink, ~np.asarray(image))
    assert (sheet.width, sheet.height) == image.size


def test_transparency_is_white() -> None:
    image = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    image.putpixel((3, 4), (0, 0, 0, 255))
    assert np.argwhere(decode_sheet(as_bytes(image)).ink).tolist() == [[4, 3]]
