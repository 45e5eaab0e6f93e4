"""Sheets are cut into figures: as many as labels, upright, without the labels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sevenviews.corpus.figures import cut_sheet, query_drawings
from sevenviews.corpus.figures.labels import Expected
from sevenviews.designs import Reason, SevenviewsError
from tests.unit.corpus.sheets import (
    Ink,
    article_ink,
    as_bytes,
    blank,
    draw_article,
    ink_of,
    labelled_sheet,
    turned,
    write,
)


def _same(one: Ink, other: Ink) -> bool:
    """Equal up to two pixels of size and the ink of their rims."""
    if max(abs(one.shape[0] - other.shape[0]), abs(one.shape[1] - other.shape[1])) > 2:
        return False
    height, width = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    differing = one[:height, :width] ^ other[:height, :width]
    return bool(differing.sum() < 0.1 * one.sum())


@pytest.mark.parametrize("mark", ["FIG. ", "Fig. ", "FIG.", "Figure "])
@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_the_label_is_read_and_removed(mark: str, image_format: str) -> None:
    (figure,) = cut_sheet(as_bytes(labelled_sheet(["7"], mark), image_format))
    assert figure.label == "7"
    assert _same(ink_of(figure.content), article_ink(900, 1740))


@pytest.mark.parametrize("numbers", [["1", "2"], ["9", "10", "11"], ["4", "3"], ["2A", "2B"]])
def test_every_label_gets_its_figure(numbers: list[str]) -> None:
    figures = cut_sheet(as_bytes(labelled_sheet(numbers)))
    assert [figure.label for figure in figures] == numbers
    article = article_ink(900, 2000 // len(numbers) - 260)
    assert all(_same(ink_of(figure.content), article) for figure in figures)
    tops = [figure.box.top for figure in figures]
    assert tops == sorted(tops)


@pytest.mark.parametrize("quarter_turns", [1, 3])
@pytest.mark.parametrize("numbers", [["5"], ["6", "7"]])
def test_turned_sheets_are_set_upright(quarter_turns: int, numbers: list[str]) -> None:
    upright = cut_sheet(as_bytes(labelled_sheet(numbers)))
    lying = cut_sheet(as_bytes(turned(labelled_sheet(numbers), quarter_turns)))
    assert sorted(figure.label for figure in lying) == numbers
    by_label = {figure.label: figure for figure in lying}
    for figure in upright:
        assert (by_label[figure.label].quarter_turns + quarter_turns) % 4 == 0
        assert _same(ink_of(by_label[figure.label].content), ink_of(figure.content))


def test_figures_side_by_side_with_labels_above() -> None:
    sheet = blank()
    for index, number in enumerate(["3", "4", "5"]):
        write(sheet, f"FIG. {number}", 120 + 480 * index, 150)
        draw_article(sheet, 60 + 480 * index, 300, 380, 500 + 100 * index)
    figures = {figure.label: figure for figure in cut_sheet(as_bytes(sheet))}
    assert set(figures) == {"3", "4", "5"}
    for index, number in enumerate(["3", "4", "5"]):
        assert _same(ink_of(figures[number].content), article_ink(380, 500 + 100 * index))


def test_an_exploded_figure_stays_together() -> None:
    sheet = blank()
    for top in (50, 400, 750, 1300):
        draw_article(sheet, 300, top, 700, 250)
    write(sheet, "FIG. 6", 600, 1700)
    (figure,) = cut_sheet(as_bytes(sheet))
    assert figure.label == "6"
    assert ink_of(figure.content).shape[0] == pytest.approx(1505, abs=4)


def test_exploded_figures_stay_together_though_their_parts_lie_further_apart_than_the_figures() -> None:
    sheet = blank(1500, 2400)
    for index, number in enumerate(["1", "2"]):
        top = 40 + 1180 * index
        draw_article(sheet, 300, top, 700, 250)
        draw_article(sheet, 300, top + 700, 700, 250)
        write(sheet, f"FIG. {number}", 560, top + 1000)
    figures = cut_sheet(as_bytes(sheet))
    assert [figure.label for figure in figures] == ["1", "2"]
    assert [ink_of(figure.content).shape[0] for figure in figures] == pytest.approx([954, 954], abs=4)


def test_figures_that_no_straight_line_divides() -> None:
    sheet = blank()
    draw_angles(sheet)
    write(sheet, "FIG. 1", 120, 100)
    write(sheet, "FIG. 2", 1150, 1890)
    boxes = {figure.label: figure.box for figure in cut_sheet(as_bytes(sheet))}
    assert set(boxes) == {"1", "2"}
    assert (boxes["1"].left, boxes["1"].right) == pytest.approx((100 / 1500, 1150 / 1500), abs=0.01)
    assert (boxes["2"].left, boxes["2"].right) == pytest.approx((350 / 1500, 1400 / 1500), abs=0.01)


def draw_angles(sheet: Image.Image) -> None:
    """Two angles that interlock: one from the upper left, one from the lower right."""
    pen = ImageDraw.Draw(sheet)
    upper = [(100, 250), (1150, 250), (1150, 400), (250, 400), (250, 1600), (100, 1600)]
    lower = [(1400, 1850), (350, 1850), (350, 1700), (1250, 1700), (1250, 500), (1400, 500)]
    for corners in (upper, lower):
        pen.polygon(corners, outline=0, width=4)


def test_a_sheet_without_labels_is_one_figure_as_it_is() -> None:
    sheet = blank()
    draw_article(sheet, 100, 100, 800, 600)
    draw_article(sheet, 100, 900, 800, 600)
    content = as_bytes(sheet)
    (figure,) = cut_sheet(content)
    assert (figure.label, figure.label_text, figure.whole) == ("", "", True)
    assert [drawing.content for drawing in query_drawings(content)] == [content]


def test_bare_numbers_are_labels_only_where_they_are_expected() -> None:
    sheet = blank()
    write(sheet, "1.4", 20, 20)
    draw_article(sheet, 300, 300, 900, 900)
    write(sheet, "2.5", 700, 900)
    content = as_bytes(sheet)
    (hague,) = cut_sheet(content, Expected(("1.3", "1.4"), per_sheet=1))
    assert hague.label == "1.4"
    (other,) = cut_sheet(content, Expected(("1", "2")))
    assert other.label == ""


def test_the_running_head_is_removed() -> None:
    sheet = blank(2000, 2800)
    for text, left in (
        ("U.S. Patent", 60),
        ("Feb. 9, 2021", 620),
        ("Sheet 3 of 9", 1080),
        ("US D909,824 S", 1530),
    ):
        write(sheet, text, left, 60, 50)
    draw_article(sheet, 300, 400, 1200, 1800)
    write(sheet, "FIG. 3", 800, 2350)
    (figure,) = cut_sheet(as_bytes(sheet))
    assert figure.label == "3"
    assert _same(ink_of(figure.content), article_ink(1200, 1800))


def test_the_underline_of_a_label_goes_with_it() -> None:
    sheet = labelled_sheet(["3"], "FIG-")
    ImageDraw.Draw(sheet).line((590, 1920, 760, 1920), fill=0, width=6)
    (figure,) = cut_sheet(as_bytes(sheet))
    assert _same(ink_of(figure.content), article_ink(900, 1740))


def test_a_number_far_from_its_mark_is_read() -> None:
    sheet = blank()
    draw_article(sheet, 250, 40, 900, 1700)
    write(sheet, "FIG.", 500, 1850)
    write(sheet, "8", 690, 1850)
    (figure,) = cut_sheet(as_bytes(sheet))
    assert figure.label == "8"
    assert _same(ink_of(figure.content), article_ink(900, 1700))


def test_lonely_specks_do_not_widen_a_figure() -> None:
    sheet = labelled_sheet(["1"])
    for x, y in ((5, 5), (1490, 1000), (20, 1990)):
        sheet.putpixel((x, y), 0)
    (figure,) = cut_sheet(as_bytes(sheet))
    assert _same(ink_of(figure.content), article_ink(900, 1740))


def test_a_sheet_of_1_bit_gives_drawings_of_1_bit_and_a_grey_one_grey_drawings() -> None:
    sheet = labelled_sheet(["1"])
    (bilevel,) = cut_sheet(as_bytes(sheet))
    (grey,) = cut_sheet(as_bytes(sheet.convert("L"), "PNG"))
    assert Image.open(io.BytesIO(bilevel.content)).mode == "1"
    assert Image.open(io.BytesIO(grey.content)).mode == "L"
    assert np.array_equal(ink_of(bilevel.content), ink_of(grey.content))
    assert (bilevel.width, bilevel.height) == Image.open(io.BytesIO(bilevel.content)).size


def test_a_query_sheet_gives_its_figures() -> None:
    drawings = query_drawings(as_bytes(labelled_sheet(["1", "2"])))
    assert [drawing.figure_number for drawing in drawings] == ["1", "2"]


def test_blank_sheets_are_refused() -> None:
    with pytest.raises(SevenviewsError) as caught:
        cut_sheet(as_bytes(blank()))
    assert caught.value.reason is Reason.IMAGE_BLANK


def test_a_sheet_with_nothing_but_a_label_is_refused() -> None:
    sheet = blank()
    write(sheet, "FIG. 3", 600, 900)
    with pytest.raises(SevenviewsError) as caught:
        cut_sheet(as_bytes(sheet))
    assert caught.value.reason is Reason.IMAGE_BLANK
