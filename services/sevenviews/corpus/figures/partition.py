"""Which ink belongs to which label.

First by straight white lines (a recursive XY-cut): a sheet is divided where a white strip leaves a label
and ink on either side. Where figures interlock and no strip divides them, by nearness: ink is joined until
as many pieces are left as there are labels.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import LEFT, RIGHT, TOP, Boxes, Components, reduce_any

Indices = NDArray[np.intp]

_SPECK = 6
"""Ink of fewer reduced pixels is dirt, or a dot: it neither bars a cut nor makes a figure."""

_COARSE = 4
_MAX_PERMUTED = 6


def assign_ink(components: Components, ink: Indices, labels: Boxes) -> NDArray[np.int32]:
    """The label (its row) that each component of `ink` belongs to.

    Args:
        ink: indices of the components that are neither label nor header.
        labels: k × 4 boxes, k >= 1.
    """
    owners = np.zeros(len(ink), np.int32)
    _divide(components, ink, labels, np.arange(len(labels)), np.arange(len(ink)), owners)
    return owners


def _divide(
    components: Components,
    ink: Indices,
    label_boxes: Boxes,
    labels: Indices,
    part: Indices,
    owners: NDArray[np.int32],
) -> None:
    """Give the components ink[part] to the labels, writing into owners."""
    if len(labels) == 1:
        owners[part] = labels[0]
        return
    cut = _best_cut(components.boxes[ink[part]], components.areas[ink[part]], label_boxes[labels])
    if cut is None:
        owners[part] = labels[_by_nearness(components, ink[part], label_boxes[labels])]
        return
    axis, place = cut
    ink_before = _middles(components.boxes[ink[part]], axis) < place
    labels_before = _middles(label_boxes[labels], axis) < place
    _divide(components, ink, label_boxes, labels[labels_before], part[ink_before], owners)
    _divide(components, ink, label_boxes, labels[~labels_before], part[~ink_before], owners)


@dataclass(frozen=True, slots=True)
class _Cut:
    axis: int
    place: float
    width: int
    enclosed: int


def _best_cut(boxes: Boxes, areas: NDArray[np.int32], labels: Boxes) -> tuple[int, float] | None:
    """The widest white strip with a label and ink on both sides.

    A strip is worse if it leaves a label between the ink of its side: labels stand at a figure's rim.
    """
    solid = boxes[areas >= _SPECK]
    cuts = [
        _Cut(axis, (start + end) / 2, end - start, enclosed)
        for axis in (LEFT, TOP)
        for start, end in _white_strips(np.concatenate([solid, labels]), axis)
        if (enclosed := _enclosed_labels(solid, labels, axis, (start + end) / 2)) is not None
    ]
    if not cuts:
        return None
    best = min(cuts, key=lambda cut: (cut.enclosed, -cut.width))
    return best.axis, best.place


def _white_strips(boxes: Boxes, axis: int) -> list[tuple[int, int]]:
    """The stretches of an axis that no box covers, between the first box and the last."""
    order = np.argsort(boxes[:, axis])
    starts, ends = boxes[order, axis], np.maximum.accumulate(boxes[order, axis + 2])
    white = np.flatnonzero(starts[1:] > ends[:-1])
    return [(int(ends[index]), int(starts[index + 1])) for index in white]


def _enclosed_labels(ink: Boxes, labels: Boxes, axis: int, place: float) -> int | None:
    """How many sides of a cut hold one label, amid the ink; None: a side lacks label or ink."""
    enclosed = 0
    for sign in (-1, 1):
        side_ink = ink[sign * (_middles(ink, axis) - place) > 0]
        side_labels = labels[sign * (_middles(labels, axis) - place) > 0]
        if len(side_ink) == 0 or len(side_labels) == 0:
            return None
        enclosed += len(side_labels) == 1 and _is_enclosed(side_labels[0], side_ink)
    return enclosed


def _is_enclosed(label: NDArray[np.int32], ink: Boxes) -> bool:
    """Whether a label divides the ink: there is some before and some behind it, and none beside it."""
    for axis in (LEFT, TOP):
        before, behind = ink[:, axis + 2] <= label[axis], ink[:, axis] >= label[axis + 2]
        if before.any() and behind.any() and (before | behind).all():
            return True
    return False


def _middles(boxes: Boxes, axis: int) -> NDArray[np.float64]:
    return (boxes[:, axis] + boxes[:, axis + 2]) / 2


def _by_nearness(components: Components, ink: Indices, labels: Boxes) -> Indices:
    """For each component the index of its label."""
    pieces = _pieces(components, ink, len(labels))
    if pieces is None:
        return np.asarray(_distances(components.boxes[ink], labels).argmin(axis=1))
    piece_boxes = np.array([_hull(components.boxes[ink[pieces == piece]]) for piece in range(len(labels))])
    return _matching(_distances(piece_boxes, labels))[pieces]


def _pieces(components: Components, ink: Indices, count: int) -> Indices | None:
    """The piece of each component when ink is joined just so far that `count` great pieces are left.

    None: it falls apart into fewer than count pieces; figures touch.
    """
    keep = np.zeros(len(components) + 1, bool)
    keep[ink + 1] = True
    coarse = reduce_any(keep[components.labels], _COARSE)
    for reach in (32, 24, 16, 12, 8, 6, 4, 3, 2, 1, 0):
        joined = _joined(coarse, reach)
        areas = np.bincount(joined.ravel(), coarse.ravel())
        areas[0] = 0
        great = np.flatnonzero(areas >= max(0.02 * areas.sum(), 1))
        if len(great) >= count:
            return _to_great_pieces(components, ink, joined, great[np.argsort(-areas[great])[:count]])
    return None


def _joined(coarse: NDArray[np.bool_], reach: int) -> NDArray[np.int32]:
    """The components of the coarse ink after growing it by reach pixels."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown = cv2.dilate(coarse.view(np.uint8), kernel)
    _, joined = cv2.connectedComponents(grown, connectivity=8, ltype=cv2.CV_32S)
    return np.asarray(joined, np.int32)


