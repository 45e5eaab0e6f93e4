"""A figure that is named inside another one's frame is no second figure; and what labels say beside a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from sevenviews.corpus import ProblemReason
from sevenviews.corpus.assembly import CutDrawings, SheetFile, cut_drawings
from sevenviews.corpus.descriptions import DescribedFigures, describe_figures
from sevenviews.corpus.figures import cut_sheet
from sevenviews.designs import View
from tests.unit.corpus.sheets import as_bytes, blank, draw_article, labelled_sheet, write

_DESCRIBED = describe_figures(
    [
        "FIG. 1 is a front view;",
        "FIG. 2 is a rear view;",
        "FIG. 3 is an enlarged view of a portion of FIG. 2.",
    ]
)
_NOT_DESCRIBED = DescribedFigures((), {})


def _sheet_with_callout(framed: bool) -> Image.Image:
    """FIG. 2, a dotted circle on it, and "FIG. 3" beside the circle, in the figure's frame or outside of it."""
    sheet = blank()
    draw_article(sheet, 250, 300, 900, 1300)
    pen = ImageDraw.Draw(sheet)
    for start in range(0, 360, 12):
        pen.arc((1000, 1450, 1240, 1690), start, start + 6, fill=0, width=3)
    if framed:
        pen.rectangle((60, 200, 1460, 1750), outline=0, width=3)
        write(sheet, "FIG. 3", 1240, 1340)
    else:
        pen.line((1225, 1500, 1260, 1470), fill=0, width=3)
        write(sheet, "FIG. 3", 1270, 1420)
    write(sheet, "FIG. 2", 600, 1820)
    return sheet


def _cut(sheets: list[Image.Image], described: DescribedFigures) -> CutDrawings:
    files = [SheetFile(f"{number}.png", number, as_bytes(sheet)) for number, sheet in enumerate(sheets, 1)]
    return cut_drawings("x", "X1", files, described)


@pytest.mark.parametrize("framed", [False, True])
def test_a_call_out_is_no_figure_of_its_sheet(framed: bool) -> None:
    (figure,) = cut_sheet(as_bytes(_sheet_with_callout(framed)))
    assert figure.label == "2"


@pytest.mark.parametrize("described", [_DESCRIBED, _NOT_DESCRIBED])
def test_the_figure_that_a_call_out_names_is_on_its_own_sheet(described: DescribedFigures) -> None:
    sheets = [labelled_sheet(["1"]), _sheet_with_callout(framed=False), labelled_sheet(["3"])]
    cut = _cut(sheets, described)
    assert [(drawing.sheet_number, drawing.figure_number) for drawing in cut.drawings] == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]
    assert cut.problems == ()


def test_a_number_read_twice_loses_no_figure() -> None:
    # A 3 read for an 8: both are whole figures.
    cut = _cut([labelled_sheet(["2", "3"]), labelled_sheet(["3"])], _NOT_DESCRIBED)
    assert [drawing.sheet_number for drawing in cut.drawings] == [1, 1, 2]


def test_the_rest_of_a_figure_bears_its_number() -> None:
    described = describe_figures(["FIG. 1 is a front view of a belt;", "FIG. 2 is a rear view thereof."])
    cut = _cut([labelled_sheet(["1"]), labelled_sheet(["1 (Cont.)"]), labelled_sheet(["2"])], described)
    assert [(drawing.figure_number, drawing.view) for drawing in cut.drawings] == [
        ("1", View.FRONT),
        ("1", View.FRONT),
        ("2", View.BACK),
    ]
    assert cut.problems == ()


@pytest.mark.parametrize(("declared", "reported"), [(2, False), (3, True), (1, True), (None, False)])
def test_the_declared_number_of_figures_is_checked(declared: int | None, reported: bool) -> None:
    described = describe_figures(["FIGS. 1 and 2 are front and rear views"], declared)
    cut = _cut([labelled_sheet(["1", "2"])], described)
    reasons = {problem.reason for problem in cut.problems}
    assert reasons == ({ProblemReason.FIGURE_COUNT} if reported else set())


def test_labels_name_views_in_characters() -> None:
    content = (Path(__file__).parent / "chinese_labels.png").read_bytes()
    cut = cut_drawings("x", "X1", [SheetFile("1.png", 1, content)], _NOT_DESCRIBED)
    assert [drawing.view for drawing in cut.drawings] == [View.FRONT, View.LEFT, View.PERSPECTIVE]
    assert cut.problems == ()


def test_a_label_may_name_its_view() -> None:
    figures = cut_sheet(as_bytes(labelled_sheet(["1 FRONT VIEW", "2 REAR VIEW"])))
    assert [(figure.label, figure.view) for figure in figures] == [("1", View.FRONT), ("2", View.BACK)]


def test_a_part_of_a_drawing_beside_a_label_does_not_hide_it() -> None:
    sheet = blank()
    draw_article(sheet, 250, 100, 900, 800)
    draw_article(sheet, 250, 1050, 900, 700)
    ImageDraw.Draw(sheet).ellipse((820, 1770, 1020, 1970), outline=0, width=4)
    write(sheet, "FIG. 1", 500, 930)
    write(sheet, "FIG. 2", 600, 1840)
    assert [figure.label for figure in cut_sheet(as_bytes(sheet))] == ["1", "2"]


def test_dust_does_not_widen_a_figure_among_others() -> None:
    sheet = labelled_sheet(["1", "2"])
    clean = cut_sheet(as_bytes(sheet))
    # Beside the upper figure, and above the lower one: within the box of both.
    for left, top in ((120, 1100), (1400, 300)):
        ImageDraw.Draw(sheet).rectangle((left, top, left + 1, top + 1), fill=0)
    assert [figure.box for figure in cut_sheet(as_bytes(sheet))] == [figure.box for figure in clean]
