"""The figures of a file, as every way of searching asks with them."""

from __future__ import annotations

from sevenviews.designs import View

Figure = tuple[bytes, str, View]
"""An encoded image, its number and its view, as far as these are known."""


def figures_in(name: str, content: bytes, most: int, *, whole: bool = False) -> list[Figure]:
    """Of a sheet or drawing all figures, of a patent's PDF the first `most`; whole: no sheet is cut.

    Raises:
        SevenviewsError: IMAGE_…, or PATENT_INVALID of a PDF that is no design patent's.
    """
    if name.lower().endswith(".pdf") or content.startswith(b"%PDF-"):
        from sevenviews.corpus.pdf import pdf_queries

        found = pdf_queries(name, content, most, whole=whole)
        return [(one.content, one.figure_number, one.view) for one in found]
    if whole:
        return [(content, "", View.UNKNOWN)]
    from sevenviews.corpus.figures import query_drawings

    return [(one.content, one.figure_number, View.UNKNOWN) for one in query_drawings(content)]
