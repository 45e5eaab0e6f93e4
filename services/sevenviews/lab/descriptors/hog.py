"""Histograms of oriented gradients.

Dalal, Triggs: "Histograms of oriented gradients for human detection", CVPR 2005.
"""

from __future__ import annotations

import numpy as np
from skimage.feature import hog

from sevenviews.lab.descriptors.descriptor import Drawings, Features

SIDE = 112
_DIRECTIONS, _CELL, _BLOCK = 9, 16, 2


def hog_features(drawings: Drawings) -> Features:
    """9 directions, cells of 16 pixels, blocks of 2 × 2 cells, each block of unit length, clipped at 0.2 (L2-Hys)."""
    return np.stack(
        [
            hog(
                drawing[0],
                orientations=_DIRECTIONS,
                pixels_per_cell=(_CELL, _CELL),
                cells_per_block=(_BLOCK, _BLOCK),
                block_norm="L2-Hys",
                feature_vector=True,
            )
            for drawing in drawings
        ]
    )
