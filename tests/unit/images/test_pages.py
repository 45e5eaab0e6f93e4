"""Files of several pages: as many drawings, one in memory at a time, and no more than a file may have."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import decode, decode_pages, page_count
from sevenviews.images.directories import MAX_PAGES
from tests.hostile import tiff_directories
from tests.unit.encoder.test_images import drawing, encoded


def pages_of(*images: Image.Image, **options: object) -> bytes:
    return encoded(images[0], "TIFF", save_all=True, append_images=list(images[1:]), **options)


def test_every_page_is_decoded_in_its_own_mode() -> None:
    images = drawing(mode="1"), drawing((120, 90)), drawing((90, 120), "RGB")
    pages = list(decode_pages(pages_of(*images)))
    assert [page.grey.size for page in pages] == [image.size for image in images]
    assert [(page.bilevel, page.coloured) for page in pages] == [(True, False), (False, False), (False, True)]
    assert np.array_equal(np.asarray(pages[1].grey), np.asarray(images[1]))


@pytest.mark.parametrize("kind", [1, 4])
@pytest.mark.parametrize("first", [True, False])
def test_a_thumbnail_or_a_mask_is_no_page(kind: int, first: bool) -> None:
    copy, page = (drawing((80, 70)), {254: kind}), (drawing(), {254: 0})
    sink = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(sink) as writer:
        for image, tags in (copy, page) if first else (page, copy):
            image.save(writer, "TIFF", tiffinfo=tags)
            writer.newFrame()
    content = sink.getvalue()
    assert page_count(content) == 1
    assert decode(content).size == drawing().size


def test_one_drawing_is_asked_for_and_several_are_given() -> None:
    with pytest.raises(SevenviewsError) as caught:
        decode(pages_of(drawing(), drawing()))
    assert caught.value.reason is Reason.IMAGE_ANIMATED


def test_a_file_has_at_most_so_many_pages() -> None:
    assert page_count(tiff_directories(MAX_PAGES)) == MAX_PAGES
    for content in (tiff_directories(MAX_PAGES + 1), tiff_directories(100_000)):
        with pytest.raises(SevenviewsError) as caught:
            page_count(content)
        assert caught.value.reason is Reason.IMAGE_ANIMATED


def test_a_chain_that_bites_its_tail_ends() -> None:
    assert page_count(tiff_directories(5, loop=True)) == 5


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG"])
def test_an_animation_has_no_pages(image_format: str) -> None:
    mode = "P" if image_format == "GIF" else "L"
    content = encoded(
        drawing(mode=mode), image_format, save_all=True, append_images=[drawing(mode=mode).rotate(90)]
    )
    with pytest.raises(SevenviewsError) as caught:
        list(decode_pages(content))
    assert caught.value.reason is Reason.IMAGE_ANIMATED
