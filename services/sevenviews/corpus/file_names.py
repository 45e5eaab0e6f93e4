"""What the name of an image says: the view that it shows, the figure that it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sevenviews.corpus.view_characters import view_in_characters
from sevenviews.corpus.view_languages import in_english
from sevenviews.corpus.view_names import view_of
from sevenviews.designs import View

_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|[^\W\d_]+")
_VIEW_WORD = re.compile(
    r"front|frontal|back|rear|left|right|top|bottom|perspective|isometric|exploded|section|sectional|cross|detail|side"
    r"|upper|lower|plan|underside|use|other|unknown|enlarged|elevation|elevational"
)
_SHORT = {"persp": "perspective", "iso": "isometric", "lhs": "left", "rhs": "right", "btm": "bottom"}
_IDLE_WORD = re.compile(r"views?|image|img|picture|drawing|photo|sheet|and|of|the|in")
_FIGURE = re.compile(r"(?:figs?|figures?|reproduction|rep)[\s._-]*(\d{1,3}(?:\.\d{1,2})?[a-z]?)", re.I)
_HAGUE = re.compile(r"\d{1,3}\.\d{1,2}")
_COUNTED = re.compile(r"(?:img|image|view|photo|drawing|sheet|page|p)?[\s._-]*\(?\d{1,4}\)?", re.I)
_GAPS = re.compile(r"[\s_.-]+")
_NATURAL = re.compile(r"(\d+)")


def view_of_stem(stem: str) -> View:
    """The view that a file is named after: "Front", "left-side_view", "perspective-2", "左视图"; UNKNOWN: none."""
    chinese = view_in_characters(stem)
    if chinese is not View.UNKNOWN:
        return chinese
    words = _words(stem)
    joined = "_".join(word for word in words if not word.isdigit())
    if joined in set(View):
        return View(joined)
    if not any(map(_VIEW_WORD.fullmatch, words)):
        return View.UNKNOWN
    return view_of(
        " ".join(word for word in words if word.isalpha() and word not in {"view", "views"}) + " view"
    )


def names_a_view(stem: str) -> bool:
    """Whether a name is that of a view, and of nothing else: "front", "Left side 2", "FIG. 3", "主视图"."""
    if view_in_characters(stem) is not View.UNKNOWN or _FIGURE.fullmatch(stem) or _HAGUE.fullmatch(stem):
        return True
    words = [word for word in _words(stem) if not word[0].isdigit()]
    known = [_VIEW_WORD.fullmatch(word) or _IDLE_WORD.fullmatch(word) for word in words]
    return any(map(_VIEW_WORD.fullmatch, words)) and all(known)


def _words(stem: str) -> list[str]:
    """In small letters and in English, and in full where they are short for a view."""
    spaced = _GAPS.sub(" ", unicodedata.normalize("NFC", stem))
    return [_SHORT.get(word, word) for word in map(str.lower, _WORD.findall(in_english(spaced)))]


def is_counted(stem: str) -> bool:
    """Whether a name does no more than count: "1", "IMG_0003", "view 2"."""
    return _COUNTED.fullmatch(stem) is not None


def figure_of_stem(stem: str) -> str:
    """The figure's number in a name: "3A" of "FIG. 3a", "1.2" of "1.2"; empty: there is none."""
    match = _FIGURE.search(stem) or (_HAGUE.fullmatch(stem))
    return "" if match is None else match[match.lastindex or 0].upper()


def natural(name: str) -> Sequence[tuple[int, str]]:
    """A key that sorts names as people count: "2.png" before "10.png"."""
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in _NATURAL.split(name)]
