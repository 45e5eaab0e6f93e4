"""Figure labels: "FIG. 3", "Fig. 2A", "FIG-1", "Figure 8"; in the Hague system's sheets a bare "1.4"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sevenviews.corpus.figures.components import BOTTOM, LEFT, RIGHT, TOP, Components
from sevenviews.corpus.figures.recognizer import Recognizer
from sevenviews.corpus.figures.sheet import Grey, Ink
from sevenviews.corpus.figures.textlines import TextLine, lengthen, stands_apart
from sevenviews.corpus.view_characters import VIEW_CHARACTERS, view_in_characters
from sevenviews.corpus.view_names import view_of
from sevenviews.designs import FigureNumber, View

UPRIGHT, READ_UPWARD, READ_DOWNWARD = 0, 3, 1
"""Quarter turns, counter-clockwise, that set a line upright which reads so on the sheet."""

_CHUNK = 6
_MAX_ISOLATED = 30
_MAX_CROWDED = 12
_MIN_CONFIDENCE = 0.45
_UPSIDE_DOWN_BELOW = 0.9
_WORD_CONFIDENCE = 0.85
_MIN_WORDS = 3

_CONTINUED = r"CONT(?:INUED|'?D)?"
# What the recogniser makes of "FIG": the letters are few, their look-alikes known.
_FIGURE = re.compile(
    r"\W*F\s*[IL1|!J]?\s*[GC6](?:\s*URE|S)?[\s.,:'/-]*"
    r"(?P<number>[0-9OILSZ]{1,3}(?:[.-]\d{1,2})?[A-Z]{0,2}|[IVX]{1,5}|[A-Z](?:-?\d{1,2})?)?[\s.,:'/()-]*"
    rf"(?:{_CONTINUED}[\s.()-]*|(?P<view>(?:[A-Z]+[\s-]+){{0,4}}(?:VIEW|ELEVATION|PERSPECTIVE|PLAN)\W*))?",
    re.I,
)
_IS_CONTINUED = re.compile(rf"\b{_CONTINUED}\b", re.I)
_WORD = re.compile(r"[A-Za-z][a-z]{2,}|[A-Z]{3,}")
_BARE = re.compile(r"\d{1,2}\.\d{1,2}")
_VIEW_NAME = re.compile(
    rf"\W*(?:(?:设计|設計|组件|組件)\s*\d{{0,2}}\s*)?[{VIEW_CHARACTERS}]{{2,10}}\s*\d{{0,2}}\W*"
)
_DIGITS = str.maketrans("OILSZ", "01152")
_DIGIT_LOOKALIKES = "OILSZ"


@dataclass(frozen=True, slots=True)
class Label:
    """A figure's label on its sheet.

    Attributes:
        number: as read: "3", "2A"; empty: there is a label, but its number could not be read.
        text: the whole label, as read.
        confidence: of the reading, 0 to 1.
        quarter_turns: counter-clockwise, that set it (and its figure) upright.
        line: where it stands.
        view: that it names; UNKNOWN: it names none.
    """

    number: str
    text: str
    confidence: float
    quarter_turns: int
    line: TextLine
    view: View = View.UNKNOWN


@dataclass(frozen=True, slots=True)
class Expected:
    """What the description of drawings lets one expect on a sheet.

    Attributes:
        numbers: of the patent's figures; empty: nothing is known.
        per_sheet: how many figures every sheet has; 0: that differs, or is unknown.
        elsewhere: figures that other sheets show: this one may only name them.
    """

    numbers: tuple[str, ...] = ()
    per_sheet: int = 0
    elsewhere: frozenset[str] = frozenset()

    @property
    def bare(self) -> bool:
        """Whether labels are bare numbers such as 1.4."""
        return any("." in number for number in self.numbers)


NOTHING_EXPECTED = Expected()


def parse_label(text: str, bare: bool = False, expected: Collection[str] = ()) -> str | None:
    """The figure number that a label gives: "FIG. 2A" -> "2A"; "" if only "FIG." can be read; None: no label.

    Args:
        bare: whether a number with a point, alone, is a label.
        expected: the patent's numbers, if they are known: of the ways to read "12L" (or 121) one is among them.
    """
    if bare and _BARE.fullmatch(text.strip()):
        return text.strip()
    match = _FIGURE.fullmatch(text.strip())
    if match is None:
        return None
    readings = list(_readings(match["number"] or ""))
    return next((reading for reading in readings if reading in expected), readings[0] if readings else "")


def view_on_label(text: str) -> View:
    """The view that a label names, alone ("主视图") or beside its number ("FIG. 3 FRONT VIEW"); or UNKNOWN."""
    if _VIEW_NAME.fullmatch(text.strip()):
        return view_in_characters(text)
    match = _FIGURE.fullmatch(text.strip())
    return view_of(match["view"].lower()) if match and match["view"] else View.UNKNOWN


def is_continued(text: str) -> bool:
    """Whether a label names the rest of a figure that did not fit on one sheet: "FIG. 1 (Cont.)"."""
    return _IS_CONTINUED.search(text) is not None


def is_word(text: str) -> bool:
    """Whether a line that was read is a word, rather than strokes that resemble letters."""
    return _WORD.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class SheetText:
    """What was read on a sheet.

    Attributes:
        labels: from the top down.
        quarter_turns: counter-clockwise, that set most of the other words upright: a figure without label is
            turned by them.
    """

    labels: tuple[Label, ...] = ()
    quarter_turns: int = UPRIGHT


NOTHING_READ = SheetText()


def read_labels(
    ink: Ink, components: Components, lines: Sequence[TextLine], expected: Expected, recognizer: Recognizer
) -> SheetText:
    """Read the candidates until the sheet's labels are found; the order of lines says which to read first."""
    readings = _Readings(ink, components, expected, recognizer)
    chosen = [line for line in lines if line.isolated][:_MAX_ISOLATED]
    chosen += [line for line in lines if not line.isolated][:_MAX_CROWDED]
    readings.read(chosen, READ_UPWARD)
    # Text that runs down a sheet is rare: it is looked for where there is some, or no label at all.
    if all(label.quarter_turns == READ_DOWNWARD for label in readings.labels):
        readings.read([line for line in chosen if line.vertical], READ_DOWNWARD)
    return SheetText(tuple(_without_overlaps(readings.labels)), readings.usual_turns())


