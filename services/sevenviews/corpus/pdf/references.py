"""The references that a front page cites, a line each: "D755,541 S * 5/2016 Blay ...... D6/601"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sevenviews.corpus.pdf.printed_values import printed_month
from sevenviews.corpus.pdf.sections import (
    FOREIGN_DOCUMENTS,
    PUBLICATIONS,
    US_DOCUMENTS,
    PatentText,
    join_lines,
)
from sevenviews.designs import Citation

EXAMINER = "cited by examiner"

_US = re.compile(
    r"(?P<number>(?:19|20)\d\d/\d{7}|(?:D|RE|PP|H)?\s?\d{1,3}(?:[,.]\s?\d{3})*(?!\d))\s*(?P<kind>[A-Z]\d?)?\s*(?P<star>[*$#×])?"
    r"\s*(?P<date>\d{1,2}/\d{4})\s*(?P<name>[^.…]*(?:\b(?:al|[A-Z]|Jr|Sr|Inc|Ltd|Co)\.[^.…]*)*)"
)
_FOREIGN = re.compile(
    r"(?P<office>[A-Z]{2})\s+(?P<number>(?:WO\s+)?\S+(?:\s\d+)*)\s*(?P<kind>[A-Z]\d?)?\s*(?P<star>[*$#×])?\s*(?P<date>\d{1,2}/\d{4})"
)
_CLASS_AT_END = re.compile(r"\s+(?:D?\d{1,3}/\S+|[A-H]\d{2}[A-Z]\s*\d+/\d+)\s*$")
# A class that stands in a line of its own, below a document's: "5/632", "473/508".
_CLASS = re.compile(r"(?:D?\d{1,3}/(?:DIG\.\s*)?[\d.]+(?:\s?[A-Z])?|[A-H]\d{2}[A-Z]\s*\d+/\d+)", re.I)
_END_OF_PUBLICATION = re.compile(r"\.\W*\*?\s*$|\*\s*$")


def read_references(text: PatentText) -> tuple[list[Citation], list[str]]:
    """The documents and publications cited, and the lines of which none could be read."""
    citations: list[Citation] = []
    unread: list[str] = []
    for part, pattern in (("56", _US), (US_DOCUMENTS, _US), (FOREIGN_DOCUMENTS, _FOREIGN)):
        for line in text.parts.get(part, ()):
            printed = line.text.strip()
            match = pattern.match(printed)
            if match is not None:
                citations.append(_document(match))
            elif any(map(str.isdigit, printed)) and not _CLASS.fullmatch(printed):
                unread.append(printed)
    citations += _publications([line.text for line in text.parts.get(PUBLICATIONS, ())])
    return citations, unread


def _document(match: re.Match[str]) -> Citation:
    found = match.groupdict()
    number = re.sub(r"[\s,.]", "", found["number"]) if "office" not in found else found["number"]
    document = " ".join(filter(None, (found.get("office") or "US", number, found["kind"])))
    name = _CLASS_AT_END.sub("", found.get("name") or "").strip(" .…·")
    return Citation(document, name, printed_month(found["date"]), EXAMINER if found["star"] else "")


def _publications(lines: Sequence[str]) -> list[Citation]:
    """A publication ends where a line ends in a full stop, or with the examiner's asterisk."""
    publications: list[Citation] = []
    current: list[str] = []
    for line in lines:
        current.append(line)
        if _END_OF_PUBLICATION.search(line):
            printed = join_lines(current)
            category = EXAMINER if printed.endswith("*") else ""
            publications.append(Citation(printed.rstrip("* "), category=category))
            current = []
    if current:
        publications.append(Citation(join_lines(current)))
    return publications
