"""From sheets and a description to a patent's drawings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevenviews.corpus.descriptions import DescribedFigures, is_sole
from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.figures import CutFigure, cut_sheet, number_figures
from sevenviews.corpus.figures.labels import Expected
from sevenviews.corpus.figures.numbering import ReadNumber
from sevenviews.designs import CropBox, Drawing, Reason, SevenviewsError, View, drawing_id


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet of a patent.

    Attributes:
        name: of its file, for problems.
        number: 1 is the first.
    """

    name: str
    number: int
    content: bytes


@dataclass(frozen=True, slots=True)
class CutDrawings:
    """The drawings of a patent, their PNGs and their places by drawing id, and what went wrong."""

    drawings: tuple[Drawing, ...]
    contents: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    boxes: Mapping[str, CropBox]


def cut_drawings(
    source: str, patent_id: str, sheets: Sequence[SheetFile], described: DescribedFigures
) -> CutDrawings:
    """Cut the sheets into figures, number them, and name their views by the description.

    Every sheet is accounted for: it gives drawings, or a problem.
    """
    problems: list[Problem] = []
    figures = _cut_sheets(source, sheets, described, problems)
    numbers = number_figures(
        [ReadNumber(sheet.number, figure.label, figure.confidence) for sheet, figure in figures],
        described.numbers,
    )
    drawings: list[Drawing] = []
    contents: dict[str, bytes] = {}
    boxes: dict[str, CropBox] = {}
    for (sheet, figure), number, position in zip(figures, numbers, _positions(figures), strict=True):
        drawing = _drawing(drawing_id(patent_id, sheet.number, position), sheet, figure, number, described)
        drawings.append(drawing)
        contents[drawing.drawing_id] = figure.content
        boxes[drawing.drawing_id] = figure.box
        problem = _label_problem(source, sheet, figure, number, described)
        if problem is not None:
            problems.append(problem)
    problems += _missing_figures(source, numbers, described)
    if not drawings:
        problems.append(Problem(source, "", ProblemReason.NO_DRAWINGS, "no drawing could be read"))
    return CutDrawings(tuple(drawings), contents, tuple(problems), boxes)


def digest_of_content(content: bytes) -> str:
    """A drawing's content digest: SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def _cut_sheets(
    source: str, sheets: Sequence[SheetFile], described: DescribedFigures, problems: list[Problem]
) -> list[tuple[SheetFile, CutFigure]]:
    one_each = len(sheets) == len(described.numbers)
    expected = Expected(described.numbers, per_sheet=int(one_each))
    figures = []
    for sheet in sheets:
        try:
            cut = cut_sheet(sheet.content, expected)
        except SevenviewsError as error:
            blank = error.reason is Reason.IMAGE_BLANK
            reason = ProblemReason.SHEET_WITHOUT_FIGURES if blank else ProblemReason.SHEET_UNREADABLE
            problems.append(Problem(source, sheet.name, reason, error.message))
            continue
        figures += [(sheet, figure) for figure in cut]
    return figures


def _positions(figures: Sequence[tuple[SheetFile, CutFigure]]) -> list[int]:
    """The position of each figure on its sheet, from 1."""
    counts: dict[int, int] = {}
    positions = []
    for sheet, _ in figures:
        counts[sheet.number] = counts.get(sheet.number, 0) + 1
        positions.append(counts[sheet.number])
    return positions


def _drawing(
    identifier: str, sheet: SheetFile, figure: CutFigure, number: str, described: DescribedFigures
) -> Drawing:
    return Drawing(
        drawing_id=identifier,
        sheet_number=sheet.number,
        view=described.views.get(number, View.UNKNOWN),
        figure_number=number,
        width=figure.width,
        height=figure.height,
        content_digest=digest_of_content(figure.content),
    )


def _label_problem(
    source: str, sheet: SheetFile, figure: CutFigure, number: str, described: DescribedFigures
) -> Problem | None:
    sole = is_sole(described) and bool(number)
    if figure.label == number and number and (number in described.views or not described.views):
        return None
    if sole and not figure.label_text:
        return None
    if figure.label and number != figure.label:
        message = f"the label reads {figure.label_text!r}; by the description it is {number or 'no figure'}"
        return Problem(source, sheet.name, ProblemReason.LABEL_UNEXPECTED, message)
    if number and figure.label:
        message = f"the label reads {figure.label_text!r}, which is not described"
        return Problem(source, sheet.name, ProblemReason.LABEL_UNEXPECTED, message)
    guess = f"; by order it is figure {number}" if number else ""
    return Problem(source, sheet.name, ProblemReason.LABEL_UNREAD, f"a figure's label cannot be read{guess}")


def _missing_figures(source: str, numbers: Sequence[str], described: DescribedFigures) -> list[Problem]:
    return [
        Problem(source, f"FIG. {number}", ProblemReason.FIGURE_MISSING, "is described, but on no sheet")
        for number in described.numbers
        if number not in numbers
    ]
