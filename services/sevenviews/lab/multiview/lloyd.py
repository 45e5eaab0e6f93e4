"""k-means as the published code of DAIMC starts from: its choice among restarts differs from scikit-learn's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sevenviews.lab.multiview.graphs import squared_distances
from sevenviews.lab.multiview.views import Floats

_MOST_STEPS = 100


def kmeans_by_distance(
    rows: Floats, clusters: int, seed: int, starts: int = 20
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Lloyd's iteration from random samples; of all starts, the least sum of distances, not of their squares.

    Σ_i ‖x_i - c_{l(i)}‖ forgives a sample far from every centre more than the squares do, so another restart
    may win. A cluster left empty takes the sample farthest from its centre.

    `rows`: [n, d]; `clusters`: k ≤ n.

    Returns:
        Labels [n] and centres [k, d].
    """
    generator = np.random.default_rng(seed)
    found = [_lloyd(rows, rows[generator.choice(len(rows), clusters, replace=False)]) for _ in range(starts)]
    _, labels, centres = min(found, key=lambda run: run[0])
    return labels, centres


def _lloyd(rows: Floats, centres: Floats) -> tuple[float, npt.NDArray[np.intp], Floats]:
    """Total distance, labels and centres where the iteration rests."""
    labels = np.full(len(rows), -1, np.intp)
    for _ in range(_MOST_STEPS):
        distances = squared_distances(rows, centres)
        closest = _without_empty(distances)
        if np.array_equal(closest, labels):
            break
        labels = closest
        centres = np.stack([rows[labels == cluster].mean(axis=0) for cluster in range(len(centres))])
    distances = squared_distances(rows, centres)
    return float(np.sqrt(distances[np.arange(len(rows)), labels]).sum()), labels, centres


def _without_empty(distances: Floats) -> npt.NDArray[np.intp]:
    """The closest centre of each sample, except that every centre gets one sample at least."""
    labels: npt.NDArray[np.intp] = distances.argmin(axis=1)
    gap = distances.min(axis=1)
    while len(empty := np.setdiff1d(np.arange(distances.shape[1]), labels)):
        sizes = np.bincount(labels, minlength=distances.shape[1])
        movable = np.where(sizes[labels] > 1, gap, -np.inf)
        labels[int(movable.argmax())] = empty[0]
        gap[int(movable.argmax())] = 0.0
    return labels
