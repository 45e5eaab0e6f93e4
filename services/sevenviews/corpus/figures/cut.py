"""Cuts a sheet into its figures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.callouts import find_callout
from sevenviews.corpus.figures.components import BOTTOM, LEFT, RIGHT, TOP, Components, find_components
from sevenviews.corpus.figures.dirt import without_dirt
from sevenviews.corpus.figures.header import find_header
from sevenviews.corpus.figures.labels import (
    NOTHING_EXPECTED,
    NOTHING_READ,
    Expected,
    Label,
    SheetText,
    read_labels,
)
from sevenviews.corpus.figures.partition import assign_ink
from sevenviews.corpus.figures.recognizer import recognizer
from sevenviews.corpus.figures.sheet import Sheet, decode_sheet, encode_figure, upside_down
from sevenviews.corpus.figures.textlines import find_text_lines
from sevenviews.corpus.figures.upside_down import stands_on_its_head
from sevenviews.designs import CropBox, Reason, SevenviewsError, View

_MIN_FIGURE_INK = 12
"""Of reduced pixels: less is dirt."""


@dataclass(frozen=True, slots=True)
class CutFigure:
    """A figure, cut from its sheet, upright, without its label.

    Attributes:
        label: as read on the sheet: "3"; empty: unread, or there is none.
        label_text: the whole label: "FIG. 3"; empty: there is none.
        confidence: of the reading, 0 to 1.
        quarter_turns: how far it was turned counter-clockwise to stand upright.
        box: where it was on the sheet.
        view: that the label names; UNKNOWN: it names none.
        whole: it is all that the sheet shows, in the position in which the sheet shows it.
        content: PNG; 1 bit for a sheet of 1 bit.
    """

    label: str
    label_text: str
    confidence: float
    quarter_turns: int
    box: CropBox
    view: View
    whole: bool
    width: int
    height: int
    content: bytes = field(repr=False)


def cut_sheet(content: bytes, expected: Expected = NOTHING_EXPECTED) -> list[CutFigure]:
    """As `cut`, of an image file; of a TIFF of several pages, the first.

    Raises:
        SevenviewsError: the image cannot be decoded (IMAGE_...), or shows nothing (IMAGE_BLANK).
    """
    return cut(decode_sheet(content), expected)


def cut(sheet: Sheet, expected: Expected = NOTHING_EXPECTED) -> list[CutFigure]:
    """The figures of a sheet, from the top down: one for each label; without labels, the whole is one.

    A sheet that stands on its head is set upright first.

    Args:
        expected: what is known about the figures beforehand: it saves reading, and lets bare numbers count.

    Raises:
        SevenviewsError: it shows nothing (IMAGE_BLANK).
    """
    components = find_components(sheet.ink)
    if int(components.areas.sum()) < _MIN_FIGURE_INK:
        raise SevenviewsError(Reason.IMAGE_BLANK, "the sheet is blank")
    read = _read(sheet, components, expected)
    if read.on_its_head:
        sheet = upside_down(sheet)
        components = find_components(sheet.ink)
        read = _read(sheet, components, expected)
        return [_turned_back(figure) for figure in _figures(sheet, components, read, expected)]
    return _figures(sheet, components, read, expected)


def _turned_back(figure: CutFigure) -> CutFigure:
    """What was cut from the sheet turned by 180°, as of the sheet as it was."""
    box = figure.box
    return replace(
        figure,
        quarter_turns=(figure.quarter_turns + 2) % 4,
        box=CropBox(1 - box.right, 1 - box.bottom, 1 - box.left, 1 - box.top),
        whole=False,
    )


def _figures(sheet: Sheet, components: Components, read: _Reading, expected: Expected) -> list[CutFigure]:
    header, text = read.header, read.text
    taken = {member for label in text.labels for member in label.line.members} | header
    ink = np.array([index for index in range(len(components)) if index + 1 not in taken], np.intp)
    ink = without_dirt(components, ink)
    if int(components.areas[ink].sum()) < _MIN_FIGURE_INK:
        raise SevenviewsError(Reason.IMAGE_BLANK, "the sheet shows nothing but text")
    return _cut(sheet, components, ink, _without_callouts(components, ink, text, expected), bool(header))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read on a sheet: the components of its running head, its text, and whether it stands on its head."""

    header: frozenset[int] = frozenset()
    text: SheetText = NOTHING_READ
    on_its_head: bool = False


