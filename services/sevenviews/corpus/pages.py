"""Files of several pages: each page is a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sevenviews.designs import SevenviewsError
from sevenviews.images import page_count


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A page of a sheet's file.

    Attributes:
        name: of the file, for problems; with the page's number, if it has several.
        number: of the sheet.
        page: of the file; 1 is the first.
    """

    name: str
    number: int
    content: bytes = field(repr=False)
    page: int = 1


def sheet_pages(files: Sequence[tuple[str, int, bytes]]) -> list[SheetPage]:
    """The pages of a patent's files: name, number, content. Where one of them has several, all are counted anew, from
    1, in their order."""
    counts = [_pages_of(content) for _, _, content in files]
    pages = [
        SheetPage(name if count == 1 else f"{name}, page {page}", number, content, page)
        for (name, number, content), count in zip(files, counts, strict=True)
        for page in range(1, count + 1)
    ]
    if len(pages) == len(files):
        return pages
    return [replace(page, number=number) for number, page in enumerate(pages, 1)]


def _pages_of(content: bytes) -> int:
    try:
        return page_count(content)
    except SevenviewsError:
        return 1  # what is wrong with it, decoding it tells