class _Readings:
    def __init__(self, ink: Ink, components: Components, expected: Expected, recognizer: Recognizer) -> None:
        self.labels: list[Label] = []
        self._words: Counter[int] = Counter()
        self._ink = ink
        self._components = components
        self._expected = expected
        self._recognizer = recognizer

    def usual_turns(self) -> int:
        """The turns that set most words upright, if they are many and the other words few."""
        ((turns, count),) = self._words.most_common(1) or [(UPRIGHT, 0)]
        return turns if count >= _MIN_WORDS and count > 2 * (self._words.total() - count) else UPRIGHT

    def read(self, lines: Sequence[TextLine], turns_if_vertical: int) -> None:
        remaining = list(lines)
        while remaining and not self._enough():
            chunk, remaining = remaining[:_CHUNK], remaining[_CHUNK:]
            turns = [turns_if_vertical if line.vertical else UPRIGHT for line in chunk]
            for line, turn, (text, confidence) in zip(chunk, turns, self._texts(chunk, turns), strict=True):
                self._keep(*self._right_way_up(line, turn, text, confidence))
            remaining = [line for line in remaining if self._may_be_another(line)]

    def _texts(self, lines: Sequence[TextLine], turns: Sequence[int]) -> list[tuple[str, float]]:
        return self._recognizer.read(
            [
                line_image(self._ink, self._components, line, turn)
                for line, turn in zip(lines, turns, strict=True)
            ]
        )

    def _right_way_up(
        self, line: TextLine, turns: int, text: str, confidence: float
    ) -> tuple[TextLine, int, str, float]:
        """The reading, or that of the line upside down, where the former is a doubtful label.

        The recogniser reads "FIG. 7" standing on its head, too, but less surely.
        """
        if line.vertical and confidence < _UPSIDE_DOWN_BELOW and parse_label(text) is not None:
            other = (turns + 2) % 4
            ((other_text, other_confidence),) = self._texts([line], [other])
            if other_confidence > confidence and parse_label(other_text) is not None:
                return line, other, other_text, other_confidence
        return line, turns, text, confidence

    def _keep(self, line: TextLine, turns: int, text: str, confidence: float) -> None:
        number = self._number(text)
        view = view_on_label(text)
        if number is None and view is not View.UNKNOWN and confidence >= _MIN_CONFIDENCE:
            self.labels.append(Label("", text, confidence, turns, line, view))
            return
        if number is None:
            self._words[turns] += confidence >= _WORD_CONFIDENCE and is_word(text)
        if number is None or confidence < _MIN_CONFIDENCE:
            return
        if number == "":
            line, number, text, confidence = self._read_on(line, turns) or (line, number, text, confidence)
        if number == text and not self._bare_number_counts(line, number):
            return
        self.labels.append(Label(number, text, confidence, turns, line, view))

    def _number(self, text: str) -> str | None:
        expected = self._expected
        return parse_label(text, bare=expected.bare or not expected.numbers, expected=expected.numbers)

    def _bare_number_counts(self, line: TextLine, number: str) -> bool:
        """A number alone may be part of a drawing: it must be described, or stand apart from all else."""
        if self._expected.numbers:
            return number in self._expected.numbers
        return stands_apart(self._components, line)

    def _read_on(self, line: TextLine, turns: int) -> tuple[TextLine, str, str, float] | None:
        """A label whose number stands too far from its "FIG." to have been taken for one line."""
        longer = lengthen(self._components, line, turns)
        if longer is None:
            return None
        ((text, confidence),) = self._texts([longer], [turns])
        number = parse_label(text, expected=self._expected.numbers)
        return (longer, number, text, confidence) if number else None

    def _enough(self) -> bool:
        known = sum(label.number in self._expected.numbers for label in self.labels)
        return 0 < self._expected.per_sheet <= known

    def _may_be_another(self, line: TextLine) -> bool:
        """The labels of a sheet are of one size."""
        if not self.labels:
            return True
        height = max(label.line.height for label in self.labels)
        return 0.6 * height <= line.height <= 1.7 * height


