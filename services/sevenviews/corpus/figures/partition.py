"""Which ink belongs to which label.

First by straight white lines (a recursive XY-cut): a sheet is divided where a white strip leaves a label
and ink on either side. Where figures interlock and no strip divides them, by nearness: ink is joined until
as many pieces are left as there are labels.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import LEFT, RIGHT, TOP, Boxes, Components, reduce_any
from sevenviews.corpus.figures.whitespace import best_cut, hull, middles

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
    solid = components.areas[ink[part]] >= _SPECK
    cut = best_cut(components.boxes[ink[part][solid]], label_boxes[labels])
    if cut is None:
        owners[part] = labels[_by_nearness(components, ink[part], label_boxes[labels])]
        return
    axis, place = cut
    ink_before = middles(components.boxes[ink[part]], axis) < place
    labels_before = middles(label_boxes[labels], axis) < place
    _divide(components, ink, label_boxes, labels[labels_before], part[ink_before], owners)
    _divide(components, ink, label_boxes, labels[~labels_before], part[~ink_before], owners)


def _by_nearness(components: Components, ink: Indices, labels: Boxes) -> Indices:
    """For each component the index of its label."""
    pieces = _pieces(components, ink, len(labels))
    if pieces is None:
        return np.asarray(distances(components.boxes[ink], labels).argmin(axis=1))
    piece_boxes = np.array([hull(components.boxes[ink[pieces == piece]]) for piece in range(len(labels))])
    return _matching(distances(piece_boxes, labels))[pieces]


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
    """Components of great pieces keep theirs; the others go to the piece whose ink is nearest."""
    rows, columns = _first_pixels(components, ink)
    rows, columns = rows // _COARSE, columns // _COARSE
    piece_of = np.zeros(int(joined.max()) + 1, np.intp)
    piece_of[great] = np.arange(1, len(great) + 1)
    pieces = piece_of[joined]
    _, nearest = cv2.distanceTransformWithLabels(
        (pieces == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    piece_of_pixel = np.zeros(int(nearest.max()) + 1, np.intp)
    piece_of_pixel[nearest[pieces > 0]] = pieces[pieces > 0]
    return np.asarray(piece_of_pixel[nearest[rows, columns]] - 1)


def _first_pixels(components: Components, ink: Indices) -> tuple[Indices, Indices]:
    """A pixel of each component: the first of its top row."""
    rows = components.boxes[ink, TOP]
    columns = np.empty_like(rows)
    for position, (index, row) in enumerate(zip(ink, rows, strict=True)):
        left, right = components.boxes[index, LEFT], components.boxes[index, RIGHT]
        columns[position] = left + int(np.argmax(components.labels[row, left:right] == index + 1))
    return rows.astype(np.intp), columns.astype(np.intp)


def distances(boxes: Boxes, labels: Boxes) -> NDArray[np.float64]:
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
