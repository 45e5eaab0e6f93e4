"""The names of images: 201830123456.7_主视图.jpg, CN301234567S/立体图1.jpg, ZL 2018 3 0123456.7 设计2后视图.png.

A design's number is that of its application (the year, a 3 for designs, seven digits and a check digit), or of its
publication (CN, nine digits from 3 on, S).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from sevenviews.corpus.images import IMAGE_SUFFIXES
from sevenviews.corpus.view_characters import view_in_characters
from sevenviews.designs import View

_APPLICATION = r"(?:ZL|CN)?\s?(?P<application>(?:19|20)\d{2}\s?3\s?\d{7})(?:\s?[.．]?\s?(?P<check>[\dX]))?"
_PUBLICATION = r"CN\s?(?P<publication>3\d{8})\s?(?P<kind>[SD])?"
_NUMBER = re.compile(rf"(?:{_APPLICATION}|{_PUBLICATION})(?!\d)", re.I)
_DESIGN = re.compile(r"设计\s*(\d{1,2})|設計\s*(\d{1,2})")


@dataclass(frozen=True, slots=True)
class CnipaName:
    """A name, read.

    Attributes:
        number: the design's: "CN201830123456.7" or "CN301234567S".
        application: "201830123456.7"; empty: the number is that of the publication.
        design: which of several similar designs of one application it shows, from 1; 0: it does not say.
    """

    number: str
    application: str
    view: View
    design: int = 0


def parse_name(name: str) -> CnipaName | None:
    """Read an image's path; the number may be its folder's name. None: it is no such name."""
    path = PurePosixPath(name)
    view = view_in_characters(path.stem)
    if path.suffix.lower() not in IMAGE_SUFFIXES or view is View.UNKNOWN:
        return None
    numbers = (_NUMBER.match(part) for part in (path.stem, *reversed(path.parent.parts)))
    found = next(filter(None, numbers), None)
    if found is None:
        return None
    design = _DESIGN.search(path.stem)
    which = int(design[1] or design[2]) if design else 0
    if found["publication"]:
        return CnipaName(f"CN{found['publication']}{(found['kind'] or 'S').upper()}", "", view, which)
    digits = re.sub(r"\s", "", found["application"])
    application = f"{digits}.{found['check'].upper()}" if found["check"] else digits
    return CnipaName(f"CN{application}", application, view, which)


def is_cnipa_file(name: str) -> bool:
    """Whether a file is named so."""
    return parse_name(name) is not None
