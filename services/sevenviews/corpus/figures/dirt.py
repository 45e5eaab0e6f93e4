"""Specks that a scanner leaves at a sheet's rim: they would make the figures' crops larger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.components import BOTTOM, LEFT, RIGHT, TOP, Components

_SPECK_AREA = 4
_LONELY_SHARE = 0.02
_MAX_SPECKS = 100


def without_dirt(components: Components, ink: NDArray[np.intp]) -> NDArray[np.intp]:
    """The components without lonely specks outside of all else.

    Dots of a dotted outline have neighbours and stay, as does everything where such dots are many.
    """
    boxes, areas = components.boxes[ink], components.areas[ink]
    solid = areas > _SPECK_AREA
    if not solid.any():
        return ink
    left, top = boxes[solid, LEFT].min(), boxes[solid, TOP].min()
    right, bottom = boxes[solid, RIGHT].max(), boxes[solid, BOTTOM].max()
    inside = (
        (boxes[:, LEFT] >= left)
        & (boxes[:, TOP] >= top)
        & (boxes[:, RIGHT] <= right)
        & (boxes[:, BOTTOM] <= bottom)
    )
    outside = np.flatnonzero(~inside)
    if len(outside) > _MAX_SPECKS:
        return ink
    reach = _LONELY_SHARE * max(components.ink.shape)
    lonely = [index for index in outside if _distance_to_next(boxes, index) > reach]
    return np.delete(ink, lonely)


def _distance_to_next(boxes: NDArray[np.int32], index: np.intp) -> float:
    """The white distance, along the worse axis, from a box to the nearest other one."""
    own = boxes[index]
    across = np.maximum(boxes[:, LEFT] - own[RIGHT], own[LEFT] - boxes[:, RIGHT])
    down = np.maximum(boxes[:, TOP] - own[BOTTOM], own[TOP] - boxes[:, BOTTOM])
    distances = np.maximum(across, down)
    distances[index] = np.iinfo(np.int32).max
    return float(distances.min())
