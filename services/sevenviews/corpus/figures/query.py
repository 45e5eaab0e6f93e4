"""What a user searches with: a whole sheet, a drawing with its label, a bare drawing, a photograph."""

from __future__ import annotations

from dataclasses import dataclass, field

from sevenviews.corpus.figures.cut import cut
from sevenviews.corpus.figures.sheet import decode_sheet
from sevenviews.designs import Reason, SevenviewsError
from sevenviews.images import page_count


@dataclass(frozen=True, slots=True)
class QueryDrawing:
    """A drawing to search with.

    Attributes:
        figure_number: of its label; empty: it has none.
        content: the image file; the given bytes themselves where nothing had to be cut.
    """

    figure_number: str
    content: bytes = field(repr=False)


def query_drawings(content: bytes) -> list[QueryDrawing]:
    """The figures of an image, upright, without labels and running head; the image itself, if it has none.

    Of a TIFF of several pages, the figures of all of them; pages that are blank are passed over.

    Raises:
        SevenviewsError: the image cannot be decoded, not all of it is there, or it is blank (IMAGE_...).
    """
    pages = page_count(content)
    drawings = [one for page in range(1, pages + 1) for one in _of_page(content, page, pages)]
    if not drawings:
        raise SevenviewsError(Reason.IMAGE_BLANK, "the sheets are blank")
    return drawings


def _of_page(content: bytes, page: int, pages: int) -> list[QueryDrawing]:
    sheet = decode_sheet(content, page)
    if sheet.damage is not None and sheet.damage.lost:
        raise SevenviewsError(Reason.IMAGE_CORRUPT, f"the image cannot be read whole: {sheet.damage}")
    try:
        figures = cut(sheet)
    except SevenviewsError as error:
        if error.reason is Reason.IMAGE_BLANK and pages > 1:
            return []
        raise
    # Of what services take too, the bytes are handed on as they are.
    as_it_is = pages == 1 and not content.startswith(_FILES_ALONE)
    return [
        QueryDrawing(figure.label, content if figure.whole and as_it_is else figure.content)
        for figure in figures
    ]


_FILES_ALONE = (b"GIF8", b"BM")
