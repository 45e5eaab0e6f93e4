"""The design that an image is named after, where the images of several lie in one folder.

"D871717_front", "USD0871717-D00001", "EM-008123456-0001_1" and "US D871,717 S (2)" begin with a number, and what
follows is a view, a figure, or the number of a sheet or a picture. "lamp_front" begins with a word, which may be
anything: it names a design where others of its views lie beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sevenviews.corpus.file_names import is_counted, names_a_view
from sevenviews.designs.numbers import DesignNumber

_DOCUMENT = re.compile(r"(?:[A-Z]{1,3}[\s-]?)?(?:[A-Z]{1,2})?\d[\d.,/ -]{5,}\d?(?:-?[A-Z]\d?)?", re.I)
_GAP = re.compile(r"[\s._#-]+|(?=\()")
_SHEET = re.compile(r"[DP]\d{5}(?:[_-]\d{1,2})?", re.I)
_DIGITS = re.compile(r"(?:\D*\d){6}")
_PART = re.compile(r"\d{4}")
"""Of registrations that have several designs: 008123456-0001."""


@dataclass(frozen=True, slots=True)
class DesignName:
    """A name, taken apart.

    Attributes:
        design: the number or word that it begins with; all of it, where nothing that tells a picture follows.
        picture: the rest: "front", "2", "FIG. 3", "D00001"; may be empty.
        is_sure: whether the design is a number.
    """

    design: str
    picture: str = ""
    is_sure: bool = False


def names_a_document(stem: str) -> bool:
    """Whether a name looks like the number of a patent, an application or a registration."""
    return _DOCUMENT.fullmatch(stem) is not None or number_of(stem) is not None


def number_of(text: str) -> DesignNumber | None:
    """The number of a design that a text is; None: it is none."""
    try:
        return DesignNumber.parse(text)
    except ValueError:
        return None


def design_name(stem: str) -> DesignName:
    """Take the name of an image apart, without its suffix."""
    whole = number_of(stem)
    if whole is not None and re.search(rf"[-.]0*{whole.part}$", stem) and whole.part:
        return DesignName(stem, is_sure=True)
    splits = list(_splits(stem))
    for known in (number_of, _DOCUMENT.fullmatch):
        for design, picture in splits:
            if _DIGITS.match(design) and known(design) and _tells_picture(design, picture):
                return DesignName(design, picture, is_sure=True)
    if names_a_document(stem):
        return DesignName(stem, is_sure=True)
    named = (DesignName(design, picture) for design, picture in splits if names_a_view(picture))
    return next(named, DesignName(stem))


def _splits(stem: str) -> Iterator[tuple[str, str]]:
    """The name in two at each gap; the first part is the shortest first."""
    for gap in _GAP.finditer(stem):
        if gap.start() and gap.end() < len(stem):
            yield stem[: gap.start()], stem[gap.end() :]


def _tells_picture(design: str, picture: str) -> bool:
    if _PART.fullmatch(picture) and number_of(design) is None:
        return False
    return names_a_view(picture) or is_counted(picture) or _SHEET.fullmatch(picture) is not None
