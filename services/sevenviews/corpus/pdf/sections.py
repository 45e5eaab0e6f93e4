"""The text of a patent in its parts, by the codes and headings that stand before them.

The codes are those of WIPO's standard ST.9, in round brackets since 2001 and in square ones before: (54) is the
title, (51) the Locarno class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sevenviews.corpus.pdf.printed import PrintedLine, PrintedText, columns, rows

US_DOCUMENTS, FOREIGN_DOCUMENTS, PUBLICATIONS = "us documents", "foreign documents", "publications"
CLAIM, DESCRIPTION, TERM, MASTHEAD = "57", "description", "**", "masthead"
_NOTHING = ""
"""The part of what belongs to none."""

_CODE = re.compile(r"[(\[{](\d\d|\*{1,2})[)\]}]\s*")
_BEFORE_TITLE = re.compile(r"[(\[{]54[)\]}]")
_COUNTS = re.compile(r"\b(\d{1,3})\s*Claims?\s*,\s*(\d{1,3})\s*(?:Drawing\s*)?Sheets?\b", re.I)
_SKIPPED = re.compile(r"\W*\(?\s*Continued\s*\)?\W*|\W*\*\s*cited by .*", re.I)
# A heading stands alone in its line, and says which part follows. The end of a long one is often misread.
_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (US_DOCUMENTS, re.compile(r"U\.?\s*S\.?\s*PATENT\s*D.*", re.I)),
    (FOREIGN_DOCUMENTS, re.compile(r"FOREIGN\s*PATENT\s*D.*", re.I)),
    (PUBLICATIONS, re.compile(r"OTHER\s*PUBL.*", re.I)),
    (CLAIM, re.compile(r"CLAIMS?")),
    (DESCRIPTION, re.compile(r"DESCRIPTION")),
    (
        _NOTHING,
        re.compile(
            r"Related U\.?\s*S\.? .*Data|References Cited|Primary Examiner.*|Assistant Examiner.*", re.I
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """ "1 Claim, 7 Drawing Sheets"."""

    claims: int
    sheets: int


@dataclass(frozen=True, slots=True)
class PatentText:
    """A patent's text.

    Attributes:
        parts: code or heading -> its lines, without the code; MASTHEAD: what stands above the title.
        counts: None: unread.
    """

    parts: Mapping[str, Sequence[PrintedLine]]
    counts: Counts | None

    def text(self, part: str) -> str:
        """A part as one line; empty: it is not there, or has neither letter nor digit."""
        text = join_lines([line.text for line in self.parts.get(part, ())])
        return text if any(map(str.isalnum, text)) else ""


def read_sections(front: Sequence[PrintedText], others: Iterable[Sequence[PrintedText]]) -> PatentText:
    """The parts of a patent.

    Args:
        front: the front page.
        others: the other pages of text, without their running heads.
    """
    title = min((piece.top for piece in front if _BEFORE_TITLE.match(piece.text)), default=0.0)
    half = max((piece.height for piece in front if piece.top == title), default=0.0) / 2
    masthead = rows(piece for piece in front if piece.bottom <= title + half)
    body, counts = _above_counts(columns([piece for piece in front if piece.bottom > title + half]))
    lines = [*body, *(line for page in others for line in columns(page))]
    parts: dict[str, list[PrintedLine]] = {MASTHEAD: masthead}
    part = _NOTHING
    for line in lines:
        if counts is None and (found := _COUNTS.search(line.text)):
            counts, part = Counts(int(found[1]), int(found[2])), _NOTHING
        elif not _SKIPPED.fullmatch(line.text):
            part, rest = _part_of(line, part)
            if rest.pieces:
                parts.setdefault(part, []).append(rest)
    return PatentText(parts, counts)


def join_lines(lines: Iterable[str]) -> str:
    """Lines as one: a word that is broken at a line's end is made whole."""
    joined = ""
    for line in lines:
        if joined.endswith("-") and line[:1].islower() and joined[-2:-1].isalpha():
            joined = joined[:-1] + line
        else:
            joined = f"{joined} {line}" if joined and not joined.endswith("/") else joined + line
    return " ".join(joined.split())


def _above_counts(lines: list[PrintedLine]) -> tuple[list[PrintedLine], Counts | None]:
    """The lines above "1 Claim, 7 Drawing Sheets"; below it the page shows a figure, and what is written on it."""
    for line in lines:
        if found := _COUNTS.search(line.text):
            return [one for one in lines if one.top < line.top], Counts(int(found[1]), int(found[2]))
    return lines, None


def _part_of(line: PrintedLine, current: str) -> tuple[str, PrintedLine]:
    """The part that a line belongs to, and what is left of the line behind its code or heading."""
    first = line.pieces[0]
    code = _CODE.match(first.text)
    if code is not None:
        rest = first.text[code.end() :]
        pieces = line.pieces[1:]
        if rest:
            pieces = (PrintedText(first.left, first.top, first.right, first.bottom, rest), *pieces)
        behind = PrintedLine(pieces, line.column)
        heading = _heading(behind.text)
        part = code[1] if code[1] != "*" else TERM
        # "(56) References Cited", "(57) CLAIM": the heading says no more than the code.
        return (part, PrintedLine((), line.column)) if heading is not None else (part, behind)
    heading = _heading(line.text)
    if heading is not None:
        return heading, PrintedLine((), line.column)
    return current, line


def _heading(text: str) -> str | None:
    return next((part for part, pattern in _HEADINGS if pattern.fullmatch(text.strip(" .:"))), None)
