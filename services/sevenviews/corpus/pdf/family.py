"""What a design goes back to: priorities (30), earlier applications (60 to 64), a registration of The Hague (80)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from sevenviews.corpus.pdf.printed_values import printed_date
from sevenviews.designs import HagueRegistration, Priority, RelatedDocument

RELATED_CODES = ("60", "61", "62", "63", "64")
HAGUE_CODES = ("80", "81", "86", "87")

_PRIORITY = re.compile(r"(?P<date>.*?\d{4})\s*\((?P<office>[A-Z]{2})\)[\s.…]*(?P<number>\S.*)")
_RELATED = re.compile(
    r"(?P<relation>continuation[- ]in[- ]part|continuation|division|substitution|reissue|provisional application)\b"
    r"[^;]*?No\.\s*(?P<number>\d{2}/\s?\d{3},?\s?\d{3}|PCT/\w+/\d+)"
    r"(?:,?\s*filed\s*(?:on|as[^,]*,)?\s*(?P<date>[A-Z][a-z]{2}\w*\.?\s*\d{1,2},\s*\d{4}))?"
    r"(?:,\s*now\s*(?:U\.?S\.?\s*)?Pat\.\s*No\.\s*(?P<patent>(?:Des\.\s*|D)?[\d,]+\d))?",
    re.I,
)
_HAGUE_NUMBER = re.compile(r"\bDM/\s?\d{6}\b")


def priorities(lines: Iterable[str]) -> tuple[Priority, ...]:
    """The lines of (30), one each: "Nov. 25, 2019 (CN) ......... 2019 3 0651468"."""
    matches = (_PRIORITY.search(line) for line in lines)
    return tuple(
        Priority(match["office"], match["number"].strip(), printed_date(match["date"]))
        for match in matches
        if match
    )


def related_documents(text: str) -> tuple[RelatedDocument, ...]:
    """ "Division of application No. 29/648,754, filed on May 23, 2018, now Pat. No. Des. 853,164."

    An application, and the patent that it has become, are a document each.
    """
    return tuple(_related(text))


def hague_registration(text: str) -> HagueRegistration | None:
    """ "Int. Filing Date: Aug. 3, 2016 Int. Reg. No.: DM/092530 ..."; None: there is none."""
    number = _HAGUE_NUMBER.search(text)
    if number is None:
        return None
    filed, registered, published = (
        _dated(text, name) for name in (r"Filing\s*Date", r"Reg\.?\s*Date", r"(?:Reg\.?\s*)?Pub\.?\s*Date")
    )
    return HagueRegistration(number[0].replace(" ", ""), filed, registered, published)


def _related(text: str) -> Iterator[RelatedDocument]:
    for match in _RELATED.finditer(text):
        relation = match["relation"].lower()
        if "part" in relation:
            relation = "continuation-in-part"
        number = re.sub(r"[\s,]", "", match["number"])
        if not number.startswith("PCT"):
            number = number.replace("/", "")
        yield RelatedDocument(relation, f"US {number}", printed_date(match["date"] or ""))
        if match["patent"]:
            patent = re.sub(r"[\s,.]|es", "", match["patent"])
            yield RelatedDocument(relation, f"US {patent}")


def _dated(text: str, name: str) -> date | None:
    match = re.search(rf"{name}\W*(.{{0,20}})", text)
    return printed_date(match[1]) if match else None