def line_image(ink: Ink, components: Components, line: TextLine, quarter_turns: int) -> Grey:
    """The line alone, upright, dark on light, with a margin. Other ink that crosses its box is left out."""
    factor = components.reduction
    left, top, right, bottom = line.box
    own = np.isin(components.labels[top:bottom, left:right], line.members)
    own = own.repeat(factor, axis=0).repeat(factor, axis=1)
    part = ink[top * factor : bottom * factor, left * factor : right * factor]
    part = part & own[: part.shape[0], : part.shape[1]]
    margin = max(line.height * factor // 6, 3)
    padded = np.pad(np.rot90(part, quarter_turns), margin)
    return np.where(padded, 0, 255).astype(np.uint8)


def _readings(read: str) -> Iterator[str]:
    """The numbers that a reading can mean, the likeliest first: letters may be digits (1O is 10), or not (12L)."""
    letters = re.search(rf"[^\W\d_{_DIGIT_LOOKALIKES}]{{0,2}}$", read.upper())
    suffix = letters[0] if letters else ""
    digits = read.upper().removesuffix(suffix).translate(_DIGITS)
    for text in (digits + suffix, read):
        try:
            yield str(FigureNumber.parse(text))
        except ValueError:
            continue


def _without_overlaps(labels: Sequence[Label]) -> list[Label]:
    """Of readings of the same place, the one with a number, and the surer."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: (not label.number, -label.confidence)):
        if not any(_overlap(label.line.box, other.line.box) for other in kept):
            kept.append(label)
    return sorted(kept, key=lambda label: (label.line.box[TOP], label.line.box[LEFT]))


def _overlap(one: Sequence[int], other: Sequence[int]) -> bool:
    return (
        one[LEFT] < other[RIGHT]
        and other[LEFT] < one[RIGHT]
        and one[TOP] < other[BOTTOM]
        and other[TOP] < one[BOTTOM]
    )
