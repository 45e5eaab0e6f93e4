"""Proposes what on a sheet may be a short line of text, lying or standing on its side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import BOTTOM, LEFT, RIGHT, TOP, Boxes, Components

MIN_LETTER = 7
MAX_LETTER_SHARE = 0.1
"""A letter's height: at least 7 reduced pixels, at most this share of the sheet's longer side."""

MAX_LETTERS = 18
_WIDEST_LETTER = 1.8
_REACH = 0.95
_MIN_HEIGHT_SHARE = 0.5
_LEAST_OVERTOPPED = 4
_USUAL_LETTERS = 5
_UNDERLINE_SHARE = 0.35
_UNDERLINE_LENGTH = 0.6
_WIDEST_SPACE = 3.0
_MAX_DIGITS = 3


@dataclass(frozen=True, slots=True)
class TextLine:
    """A candidate.

    Attributes:
        box: left, top, right, bottom in reduced pixels.
        height: of its highest letter, in reduced pixels.
        members: the components (numbers of Components.labels) inside the box, dots and underlines with them.
        letters: how many components have a letter's size.
        vertical: the text runs up or down the sheet.
        isolated: there is no other ink around it, as a label's convention is.
    """

    box: tuple[int, int, int, int]
    height: int
    members: tuple[int, ...]
    letters: int
    vertical: bool
    isolated: bool


def find_text_lines(components: Components) -> list[TextLine]:
    """Candidates, the most promising first: those that stand alone, and have a label's length."""
    if len(components) == 0:
        return []
    ink_sum = np.asarray(cv2.integral(components.ink.view(np.uint8), sdepth=cv2.CV_32S), np.int32)
    lines = [
        line
        for vertical in (False, True)
        for line in _lines(components, ink_sum, vertical)
        if _is_label_sized(line)
    ]
    return sorted(lines, key=_promise)


