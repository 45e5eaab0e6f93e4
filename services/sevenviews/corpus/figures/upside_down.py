"""Whether a sheet stands on its head, by the way in which its text reads better.

It costs nothing where a label was read surely, as on most sheets, or where there is no text at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sevenviews.corpus.figures.components import Components
from sevenviews.corpus.figures.labels import UPRIGHT, SheetText, is_word, line_image, parse_label
from sevenviews.corpus.figures.recognizer import Recognizer
from sevenviews.corpus.figures.sheet import Ink
from sevenviews.corpus.figures.textlines import TextLine

_UPSIDE_DOWN = 2
_MOST_LINES = 12
_SURE = 0.9
"""A label is read so surely the right way up only."""
_CONFIDENCE = 0.8
_MIN_WORDS = 3


def stands_on_its_head(
    ink: Ink, components: Components, lines: Sequence[TextLine], text: SheetText, recognizer: Recognizer
) -> bool:
    """Whether the sheet must be turned by 180°.

    Args:
        lines: the candidates, the most promising first.
        text: what was read of them on the sheet as it is.
    """
    labels = [label for label in text.labels if label.number]
    if any(label.confidence >= _SURE or label.quarter_turns != UPRIGHT for label in labels):
        return False
    chosen = [label.line for label in labels] or [line for line in lines if not line.vertical][:_MOST_LINES]
    if not chosen:
        return False
    turned = _worth(_read(ink, components, chosen, _UPSIDE_DOWN, recognizer))
    if not turned.labels and turned.words < _MIN_WORDS:
        return False
    return turned > _worth(_read(ink, components, chosen, UPRIGHT, recognizer))


class _Worth(NamedTuple):
    """How surely labels were read, summed; and how many words."""

    labels: float
    words: int


def _read(
    ink: Ink, components: Components, lines: Sequence[TextLine], turns: int, reader: Recognizer
) -> list[tuple[str, float]]:
    return reader.read([line_image(ink, components, line, turns) for line in lines])


def _worth(readings: Sequence[tuple[str, float]]) -> _Worth:
    sure = [(text, confidence) for text, confidence in readings if confidence >= _CONFIDENCE]
    labels = sum(confidence for text, confidence in sure if parse_label(text))
    return _Worth(labels, sum(is_word(text) for text, _ in sure))
