"""What a PDF is searched with: the figures of its sheets."""

from __future__ import annotations

from dataclasses import dataclass, field

from sevenviews.corpus.assembly import cut_drawings
from sevenviews.corpus.entry import NotADesign, Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf.reader import read_patent
from sevenviews.designs import View


@dataclass(frozen=True, slots=True)
class PdfQuery:
    """A figure to search with, and what it shows by the description of drawings."""

    figure_number: str
    view: View
    content: bytes = field(repr=False)


def pdf_queries(name: str, content: bytes, most: int, *, whole: bool = False) -> list[PdfQuery]:
    """The figures of a patent's PDF, in the order of its sheets.

    Args:
        name: of the file, for problems.
        most: figures that are wanted; no more sheets than these are cut.
        whole: give the sheets as they are.

    Raises:
        UnreadableEntryError: it is no design patent, cannot be read, or has no figures.
    """
    try:
        read = read_patent(name, content)
    except NotADesign as other:
        raise _refusal(name, ProblemReason.PDF_NOT_A_PATENT, str(other)) from other
    sheets = read.sheets[:most]
    if whole:
        return [PdfQuery("", View.UNKNOWN, sheet.content) for sheet in sheets]
    cut = cut_drawings(name, read.patent.patent_id, sheets, read.figures)
    if not cut.drawings:
        raise _refusal(name, ProblemReason.NO_DRAWINGS, "no drawing could be read")
    return [
        PdfQuery(drawing.figure_number, drawing.view, cut.contents[drawing.drawing_id])
        for drawing in cut.drawings[:most]
    ]


def _refusal(name: str, reason: ProblemReason, message: str) -> UnreadableEntryError:
    return UnreadableEntryError(Problem(name, "", reason, message))
