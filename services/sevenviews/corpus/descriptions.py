"""The description of drawings: which figure shows what.

The usual form is a sentence a figure, "FIG. 1 is a front view of a chair;". Others occur: ranges ("FIGS.
2-4 are"), several sentences in a paragraph, the Hague system's "1.1: Perspective", and "The FIGURE is"
where a patent has one figure only. Its figure has no printed number; here it counts as 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sevenviews.corpus.view_names import sides_of, view_of
from sevenviews.designs import FigureDescription, View

SOLE_FIGURE = "1"

_NUMBER = r"\d{1,3}(?:\.\d{1,2})?(?:[A-Za-z](?![A-Za-z]))?"
_NUMBERS = rf"{_NUMBER}(?:(?:\s*(?:,|;|&|-|–|—|\band\b|\bto\b|\bthrough\b|,\s*and\b)\s*){_NUMBER})*"
_FIGURE = rf"(?:figs?|figures?)\.?\s*(?P<named>{_NUMBERS})"
_VERB = r"(?:is|are|shows?|illustrates?|depicts?|represents?|an?|the|:|-|–|—)"
_START = re.compile(
    # At the start of a paragraph; or after a sentence, if a verb follows: "... of FIG. 1; FIG. 2 is a ...".
    rf"(?:^\s*(?:{_FIGURE}|(?P<hague>\d{{1,3}}\.\d{{1,2}})\b\s*(?=:|is\b|-|–)|(?P<sole>the\s+figure\b))"
    rf"|[.;,]\s*(?:and,?\s+)?{_FIGURE.replace('named', 'inner')}\s*(?={_VERB}\s))",
    re.I,
)
_RANGE = re.compile(rf"({_NUMBER})\s*(?:-|–|—|\bto\b|\bthrough\b)\s*({_NUMBER})", re.I)
_LEAD = re.compile(
    r"^[\s:,;.–—-]*(?:(?:is|are|shows?|illustrates?|depicts?|represents?)\s+)?(?:an?\s+|the\s+)?", re.I
)
_TAIL = re.compile(r"[\s;,.]*(?:\band\b[\s,]*)?$", re.I)
_SAME_ARTICLE = re.compile(r"\bthereof\b|\bimage\b|\bembodiment\b|\bframe\b|\bconfiguration\b|\bsame\b", re.I)
_MAX_RANGE = 200


@dataclass(frozen=True, slots=True)
class DescribedFigures:
    """The figures of a patent by its description, in its order.

    Attributes:
        descriptions: a figure may have several sentences.
        views: figure number -> view.
    """

    descriptions: tuple[FigureDescription, ...]
    views: Mapping[str, View]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The figure numbers, each once."""
        return tuple(self.views)


def describe_figures(paragraphs: Iterable[str]) -> DescribedFigures:
    """Read the paragraphs of a description of drawings. Those that describe no figure are left out."""
    descriptions: list[FigureDescription] = []
    views: dict[str, View] = {}
    last = View.UNKNOWN
    for numbers, text in _sentences(paragraphs):
        for number, view in zip(numbers, _views(text, len(numbers), last), strict=True):
            descriptions.append(FigureDescription(number, text))
            # A later sentence about the same figure adds detail; the first one names the view.
            if views.setdefault(number, view) is View.UNKNOWN:
                views[number] = view
            last = views[number]
    return DescribedFigures(tuple(descriptions), views)


def normal_number(text: str) -> str:
    """The form in which figure numbers are compared: no space, no leading zero, capital letters."""
    return re.sub(r"\s+", "", text).upper().lstrip("0") or "0"


def _sentences(paragraphs: Iterable[str]) -> Iterable[tuple[list[str], str]]:
    for paragraph in paragraphs:
        text = " ".join(paragraph.split())
        starts = list(_START.finditer(text))
        ends = [*(start.start() for start in starts[1:]), len(text)][: len(starts)]
        for start, end in zip(starts, ends, strict=True):
            sentence = _TAIL.sub("", _LEAD.sub("", text[start.end() : end]))
            numbers = _numbers_of(start)
            if sentence and numbers:
                yield numbers, sentence


def _numbers_of(start: re.Match[str]) -> list[str]:
    if start["sole"]:
        return [SOLE_FIGURE]
    listed = start["named"] or start["inner"] or start["hague"]
    return expand_numbers(listed)


def expand_numbers(listed: str) -> list[str]:
    """ "2-4, 6 and 7A" -> 2, 3, 4, 6, 7A."""
    spread = _RANGE.sub(lambda match: _spread(match[1], match[2]), listed)
    return list(dict.fromkeys(normal_number(number) for number in re.findall(_NUMBER, spread)))


def _spread(first: str, last: str) -> str:
    if not (first.isdigit() and last.isdigit() and 0 < int(last) - int(first) < _MAX_RANGE):
        return f"{first}, {last}"
    return ", ".join(str(number) for number in range(int(first), int(last) + 1))


def _views(text: str, count: int, last: View) -> list[View]:
    """The view of each of count figures that share a sentence."""
    sides = sides_of(text) if count > 1 else []
    if len(sides) == count:
        return sides
    view = view_of(text)
    if view is View.UNKNOWN and _SAME_ARTICLE.search(text):
        # "FIG. 2 is a second image thereof": the view of the figure before.
        view = last
    return [view] * count
