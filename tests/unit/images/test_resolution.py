"""Pixels that are not square become so, whatever says that they are not, and whichever way the image lies."""

from __future__ import annotations

import pytest
from PIL import Image

from sevenviews.images import decode, decode_pages
from tests.unit.encoder.test_images import drawing, encoded


def squashed(mode: str = "1") -> Image.Image:
    """A drawing of 200 × 100 as a fax sends it: half as high."""
    return drawing().resize((200, 48), Image.Resampling.BOX).convert(mode)


@pytest.mark.parametrize(
    ("image_format", "mode", "options"),
    [
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "1", {"compression": "group3"}),
        ("TIFF", "L", {}),
        ("PNG", "L", {}),
        ("JPEG", "L", {}),
    ],
)
def test_a_fax_has_its_height_back(image_format: str, mode: str, options: dict[str, object]) -> None:
    image = decode(encoded(squashed(mode), image_format, dpi=(204, 98), **options))
    assert image.size == (200, 100)


@pytest.mark.parametrize(
    ("across", "down", "size"), [(98, 204, (416, 100)), (300, 300, (200, 100)), (203, 200, (200, 100))]
)
def test_the_coarser_side_becomes_finer(across: float, down: float, size: tuple[int, int]) -> None:
    assert decode(encoded(drawing(), "TIFF", dpi=(across, down))).size == size


@pytest.mark.parametrize(("across", "down"), [(300, 1), (0, 300), (72, 1e9)])
def test_resolutions_that_no_picture_has_are_not_believed(across: float, down: float) -> None:
    assert decode(encoded(drawing(), "TIFF", dpi=(across, down))).size == (200, 100)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_fax_that_lies_is_turned_and_stretched(orientation: int) -> None:
    content = encoded(squashed(), "TIFF", dpi=(204, 98), tiffinfo={274: orientation})
    assert decode(content).size == ((200, 100) if orientation in {1, 3} else (100, 200))


def test_what_was_stretched_is_grey() -> None:
    (page,) = decode_pages(encoded(squashed(), "TIFF", dpi=(204, 98)))
    assert not page.bilevel


@pytest.mark.parametrize("image_format", ["TIFF", "PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_in_every_format(image_format: str, orientation: int) -> None:
    options: dict[str, object] = {"tiffinfo": {274: orientation}}
    if image_format != "TIFF":
        exif = Image.Exif()
        exif[274] = orientation
        options = {"exif": exif}
    image = decode(encoded(drawing(mode="RGB"), image_format, **options))
    assert image.size == ((100, 200) if orientation > 4 else (200, 100))
