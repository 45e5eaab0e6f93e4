"""What a user searches with: a whole sheet, a drawing with its label, a bare drawing, a photograph."""

from __future__ import annotations

from dataclasses import dataclass, field

from sevenviews.corpus.figures.cut import cut_sheet


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

    Raises:
        SevenviewsError: the image cannot be decoded, or is blank (IMAGE_...).
    """
    return [
        QueryDrawing(figure.label, content if figure.whole else figure.content)
        for figure in cut_sheet(content)
    ]
