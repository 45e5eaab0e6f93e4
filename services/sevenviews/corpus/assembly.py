"""From sheets and a description to a patent's drawings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sevenviews.corpus.descriptions import DescribedFigures, is_sole
from sevenviews.corpus.entry import Problem, ProblemReason
from sevenviews.corpus.figures import CutFigure, number_figures
from sevenviews.corpus.figures.cut import cut
from sevenviews.corpus.figures.labels import Expected, is_continued
from sevenviews.corpus.figures.numbering import ReadNumber
from sevenviews.corpus.figures.sheet import decode_sheet
from sevenviews.corpus.pages import SheetPage, sheet_pages
from sevenviews.designs import CropBox, Drawing, Reason, SevenviewsError, View, drawing_id


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet of a patent; or several, if its file has several pages.

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
    figures = _without_callouts(_cut_sheets(source, sheets, described, problems), described)
    numbers = number_figures([_as_read(sheet, figure) for sheet, figure in figures], described.numbers)
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
    problems += _wrong_count(source, figures, described)
    if not drawings:
        problems.append(Problem(source, "", ProblemReason.NO_DRAWINGS, "no drawing could be read"))
    return CutDrawings(tuple(drawings), contents, tuple(problems), boxes)


def digest_of_content(content: bytes) -> str:
    """A drawing's content digest: SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def _cut_sheets(
    source: str, sheets: Sequence[SheetFile], described: DescribedFigures, problems: list[Problem]
) -> list[tuple[SheetPage, CutFigure]]:
    pages = sheet_pages([(sheet.name, sheet.number, sheet.content) for sheet in sheets])
    one_each = len(pages) == len(described.numbers)
    expected = Expected(described.numbers, per_sheet=int(one_each))
    figures = []
    for sheet in pages:
        try:
            decoded = decode_sheet(sheet.content, sheet.page)
            if decoded.damage is not None:
                problems.append(Problem(source, sheet.name, ProblemReason.SHEET_DAMAGED, str(decoded.damage)))
            figures += [(sheet, figure) for figure in cut(decoded, expected)]
        except SevenviewsError as error:
            blank = error.reason is Reason.IMAGE_BLANK
            reason = ProblemReason.SHEET_WITHOUT_FIGURES if blank else ProblemReason.SHEET_UNREADABLE
            problems.append(Problem(source, sheet.name, reason, error.message))
    return figures


def _as_read(sheet: SheetPage, figure: CutFigure) -> ReadNumber:
    continued = is_continued(figure.label_text) and bool(figure.label)
    return ReadNumber(sheet.number, figure.label, figure.confidence, continued)


def _without_callouts(
    figures: list[tuple[SheetPage, CutFigure]], described: DescribedFigures
) -> list[tuple[SheetPage, CutFigure]]:
    """The figures, those sheets cut anew that name a figure of another sheet beside their own ("FIG. 9").

    A number read on two sheets is its figure's on that which shows fewer; the other may be a call-out, or misread.
    """
    beside = Counter(sheet.number for sheet, _ in figures)
    owners: dict[str, int] = {}
    for sheet, figure in sorted(figures, key=lambda pair: beside[pair[0].number]):
        if figure.label and not is_continued(figure.label_text):
            owners.setdefault(figure.label, sheet.number)
    anew: dict[int, frozenset[str]] = {}
    for sheet, figure in figures:
        if owners.get(figure.label, sheet.number) != sheet.number and beside[sheet.number] > 1:
            anew[sheet.number] = anew.get(sheet.number, frozenset()) | {figure.label}
    if not anew:
        return figures
    kept: list[tuple[SheetPage, CutFigure]] = []
    for sheet in dict.fromkeys(sheet for sheet, _ in figures):
        if sheet.number in anew:
            expected = Expected(described.numbers, elsewhere=anew[sheet.number])
            kept += [(sheet, figure) for figure in cut(decode_sheet(sheet.content, sheet.page), expected)]
        else:
            kept += [pair for pair in figures if pair[0] is sheet]
    return kept


def _positions(figures: Sequence[tuple[SheetPage, CutFigure]]) -> list[int]:
    """The position of each figure on its sheet, from 1."""
    counts: dict[int, int] = {}
    positions = []
    for sheet, _ in figures:
        counts[sheet.number] = counts.get(sheet.number, 0) + 1
        positions.append(counts[sheet.number])
    return positions


def _drawing(
    identifier: str, sheet: SheetPage, figure: CutFigure, number: str, described: DescribedFigures
) -> Drawing:
    return Drawing(
        drawing_id=identifier,
        sheet_number=sheet.number,
        view=_view(figure, number, described),
        figure_number=number,
        width=figure.width,
        height=figure.height,
        content_digest=digest_of_content(figure.content),
    )


def _view(figure: CutFigure, number: str, described: DescribedFigures) -> View:
    """What the description says; or the label, if it does not."""
    view = described.views.get(number, View.UNKNOWN)
    return figure.view if view is View.UNKNOWN else view


def _label_problem(
    source: str, sheet: SheetPage, figure: CutFigure, number: str, described: DescribedFigures
) -> Problem | None:
    sole = is_sole(described) and bool(number)
    if figure.label == number and number and (number in described.views or not described.views):
        return None
    if sole and not figure.label_text:
        return None
    if figure.view is not View.UNKNOWN and not figure.label and not described.views:
        # The label names the view instead of a number, as in China.
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


def _wrong_count(
    source: str, figures: Sequence[tuple[SheetPage, CutFigure]], described: DescribedFigures
) -> list[Problem]:
    """What the source says about the number of figures, against what is described and what was cut."""
    declared = described.declared
    cut = sum(not is_continued(figure.label_text) for _, figure in figures)
    found = len(described.numbers) or cut
    if declared is None or declared == found == cut:
        return []
    message = (
        f"{declared} figures are declared, {len(described.numbers)} described, {cut} cut from the sheets"
    )
    return [Problem(source, "number-of-figures", ProblemReason.FIGURE_COUNT, message)]
