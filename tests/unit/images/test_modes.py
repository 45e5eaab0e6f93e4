"""Whatever an image's mode, depth, alpha or polarity: the same drawing comes out."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import INK_LEVEL, decode
from tests.unit.encoder.test_images import drawing, encoded

INK = np.asarray(drawing()) < INK_LEVEL
GREY = np.asarray(drawing())


def ink_of(content: bytes) -> np.ndarray:
    return np.asarray(decode(content)) < INK_LEVEL


def pencil(white: float, kind: type[np.generic]) -> Image.Image:
    """A drawing in mid-grey on white, in levels up to this white."""
    return Image.fromarray(np.where(INK, white * 0.6, white).astype(kind))


@pytest.mark.parametrize(
    ("white", "kind", "image_format"),
    [
        (65535, np.uint16, "PNG"),
        (65535, np.uint16, "TIFF"),
        (4095, np.uint16, "TIFF"),
        (1023, np.uint16, "PNG"),
        (255, np.uint16, "PNG"),
        (2**31 - 1, np.int32, "TIFF"),
        (255, np.int32, "TIFF"),
        (1, np.float32, "TIFF"),
        (255, np.float32, "TIFF"),
        (1000, np.float32, "TIFF"),
    ],
)
def test_a_pencil_is_as_grey_in_every_depth(white: float, kind: type[np.generic], image_format: str) -> None:
    grey = np.asarray(decode(encoded(pencil(white, kind), image_format)))
    assert grey[INK].min() >= 152
    assert grey[INK].max() <= 154
    assert grey[~INK].min() == 255


def test_a_dark_photograph_of_16_bits_is_not_brightened() -> None:
    dim = Image.fromarray(np.where(INK, 20_000, 40_000).astype(np.uint16))
    assert np.asarray(decode(encoded(dim))).max() == round(40_000 / 65_535 * 255)


def test_not_a_number_is_no_ink_that_blackens_the_rest() -> None:
    levels = np.where(INK, 0.0, 1.0).astype(np.float32)
    levels[0, :2] = np.nan, np.inf
    assert np.array_equal(ink_of(encoded(Image.fromarray(levels), "TIFF"))[1:], INK[1:])


def tiff(
    levels: np.ndarray, *, photometric: int = 1, samples: int = 1, apart: bool = False, extra: int = 0
) -> bytes:
    """An uncompressed TIFF of one strip, or of one a sample, of kinds that Pillow does not write."""
    depth, (height, width) = levels.itemsize * 8, levels.shape[:2]
    strips = np.moveaxis(levels, -1, 0) if apart else levels[np.newaxis]
    tags = [(256, [width]), (257, [height]), (258, [depth] * samples), (259, [1]), (262, [photometric])]
    tags += [(273, [8 + index * strips[0].nbytes for index in range(len(strips))]), (277, [samples])]
    tags += [(278, [height]), (279, [strips[0].nbytes] * len(strips)), (284, [2 if apart else 1])]
    tags += [(338, [extra])] if extra else []
    pixels = strips.tobytes()
    start = 8 + len(pixels)
    rest = start + 6 + 12 * len(tags)
    entries, values = b"", b""
    for tag, numbers in tags:
        packed = struct.pack(f"<{len(numbers)}L", *numbers)
        where = packed if len(numbers) == 1 else struct.pack("<L", rest + len(values))
        values += packed if len(numbers) > 1 else b""
        entries += struct.pack("<HHL", tag, 4, len(numbers)) + where
    return (
        b"II*\0"
        + struct.pack("<L", start)
        + pixels
        + struct.pack("<H", len(tags))
        + entries
        + bytes(4)
        + values
    )


def test_32_bits_without_a_sign() -> None:
    assert np.array_equal(ink_of(tiff(np.where(INK, 0, 2**32 - 1).astype("<u4"))), INK)


def test_grey_that_its_opacity_is_multiplied_with() -> None:
    levels = np.stack([np.where(INK, 0, 255), np.full(INK.shape, 255)], -1).astype(np.uint8)
    assert np.array_equal(ink_of(tiff(levels, samples=2, extra=1)), INK)


@pytest.mark.parametrize(("colours", "extra"), [(1, 1), (1, 2), (3, 1), (3, 2)])
@pytest.mark.parametrize("clear", [False, True])
def test_planes_apart_with_opacity(colours: int, extra: int, clear: bool) -> None:
    opacity = np.where(INK, 255, 0 if clear else 255)
    colour = np.where(INK, 0, 0 if extra == 1 and clear else 255)
    levels = np.stack([colour] * colours + [opacity], -1).astype(np.uint8)
    photometric = 1 if colours == 1 else 2
    content = tiff(levels, photometric=photometric, samples=colours + 1, apart=True, extra=extra)
    assert np.array_equal(ink_of(content), INK)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            tiff(np.zeros((40, 40, 3), "<u2"), photometric=2, samples=3, apart=True), id="16 bits apart"
        ),
        pytest.param(tiff(np.zeros((40, 40, 3), "<u4"), photometric=2, samples=3), id="32 bits of colour"),
        pytest.param(tiff(np.zeros((40, 40, 2), "<u2"), samples=2, extra=2), id="16 bits with opacity"),
    ],
)
def test_what_pillow_cannot_read_or_reads_wrongly_is_unsupported(content: bytes) -> None:
    with pytest.raises(SevenviewsError) as caught:
        decode(content)
    assert caught.value.reason is Reason.IMAGE_FORMAT_UNSUPPORTED


def zero_is_white(content: bytes) -> bytes:
    """The TIFF, with the tag that says so."""
    tiff = bytearray(content)
    (start,) = struct.unpack_from("<L", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", tiff, at)[0] == 262:
            struct.pack_into("<H", tiff, at + 8, 0)
    return bytes(tiff)


def test_zero_is_white_where_the_tag_says_so() -> None:
    deep = Image.fromarray(np.where(INK, 65535, 0).astype(np.uint16))
    assert np.array_equal(ink_of(zero_is_white(encoded(deep, "TIFF"))), INK)


def layered(colour: tuple[int, int, int], alpha: np.ndarray) -> Image.Image:
    image = Image.new("RGBA", drawing().size, colour)
    image.putalpha(Image.fromarray(alpha.astype(np.uint8)))
    return image


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 255, 200), (0, 0, 0), (90, 20, 20)])
@pytest.mark.parametrize("image_format", ["PNG", "TIFF", "WEBP"])
def test_a_drawing_on_nothing_shows_in_any_colour(colour: tuple[int, int, int], image_format: str) -> None:
    options = {"lossless": True, "exact": True} if image_format == "WEBP" else {}
    content = encoded(layered(colour, np.where(INK, 255, 0)), image_format, **options)
    assert np.array_equal(ink_of(content), INK)


@pytest.mark.parametrize("mode", ["LA", "P", "L", "1", "RGB"])
def test_white_on_nothing_is_seen_in_every_mode_that_has_it(mode: str) -> None:
    if mode == "LA":
        content = encoded(Image.merge("LA", (Image.new("L", drawing().size, 255), Image.fromarray(~GREY))))
    elif mode == "P":
        palette = Image.fromarray(INK.astype(np.uint8), "P")
        palette.putpalette([255] * 6)
        content = encoded(palette, transparency=b"\x00\xff")
    else:
        # A colour that counts as nothing: black, where the drawing is white.
        inverted = Image.fromarray(~GREY).convert(mode)
        content = encoded(inverted, transparency=(0, 0, 0) if mode == "RGB" else 0)
    assert np.array_equal(ink_of(content), INK)


def test_rims_that_are_half_transparent_do_not_hide_white_ink() -> None:
    image = layered((255, 255, 255), np.where(INK, 255, 0))
    pixels = np.asarray(image).copy()
    pixels[1, :30] = (0, 0, 0, 100)
    assert ink_of(encoded(Image.fromarray(pixels)))[INK].all()


def test_an_article_in_white_with_black_outlines_keeps_them() -> None:
    pixels = np.zeros((*INK.shape, 4), np.uint8)
    pixels[15:80, 15:170] = 255
    pixels[INK] = (0, 0, 0, 255)
    assert np.array_equal(ink_of(encoded(Image.fromarray(pixels))), INK)


def test_a_white_page_with_clear_corners_is_blank() -> None:
    alpha = np.full(INK.shape, 255)
    alpha[:3, :3] = 0
    with pytest.raises(Exception, match="nothing is drawn"):
        decode(encoded(layered((255, 255, 255), alpha)))


@pytest.mark.parametrize(
    ("mode", "image_format"), [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("LAB", "TIFF"), ("YCbCr", "JPEG")]
)
def test_inks_of_print_and_other_spaces(mode: str, image_format: str) -> None:
    image = (
        Image.merge("LAB", (drawing(), *[Image.new("L", drawing().size, 128)] * 2))
        if mode == "LAB"
        else drawing(mode="RGB").convert(mode)
    )
    options = {"quality": 95} if image_format == "JPEG" else {}
    assert (ink_of(encoded(image, image_format, **options)) == INK).mean() > 0.98


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "I;16", "P"])
def test_white_on_black_is_turned_in_every_mode(mode: str) -> None:
    inverted = Image.fromarray(~GREY)
    image = (
        Image.fromarray((255 - GREY).astype(np.uint16) * 257) if mode == "I;16" else inverted.convert(mode)
    )
    assert np.array_equal(ink_of(encoded(image)), INK)


def test_a_camera_takes_its_picture_with_what_is_made_of_it() -> None:
    sink = io.BytesIO()
    drawing(mode="RGB").save(sink, "MPO", save_all=True, append_images=[drawing((80, 70), "RGB")], quality=95)
    assert decode(sink.getvalue()).size == drawing().size
