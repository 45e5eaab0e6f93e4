"""What people hold in their hands: files of several pages, sheets on their heads, damaged ones, negatives."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from sevenviews.corpus import iter_entries
from sevenviews.corpus.assembly import SheetFile, cut_drawings
from sevenviews.corpus.descriptions import describe_figures
from sevenviews.corpus.entry import ProblemReason
from sevenviews.corpus.figures import cut_sheet, query_drawings
from sevenviews.corpus.png_pages import png_page
from sevenviews.designs import Reason, SevenviewsError
from tests.unit.corpus.sheets import as_bytes, blank, draw_article, ink_of, labelled_sheet, turned
from tests.unit.images.test_fax import fax, spoiled

THREE = [labelled_sheet([number]) for number in "123"]
NOTHING_DESCRIBED = describe_figures([])


def pages(*sheets: Image.Image) -> bytes:
    sink = io.BytesIO()
    sheets[0].save(sink, "TIFF", save_all=True, append_images=sheets[1:], compression="group4")
    return sink.getvalue()


def test_each_page_of_a_sheets_file_is_a_sheet() -> None:
    files = [SheetFile("a.tif", 1, pages(*THREE[:2])), SheetFile("b.tif", 2, as_bytes(THREE[2], "TIFF"))]
    cut = cut_drawings("patent", "USD1", files, NOTHING_DESCRIBED)
    assert [(one.sheet_number, one.figure_number) for one in cut.drawings] == [(1, "1"), (2, "2"), (3, "3")]
    assert not cut.problems


def test_a_search_with_a_file_of_several_pages_asks_with_all_their_figures() -> None:
    drawings = query_drawings(pages(THREE[0], blank(), THREE[2]))
    assert [drawing.figure_number for drawing in drawings] == ["1", "3"]


def test_pages_that_are_all_blank_are_refused() -> None:
    with pytest.raises(SevenviewsError) as caught:
        query_drawings(pages(blank(), blank()))
    assert caught.value.reason is Reason.IMAGE_BLANK


def test_a_page_that_cannot_be_read_does_not_harm_the_others() -> None:
    content = pages(*THREE)
    damaged = spoiled(content, 0.0, page=1)
    cut = cut_drawings("patent", "USD1", [SheetFile("a.tif", 1, damaged)], NOTHING_DESCRIBED)
    assert [one.figure_number for one in cut.drawings if one.sheet_number != 2] == ["1", "3"]
    assert [problem.part for problem in cut.problems] == ["a.tif, page 2"] * len(cut.problems)
    assert cut.problems


def test_a_file_of_several_pages_in_a_corpus_of_drawings_is_cut(tmp_path: Path) -> None:
    (tmp_path / "D12345.tif").write_bytes(pages(*THREE))
    (entry,) = iter_entries(tmp_path)
    read = entry.read()
    assert [(one.sheet_number, one.figure_number) for one in read.patent.drawings] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    assert not read.problems


@pytest.mark.parametrize("numbers", [["1"], ["1", "2"], ["12A", "12B"]])
@pytest.mark.parametrize("mode", ["1", "L"])
def test_a_sheet_on_its_head_is_set_upright(numbers: list[str], mode: str) -> None:
    upright = cut_sheet(as_bytes(labelled_sheet(numbers).convert(mode)))
    over = cut_sheet(as_bytes(turned(labelled_sheet(numbers), 2).convert(mode)))
    assert [figure.label for figure in over] == numbers
    for one, other in zip(upright, over, strict=True):
        assert other.quarter_turns == 2
        assert np.array_equal(ink_of(one.content), ink_of(other.content))
        assert other.box.top == pytest.approx(1 - one.box.bottom, abs=0.002)


def test_a_drawing_without_text_is_left_as_it_stands() -> None:
    sheet = blank()
    draw_article(sheet, 200, 200, 900, 700)
    (figure,) = cut_sheet(as_bytes(turned(sheet, 2)))
    assert (figure.whole, figure.quarter_turns) == (True, 0)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_a_negative_is_cut_like_its_positive(mode: str) -> None:
    sheet = labelled_sheet(["1", "2"]).convert("L")
    negative = cut_sheet(as_bytes(ImageOps.invert(sheet).convert(mode)))
    assert [figure.label for figure in negative] == ["1", "2"]
    positive = cut_sheet(as_bytes(sheet.convert(mode)))
    assert [figure.content for figure in negative] == [figure.content for figure in positive]


def test_a_pencil_of_16_bits_is_cut() -> None:
    levels = np.where(np.asarray(labelled_sheet(["4"])), 65535, 45000).astype(np.uint16)
    (figure,) = cut_sheet(as_bytes(Image.fromarray(levels)))
    assert figure.label == "4"


def test_damage_is_a_problem_and_what_stands_above_it_is_kept() -> None:
    sheet = labelled_sheet(["1", "2"])
    content = spoiled(fax(sheet, tiffinfo={278: sheet.height}), 0.75)
    cut = cut_drawings("patent", "USD1", [SheetFile("D00001.TIF", 1, content)], NOTHING_DESCRIBED)
    assert ProblemReason.SHEET_DAMAGED in {problem.reason for problem in cut.problems}
    assert "1" in {one.figure_number for one in cut.drawings}
    with pytest.raises(SevenviewsError) as caught:
        query_drawings(content)
    assert caught.value.reason is Reason.IMAGE_CORRUPT


def test_what_is_stored_is_upright_and_keeps_its_colours() -> None:
    photograph = Image.new("RGB", (120, 80), "white")
    photograph.paste((200, 30, 30), (10, 10, 60, 40))
    exif = Image.Exif()
    exif[274] = 6
    sink = io.BytesIO()
    photograph.save(sink, "JPEG", exif=exif, quality=95)
    stored = png_page(sink.getvalue())
    image = Image.open(io.BytesIO(stored.content))
    assert image.size == (stored.width, stored.height) == (80, 120)
    assert image.mode == "RGB"


@pytest.mark.parametrize("image_format", ["GIF", "BMP"])
def test_a_query_in_a_format_of_files_becomes_one_that_services_take(image_format: str) -> None:
    sheet = blank()
    draw_article(sheet, 200, 200, 900, 700)
    (drawing,) = query_drawings(as_bytes(sheet, image_format))
    assert drawing.content.startswith(b"\x89PNG")
