"""Straight white strips that divide figures: the step of an XY-cut, which knows that figures have labels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import LEFT, RIGHT, TOP, Boxes


def best_cut(ink: Boxes, labels: Boxes) -> tuple[int, float] | None:
    """The strip that divides best: its axis (0: a place from the left, 1: from the top), and its middle.

    Only strips with label and ink on both sides count. Worse is one that leaves a label between ink of its side, as
    labels stand at a figure's rim. Among equals the widest is taken, where width counts less the further a label
    stands from the middle of its figure: the parts of an exploded figure may lie far apart.

    Returns:
        None: there is no such strip.
    """
    best: tuple[tuple[int, float], tuple[int, float]] | None = None
    for axis in (LEFT, TOP):
        for start, end in _white_strips(np.concatenate([ink, labels]), axis):
            place = (start + end) / 2
            sides = list(_sides(ink, labels, axis, place))
            if any(len(side_ink) == 0 or len(side_labels) == 0 for side_ink, side_labels in sides):
                continue
            owned = [(side_ink, side_labels[0]) for side_ink, side_labels in sides if len(side_labels) == 1]
            enclosed = sum(_is_enclosed(label, side_ink) for side_ink, label in owned)
            offset = max((off_middle(label, side_ink) for side_ink, label in owned), default=0.0)
            score = (enclosed, -(end - start) * (1 - offset))
            if best is None or score < best[0]:
                best = score, (axis, place)
    return None if best is None else best[1]


def hull(boxes: Boxes) -> NDArray[np.int32]:
    """The box around boxes."""
    return np.concatenate([boxes[:, :RIGHT].min(axis=0), boxes[:, RIGHT:].max(axis=0)])


def middles(boxes: Boxes, axis: int) -> NDArray[np.float64]:
    """The boxes' middles along an axis."""
    return np.asarray((boxes[:, axis] + boxes[:, axis + 2]) / 2)


def _white_strips(boxes: Boxes, axis: int) -> list[tuple[int, int]]:
    """The stretches of an axis that no box covers, between the first box and the last."""
    order = np.argsort(boxes[:, axis])
    starts, ends = boxes[order, axis], np.maximum.accumulate(boxes[order, axis + 2])
    white = np.flatnonzero(starts[1:] > ends[:-1])
    return [(int(ends[index]), int(starts[index + 1])) for index in white]


def _sides(ink: Boxes, labels: Boxes, axis: int, place: float) -> Iterator[tuple[Boxes, Boxes]]:
    for sign in (-1, 1):
        yield ink[sign * (middles(ink, axis) - place) > 0], labels[sign * (middles(labels, axis) - place) > 0]


def _is_enclosed(label: NDArray[np.int32], ink: Boxes) -> bool:
    """Whether a label divides the ink: there is some before and some behind it, and none beside it."""
    for axis in (LEFT, TOP):
        before, behind = ink[:, axis + 2] <= label[axis], ink[:, axis] >= label[axis + 2]
        if before.any() and behind.any() and (before | behind).all():
            return True
    return False


def off_middle(label: NDArray[np.int32], ink: Boxes) -> float:
    """How far a label is from the middle of the ink it stands under, over or beside: 0 to 1, of the ink's extent."""
    around = hull(ink)
    extents = np.maximum(around[RIGHT:] - around[:RIGHT], 1)
    shifts = np.abs((label[:RIGHT] + label[RIGHT:]) - (around[:RIGHT] + around[RIGHT:])) / 2 / extents
    return float(min(shifts.min(), 1.0))
