"""Histograms of local binary patterns.

Ojala, Pietikäinen, Mäenpää: "Multiresolution gray-scale and rotation invariant texture classification with local
binary patterns", PAMI 24(7), 2002.

A pattern has a bit for each of 8 points on a circle of radius 1: whether it is at least as bright as the centre. It
is uniform if its bits change at most twice around the circle: 58 patterns are, the rest counts as one. Both
histograms are taken over the whole drawing, as DeepPatent does, and enter by their square roots: the inner product
of the unit vectors then is the Bhattacharyya coefficient of the histograms. At this resolution the patterns tell as
much of how lines were drawn and scanned as of the article.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from skimage.feature import local_binary_pattern

from sevenviews.lab.descriptors.descriptor import Drawings, Features

SIDE = 512
POINTS, RADIUS = 8, 1
UNIFORM_PATTERNS = POINTS * (POINTS - 1) + 2
"""58; one more bin holds the rest."""

INVARIANT_PATTERNS = POINTS + 1
"""The uniform patterns by the number of their bits that are set; one more bin holds the rest."""


def lbp_histograms(drawings: Drawings) -> Features:
    """Square roots of the counts of the 58 uniform patterns and of the rest, [n, 59]."""
    return _root_histograms(drawings, "nri_uniform", UNIFORM_PATTERNS + 1)


def rotation_invariant_histograms(drawings: Drawings) -> Features:
    """Square roots of the counts of the 9 rotation-invariant uniform patterns and of the rest, [n, 10] (riu2)."""
    return _root_histograms(drawings, "uniform", INVARIANT_PATTERNS + 1)


def _root_histograms(drawings: Drawings, method: str, bins: int) -> npt.NDArray[np.float64]:
    return np.stack([np.sqrt(_histogram(drawing[0], method, bins)) for drawing in drawings])


def _histogram(drawing: npt.NDArray[np.uint8], method: str, bins: int) -> npt.NDArray[np.int64]:
    patterns = local_binary_pattern(drawing, POINTS, RADIUS, method=method)  # type: ignore[no-untyped-call]
    return np.bincount(np.asarray(patterns, np.int64).ravel(), minlength=bins)
