"""Connected ink of a sheet, found on a reduced copy: four times fewer pixels, and broken lines close up."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.sheet import Ink

Boxes = NDArray[np.int32]
"""n × 4: left, top, right, bottom; the right and bottom ends are excluded."""

LEFT, TOP, RIGHT, BOTTOM = range(4)

_FINE_BELOW = 900
_COARSE_ABOVE = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Connected components (8 neighbours) of the reduced sheet.

    Attributes:
        reduction: sheet pixels per reduced pixel, along a side.
        ink: the reduced sheet: True where any of its pixels is ink.
        labels: the component of each reduced pixel; 0: no ink.
        boxes: of component i + 1 at row i, in reduced pixels.
        areas: ink of component i + 1, in reduced pixels.
    """

    reduction: int
    ink: Ink
    labels: NDArray[np.int32]
    boxes: Boxes
    areas: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.boxes)


def find_components(ink: Ink) -> Components:
    """The components of a sheet's ink."""
    reduction = _reduction(max(ink.shape))
    small = reduce_any(ink, reduction)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        small.view(np.uint8), connectivity=8, ltype=cv2.CV_32S
    )
    boxes = stats[1:count, :4].astype(np.int32)
    boxes[:, RIGHT] += boxes[:, LEFT]
    boxes[:, BOTTOM] += boxes[:, TOP]
    return Components(
        reduction, small, np.asarray(labels, np.int32), boxes, stats[1:count, 4].astype(np.int32)
    )


def reduce_any(ink: Ink, factor: int) -> Ink:
    """A copy factor times smaller: True where any of factor × factor pixels is."""
    if factor == 1:
        return np.ascontiguousarray(ink)
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % factor), (0, -width % factor)))
    rows = np.logical_or.reduce([padded[start::factor] for start in range(factor)])
    reduced: Ink = np.logical_or.reduce([rows[:, start::factor] for start in range(factor)])
    return reduced


def _reduction(longest_side: int) -> int:
    if longest_side < _FINE_BELOW:
        return 1
    return 2 if longest_side < _COARSE_ABOVE else 4
