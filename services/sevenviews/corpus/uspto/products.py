"""The weekly products of the USPTO that hold grants without drawings, told by the names of their files."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

DRAWINGS_ARE_IN = (
    'the drawings are in the product "Patent Grant Full Text Data with Embedded TIFF Images" (PTGRDT), '
    "whose weeks are called I20210209.tar"
)

_PRODUCTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"i?pgb\d{6,8}.*", re.I), "the front pages of a week's grants"),
    (re.compile(r"i?pg\d{6}.*", re.I), "the full text of a week's grants"),
    (re.compile(r"(?:pftaps|pba)\d{8}.*", re.I), "the full text of a week's grants before 2002"),
    (re.compile(r"i?pab?\d{6}.*", re.I), "a week's published applications, which have no designs"),
)


def without_drawings(name: str) -> str:
    """What a file of a product without drawings is, and where these are; empty: the name is no such file's."""
    path = PurePosixPath(name)
    if path.suffix.lower() not in {".xml", ".zip", ".sgm", ".sgml", ".txt"}:
        return ""
    found = next((what for pattern, what in _PRODUCTS if pattern.fullmatch(path.stem)), "")
    return f"holds {found}, as text without drawings; {DRAWINGS_ARE_IN}" if found else ""
