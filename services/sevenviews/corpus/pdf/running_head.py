"""The head of a page behind the first: "U.S. Patent   Dec. 29, 2020   Sheet 3 of 7   US D906,013 S", or "Page 2"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sevenviews.corpus.pdf.printed import PrintedText, rows
from sevenviews.corpus.pdf.printed_values import design_number, printed_date

HEAD_SHARE = 0.12
"""The head is within this share of a page's height; some pages are printed onto longer paper, their foot white."""

_SHEET = re.compile(r"\bSheet\s*(\d{1,3})\s*of\s*(\d{1,3})", re.I)
_PAGE = re.compile(r"\bPage\s*\d+\b", re.I)


@dataclass(frozen=True, slots=True)
class RunningHead:
    """What the head says.

    Attributes:
        sheet: its number; None: it is no sheet of drawings, or the head cannot be read.
        sheets: how many there are; 0: unknown.
        is_text_page: it is a page of the text, by its number.
        number: of the patent; empty: unread.
    """

    sheet: int | None = None
    sheets: int = 0
    is_text_page: bool = False
    number: str = ""
    published: date | None = None


def running_head(pieces: Sequence[PrintedText]) -> RunningHead:
    """Read the head among the pieces of a page."""
    text = " ".join(line.text for line in rows(piece for piece in pieces if piece.bottom <= HEAD_SHARE))
    sheet = _SHEET.search(text)
    return RunningHead(
        sheet=int(sheet[1]) if sheet else None,
        sheets=int(sheet[2]) if sheet else 0,
        is_text_page=sheet is None and _PAGE.search(text) is not None,
        number=design_number(text),
        published=printed_date(text),
    )
