"""The names of a patent's files: USD0909824-20210209-D00003.TIF is the third sheet of USD0909824-20210209.

D00000 is the front page's copy of one of them. A few patents with colour drawings have photographs beside the
sheets, P00001 and so on; one that is the photograph of no sheet counts on from 10,000, so that both fit into one
patent. Names come in any case, and with any suffix: people convert what they unpack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import PurePosixPath

from sevenviews.corpus.images import IMAGE_SUFFIXES

PHOTOGRAPHS_FROM = 10_000
XML_SUFFIXES = frozenset({".xml", ".sgm", ".sgml"})

_SHEET = re.compile(r"(?P<package>.*?)-?(?P<kind>[DP])(?P<number>\d{5})\.\w+", re.I)
# Sequence listings, tables and the like, which lie beside the grant's XML.
_SUPPLEMENT = re.compile(r".*-[STMC]\d{5}\.\w+|.*-SUPP\.\w+", re.I)
_PACKAGE = re.compile(r"(?:US)?(?P<kind>D|RE)0*(?P<number>\d{1,8})(?:-(?P<date>\d{8}))?(?!\d)", re.I)
_DIGITS = {"D": 7, "RE": 6}


def sheet_number(name: str) -> int | None:
    """The sheet's number by its file name; 0: the copy on the front page; None: the name tells none."""
    match = _SHEET.fullmatch(name)
    if match is None:
        return None
    return int(match["number"]) + (PHOTOGRAPHS_FROM if match["kind"].upper() == "P" else 0)


def is_front_page(name: str) -> bool:
    """Whether a file is the front page's copy of a sheet."""
    return sheet_number(name) == 0


def is_sheet(name: str) -> bool:
    """Whether a file's name is that of a sheet, as an image of some format."""
    return sheet_number(name) is not None and PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES


def is_grant_file(name: str) -> bool:
    """Whether a file may be a grant's XML or SGML, by its name."""
    return PurePosixPath(name).suffix.lower() in XML_SUFFIXES and _SUPPLEMENT.fullmatch(name) is None


def package_of(name: str) -> str:
    """The package that a file belongs to by its name, in small letters: of a sheet what stands before its number."""
    match = _SHEET.fullmatch(name)
    return (match["package"] if match else PurePosixPath(name).stem).casefold()


def patent_of(name: str) -> str:
    """The patent that a file or package is named after: "USD0909824"; empty: after none."""
    match = _PACKAGE.match(package_of(name))
    if match is None:
        return ""
    kind = match["kind"].upper()
    return f"US{kind}{int(match['number']):0{_DIGITS[kind]}d}"


def date_of(name: str) -> date | None:
    """The day of publication in a file's name; None: there is none."""
    match = _PACKAGE.match(package_of(name))
    try:
        return date.fromisoformat(match["date"]) if match and match["date"] else None
    except ValueError:
        return None


def sheets_of(names: Iterable[str]) -> list[tuple[int, str]]:
    """The sheets among the names with their numbers, in order, each once.

    A sheet that someone has converted lies there twice; TIFF is what the office made. Where a sheet and its
    photograph are there, the photograph is the same figure in colour, and stands for both. The front page counts
    only where there is no other sheet. Images whose names give no number come last, in the order of their names.
    """
    numbered: dict[int, str] = {}
    others: dict[str, str] = {}
    for name in sorted(names, key=_office_first):
        number = sheet_number(name)
        if PurePosixPath(name).suffix.lower() not in IMAGE_SUFFIXES:
            continue
        if number is None:
            others.setdefault(PurePosixPath(name).stem.casefold(), name)
        else:
            numbered.setdefault(number, name)
    front_page = numbered.pop(0, None)
    if front_page is not None and not numbered and not others:
        return [(1, front_page)]
    for photograph in [number for number in numbered if number - PHOTOGRAPHS_FROM in numbered]:
        numbered[photograph - PHOTOGRAPHS_FROM] = numbered.pop(photograph)
    return [*sorted(numbered.items()), *enumerate(others.values(), max(numbered, default=0) + 1)]


def _office_first(name: str) -> tuple[bool, str]:
    return PurePosixPath(name).suffix.lower() not in {".tif", ".tiff"}, name.casefold()
