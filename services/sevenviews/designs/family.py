"""Which patents are of one family: whoever holds one out must not learn from another."""

from __future__ import annotations

import re

from sevenviews.designs.identifiers import canonical_patent_id
from sevenviews.designs.patent import Patent

_NO_SIGN = re.compile(r"[^A-Z0-9]")


def family_keys(patent: Patent) -> frozenset[str]:
    """Names that a patent shares with those of its family; two patents with a name in common are of one.

    They are its own canonical id, and its application. What a later source tells of priorities and continuations
    belongs here, as further applications.
    """
    keys = {f"patent {canonical_patent_id(patent.patent_id)}"}
    if patent.application_number:
        keys.add(_application(patent.office, patent.application_number))
    return frozenset(keys)


def _application(office: str, number: str) -> str:
    """One spelling of "US 29/730,114", "29730114" and "US29730114"."""
    plain = _NO_SIGN.sub("", number.upper())
    return f"application {office.upper()}{plain.removeprefix(office.upper())}"
