"""Reads the text of a scanned page."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import reduce_any
from sevenviews.corpus.figures.recognizer import PRINT, recognizer
from sevenviews.corpus.figures.sheet import Grey, Ink, decode_sheet
from sevenviews.corpus.pdf.printed import PrintedText

_WORKING_WIDTH = 1280
"""Lines are looked for on a copy of about this width: 150 pixels an inch of a letter page."""

_HIGHEST, _WIDEST = 40, 240
_LOWEST = 9
"""Of letters, and of a line, in pixels of the working copy. Letters that touch are wide; rules are wider."""

_WIDEST_SPACE = 17
"""Between words that are read together; the gutter between two columns is twice as wide."""

_DOT_HEIGHT, _DOT_WIDTH = 4, 12
_DOT_REACH = 10
_DOTS_IN_A_ROW = 4
_MARGIN = 3
_MOST_LINES = 1_500
_LEAST_CONFIDENCE = 0.6


def read_scan(image: bytes, until: float = 1.0) -> list[PrintedText]:
    """The pieces of text on a page.

    Args:
        image: the page, upright.
        until: read no further down than this share of the page's height.

    Raises:
        SevenviewsError: the image cannot be decoded (IMAGE_...).
    """
    ink = decode_sheet(image).ink
    height, width = ink.shape
    part = ink[: max(int(height * until), 1)]
    factor = max(1, round(width / _WORKING_WIDTH))
    boxes = find_lines(reduce_any(part, factor)) * factor
    lines = [_line_image(part, box, _MARGIN * factor) for box in boxes]
    read = recognizer().read(lines, PRINT)
    return [
        PrintedText(left / width, top / height, right / width, bottom / height, text.strip())
        for (left, top, right, bottom), (text, confidence) in zip(boxes.tolist(), read, strict=True)
        if (confidence >= _LEAST_CONFIDENCE and any(map(str.isalnum, text))) or text.strip() in {"**", "(**)"}
    ]


def text_share(image: bytes) -> float:
    """How much of a page's ink lies within lines of text, 0 to 1."""
    ink = decode_sheet(image).ink
    small = reduce_any(ink, max(1, round(ink.shape[1] / _WORKING_WIDTH)))
    within = sum(
        int(small[top:bottom, left:right].sum()) for left, top, right, bottom in find_lines(small).tolist()
    )
    return within / max(int(small.sum()), 1)


def find_lines(ink: Ink) -> NDArray[np.int32]:
    """The boxes of what may be lines of text, n × 4: left, top, right, bottom."""
    _, labels, found, _ = cv2.connectedComponentsWithStats(ink.view(np.uint8), connectivity=8)
    stats = np.asarray(found, np.int32)
    small = (stats[:, cv2.CC_STAT_HEIGHT] <= _HIGHEST) & (stats[:, cv2.CC_STAT_WIDTH] <= _WIDEST)
    small[0] = False
    small[_leaders(stats, ink.shape)] = False
    letters = small[labels].astype(np.uint8)
    joined = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, _WIDEST_SPACE), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    lines = np.asarray(found, np.int32)[1:]
    large = (lines[:, cv2.CC_STAT_HEIGHT] >= _LOWEST) & (lines[:, cv2.CC_STAT_WIDTH] >= _LOWEST)
    boxes = lines[large][:, :4]
    boxes[:, 2:] += boxes[:, :2]
    # They are sorted from the top: what is left out is not the text of a page, but the pattern of a photograph.
    return boxes[:_MOST_LINES]


def _leaders(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The dots of leaders, "Cl. ........ 06-09": many dots in a row. They would be read as letters, and slowly."""
    low = (stats[:, cv2.CC_STAT_HEIGHT] <= _DOT_HEIGHT) & (stats[:, cv2.CC_STAT_WIDTH] <= _DOT_WIDTH)
    low[0] = False
    dots = np.flatnonzero(low)
    canvas = np.zeros(shape, np.uint8)
    for left, top, width, height in stats[dots, :4].tolist():
        canvas[top : top + height, left : left + width + _DOT_REACH] = 1
    _, joined, rows, _ = cv2.connectedComponentsWithStats(canvas, connectivity=8)
    row = joined[stats[dots, cv2.CC_STAT_TOP], stats[dots, cv2.CC_STAT_LEFT]]
    many = np.bincount(row, minlength=len(rows)) >= _DOTS_IN_A_ROW
    return np.asarray(dots[many[row]], np.intp)


def _line_image(ink: Ink, box: Sequence[int], margin: int) -> Grey:
    left, top, right, bottom = box
    part = ink[max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin]
    return np.where(part, 0, 255).astype(np.uint8)
