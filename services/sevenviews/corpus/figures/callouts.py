"""Labels that name a figure inside another one's frame: "FIG. 9" beside a circle says where the part is enlarged.

Such a call-out is no second figure on its sheet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import BOTTOM, LEFT, RIGHT, TOP, Components
from sevenviews.corpus.figures.labels import Label
from sevenviews.corpus.figures.whitespace import hull

_FEW_INK = 0.004
_LITTLE_INK = 0.15
"""Shares of a sheet's ink: a leader line has a few, the least of two figures of one name little."""


def without_callouts(
    components: Components,
    ink: NDArray[np.intp],
    owners: NDArray[np.int32],
    labels: Sequence[Label],
    elsewhere: Collection[str] = (),
) -> list[Label]:
    """The labels that are figures' own.

    Args:
        ink, owners: components, and the label (its place) that each belongs to.
        elsewhere: numbers of figures that other sheets show: little ink beside such a label is no figure.
    """
    callouts = set(_callouts(components, ink, owners, labels, elsewhere))
    return [label for index, label in enumerate(labels) if index not in callouts] or list(labels)


def _callouts(
    components: Components,
    ink: NDArray[np.intp],
    owners: NDArray[np.int32],
    labels: Sequence[Label],
    elsewhere: Collection[str],
) -> Iterator[int]:
    areas = np.bincount(owners, components.areas[ink], len(labels))
    shares = areas / max(areas.sum(), 1)
    hulls = [
        hull(components.boxes[ink[owners == index]]) if areas[index] else None for index in range(len(labels))
    ]
    for index, label in enumerate(labels):
        others = [other for other in range(len(labels)) if other != index]
        twin = any(labels[other].number == label.number and shares[other] > shares[index] for other in others)
        named_elsewhere = bool(label.number) and (twin or label.number in elsewhere)
        box = np.array(label.line.box)
        own = hulls[index]
        around = (
            box
            if own is None
            else np.concatenate([np.minimum(box, own)[:RIGHT], np.maximum(box, own)[RIGHT:]])
        )
        framed = any(_holds(hulls[other], around) for other in others if shares[other] > shares[index])
        if shares[index] < _FEW_INK or framed or (named_elsewhere and shares[index] < _LITTLE_INK):
            yield index


def _holds(frame: NDArray[np.int32] | None, box: NDArray[np.int32]) -> bool:
    return frame is not None and bool(
        frame[LEFT] <= box[LEFT]
        and frame[TOP] <= box[TOP]
        and frame[RIGHT] >= box[RIGHT]
        and frame[BOTTOM] >= box[BOTTOM]
    )
