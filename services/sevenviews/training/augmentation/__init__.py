"""Batches of drawings, changed toward what real patent sheets look like.

A patent's drawings come from one hand: stroke width, broken lines, shading and sharpness are drawn once for each
design (of a batch, or for good), position and size for each drawing. What changes is decided for the whole batch, on
the CPU (`changes`); the changing is done where the network is, and by each worker for its own share (`change`): two
workers see what one would have seen.
"""

from sevenviews.training.augmentation.change import augment, change
from sevenviews.training.augmentation.changes import Changes, draw_changes

__all__ = ["Changes", "augment", "change", "draw_changes"]
