"""Damage to fax-compressed pages is told, and nothing is told of whole ones."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import Damage, decode, decode_pages
from sevenviews.images.directories import tiff_pages
from sevenviews.images.fax import damage_of as fax_damage
from sevenviews.images.header import open_image
from tests.unit.encoder.test_images import drawing, encoded

SHEET = drawing((1200, 900), "1")


def fax(image: Image.Image = SHEET, compression: str = "group4", **options: object) -> bytes:
    return encoded(image, "TIFF", compression=compression, **options)


def one_strip() -> bytes:
    return fax(tiffinfo={278: SHEET.height})


def tags_of(tiff: bytes | bytearray, page: int = 0) -> dict[int, tuple[int, int]]:
    """Where each tag's value lies, and the value."""
    start = tiff_pages(bytes(tiff))[page].offset
    (count,) = struct.unpack_from("<H", tiff, start)
    places = range(start + 10, start + 10 + 12 * count, 12)
    forms = {3: "<H", 4: "<L"}
    entries = [(*struct.unpack_from("<HH", tiff, at - 8), at) for at in places]
    return {tag: (at, struct.unpack_from(forms.get(form, "<L"), tiff, at)[0]) for tag, form, at in entries}


def spoiled(content: bytes, share: float, page: int = 0) -> bytes:
    """With four bytes of a page's only strip set to zeros, which are no code, at some share of it."""
    tags = tags_of(content, page)
    at = tags[273][1] + int(tags[279][1] * share)
    return content[:at] + b"\0\0\0\0" + content[at + 4 :]


def damage_of(content: bytes) -> Damage | None:
    (page,) = decode_pages(content)
    return page.damage


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_ccitt"])
@pytest.mark.parametrize("rows", [900, 64, 1])
def test_whole_pages_have_no_damage(compression: str, rows: int) -> None:
    assert damage_of(fax(compression=compression, tiffinfo={278: rows})) is None


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_damage_is_told_with_its_row_and_what_stands_above_remains(share: float) -> None:
    (page,) = decode_pages(spoiled(one_strip(), share))
    assert page.damage is not None
    assert page.damage.lost
    assert 0 < page.damage.row < 900
    grey, whole = np.asarray(page.grey), np.asarray(SHEET.convert("L"))
    assert np.array_equal(grey[: page.damage.row - 1], whole[: page.damage.row - 1])
    assert (grey[page.damage.row :] == 255).all()


def test_a_damaged_drawing_is_refused_where_one_is_asked_for() -> None:
    with pytest.raises(SevenviewsError) as caught:
        decode(spoiled(one_strip(), 0.5))
    assert caught.value.reason is Reason.IMAGE_CORRUPT
    assert "row" in caught.value.message


def test_damage_on_a_later_page_is_told_of_that_page() -> None:
    content = fax(save_all=True, append_images=[SHEET.rotate(180)], tiffinfo={278: SHEET.height})
    first, second = decode_pages(spoiled(content, 0.5, page=1))
    assert first.damage is None
    assert second.damage is not None


def test_data_that_end_before_the_header_says_are_told_and_taken() -> None:
    content = bytearray(one_strip())
    for tag in (257, 278):
        at, _ = tags_of(content)[tag]
        struct.pack_into("<H", content, at, 1000)
    damage = damage_of(bytes(content))
    assert damage is not None
    assert not damage.lost
    assert decode(bytes(content)).size == (1200, 1000)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's; outside of tests it is silenced for good
def test_a_cut_strip_is_refused() -> None:
    content = one_strip()
    at, length = tags_of(content)[273][1], tags_of(content)[279][1]
    with pytest.raises(SevenviewsError) as caught:
        decode(content[: at + length // 2] + content[at + length :])
    assert caught.value.reason is Reason.IMAGE_CORRUPT


def test_most_single_bits_are_missed() -> None:
    """Not all: a bit that turns one code into another of its length shows nowhere."""
    content, dice = one_strip(), Random(7)
    tags = tags_of(content)
    told = 0
    for _ in range(60):
        broken = bytearray(content)
        broken[tags[273][1] + dice.randrange(tags[279][1])] ^= 1 << dice.randrange(8)
        try:
            told += any(page.damage for page in decode_pages(bytes(broken)))
        except SevenviewsError:
            told += 1
    assert told > 40


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_file_stays_open() -> None:
    contents = one_strip(), spoiled(one_strip(), 0.5)
    for content in contents:
        list(decode_pages(content))  # what is loaded once is open from now on
    before = open_files()
    for content in contents * 5:
        list(decode_pages(content))
    image = open_image(contents[0]).image
    assert isinstance(image, TiffImagePlugin.TiffImageFile)
    assert fax_damage(b"no TIFF at all", image, 8) is None
    assert open_files() == before


def test_libtiff_says_nothing_on_the_terminal() -> None:
    program = (
        "import sys; from sevenviews.designs import SevenviewsError; from sevenviews.images import decode_pages\n"
        "try: print([page.damage is not None for page in decode_pages(sys.stdin.buffer.read())])\n"
        "except SevenviewsError as error: print(error.reason)"
    )
    whole = one_strip()
    for content, told in ((spoiled(whole, 0.4), b"[True]"), (whole[: len(whole) // 2], b"IMAGE_CORRUPT")):
        done = subprocess.run([sys.executable, "-c", program], input=content, capture_output=True, check=True)
        assert (done.stdout.strip(), done.stderr) == (told, b"")
