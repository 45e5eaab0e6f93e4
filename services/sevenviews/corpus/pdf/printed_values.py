"""Values as the USPTO prints them: "US D906,013 S", "Dec. 29, 2020", "06-09"."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# OCR drops spaces, and takes points for commas.
_DATE = re.compile(r"\b([A-Z][a-z]{2})[a-z]*\W{0,3}(\d{1,2})\s*[.,]?\s*(\d{4})\b")
_MONTH_AND_YEAR = re.compile(r"\b(\d{1,2})/(\d{4})\b")
_DESIGN_NUMBER = re.compile(
    r"\b(?:US\s*)?(?:0{2}|O{2}|00|OO)?(?:D|Des\.?)\s*(\d{1,3}(?:[,.]?\s?\d{3}){1,2})(?!\d)"
)
_REISSUE_NUMBER = re.compile(r"\bUS\s*(?:0{2,3}|O{2,3})?RE\s*(\d{2}[,.]?\s?\d{3})(?!\d)")
_CLASS = re.compile(r"\b(\d{2})\s*[-–—]\s*(\d{2})\b")
_NATIONAL_CLASS = re.compile(r"\b(D?\d{1,3})\s*/\s*(\d[\d.]*(?:[-–]\d[\d.]*)?)", re.I)
_FURTHER_SUBCLASS = re.compile(r"\s*,\s*(\d[\d.]*(?:[-–]\d[\d.]*)?)(?![\d/])")


def printed_date(text: str) -> date | None:
    """The first date in a text: "** Dec. 29, 2020"; None: there is none."""
    for month, day, year in _DATE.findall(text):
        if month.lower() in _MONTHS:
            try:
                return date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
            except ValueError:
                continue
    return None


def printed_month(text: str) -> date | None:
    """The first day of "12/2018"."""
    match = _MONTH_AND_YEAR.search(text)
    try:
        return date(int(match[2]), int(match[1]), 1) if match else None
    except ValueError:
        return None


def design_number(text: str) -> str:
    """The first number of a design patent in a text, as its id has it; empty: there is none.

    "US D906,013 S" -> "D0906013"; a reissue's "US RE49,257 E" -> "RE049257".
    """
    if reissue := _REISSUE_NUMBER.search(text):
        return f"RE{_digits(reissue[1]):06d}"
    match = _DESIGN_NUMBER.search(text)
    return f"D{_digits(match[1]):07d}" if match else ""


def locarno_classes(text: str) -> list[str]:
    """ "06-09; 02-01" -> 06-09, 02-01."""
    return [f"{one}-{two}" for one, two in _CLASS.findall(text)]


def national_classes(text: str) -> list[str]:
    """ "D9/447; D9/449, 450" -> D9/447, D9/449, D9/450."""
    found = []
    for match in _NATIONAL_CLASS.finditer(text):
        main, place = match[1].upper(), match.end()
        found.append(f"{main}/{match[2].rstrip('.')}")
        while further := _FURTHER_SUBCLASS.match(text, place):
            found.append(f"{main}/{further[1].rstrip('.')}")
            place = further.end()
    return list(dict.fromkeys(one.replace("–", "-") for one in found))


def _digits(text: str) -> int:
    return int("".join(filter(str.isdigit, text)))