def _read(sheet: Sheet, components: Components, expected: Expected) -> _Reading:
    lines = find_text_lines(components)
    if not lines:
        return _Reading()
    reader = recognizer()
    header = find_header(sheet.ink, components, lines, reader)
    lines = [line for line in lines if header.isdisjoint(line.members)]
    text = read_labels(sheet.ink, components, lines, expected, reader)
    on_its_head = not header and stands_on_its_head(sheet.ink, components, lines, text, reader)
    return _Reading(header, text, on_its_head)


def _without_callouts(
    components: Components, ink: NDArray[np.intp], text: SheetText, expected: Expected
) -> SheetText:
    """The sheet's text without the labels that are no figure's own."""
    while text.labels:
        owners = assign_ink(components, ink, _boxes(text))
        callout = find_callout(components, ink, owners, text.labels, expected.elsewhere)
        if callout is None:
            break
        text = replace(text, labels=text.labels[:callout] + text.labels[callout + 1 :])
    return text


def _boxes(text: SheetText) -> NDArray[np.int32]:
    return np.array([label.line.box for label in text.labels], np.int32)


def _cut(
    sheet: Sheet, components: Components, ink: NDArray[np.intp], text: SheetText, has_header: bool
) -> list[CutFigure]:
    if not text.labels:
        figure = _figure(sheet, components, ink, None, text.quarter_turns)
        return [replace(figure, whole=not has_header and text.quarter_turns == 0)]
    owners = assign_ink(components, ink, _boxes(text))
    figures = []
    for index, label in enumerate(text.labels):
        # What is dirt beside a figure may lie inside the sheet's other ones.
        own = without_dirt(components, ink[owners == index])
        if int(components.areas[own].sum()) >= _MIN_FIGURE_INK:
            figures.append(_figure(sheet, components, own, label, label.quarter_turns))
    return figures


def _figure(
    sheet: Sheet, components: Components, own: NDArray[np.intp], label: Label | None, quarter_turns: int
) -> CutFigure:
    boxes, factor = components.boxes[own], components.reduction
    left, top = int(boxes[:, LEFT].min()), int(boxes[:, TOP].min())
    right, bottom = int(boxes[:, RIGHT].max()), int(boxes[:, BOTTOM].max())
    foreign = _foreign(components, own, slice(top, bottom), slice(left, right))
    rows = slice(top * factor, min(bottom * factor, sheet.height))
    columns = slice(left * factor, min(right * factor, sheet.width))
    erase = _enlarged(foreign, factor, rows, columns)
    content, width, height = encode_figure(sheet, rows, columns, erase, quarter_turns)
    return CutFigure(
        label=label.number if label else "",
        label_text=label.text if label else "",
        confidence=label.confidence if label else 0.0,
        quarter_turns=quarter_turns,
        box=_box_on(sheet, rows, columns),
        view=label.view if label else View.UNKNOWN,
        whole=False,
        width=width,
        height=height,
        content=content,
    )


def _box_on(sheet: Sheet, rows: slice, columns: slice) -> CropBox:
    return CropBox(
        columns.start / sheet.width,
        rows.start / sheet.height,
        columns.stop / sheet.width,
        rows.stop / sheet.height,
    )


def _foreign(
    components: Components, own: NDArray[np.intp], rows: slice, columns: slice
) -> NDArray[np.bool_] | None:
    """Reduced pixels of other figures' ink in the box; None: there are none."""
    keep = np.zeros(len(components) + 1, bool)
    keep[0] = True
    keep[own + 1] = True
    foreign = ~keep[components.labels[rows, columns]]
    return foreign if foreign.any() else None


def _enlarged(
    mask: NDArray[np.bool_] | None, factor: int, rows: slice, columns: slice
) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    large = mask.repeat(factor, axis=0).repeat(factor, axis=1)
    return large[: rows.stop - rows.start, : columns.stop - columns.start]
