"""One spelling of a patent's id, by which corpora, lists and citations are held against each other."""

from __future__ import annotations

import re
from functools import lru_cache

from sevenviews.designs.numbers import DesignNumber

_FILE_SUFFIX = re.compile(r"\.[A-Za-z]{2,4}$")
_LEAST_DIGITS = 4
"""Of an American number without its office: "D12" is rather some corpus' own name than a patent of 1843."""


@lru_cache(2**16)
def canonical_patent_id(text: str) -> str:
    """One spelling for all that sources and lists have of a patent: "USD0909824" for "US D909,824 S", "D909824",
    "usd0909824" and "USD0909824-20210209.ZIP". What is no number of a design is only stripped and put into capitals.
    """
    written = text.strip().upper()
    try:
        number = DesignNumber.parse(_FILE_SUFFIX.sub("", written))
    except ValueError:
        return written
    if number.office == "US" and not written.startswith("US") and len(number.digits) < _LEAST_DIGITS:
        return written
    return str(number)


def is_patent_number(canonical: str) -> bool:
    """Whether a canonical id is an office's number, the same in every corpus; not a corpus' own, such as "3001"."""
    try:
        return str(DesignNumber.parse(canonical)) == canonical == canonical_patent_id(canonical)
    except ValueError:
        return False
