"""The names of sheets: USD0909824-20210209-D00003.TIF is the third.

D00000 is the front page's copy of one of them. A few patents with colour drawings have photographs beside the
sheets, P00001 and so on; they count on from 10,000, so that both fit into one patent.
"""

from __future__ import annotations

import re

PHOTOGRAPHS_FROM = 10_000

_SHEET = re.compile(r"-(?P<kind>[DP])(?P<number>\d{5})\.\w+$", re.I)


def sheet_number(name: str) -> int | None:
    """The sheet's number by its file name; 0: the copy on the front page; None: the name tells none."""
    match = _SHEET.search(name)
    if match is None:
        return None
    return int(match["number"]) + (PHOTOGRAPHS_FROM if match["kind"].upper() == "P" else 0)


def is_front_page(name: str) -> bool:
    """Whether a file is the front page's copy of a sheet."""
    return sheet_number(name) == 0
