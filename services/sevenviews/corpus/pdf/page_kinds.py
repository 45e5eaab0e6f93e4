"""Which pages of a patent are text, and which are sheets of drawings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sevenviews.corpus.entry import Problem, ProblemReason, UnreadableEntryError
from sevenviews.corpus.pdf.pages import Page
from sevenviews.corpus.pdf.printed import PrintedText, columns, rows
from sevenviews.corpus.pdf.running_head import HEAD_SHARE, RunningHead, running_head
from sevenviews.corpus.pdf.scan import read_scan, text_share

_LONG_LINE = 0.25
_LONG_LINES = 5
_MOSTLY_TEXT, _PARTLY_TEXT = 0.6, 0.2
"""Shares of a page's ink."""

_MOST_TEXTS = 60
"""Reading one takes two seconds; long lists of references fill some ten."""

_CORRECTION = re.compile(r"CERTIFICATE\s*OF\s*CORRECTION")


@dataclass(frozen=True, slots=True)
class PdfSheet:
    """A sheet of drawings, and what its head says."""

    page: int
    head: RunningHead
    image: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PatentPages:
    """The pages of a patent, sorted.

    Attributes:
        front: the text of the first page.
        texts: of the other pages of text, without their heads.
        sheets: in order.
        unreadable: pages' numbers, and why.
        corrections: the numbers of pages that are certificates of correction; their text is left out.
    """

    front: Sequence[PrintedText]
    texts: Sequence[Sequence[PrintedText]]
    sheets: Sequence[PdfSheet]
    unreadable: Sequence[tuple[int, str]]
    corrections: Sequence[int] = ()


def sort_pages(name: str, pages: Iterable[Page], check_front: Callable[[Sequence[str]], None]) -> PatentPages:
    """Sort the pages of a patent.

    Args:
        name: of the document.
        check_front: is given the lines of the first page before another one is read, and raises if it is none.

    Raises:
        UnreadableEntryError: the document is refused.
    """
    front: list[PrintedText] = []
    texts: list[list[PrintedText]] = []
    sheets: list[PdfSheet] = []
    unreadable: list[tuple[int, str]] = []
    corrections: list[int] = []
    for page in pages:
        if page.number == 1:
            front = _text(page)
            check_front([line.text for line in rows(front)])
        elif page.problem:
            unreadable.append((page.number, page.problem))
        else:
            head = running_head(_text(page, HEAD_SHARE))
            text = _text_of_page(page, head)
            if text is None:
                sheets.append(PdfSheet(page.number, head, page.image))
            elif any(_CORRECTION.search(line.text) for line in rows(text)):
                corrections.append(page.number)
            else:
                texts.append([piece for piece in text if not _in_head(piece, head)])
        if len(texts) > _MOST_TEXTS:
            message = f"has more than {_MOST_TEXTS} pages of text, as no design patent has"
            raise UnreadableEntryError(Problem(name, "", ProblemReason.PDF_TOO_LARGE, message))
    return PatentPages(front, texts, sheets, unreadable, corrections)


def _text(page: Page, until: float = 1.0) -> list[PrintedText]:
    """The text of a page: as it was set, or as it is read from the scan.

    The text layer of a scan is what somebody's OCR made of it, and poor: "TWOSTEP KNIFE", "Appl. No.: 297653,499",
    and sentences of two columns in one. It is not used.
    """
    if page.texts and not page.scanned:
        return [piece for piece in page.texts if piece.top < until]
    return read_scan(page.image, until) if page.image else []


def _text_of_page(page: Page, head: RunningHead) -> list[PrintedText] | None:
    """The text of a page of text; None: it is a sheet.

    Without a head that says so, it is text if it has long lines and little else, or is a certificate of correction:
    a few lines, a seal and a signature.
    """
    if head.sheet is not None:
        return None
    if head.is_text_page:
        return _text(page)
    share = text_share(page.image)
    if share < _PARTLY_TEXT:
        return None
    text = _text(page)
    long = [line for line in columns(text) if line.right - line.left >= _LONG_LINE]
    mostly = share >= _MOSTLY_TEXT and len(long) >= _LONG_LINES
    return text if mostly or any(_CORRECTION.search(line.text) for line in rows(text)) else None


def _in_head(piece: PrintedText, head: RunningHead) -> bool:
    return head.is_text_page and piece.bottom <= HEAD_SHARE
