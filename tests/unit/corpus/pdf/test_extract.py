"""A page comes out as a viewer shows it: scans pixel for pixel, all else drawn."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from sevenviews.corpus.pdf.pages import Page, read_pages
from tests.unit.corpus.pdf.documents import INVISIBLE, PdfPage, Picture, Text, make_pdf, scan
from tests.unit.corpus.sheets import labelled_sheet


def _page(page: PdfPage) -> Page:
    (read,) = read_pages("x.pdf", make_pdf([page]))
    return read


def _image(page: PdfPage) -> Image.Image:
    return Image.open(io.BytesIO(_page(page).image))


def _differ(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ."""
    assert one.size == other.size
    return float((np.asarray(one.convert("1")) != np.asarray(other.convert("1"))).mean())


@pytest.fixture(scope="module")
def drawing() -> Image.Image:
    return labelled_sheet(("1", "2"))


def test_a_scan_is_taken_pixel_for_pixel(drawing: Image.Image) -> None:
    image = _image(scan(drawing, [Text(10, 10, "read by somebody")]))
    assert image.mode == "1"
    assert _differ(image, drawing) == 0


def test_a_scan_on_longer_paper(drawing: Image.Image) -> None:
    page = PdfPage(size=(612, 900), pictures=[Picture(drawing, (0, 84, 612, 900))])
    assert _differ(_image(page), drawing) == 0


def test_what_the_file_inverts_is_inverted(drawing: Image.Image) -> None:
    negative = ImageOps.invert(drawing.convert("L")).convert("1")
    page = PdfPage(pictures=[Picture(negative, entries={"Decode": "[1 0]"})])
    assert _differ(_image(page), drawing) < 0.01


def test_a_turned_page_is_turned(drawing: Image.Image) -> None:
    image = _image(scan(drawing, Rotate="90"))
    assert _differ(image, drawing.rotate(-90, expand=True)) == 0


def test_an_image_that_is_laid_out_upside_down_is_not(drawing: Image.Image) -> None:
    flipped = PdfPage(pictures=[Picture(ImageOps.flip(drawing), (0, 792, 612, 0))])
    image = _image(flipped)
    assert _differ(image.resize(drawing.size), drawing) < 0.03


def test_strips_are_put_together(drawing: Image.Image) -> None:
    half = drawing.height // 2
    upper, lower = (
        drawing.crop((0, 0, drawing.width, half)),
        drawing.crop((0, half, drawing.width, drawing.height)),
    )
    page = PdfPage(pictures=[Picture(upper, (0, 396, 612, 792)), Picture(lower, (0, 0, 612, 396))])
    assert _differ(_image(page).resize(drawing.size), drawing) < 0.03


def test_colour_is_kept_and_lines_are_drawn() -> None:
    photograph = Image.new("RGB", (800, 1000), "white")
    ImageDraw.Draw(photograph).rectangle((100, 100, 500, 700), fill=(200, 30, 30))
    assert _image(scan(photograph)).mode == "RGB"
    lines = _image(PdfPage(drawn="4 w 100 100 m 500 700 l S"))
    assert lines.mode == "L"
    assert min(lines.size) > 2000, "300 pixels an inch"


def test_set_text_has_its_place_and_a_layer_is_known_for_one(drawing: Image.Image) -> None:
    page = _page(PdfPage(texts=[Text(61.2, 79.2, "(54) CHAIR", 12)]))
    assert not page.scanned
    (text,) = page.texts
    assert text.text == "(54) CHAIR"
    assert text.left == pytest.approx(0.1, abs=0.01)
    assert 0.1 < text.top < text.bottom < 0.13
    assert _page(scan(drawing, [Text(10, 10, "x", mode=INVISIBLE)])).scanned


def test_a_broken_page_is_told_and_the_others_are_read(drawing: Image.Image) -> None:
    content = make_pdf([PdfPage(), scan(drawing)]).replace(b"/Type /Page ", b"/Type /Pag3 ", 1)
    assert [bool(page.image) for page in read_pages("x.pdf", content)][-1]
