"""Figures of the papers, each a function that writes a PNG and returns its path."""

from sevenviews.lab.figures.curves import draw_size_curves, draw_training_curves
from sevenviews.lab.figures.embedding_map import draw_embedding_map
from sevenviews.lab.figures.mosaic import draw_mosaic
from sevenviews.lab.figures.retrievals import draw_best_and_worst

__all__ = [
    "draw_best_and_worst",
    "draw_embedding_map",
    "draw_mosaic",
    "draw_size_curves",
    "draw_training_curves",
]