def lengthen(components: Components, line: TextLine, quarter_turns: int) -> TextLine | None:
    """The line with the letters that follow it at a wide space ("FIG.      3"); None: none do.

    Args:
        quarter_turns: counter-clockwise, that set the line upright: they tell which way it reads.
    """
    boxes = _upright(components, quarter_turns)
    own = _hull(boxes[np.asarray(line.members) - 1])
    height = line.height
    follows = (
        (boxes[:, LEFT] >= own[RIGHT])
        & (boxes[:, LEFT] <= own[RIGHT] + _WIDEST_SPACE * height)
        & (boxes[:, TOP] >= own[TOP] - height // 4)
        & (boxes[:, BOTTOM] <= own[BOTTOM] + height // 4)
        & (boxes[:, BOTTOM] - boxes[:, TOP] >= _MIN_HEIGHT_SHARE * height)
    )
    more = np.flatnonzero(follows)
    if not 0 < len(more) <= _MAX_DIGITS:
        return None
    members = np.union1d(np.asarray(line.members) - 1, more)
    members = np.union1d(members, _within(boxes, _hull(boxes[members])))
    box = _hull(components.boxes[members])
    return replace(line, box=box, members=tuple(int(index) + 1 for index in members))


def stands_apart(components: Components, line: TextLine) -> bool:
    """Whether all else lies on one side of the line: above it, below, left or right."""
    others = np.delete(components.boxes, np.asarray(line.members) - 1, axis=0)
    left, top, right, bottom = line.box
    return bool(
        (others[:, LEFT] >= right).all()
        or (others[:, TOP] >= bottom).all()
        or (others[:, RIGHT] <= left).all()
        or (others[:, BOTTOM] <= top).all()
    )


def _upright(components: Components, quarter_turns: int) -> Boxes:
    """The boxes on the sheet turned counter-clockwise."""
    height, width = components.ink.shape
    boxes = components.boxes
    for _ in range(quarter_turns % 4):
        left, top, right, bottom = boxes.T
        boxes = np.stack([top, width - right, bottom, width - left], axis=1)
        height, width = width, height
    return boxes


def _promise(line: TextLine) -> tuple[bool, int, int]:
    return not line.isolated, abs(line.letters - _USUAL_LETTERS), -line.height


def _is_label_sized(line: TextLine) -> bool:
    left, top, right, bottom = line.box
    length = bottom - top if line.vertical else right - left
    return 2 <= line.letters <= MAX_LETTERS and line.height * 0.9 <= length <= line.height * 14  # noqa: PLR2004


def _lines(components: Components, ink_sum: NDArray[np.int32], vertical: bool) -> list[TextLine]:
    height, width = components.ink.shape
    boxes = _transposed(components.boxes) if vertical else components.boxes
    shape = (width, height) if vertical else (height, width)
    letters = _letters(boxes, max(shape))
    if len(letters) == 0:
        return []
    return [
        line
        for chain in _chains(boxes[letters], shape)
        for group in _by_height(boxes, letters[chain])
        if (line := _line(components, ink_sum, boxes, group, vertical)) is not None
    ]


def _letters(boxes: Boxes, longest_side: int) -> NDArray[np.intp]:
    heights = boxes[:, BOTTOM] - boxes[:, TOP]
    widths = boxes[:, RIGHT] - boxes[:, LEFT]
    fits = (
        (heights >= MIN_LETTER)
        & (heights <= longest_side * MAX_LETTER_SHARE)
        & (widths <= heights * _WIDEST_LETTER)
    )
    return np.flatnonzero(fits)


def _chains(boxes: Boxes, shape: tuple[int, int]) -> list[NDArray[np.intp]]:
    """Letters that follow each other along a line, by painting each one stretched and joining what touches.

    Only the middle half of a letter's height is painted: lines above each other stay apart.
    """
    canvas = np.zeros(shape, np.uint8)
    for left, top, right, bottom in boxes.tolist():
        height = bottom - top
        reach, inset = int(_REACH * height) + 1, height // 4
        canvas[top + inset : bottom - inset, max(left - reach, 0) : right + reach] = 1
    _, joined = cv2.connectedComponents(canvas, connectivity=4, ltype=cv2.CV_32S)
    middle_rows = (boxes[:, TOP] + boxes[:, BOTTOM]) // 2
    middle_columns = (boxes[:, LEFT] + boxes[:, RIGHT]) // 2
    chain = joined[middle_rows, middle_columns]
    order = np.argsort(chain, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(chain[order])) + 1)


def _by_height(boxes: Boxes, letters: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """The highest letters of a chain; then those that a part of a drawing, standing beside them, overtops."""
    while len(letters):
        heights = boxes[letters, BOTTOM] - boxes[letters, TOP]
        high = heights >= _MIN_HEIGHT_SHARE * np.max(heights)
        yield letters[high]
        letters = letters[~high] if np.count_nonzero(~high) >= _LEAST_OVERTOPPED else letters[:0]


def _line(
    components: Components,
    ink_sum: NDArray[np.int32],
    boxes: Boxes,
    letters: NDArray[np.intp],
    vertical: bool,
) -> TextLine | None:
    heights = boxes[letters, BOTTOM] - boxes[letters, TOP]
    if not 1 < len(letters) <= MAX_LETTERS:
        return None
    members = _with_marks(boxes, letters)
    box = _hull(boxes[members])
    height = int(np.max(heights))
    if vertical:
        box = (box[TOP], box[LEFT], box[BOTTOM], box[RIGHT])
    numbers = tuple(int(index) + 1 for index in members)
    isolated = _is_isolated(components, ink_sum, box, numbers, height)
    return TextLine(box, height, numbers, len(letters), vertical, isolated)


def _with_marks(boxes: Boxes, letters: NDArray[np.intp]) -> NDArray[np.intp]:
    """The letters, the points and dashes between them, and a line drawn under them."""
    left, top, right, bottom = _hull(boxes[letters])
    height, length = bottom - top, right - left
    beside, above = height // 3, height // 5
    marks = _within(boxes, (left - beside, top - above, right + beside, bottom + above))
    under = _within(boxes, (left - height, bottom - above, right + height, bottom + height))
    thin = boxes[under, BOTTOM] - boxes[under, TOP] <= height * _UNDERLINE_SHARE
    long = boxes[under, RIGHT] - boxes[under, LEFT] >= length * _UNDERLINE_LENGTH
    return np.union1d(np.union1d(letters, marks), under[thin & long])


def _is_isolated(
    components: Components,
    ink_sum: NDArray[np.int32],
    box: tuple[int, int, int, int],
    members: tuple[int, ...],
    height: int,
) -> bool:
    margin = max(height // 3, 2)
    rows, columns = components.ink.shape
    left, top = max(box[LEFT] - margin, 0), max(box[TOP] - margin, 0)
    right, bottom = min(box[RIGHT] + margin, columns), min(box[BOTTOM] + margin, rows)
    around = ink_sum[bottom, right] - ink_sum[top, right] - ink_sum[bottom, left] + ink_sum[top, left]
    own = int(components.areas[np.asarray(members) - 1].sum())
    return int(around) <= own


def _hull(boxes: Boxes) -> tuple[int, int, int, int]:
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return int(low[LEFT]), int(low[TOP]), int(high[RIGHT]), int(high[BOTTOM])


def _within(boxes: Boxes, box: tuple[int, int, int, int]) -> NDArray[np.intp]:
    inside = (
        (boxes[:, LEFT] >= box[LEFT])
        & (boxes[:, TOP] >= box[TOP])
        & (boxes[:, RIGHT] <= box[RIGHT])
        & (boxes[:, BOTTOM] <= box[BOTTOM])
    )
    return np.flatnonzero(inside)


def _transposed(boxes: Boxes) -> Boxes:
    return boxes[:, [TOP, LEFT, BOTTOM, RIGHT]]