def _to_great_pieces(
    components: Components, ink: Indices, joined: NDArray[np.int32], great: Indices
) -> Indices:
    """Components of great pieces keep theirs; the others go to the nearest."""
    boxes = components.boxes[ink]
    rows, columns = _first_pixels(components, ink)
    piece_of = joined[rows // _COARSE, columns // _COARSE]
    hulls = np.array([_hull(boxes[piece_of == piece]) for piece in great])
    nearest = _distances(boxes, hulls).argmin(axis=1)
    for index, piece in enumerate(great):
        nearest[piece_of == piece] = index
    return np.asarray(nearest)


def _first_pixels(components: Components, ink: Indices) -> tuple[Indices, Indices]:
    """A pixel of each component: the first of its top row."""
    rows = components.boxes[ink, TOP]
    columns = np.empty_like(rows)
    for position, (index, row) in enumerate(zip(ink, rows, strict=True)):
        left, right = components.boxes[index, LEFT], components.boxes[index, RIGHT]
        columns[position] = left + int(np.argmax(components.labels[row, left:right] == index + 1))
    return rows.astype(np.intp), columns.astype(np.intp)


def _distances(boxes: Boxes, labels: Boxes) -> NDArray[np.float64]:
    """The white distance between each box and each label: n × k. Boxes that overlap have none."""
    gaps = [
        np.maximum(
            0,
            np.maximum(
                labels[None, :, axis] - boxes[:, None, axis + 2],
                boxes[:, None, axis] - labels[None, :, axis + 2],
            ),
        )
        for axis in (LEFT, TOP)
    ]
    return np.asarray(np.hypot(*gaps))


def _matching(costs: NDArray[np.float64]) -> Indices:
    """For each piece its label, each label once, at the least total distance."""
    count = len(costs)
    if count > _MAX_PERMUTED:
        return _greedy_matching(costs)
    best = min(
        itertools.permutations(range(count)),
        key=lambda order: sum(costs[piece, label] for piece, label in enumerate(order)),
    )
    return np.array(best, np.intp)


def _greedy_matching(costs: NDArray[np.float64]) -> Indices:
    labels = np.zeros(len(costs), np.intp)
    costs = costs.copy()
    for _ in range(len(costs)):
        piece, label = np.unravel_index(int(costs.argmin()), costs.shape)
        labels[piece] = label
        costs[piece, :] = np.inf
        costs[:, label] = np.inf
    return labels


def _hull(boxes: Sequence[NDArray[np.int32]] | Boxes) -> NDArray[np.int32]:
    stacked = np.asarray(boxes)
    return np.concatenate([stacked[:, :RIGHT].min(axis=0), stacked[:, RIGHT:].max(axis=0)])
