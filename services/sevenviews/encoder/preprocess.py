"""The only preprocessing of drawings, for training and serving alike.

What is trained on other pixels than are served finds nothing; so there is one function, and its version is part of
every bundle. Normalisation is not here: it lies in the ONNX graph.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from sevenviews.images import content_box

PREPROCESSING_VERSION = "1"
"""Raise it when any pixel changes: bundles of another version are refused."""

_MARGIN = 0.04
"""Of paper around the content, as a share of its longer side."""

_OVERSAMPLING = 2
"""The box filter of `reduce` leaves this many times the wanted side, for the smoother resize after it."""


def preprocess(drawing: Image.Image, side: int) -> npt.NDArray[np.uint8]:
    """Crop a drawing to its content, pad it to a square, and resize it.

    Args:
        drawing: mode "L", 0 ink to 255 paper, not blank; what `decode` returns.
        side: of the square that the model takes, in pixels.

    Returns:
        uint8 [1, side, side], 0 ink to 255 paper.
    """
    content = drawing.crop(content_box(drawing))
    factor = max(content.size) // (_OVERSAMPLING * side)
    if factor > 1:
        # Sheets are large; a box filter costs a tenth of what resizing from full size does.
        content = content.reduce(factor)
    padded = _padded(content)
    resample = Image.Resampling.BILINEAR if padded.width >= side else Image.Resampling.BICUBIC
    square = padded.resize((side, side), resample)
    return np.asarray(square, dtype=np.uint8)[np.newaxis]


def _padded(content: Image.Image) -> Image.Image:
    width, height = content.size
    side = round(max(width, height) * (1 + 2 * _MARGIN))
    square = Image.new("L", (side, side), 255)
    square.paste(content, ((side - width) // 2, (side - height) // 2))
    return square
