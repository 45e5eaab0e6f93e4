"""US design patents as PDF: the first page is the bibliography, the others are sheets of drawings or text.

`pages` has PDFium take a document apart, in a process of its own (`extract`); `scan` reads the text of a scanned
page; `page_kinds` tells text from sheets; `sections` takes the text apart by its printed codes, and `front_page`
makes the bibliography of it; `reader` puts the patent together, its sheets cut as those of any other source.
"""

from sevenviews.corpus.pdf.queries import pdf_queries
from sevenviews.corpus.pdf.reader import PdfEntry, is_numbered_pdf, is_pdf, pdf_entries, pdf_entry

__all__ = ["PdfEntry", "is_numbered_pdf", "is_pdf", "pdf_entries", "pdf_entry", "pdf_queries"]
