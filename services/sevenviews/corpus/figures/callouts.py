"""Labels that name a figure inside another one's frame: "FIG. 9" beside a circle says where the part is enlarged.

Such a call-out is no second figure on its sheet. It gives itself away by the ink that it leaves: hardly any for one
of two labels, or a figure within the figure. Which of the two labels is the figure's own tells its place: that one
stands at the middle of a side, as labels do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import BOTTOM, LEFT, RIGHT, TOP, Boxes, Components
from sevenviews.corpus.figures.labels import Label
from sevenviews.corpus.figures.partition import distances
from sevenviews.corpus.figures.whitespace import hull, off_middle

_FEW_INK = 0.05
_LITTLE_INK = 0.15
"""Shares of a sheet's ink: a leader line has few of it, the least of two figures of one name little."""

_PAGE = 0.95
"""A frame of this share of the sheet, in width and height, is drawn around the page, not by a figure."""


def find_callout(
    components: Components,
    ink: NDArray[np.intp],
    owners: NDArray[np.int32],
    labels: Sequence[Label],
    elsewhere: Collection[str] = (),
) -> int | None:
    """The place of a label that is no figure's own; None: all are, or only one is left.

    Args:
        ink, owners: components, and the label (its place) that each belongs to.
        elsewhere: numbers of figures that other sheets show.
    """
    if len(labels) < 2:  # noqa: PLR2004
        return None
    boxes = components.boxes[ink]
    areas = np.bincount(owners, components.areas[ink], len(labels))
    shares = areas / max(areas.sum(), 1)
    hulls = [hull(boxes[owners == index]) if areas[index] else None for index in range(len(labels))]
    for index in map(int, np.argsort(shares, kind="stable")):
        if shares[index] < _LITTLE_INK and _is_named_twice(index, labels, elsewhere):
            return index
        partner = _partner(components, labels, hulls, index, few=shares[index] < _FEW_INK)
        if partner is not None:
            merged = boxes[np.isin(owners, [index, partner])]
            return max((index, partner), key=lambda one: off_middle(_box(labels[one]), merged))
    return None


def _box(label: Label) -> Boxes:
    return np.array(label.line.box, np.int32)


def _is_named_twice(index: int, labels: Sequence[Label], elsewhere: Collection[str]) -> bool:
    number = labels[index].number
    return bool(number) and (number in elsewhere or [label.number for label in labels].count(number) > 1)


def _partner(
    components: Components, labels: Sequence[Label], hulls: Sequence[Boxes | None], index: int, few: bool
) -> int | None:
    """The label of the same figure: that whose ink frames this one's, or stands close to it where it is few."""
    own, box = hulls[index], _box(labels[index])
    for other, frame in enumerate(hulls):
        if other == index or frame is None:
            continue
        if own is None or (few and _gap(own, frame) <= labels[index].line.height):
            return other
        # A small figure in a corner that a large one leaves free has its label beside it.
        apart = _gap(box, own) > _gap(box, frame)
        if _holds(frame, own) and (apart or _holds(frame, box)) and not _is_page(components, frame):
            return other
    return None


def _gap(one: Boxes, other: Boxes) -> float:
    return float(distances(one[None], other[None])[0, 0])


def _holds(frame: Boxes, box: Boxes) -> bool:
    return bool((frame[:RIGHT] <= box[:RIGHT]).all() and (frame[RIGHT:] >= box[RIGHT:]).all())


def _is_page(components: Components, frame: Boxes) -> bool:
    rows, columns = components.ink.shape
    return bool(frame[RIGHT] - frame[LEFT] >= _PAGE * columns and frame[BOTTOM] - frame[TOP] >= _PAGE * rows)
