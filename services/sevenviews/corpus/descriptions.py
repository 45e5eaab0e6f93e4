"""The description of drawings: which figure shows what.

The usual form is a sentence a figure, "FIG. 1 is a front view of a chair;". Others occur: ranges ("FIGS. 2-4 are"),
several sentences in a paragraph, the Hague system's "1.1: Perspective", and "The FIGURE is" where a patent has one
figure only. `figure_statements` finds the sentences, `view_names` reads their views.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sevenviews.corpus.figure_statements import Statement, find_statements
from sevenviews.corpus.view_names import opposite_of, view_of, views_of
from sevenviews.designs import STANDARD_VIEWS, FigureDescription, FigureNumber, View
from sevenviews.designs.figure_list import NUMBER

_SAME_ARTICLE = re.compile(
    r"\bthereof\b|\bimages?\b|\bframes?\b|\bconfigurations?\b|\bsame\b|\bstates?\b|\bpositions?\b|\bconditions?\b",
    re.I,
)
_EMBODIMENT = re.compile(r"\bembodiments?\b|\bvariations?\b|\balternat(?:iv)?e\b", re.I)
_OPPOSITE = re.compile(r"^[^,;(]*\bopposite\b|^[^,;(]*\bother (?:side|end)\b|^[^,;(]*\bopposing\b", re.I)
_OPPOSITE_OF = re.compile(rf"\b(?:of|from|to|in)\b[^,;]*?\bfigs?(?:ure)?\.?\s*(?P<number>{NUMBER})", re.I)


@dataclass(frozen=True, slots=True)
class DescribedFigures:
    """The figures of a patent by its description, in its order.

    Attributes:
        descriptions: a figure may have several sentences.
        views: figure number, as FigureNumber prints it -> view.
        declared: how many figures the source says there are; None: it does not.
    """

    descriptions: tuple[FigureDescription, ...]
    views: Mapping[str, View]
    declared: int | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The figure numbers, each once."""
        return tuple(self.views)


def describe_figures(paragraphs: Iterable[str], declared: int | None = None) -> DescribedFigures:
    """Read the paragraphs of a description of drawings. Those that describe no figure are left out."""
    descriptions: list[FigureDescription] = []
    views: dict[str, View] = {}
    for statement in find_statements(paragraphs):
        for number, view in zip(statement.numbers, _views(statement, views), strict=True):
            descriptions.append(FigureDescription(str(number), statement.text))
            # A later sentence about the same figure adds detail; the first one names the view.
            if views.setdefault(str(number), view) is View.UNKNOWN:
                views[str(number)] = view
    return DescribedFigures(tuple(descriptions), views, declared)


def _views(statement: Statement, known: Mapping[str, View]) -> Sequence[View]:
    """The view of each figure of a statement; where it names none, that of a figure before of which it speaks.

    Args:
        known: the views of the figures before, in their order.
    """
    text, count = statement.text, len(statement.numbers)
    views = views_of(text, [len(run) for run in statement.runs]) if count > 1 else [view_of(text)]
    if not known or any(str(number) in known for number in statement.numbers):
        return views
    seen = list(known.values())
    first, last = seen[0], seen[-1]
    if set(views) == {View.UNKNOWN}:
        if _EMBODIMENT.search(text):
            # "FIG. 5 is another embodiment of a display screen" begins anew, as the first figure did.
            return [first] * count
        if _SAME_ARTICLE.search(text):
            # "FIG. 2 is a second image thereof".
            return [last] * count
    if set(views) == {View.OTHER} and count == 1 and _OPPOSITE.search(text):
        return [_opposite(text, last, known)]
    return views


def _opposite(text: str, last: View, known: Mapping[str, View]) -> View:
    """The side opposite to that of the figure named, or of the last: of a left side the right; OTHER, if none is."""
    match = _OPPOSITE_OF.search(text)
    referred = known.get(str(FigureNumber.parse(match["number"])), last) if match else last
    sides = {View.LEFT, View.RIGHT} if re.search(r"\bside\b", text, re.I) else set(STANDARD_VIEWS)
    for view in (referred, last):
        if view in sides:
            return opposite_of(view)
    return View.OTHER


def is_sole(described: DescribedFigures) -> bool:
    """Whether the patent has one figure only, which may have no label."""
    return described.numbers == (str(FigureNumber("1")),)
