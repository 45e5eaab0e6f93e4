"""Which patents are of one family: whoever holds one out must not learn from another."""

from __future__ import annotations

import re

from sevenviews.designs.canonical import canonical_patent_id, is_patent_number
from sevenviews.designs.patent import Patent

_NO_SIGN = re.compile(r"[^A-Z0-9]")
_DOCUMENT = re.compile(r"(?P<office>[A-Z]{2})\s+(?P<number>.+?)(?:\s+[A-Z]\d?)?")


def family_keys(patent: Patent) -> frozenset[str]:
    """Names that a patent shares with those of its family; two patents with a name in common are of one.

    They are its own canonical id and application; the applications whose priority it claims; what it continues,
    divides or reissues; and its international registration.
    """
    keys = {f"patent {canonical_patent_id(patent.patent_id)}"}
    if patent.application_number:
        keys.add(_application(patent.office, patent.application_number))
    keys |= {_application(one.office, one.number) for one in patent.priorities}
    keys |= {_document(one.document) for one in patent.related_documents}
    if patent.hague is not None and patent.hague.number:
        keys.add(f"registration {_plain(patent.hague.number)}")
    return frozenset(keys)


def _document(text: str) -> str:
    """Of an application or of a patent: "US 29730114", "US D912345 S1"."""
    canonical = canonical_patent_id(text)
    if is_patent_number(canonical):
        return f"patent {canonical}"
    match = _DOCUMENT.fullmatch(text.strip().upper())
    return f"document {canonical}" if match is None else _application(match["office"], match["number"])


def _application(office: str, number: str) -> str:
    """One spelling of "US 29/730,114", "29730114" and "US29730114"."""
    return f"application {office.upper()}{_plain(number).removeprefix(office.upper())}"


def _plain(number: str) -> str:
    return _NO_SIGN.sub("", number.upper())
