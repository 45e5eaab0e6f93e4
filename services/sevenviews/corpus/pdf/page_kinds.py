"""Which pages of a patent are text, and which are sheets of drawings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sevenviews.corpus.pdf.pages import Page
from sevenviews.corpus.pdf.printed import PrintedText, columns
from sevenviews.corpus.pdf.running_head import HEAD_SHARE, RunningHead, running_head
from sevenviews.corpus.pdf.scan import read_scan, text_share

_LONG_LINE = 0.25
_LONG_LINES = 5
_MOSTLY_TEXT = 0.6


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
    """

    front: Sequence[PrintedText]
    texts: Sequence[Sequence[PrintedText]]
    sheets: Sequence[PdfSheet]
    unreadable: Sequence[tuple[int, str]]


def sort_pages(pages: Iterable[Page], check_front: Callable[[str], None]) -> PatentPages:
    """Sort the pages of a patent.

    Args:
        check_front: is given the text of the first page before another one is read, and raises if it is none.

    Raises:
        UnreadableEntryError: the document is refused.
    """
    front: list[PrintedText] = []
    texts: list[list[PrintedText]] = []
    sheets: list[PdfSheet] = []
    unreadable: list[tuple[int, str]] = []
    for page in pages:
        if page.number == 1:
            front = _text(page)
            check_front("\n".join(line.text for line in columns(front)))
        elif page.problem:
            unreadable.append((page.number, page.problem))
        else:
            head = running_head(_text(page, HEAD_SHARE))
            if head.sheet is None and (head.is_text_page or _is_text(page)):
                texts.append([piece for piece in _text(page) if not _in_head(piece, head)])
            else:
                sheets.append(PdfSheet(page.number, head, page.image))
    return PatentPages(front, texts, sheets, unreadable)


def _text(page: Page, until: float = 1.0) -> list[PrintedText]:
    """The text of a page: as it was set, or as it is read from the scan.

    The text layer of a scan is what somebody's OCR made of it, and poor: "TWOSTEP KNIFE", "Appl. No.: 297653,499",
    and sentences of two columns in one. It is not used.
    """
    if page.texts and not page.scanned:
        return [piece for piece in page.texts if piece.top < until]
    return read_scan(page.image, until) if page.image else []


def _is_text(page: Page) -> bool:
    """Whether a page without a head is text: long lines, and little else."""
    if text_share(page.image) < _MOSTLY_TEXT:
        return False
    long = [line for line in columns(_text(page)) if line.right - line.left >= _LONG_LINE]
    return len(long) >= _LONG_LINES


def _in_head(piece: PrintedText, head: RunningHead) -> bool:
    return head.is_text_page and piece.bottom <= HEAD_SHARE
