"""What a loss tells apart: patents, categories, or rotations."""

from __future__ import annotations

import numpy as np

from sevenviews.training.config import ROTATIONS, is_rotation
from sevenviews.training.drawings import DrawingDataset
from sevenviews.training.losses.config import ClassificationConfig, LossConfig
from sevenviews.training.split import Indices


def labelled(dataset: DrawingDataset, training: Indices, loss: LossConfig) -> tuple[Indices, Indices]:
    """The drawings that can be trained on, and the label of each.

    For rotations, the labels are 0 to 3 over and over: a batch holds every drawing in all four.

    Raises:
        ValueError: categories are wanted, and the corpora tell fewer than two.
    """
    designs = dataset.designs[training]
    if is_rotation(loss):
        return training, np.arange(len(training)) % ROTATIONS
    if isinstance(loss, ClassificationConfig) and loss.by == "category":
        named = np.array(dataset.categories)[designs]
        known = named != ""
        categories, numbers = np.unique(named[known], return_inverse=True)
        if len(categories) < 2:  # noqa: PLR2004 - to tell apart
            raise ValueError(
                f"loss.by: category: the corpora tell {len(categories)} categories; 2 are needed"
            )
        return training[known], numbers
    _, numbers = np.unique(designs, return_inverse=True)
    return training, numbers
