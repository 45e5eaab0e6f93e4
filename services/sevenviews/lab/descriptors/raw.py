"""The pixels themselves."""

from __future__ import annotations

import numpy as np

from sevenviews.lab.descriptors.descriptor import Drawings, Features

SIDE = 32


def raw_pixels(drawings: Drawings) -> Features:
    """The ink itself, [n, side²]."""
    return (255 - drawings.astype(np.float32)).reshape(len(drawings), -1)
