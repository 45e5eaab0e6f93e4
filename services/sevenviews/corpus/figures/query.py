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
    """The figures of an image, upright and without labels; the image as it is, if no label is found in it.

    Raises:
        SevenviewsError: the image cannot be decoded, or is blank (IMAGE_...).
    """
    figures = cut_sheet(content)
    if not any(figure.label_text for figure in figures):
        return [QueryDrawing("", content)]
    return [QueryDrawing(figure.label, figure.content) for figure in figures]
